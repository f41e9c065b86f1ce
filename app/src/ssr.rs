//! What server functions stand on, on the server only.

mod cookie;

pub use cookie::SessionCookie;

use crate::request_error::{ForPerson, RequestError, RequestResult};
use http::{HeaderValue, Method, StatusCode, header, request::Parts};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use model::ApiError;
use services::{Greenroom, Viewer};
use std::{net::IpAddr, str::FromStr};

/// Who is calling, as the server's middleware found out. Stands in the request's extensions.
#[derive(Clone, Debug)]
pub struct RequestContext {
    /// From where.
    pub address: IpAddr,
    /// What stands in their browser's cookie, whether or not its session still lasts.
    pub cookie: Option<String>,
    /// Their browser's own description.
    pub user_agent: String,
    /// Who, if signed in.
    pub viewer: Option<Viewer>,
}

/// The house. An error where the app runs without a request, as when its routes are listed.
pub fn greenroom() -> RequestResult<Greenroom> {
    use_context().ok_or(RequestError::Refused(ApiError::Internal))
}

impl RequestContext {
    /// From where they sign in.
    pub fn sign_in_origin(&self) -> services::accounts::Origin {
        services::accounts::Origin { address: self.address, cookie: self.cookie.clone() }
    }
}

/// Who is calling.
pub fn request_context() -> RequestResult<RequestContext> {
    let parts: Parts = use_context().ok_or(ApiError::Internal)?;
    Ok(parts.extensions.get::<RequestContext>().cloned().ok_or(ApiError::Internal)?)
}

/// The secret by which a browser shows that it is the one that registered an account. It stands in the session's cookie
/// until a person signs in.
pub fn registrant_secret() -> Option<String> {
    let (parts, cookie): (Parts, SessionCookie) = (use_context()?, use_context()?);
    let context = parts.extensions.get::<RequestContext>()?;
    cookie.read_token(&parts.headers).filter(|_| context.viewer.is_none()).map(str::to_owned)
}

/// Gives the browser that secret, unless a person is signed in there or was before: then the cookie says that the device
/// is known, and the link that is mailed asks for the profile instead.
pub async fn set_registrant(secret: &str) -> RequestResult<()> {
    let RequestContext { viewer, cookie: held, .. } = request_context()?;
    let is_known = match &held {
        Some(held) => greenroom()?.is_known_device(held).await.map_err(to_request_error)?,
        None => false,
    };
    if viewer.is_none() && !is_known {
        let cookie: SessionCookie = use_context().ok_or(ApiError::Internal)?;
        set_cookie(cookie.set_header(secret).ok_or(ApiError::Internal)?);
    }
    Ok(())
}

/// Who is signed in. That the page which asks is theirs, the server has found out before.
pub fn viewer() -> RequestResult<Viewer> {
    request_context()?.viewer.ok_or_else(|| to_request_error(ApiError::Unauthenticated.into()))
}

/// An id from a path: one that can't be read is one that doesn't exist.
pub fn parse_id<T: FromStr>(text: &str) -> RequestResult<T> {
    text.parse().map_err(|_| to_request_error(ApiError::NotFound.into()))
}

/// An address that was typed.
pub fn parse_email(text: &str) -> RequestResult<model::Email> {
    check_field("email", model::account::parse_email(Some(text)))
}

/// An address by which a person looks for their account.
pub fn lookup_email(text: &str) -> RequestResult<model::LookupEmail> {
    check_field("email", model::account::lookup_email(Some(text)))
}

/// A field that was typed.
pub fn check_field<T>(name: &str, parsed: Result<T, model::FieldError>) -> RequestResult<T> {
    parsed.map_err(|fault| to_request_error(ApiError::field(name, fault).into()))
}

/// The viewer's view, or why not.
pub fn for_person<T>(viewer: &Viewer, result: services::Result<T>) -> RequestResult<ForPerson<T>> {
    let view = result.map_err(to_request_error)?;
    Ok(ForPerson { me: viewer.id(), view })
}

/// Turns an error of a service into an answer, with the status that goes with it.
pub fn to_request_error(error: services::Error) -> RequestError {
    let refusal = error.into_api_error();
    // A form without JavaScript is answered with a redirect back, which a status of its own would break.
    if let (false, Some(response)) = (is_plain_form(), use_context::<ResponseOptions>()) {
        response.set_status(error_status(&refusal));
    }
    refusal.into()
}

/// The status that goes with a refusal, here as in the REST interface.
pub fn error_status(refusal: &ApiError) -> StatusCode {
    match refusal {
        ApiError::Unauthenticated | ApiError::InvalidCredentials => StatusCode::UNAUTHORIZED,
        ApiError::EmailUnverified
        | ApiError::WrongRole
        | ApiError::InsufficientScope
        | ApiError::SessionRequired
        | ApiError::PasswordRequired => StatusCode::FORBIDDEN,
        ApiError::NotFound => StatusCode::NOT_FOUND,
        ApiError::ClientIdReused | ApiError::WrongStatus | ApiError::OtherPerson | ApiError::RoleFixed => {
            StatusCode::CONFLICT
        }
        ApiError::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        ApiError::RateLimited { .. }
        | ApiError::InquiryLimit { .. }
        | ApiError::OpenInquiryLimit { .. }
        | ApiError::TooManyStreams => StatusCode::TOO_MANY_REQUESTS,
        ApiError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ApiError::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
        ApiError::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Sends the browser on after a form without JavaScript. The hydrated page knows by itself what to do.
pub fn redirect_plain_form(path: &str) {
    if is_plain_form() {
        leptos_axum::redirect(path);
    }
}

/// Sets the session's cookie, or takes it away.
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
