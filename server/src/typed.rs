//! What somebody typed into a form that was refused comes back with the refusal, where there is no JavaScript to keep
//! it: beside the error, in the address of the page that shows the form again. Not everything may stand there.

use crate::{pages::is_function, problem::Problem, router::BODY_LIMIT};
use axum::{
    body::{Body, to_bytes},
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use form_urlencoded::{Serializer, parse};
use http::{HeaderMap, HeaderValue, header};

/// Fields begin with it, so that none can be taken for a parameter of the page.
const KEPT: &str = "kept.";
/// What Leptos tells a refusal by.
const ERROR: [&str; 2] = ["__path", "__err"];
/// Fields that nobody shall read in an address, which proxies write into their logs: what opens an account, and what
/// people write to each other. And those that the page fills in by itself.
const LEFT_OUT: [&str; 9] =
    ["password", "current", "token", "body", "message", "client_id", "talent_id", "conversation_id", "person"];
/// Whoever mistypes a password here shall not leave their address behind.
const SIGN_IN: &str = "/fn/sign-in";
/// The longest that what was typed may make an address. Beyond, proxies refuse it.
const LIMIT: usize = 6_000;

/// Lets a form pass, and adds what it held to the way back if it was refused.
pub(crate) async fn keep(request: Request, next: Next) -> Response {
    if !is_function(request.uri()) || request.uri().path() == SIGN_IN {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, BODY_LIMIT).await else { return Problem::TOO_LARGE.into_response() };
    let mut response = next.run(Request::from_parts(parts, Body::from(bytes.clone()))).await;
    if let Some(back) = way_back(response.headers(), &bytes) {
        response.headers_mut().insert(header::LOCATION, back);
    }
    response
}

/// The address the browser is sent back to, with what was typed; `None` where nothing was refused.
fn way_back(headers: &HeaderMap, typed: &[u8]) -> Option<HeaderValue> {
    let (page, query) = headers.get(header::LOCATION)?.to_str().ok()?.split_once('?')?;
    let pairs: Vec<(String, String)> = parse(query.as_bytes()).into_owned().collect();
    // A form that is refused twice comes from a page that tells of the first time.
    let refused = ERROR.map(|name| pairs.iter().rfind(|(known, _)| known == name).cloned());
    let [Some(path), Some(error)] = refused else { return None };
    let of_page = pairs.into_iter().filter(|(name, _)| !name.starts_with(KEPT) && !ERROR.contains(&name.as_str()));
    let mut address = Serializer::new(String::new());
    address.extend_pairs(of_page).extend_pairs([path, error]);
    let mut kept = Serializer::new(String::new());
    for (name, value) in parse(typed).filter(|(name, _)| !LEFT_OUT.contains(&name.as_ref())) {
        kept.append_pair(&format!("{KEPT}{name}"), &value);
    }
    let (address, kept) = (address.finish(), kept.finish());
    let kept = if kept.len() <= LIMIT { kept } else { String::new() };
    HeaderValue::try_from(format!("{page}?{address}&{kept}").trim_end_matches('&')).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(location: &str, typed: &str) -> Option<String> {
        let headers = HeaderMap::from_iter([(header::LOCATION, location.parse().expect("a location"))]);
        way_back(&headers, typed.as_bytes()).map(|back| back.to_str().expect("text").to_owned())
    }

    #[test]
    fn what_was_typed_comes_back_but_for_secrets() {
        let typed = "message=Hush+too&name=Wambui+%26+Co&email=w%40example.com&password=hush&client_id=1";
        assert_eq!(
            back("/register?role=talent&__path=a&__err=b", typed).as_deref(),
            Some("/register?role=talent&__path=a&__err=b&kept.name=Wambui+%26+Co&kept.email=w%40example.com")
        );
        assert_eq!(back("/verify", typed), None, "where nothing was refused, nothing is kept");
        assert_eq!(back("/inbox?x=1", typed), None);
    }

    #[test]
    fn only_the_last_refusal_counts_and_an_address_stays_short() {
        let again = "/register?__path=a&__err=b&kept.name=Old&__path=a&__err=c";
        assert_eq!(back(again, "name=New").as_deref(), Some("/register?__path=a&__err=c&kept.name=New"));
        let long = format!("bio={}", "a".repeat(7_000));
        assert_eq!(back("/x?__path=a&__err=b", &long).as_deref(), Some("/x?__path=a&__err=b"));
    }
}
