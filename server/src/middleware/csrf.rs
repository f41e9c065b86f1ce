//! Protects every state-changing request against cross-site request forgery (CSRF), in one place.

use crate::{problem::Problem, state::AppState};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, header};

/// Passes a request that has a safe method, comes from this site's pages, or comes from no browser.
pub(crate) async fn check_origin(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let changes_nothing = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes_nothing || is_same_origin(request.headers(), &state.origin) {
        next.run(request).await
    } else {
        Problem::CROSS_SITE.into_response()
    }
}

/// Decides by `Sec-Fetch-Site` if present. Browsers omit it over plain http; then `Origin` must be the public URL or
/// the request's own host. Another site's page can forge neither header.
fn is_same_origin(headers: &HeaderMap, public: &str) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let scheme = public.split("://").next().unwrap_or_default();
    origin == public || host.is_some_and(|host| origin == format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_allowed(pairs: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().expect("a value"));
        }
        is_same_origin(&headers, "https://greenroom.example")
    }

    #[test]
    fn only_own_pages_and_non_browsers_pass() {
        assert!(is_allowed(&[]));
        assert!(is_allowed(&[("sec-fetch-site", "same-origin")]));
        assert!(is_allowed(&[("sec-fetch-site", "none")]));
        assert!(is_allowed(&[("origin", "https://greenroom.example")]));
        assert!(is_allowed(&[("origin", "https://10.0.0.5:3000"), ("host", "10.0.0.5:3000")]));
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "http://greenroom.example"),
            ("origin", "null"),
        ] {
            assert!(!is_allowed(&[(name, value), ("host", "greenroom.example")]), "{name}: {value}");
        }
        assert!(!is_allowed(&[("sec-fetch-site", "cross-site"), ("origin", "https://greenroom.example")]));
    }
}
