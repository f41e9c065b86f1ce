//! Repopulates refused forms without JavaScript: the redirect back to the form carries the submitted values in its
//! query, beside the error. Secrets are left out.
//!
//! Another person could craft this URL, or open it after signing in on the same browser. So the query carries a MAC
//! keyed by the session, and a page that is opened with values but without a valid MAC shows empty forms.

use crate::{problem::Problem, request_body::BODY_LIMIT, request_target::is_server_fn};
use app::ssr::RequestContext;
use axum::{
    body::{Body, to_bytes},
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use form_urlencoded::{Serializer, parse};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderValue, Uri, header};
use sha2::Sha256;

/// Prefix of the fields in the query, so that none collides with a parameter of the page.
const FIELD_PREFIX: &str = "kept.";
/// Parameter with the MAC that proves that the fields were submitted in this session.
const SEAL: &str = "kept.seal";
/// Parameters by which Leptos reports a server function's error.
const ERROR_PARAMS: [&str; 2] = ["__path", "__err"];
/// Fields that must not appear in a URL, because proxies log URLs: secrets, and what people write to each other. Also
/// the fields that the page fills in by itself.
const EXCLUDED_FIELDS: [&str; 9] =
    ["password", "current", "token", "body", "message", "client_id", "talent_id", "conversation_id", "person"];
/// The sign-in form isn't repopulated: a mistyped password must not leave the e-mail address in the URL.
const SIGN_IN: &str = "/fn/sign-in";
/// The most bytes of values in a URL; longer ones are dropped, because proxies refuse long URLs.
const MAX_FLASH_BYTES: usize = 6_000;

/// Adds a refused form's values to its redirect. Redirects a page with another session's values to one without them.
pub(crate) async fn keep_form_values(request: Request, next: Next) -> Response {
    let session = session_cookie(&request);
    if !is_server_fn(request.uri()) {
        return match without_foreign_fields(request.uri(), session.as_deref()) {
            Some(address) => Redirect::to(&address).into_response(),
            None => next.run(request).await,
        };
    }
    if request.uri().path() == SIGN_IN {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, BODY_LIMIT).await else { return Problem::TOO_LARGE.into_response() };
    let mut response = next.run(Request::from_parts(parts, Body::from(bytes.clone()))).await;
    if let Some(back) = redirect_with_values(response.headers(), &bytes, session.as_deref()) {
        response.headers_mut().insert(header::LOCATION, back);
    }
    response
}

/// Returns the signed-in viewer's cookie value, which keys the MAC.
fn session_cookie(request: &Request) -> Option<String> {
    let context = request.extensions().get::<RequestContext>()?;
    context.viewer.as_ref().and(context.cookie.clone())
}

/// Returns the URL without its fields if they weren't submitted in this session. `None` without a session, because
/// there is no account to protect.
fn without_foreign_fields(uri: &Uri, session: Option<&str>) -> Option<String> {
    let (session, query) = (session?, uri.query()?);
    let (flash, others): (Vec<_>, Vec<_>) =
        parse(query.as_bytes()).into_owned().partition(|(name, _)| name.starts_with(FIELD_PREFIX));
    let (seals, fields): (Vec<_>, Vec<_>) = flash.into_iter().partition(|(name, _)| name == SEAL);
    let seal = seals.first().and_then(|(_, seal)| hex::decode(seal).ok());
    let is_own = seal.zip(compute_mac(session, &fields)).is_some_and(|(seal, mac)| mac.verify_slice(&seal).is_ok());
    if fields.is_empty() || is_own {
        return None;
    }
    let query = Serializer::new(String::new()).extend_pairs(others).finish();
    Some(format!("{}?{query}", uri.path()).trim_end_matches('?').to_owned())
}

fn compute_mac(session: &str, fields: &[(String, String)]) -> Option<Hmac<Sha256>> {
    let text = Serializer::new(String::new()).extend_pairs(fields).finish();
    Some(Hmac::<Sha256>::new_from_slice(session.as_bytes()).ok()?.chain_update(text))
}

/// Returns the redirect's target with the submitted values; `None` if the form wasn't refused.
fn redirect_with_values(headers: &HeaderMap, typed: &[u8], session: Option<&str>) -> Option<HeaderValue> {
    let (page, query) = headers.get(header::LOCATION)?.to_str().ok()?.split_once('?')?;
    let pairs: Vec<(String, String)> = parse(query.as_bytes()).into_owned().collect();
    // After a second refusal the referring page's own query still holds the first error.
    let refused = ERROR_PARAMS.map(|name| pairs.iter().rfind(|(known, _)| known == name).cloned());
    let [Some(path), Some(error)] = refused else { return None };
    let of_page =
        pairs.into_iter().filter(|(name, _)| !name.starts_with(FIELD_PREFIX) && !ERROR_PARAMS.contains(&name.as_str()));
    let mut address = Serializer::new(String::new());
    address.extend_pairs(of_page).extend_pairs([path, error]);
    let mut fields: Vec<(String, String)> = parse(typed)
        .filter(|(name, _)| !EXCLUDED_FIELDS.contains(&name.as_ref()))
        .map(|(name, value)| (format!("{FIELD_PREFIX}{name}"), value.into_owned()))
        .collect();
    if let Some(mac) = session.and_then(|session| compute_mac(session, &fields)) {
        fields.push((SEAL.to_owned(), hex::encode(mac.finalize().into_bytes())));
    }
    let flash = Serializer::new(String::new()).extend_pairs(fields).finish();
    let (address, flash) = (address.finish(), if flash.len() <= MAX_FLASH_BYTES { flash } else { String::new() });
    HeaderValue::try_from(format!("{page}?{address}&{flash}").trim_end_matches('&')).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flashed_location(location: &str, typed: &str) -> Option<String> {
        let headers = HeaderMap::from_iter([(header::LOCATION, location.parse().expect("a location"))]);
        redirect_with_values(&headers, typed.as_bytes(), None).map(|back| back.to_str().expect("text").to_owned())
    }

    #[test]
    fn form_values_come_back_without_secrets() {
        let typed = "message=Hush+too&name=Wambui+%26+Co&email=w%40example.com&password=hush&client_id=1";
        assert_eq!(
            flashed_location("/register?role=talent&__path=a&__err=b", typed).as_deref(),
            Some("/register?role=talent&__path=a&__err=b&kept.name=Wambui+%26+Co&kept.email=w%40example.com")
        );
        assert_eq!(flashed_location("/verify", typed), None, "without an error, no values are kept");
        assert_eq!(flashed_location("/inbox?x=1", typed), None);
    }

    #[test]
    fn repeated_errors_are_replaced_and_long_values_dropped() {
        let with_error = "/register?__path=a&__err=b&kept.name=Old&__path=a&__err=c";
        assert_eq!(
            flashed_location(with_error, "name=New").as_deref(),
            Some("/register?__path=a&__err=c&kept.name=New")
        );
        let long = format!("bio={}", "a".repeat(7_000));
        assert_eq!(flashed_location("/x?__path=a&__err=b", &long).as_deref(), Some("/x?__path=a&__err=b"));
    }

    #[test]
    fn form_values_are_bound_to_their_session() {
        let headers =
            HeaderMap::from_iter([(header::LOCATION, "/settings?__path=a&__err=b".parse().expect("a location"))]);
        let back = redirect_with_values(&headers, b"email=w%40example.com&name=Wambui+%26+Co", Some("own"))
            .expect("an address");
        let sealed: Uri = back.to_str().expect("text").parse().expect("an address");
        let without = Some("/settings?__path=a&__err=b".to_owned());
        assert_eq!(without_foreign_fields(&sealed, Some("own")), None);
        assert_eq!(without_foreign_fields(&sealed, Some("another")), without);
        assert_eq!(without_foreign_fields(&sealed, None), None, "no one is signed in");
        let changed: Uri = sealed.to_string().replace("w%40", "evil%40").parse().expect("an address");
        assert_eq!(without_foreign_fields(&changed, Some("own")), without);
        let unsealed: Uri = "/settings?kept.email=evil%40example.com".parse().expect("an address");
        assert_eq!(without_foreign_fields(&unsealed, Some("own")).as_deref(), Some("/settings"));
        assert_eq!(without_foreign_fields(&"/inbox?page=2".parse().expect("an address"), Some("own")), None);
    }
}
