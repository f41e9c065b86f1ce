//! The request context of server functions, and pages without components, on the server only.

mod cookie;
pub mod fallback_pages;
pub mod html_head;

pub use cookie::SessionCookie;

use crate::request_error::{ForPerson, RequestError, RequestResult};
use http::{HeaderValue, Method, StatusCode, header, request::Parts};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use model::{ApiError, FieldError, ValidationErrors};
use services::{Greenroom, Viewer};
use std::{net::IpAddr, str::FromStr};

/// The client of a request, as the server's middleware identified it. Stored in the request's extensions.
#[derive(Clone, Debug)]
pub struct RequestContext {
    /// The client's IP address.
    pub address: IpAddr,
    /// The content of the session cookie, even if its session has ended.
    pub cookie: Option<String>,
    /// The `User-Agent` header.
    pub user_agent: String,
    /// The viewer; `None` if signed out.
    pub viewer: Option<Viewer>,
}

/// Returns the services. Fails if the app runs without a request, for example while its routes are listed.
pub fn greenroom() -> RequestResult<Greenroom> {
    use_context().ok_or(RequestError::Refused(ApiError::Internal))
}

impl RequestContext {
    /// Returns the origin of a sign-in: the client's address and its cookie.
    pub fn sign_in_origin(&self) -> services::accounts::Origin {
        services::accounts::Origin { address: self.address, cookie: self.cookie.clone() }
    }
}

/// Returns the client of the current request.
pub fn request_context() -> RequestResult<RequestContext> {
    let parts: Parts = use_context().ok_or(ApiError::Internal)?;
    Ok(parts.extensions.get::<RequestContext>().cloned().ok_or(ApiError::Internal)?)
}

/// Returns the secret that proves that this browser registered an account. The session cookie carries it until a
/// person signs in.
pub fn registrant_secret() -> Option<String> {
    let (parts, cookie): (Parts, SessionCookie) = (use_context()?, use_context()?);
    let context = parts.extensions.get::<RequestContext>()?;
    cookie.read_token(&parts.headers).filter(|_| context.viewer.is_none()).map(str::to_owned)
}

/// Stores that secret in the cookie, unless a person is signed in with this browser or was before: then the cookie
/// marks the browser as a known device and must stay, and the link in the mail asks for the profile instead.
pub async fn set_registrant(secret: &str) -> RequestResult<()> {
    let RequestContext { viewer, cookie: held, .. } = request_context()?;
    let is_known = match &held {
        Some(held) => greenroom()?.is_known_device(held).await?,
        None => false,
    };
    if viewer.is_none() && !is_known {
        let cookie: SessionCookie = use_context().ok_or(ApiError::Internal)?;
        set_cookie(cookie.set_header(secret).ok_or(ApiError::Internal)?);
    }
    Ok(())
}

/// Returns the viewer. The middleware has already checked that the page belongs to them.
pub fn viewer() -> RequestResult<Viewer> {
    request_context()?.viewer.ok_or_else(|| refuse(ApiError::Unauthenticated))
}

/// Parses an id from a path. An invalid id is answered like one that doesn't exist.
pub fn parse_id<T: FromStr>(text: &str) -> RequestResult<T> {
    text.parse().map_err(|_| refuse(ApiError::NotFound))
}

/// Parses an e-mail address that a form submitted.
pub fn parse_email(text: &str) -> RequestResult<model::Email> {
    check_field("email", model::account::parse_email(Some(text)))
}

/// Parses an e-mail address that is only looked up, not stored.
pub fn parse_lookup_email(text: &str) -> RequestResult<model::LookupEmail> {
    check_field("email", model::account::parse_lookup_email(Some(text)))
}

/// Refuses a form with empty fields, and names them all. The browser doesn't check plain forms.
pub fn require_fields(fields: &[(&str, &str)]) -> RequestResult<()> {
    let missing = fields.iter().filter(|(_, value)| value.is_empty());
    let fields: ValidationErrors = missing.map(|(name, _)| ((*name).to_owned(), FieldError::Required)).collect();
    if fields.is_empty() { Ok(()) } else { Err(ApiError::Invalid { fields }.into()) }
}

/// Turns a field's validation error into a refusal that names the field.
pub fn check_field<T>(name: &str, parsed: Result<T, FieldError>) -> RequestResult<T> {
    parsed.map_err(|error| ApiError::for_field(name, error).into())
}

/// Adds the viewer's id to a view, and converts a service's error.
pub fn for_person<T>(viewer: &Viewer, result: services::Result<T>) -> RequestResult<ForPerson<T>> {
    Ok(ForPerson { me: viewer.id(), view: result? })
}

/// Converts a service's error about a part without which the page is complete, and logs its cause. The page keeps its
/// status.
pub fn without_status(error: services::Error) -> RequestError {
    error.into_api_error().into()
}

/// Converts a service's error, logs its cause, and sets the response's status to match.
impl From<services::Error> for RequestError {
    fn from(error: services::Error) -> Self {
        refuse(error.into_api_error())
    }
}

/// Sets the status of a page that lacks its data. A refused form gets its status in the server's `pages` module.
fn refuse(error: ApiError) -> RequestError {
    // A form without JavaScript is answered by a redirect back to its page, which another status would break.
    if let (false, Some(response)) = (is_plain_form(), use_context::<ResponseOptions>()) {
        response.set_status(error_status(&error));
    }
    RequestError::Refused(error)
}

/// Returns the HTTP status of an error; the REST API uses the same.
pub fn error_status(error: &ApiError) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Redirects a form that was sent without JavaScript. The hydrated page navigates by itself.
pub fn redirect_plain_form(path: &str) {
    if is_plain_form() {
        leptos_axum::redirect(path);
    }
}

/// Sets the cookie to a new session's token, and redirects.
pub fn sign_in_with(token: &str, path: &str) -> RequestResult<()> {
    let cookie: SessionCookie = use_context().ok_or(ApiError::Internal)?;
    set_cookie(cookie.set_header(token).ok_or(ApiError::Internal)?);
    leptos_axum::redirect(path);
    Ok(())
}

/// Adds a `Set-Cookie` header to the response.
pub fn set_cookie(value: HeaderValue) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.insert_header(header::SET_COOKIE, value);
    }
}

fn is_plain_form() -> bool {
    use_context::<Parts>().is_some_and(|parts| {
        let accepts = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
        parts.method == Method::POST && accepts.is_some_and(|accepts| accepts.contains("text/html"))
    })
}
