//! Repopulates refused forms without JavaScript. What was typed stays on the server for ten minutes; the redirect back
//! to the page carries only a random id, beside the error. Passwords and other secrets are never kept.
//!
//! Reasons: `docs/decisions/refused-forms.md`.

use crate::{page_owner, problem::Problem, request_body::BODY_LIMIT, request_target::is_server_fn, state::AppState};
use app::{
    form_fields::{FieldKind, field_kind},
    owner,
    refused_form::RefusedForm,
    server_fns::PUBLIC_SERVER_FNS,
    ssr::RequestContext,
};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use form_urlencoded::{Serializer, parse};
use http::{HeaderMap, HeaderValue, Method, Uri, header};
use services::{
    Greenroom,
    refused_forms::{self, FormBrowser, FormOwner},
};

/// Parameter of a page with the id of a refused form.
const FORM_ID: &str = "form";
/// Parameters by which Leptos reports a server function's error.
const ERROR_PARAMS: [&str; 2] = ["__path", "__err"];

/// Keeps a refused form's values, and gives a page those of the form that its address names.
pub(crate) async fn keep_form_values(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let context = request.extensions().get::<RequestContext>().cloned();
    let Some(context) = context else { return next.run(request).await };
    if !is_server_fn(request.uri()) {
        let id = request.uri().query().and_then(form_id).filter(|_| request.method() == Method::GET);
        if let Some(form) = load_for_page(&state.greenroom, &context, id).await {
            request.extensions_mut().insert(form);
        }
        return next.run(request).await;
    }
    let path = request.uri().path().to_owned();
    let earlier = request.headers().get(header::REFERER).and_then(earlier_form);
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, BODY_LIMIT).await else { return Problem::TOO_LARGE.into_response() };
    let mut response = next.run(Request::from_parts(parts, Body::from(bytes.clone()))).await;
    let refusal = Refusal::of(response.headers());
    if let Some(earlier) = earlier.filter(|_| refusal.is_some() || !is_error(&response)) {
        // The form was sent again, so that what was typed before is of no use.
        logged(state.greenroom.forget_refused_form(browser_of(&context), &path, &earlier).await);
    }
    if let Some(refusal) = refusal {
        let needs_session = !PUBLIC_SERVER_FNS.contains(&path.as_str());
        let id = keep(&state.greenroom, &context, path, &bytes).await;
        if id.is_none() && needs_session && context.viewer.is_none() && kept_fields(&bytes).is_some() {
            return page_owner::signed_out_response(&bytes, &refusal.address());
        }
        if let Some(back) = refusal.location(id.as_deref()) {
            response.headers_mut().insert(header::LOCATION, back);
        }
    }
    response
}

fn is_error(response: &Response) -> bool {
    response.status().is_client_error() || response.status().is_server_error()
}

fn browser_of(context: &RequestContext) -> FormBrowser<'_> {
    FormBrowser {
        viewer: context.viewer.as_ref(),
        cookie: context.cookie.as_deref(),
        user_agent: &context.user_agent,
        address: context.address,
    }
}

/// Returns what the page's form is filled in with. A failure leaves the form empty.
async fn load_for_page(greenroom: &Greenroom, context: &RequestContext, id: Option<String>) -> Option<RefusedForm> {
    let form = logged(greenroom.load_refused_form(browser_of(context), &id?).await).flatten()?;
    Some(RefusedForm { path: form.path, fields: form.fields })
}

/// Keeps what was typed. Returns the id; `None` if there is nothing to keep, or if it can't be kept.
async fn keep(greenroom: &Greenroom, context: &RequestContext, path: String, typed: &Bytes) -> Option<String> {
    let owner = match PUBLIC_SERVER_FNS.contains(&path.as_str()) {
        true => FormOwner::Browser,
        false => FormOwner::Person(named_person(typed)?),
    };
    let form = refused_forms::RefusedForm { path, fields: kept_fields(typed)? };
    logged(greenroom.keep_refused_form(browser_of(context), owner, &form).await).flatten()
}

/// Logs a failure. The form is refused all the same, and shown empty.
fn logged<T>(result: services::Result<T>) -> Option<T> {
    result.map_err(services::Error::into_api_error).ok()
}

/// Returns the person whose page contained the form. A hidden field names them.
fn named_person(typed: &[u8]) -> Option<model::PersonId> {
    parse(typed).find(|(name, _)| name == owner::FIELD)?.1.parse().ok()
}

/// Returns the fields to keep, without secrets; `None` if no one typed anything.
fn kept_fields(typed: &[u8]) -> Option<Vec<(String, String)>> {
    let stored = parse(typed).into_owned().filter(|(name, _)| field_kind(name) != FieldKind::Transient);
    let fields: Vec<(String, String)> = stored.collect();
    let is_typed = |(name, value): &(String, String)| !value.is_empty() && field_kind(name) != FieldKind::Hidden;
    fields.iter().any(is_typed).then_some(fields)
}

fn form_id(query: &str) -> Option<String> {
    parse(query.as_bytes()).find(|(name, _)| name == FORM_ID).map(|(_, id)| id.into_owned())
}

fn earlier_form(referer: &HeaderValue) -> Option<String> {
    form_id(referer.to_str().ok()?.parse::<Uri>().ok()?.query()?)
}

/// Returns the path and query of a page without the error of a form: after signing in, the error no longer applies, but
/// what was typed does.
pub(crate) fn without_error(uri: &Uri) -> String {
    let Some(query) = uri.query().filter(|query| query.contains(ERROR_PARAMS[0])) else {
        return uri.path_and_query().map_or(uri.path(), http::uri::PathAndQuery::as_str).to_owned();
    };
    let others = parse(query.as_bytes()).into_owned().filter(|(name, _)| !ERROR_PARAMS.contains(&name.as_str()));
    let query = Serializer::new(String::new()).extend_pairs(others).finish();
    format!("{}?{query}", uri.path()).trim_end_matches('?').to_owned()
}

/// The redirect by which Leptos answers a refused plain form.
struct Refusal {
    /// The path of the page.
    page: String,
    /// The page's own parameters.
    params: Vec<(String, String)>,
    /// The parameters with the error.
    error: [(String, String); 2],
}

impl Refusal {
    fn of(headers: &HeaderMap) -> Option<Self> {
        let (page, query) = headers.get(header::LOCATION)?.to_str().ok()?.split_once('?')?;
        let pairs: Vec<(String, String)> = parse(query.as_bytes()).into_owned().collect();
        // After a second refusal the referring page's own query still holds the first error.
        let error = ERROR_PARAMS.map(|name| pairs.iter().rfind(|(known, _)| known == name).cloned());
        let [Some(path), Some(error)] = error else { return None };
        let is_own = |(name, _): &(String, String)| name != FORM_ID && !ERROR_PARAMS.contains(&name.as_str());
        let params = pairs.into_iter().filter(is_own).collect();
        Some(Self { page: page.to_owned(), params, error: [path, error] })
    }

    /// Returns the path and query of the page.
    fn address(&self) -> String {
        let query = Serializer::new(String::new()).extend_pairs(&self.params).finish();
        format!("{}?{query}", self.page).trim_end_matches('?').to_owned()
    }

    /// Returns the redirect's target with the id of the kept form.
    fn location(self, id: Option<&str>) -> Option<HeaderValue> {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(self.params).extend_pairs(self.error).extend_pairs(id.map(|id| (FORM_ID, id)));
        HeaderValue::try_from(format!("{}?{}", self.page, query.finish())).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(of: &str, id: Option<&str>) -> Option<String> {
        let headers = HeaderMap::from_iter([(header::LOCATION, of.parse().expect("a location"))]);
        Refusal::of(&headers)?.location(id).map(|back| back.to_str().expect("text").to_owned())
    }

    #[test]
    fn the_redirect_carries_an_id_and_no_values() {
        assert_eq!(
            location("/register?role=talent&__path=a&__err=b", Some("c0ffee")).as_deref(),
            Some("/register?role=talent&__path=a&__err=b&form=c0ffee")
        );
        assert_eq!(
            location("/register?__path=a&__err=b&form=old&__path=a&__err=c", None).as_deref(),
            Some("/register?__path=a&__err=c")
        );
        assert_eq!(location("/verify", Some("c0ffee")), None, "it wasn't refused");
        assert_eq!(location("/inbox?x=1", Some("c0ffee")), None);
    }

    #[test]
    fn secrets_are_never_kept() {
        let typed = b"message=Hush&name=Wambui+%26+Co&password=hush&current=hush&token=hush&client_id=1&person=2";
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(kept_fields(typed), Some(vec![pair("message", "Hush"), pair("name", "Wambui & Co")]));
        assert_eq!(kept_fields(b"new_secret=hush&name="), None, "a field that no table lists may be a secret");
        assert_eq!(kept_fields(b"password=hush&booking_id=1&step=accept&person=2&name="), None, "nothing was typed");
    }

    #[test]
    fn the_way_back_after_signing_in_has_the_form_but_not_its_error() {
        let way = |of: &str| without_error(&of.parse().expect("an address"));
        assert_eq!(way("/bookings/new?talent=1&__path=a&__err=b&form=c"), "/bookings/new?talent=1&form=c");
        assert_eq!(way("/settings?__path=a&__err=b"), "/settings");
        assert_eq!(way("/talents?craft=dj%20x"), "/talents?craft=dj%20x");
    }
}
