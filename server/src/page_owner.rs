//! Refuses requests from another person's page: since the page was opened, that person may have signed out and another
//! one may have signed in on the same browser.
//!
//! Applies to every server function, also to new ones, except to those in `PUBLIC_SERVER_FNS`.

use crate::{
    middleware::security_headers,
    problem::Problem,
    request_body::BODY_LIMIT,
    request_target::{is_server_fn, path_and_query},
};
use app::{
    form_fields::{FieldKind, field_kind},
    owner::FIELD,
    paths::sign_in_path_to,
    request_error::RequestError,
    server_fns::PUBLIC_SERVER_FNS,
    ssr::{
        self, RequestContext,
        fallback_pages::{render_other_person_page, render_signed_out_page},
    },
};
use axum::{
    Json,
    body::{Body, Bytes, to_bytes},
    extract::Request,
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use http::{HeaderValue, Method, Uri, header};
use leptos::nonce::Nonce;
use model::ApiError;
use services::Viewer;

/// Passes requests that name the signed-in person. Without a session, the server function itself refuses.
pub(crate) async fn check_page_owner(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let viewer = request.extensions().get::<RequestContext>().and_then(|context| context.viewer.clone());
    let asks = is_server_fn(request.uri()) && request.method() == Method::POST && !PUBLIC_SERVER_FNS.contains(&path);
    let Some(viewer) = viewer.filter(|_| asks) else { return next.run(request).await };
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, BODY_LIMIT).await else { return Problem::TOO_LARGE.into_response() };
    if names_viewer_only(&bytes, &viewer) {
        return next.run(Request::from_parts(parts, Body::from(bytes))).await;
    }
    let accepts = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if accepts.is_some_and(|accepts| accepts.contains("text/html")) {
        return other_person_response(&viewer, &bytes);
    }
    let error = ApiError::OtherPerson;
    (ssr::error_status(&error), Json(RequestError::Refused(error))).into_response()
}

/// Whether a form names this person, and no other person in a repeated field.
fn names_viewer_only(form: &[u8], viewer: &Viewer) -> bool {
    let mut named = form_urlencoded::parse(form).filter(|(name, _)| name == FIELD).map(|(_, value)| value);
    let id = viewer.id().to_string();
    named.next().is_some_and(|person| person == id) && named.all(|person| person == id)
}

fn other_person_response(viewer: &Viewer, form: &Bytes) -> Response {
    let typed = typed_text(form);
    page_response(&ApiError::OtherPerson, |nonce| render_other_person_page(nonce, &viewer.person().name, &typed))
}

/// Responds to a form whose session has ended, if what was typed can't be kept until the next one. `page` is the address
/// of the form's page on this site, with or without scheme and host.
pub(crate) fn signed_out_response(form: &[u8], page: &str) -> Response {
    let page = page.parse::<Uri>().map(|page| path_and_query(&page).to_owned()).unwrap_or_default();
    let (typed, sign_in) = (typed_text(form), sign_in_path_to(&page));
    page_response(&ApiError::Unauthenticated, |nonce| render_signed_out_page(nonce, &typed, &sign_in))
}

/// Returns the text that a person typed into a form.
fn typed_text(form: &[u8]) -> String {
    let is_text = |name: &str| field_kind(name) == FieldKind::Text;
    let typed = form_urlencoded::parse(form).filter(|(name, value)| is_text(name) && !value.is_empty());
    typed.map(|(_, value)| value.into_owned()).collect::<Vec<_>>().join("\n")
}

fn page_response(error: &ApiError, render: impl FnOnce(&str) -> String) -> Response {
    let nonce = Nonce::new();
    let policy = security_headers::error_page_policy(&nonce).map(|policy| [(header::CONTENT_SECURITY_POLICY, policy)]);
    let no_store = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (ssr::error_status(error), policy, no_store, Html(render(&nonce))).into_response()
}
