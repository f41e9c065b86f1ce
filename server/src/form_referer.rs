//! Prevents open redirects. Leptos answers a form without JavaScript with a redirect to its `Referer`, which a client
//! can set to anything: one that can't be parsed or leads to another site is replaced by the home page.

use crate::{request_target::is_server_fn, state::AppState};
use app::paths::same_site_path;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderValue, Uri, header};
use std::sync::Arc;

/// Restricts `Referer` to this site's URLs, and `Location` to a path without scheme and host, with its fragment.
pub(crate) async fn restrict_referer(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    if !is_server_fn(request.uri()) {
        return next.run(request).await;
    }
    let host = request.headers().get(header::HOST).cloned();
    let base = site_url(&state.origin, host.as_ref());
    let referer = request.headers().get(header::REFERER).and_then(|value| own_path(value, &base));
    let referer = HeaderValue::try_from(format!("{base}{}", referer.as_deref().unwrap_or("/")));
    match referer {
        Ok(referer) => request.headers_mut().insert(header::REFERER, referer),
        Err(_) => request.headers_mut().remove(header::REFERER),
    };
    let mut response = next.run(request).await;
    if let Some(location) = response.headers().get(header::LOCATION) {
        let path = own_target(location, &base).and_then(|path| HeaderValue::try_from(path).ok());
        response.headers_mut().insert(header::LOCATION, path.unwrap_or(HeaderValue::from_static("/")));
    }
    response
}

/// Returns the origin by which the browser addresses this site. The host was checked by an outer layer.
fn site_url(origin: &Arc<str>, host: Option<&HeaderValue>) -> String {
    let scheme = origin.split("://").next().unwrap_or_default();
    let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
    format!("{scheme}://{}", host.to_ascii_lowercase())
}

/// Returns the path, query and fragment of a redirect's target on this site; `None` for any other value.
fn own_target(location: &HeaderValue, base: &str) -> Option<String> {
    let path = own_path(location, base)?;
    let fragment = location.to_str().ok()?.split_once('#').map(|(_, fragment)| fragment);
    Some(fragment.map_or(path.clone(), |fragment| format!("{path}#{fragment}")))
}

/// Returns the path and query of a URL of this site or of a relative reference; `None` for any other value.
fn own_path(value: &HeaderValue, base: &str) -> Option<String> {
    let uri: Uri = value.to_str().ok()?.parse().ok()?;
    let ours = match (uri.scheme_str(), uri.authority()) {
        (Some(scheme), Some(host)) => format!("{scheme}://{host}").eq_ignore_ascii_case(base),
        (None, None) => true,
        _ => false,
    };
    let path = uri.path_and_query()?.as_str();
    same_site_path(path).filter(|_| ours).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_keeps_its_fragment() {
        let target = |text: &str| own_target(&HeaderValue::from_str(text).expect("a value"), "http://127.0.0.1:3000");
        assert_eq!(target("/verify#email=a%40b.example").as_deref(), Some("/verify#email=a%40b.example"));
        assert_eq!(target("/verify?again=1").as_deref(), Some("/verify?again=1"));
        assert_eq!(target("//evil.example/#/verify"), None);
    }

    #[test]
    fn only_paths_of_this_site_are_kept() {
        let path = |text: &str| own_path(&HeaderValue::from_str(text).expect("a value"), "http://127.0.0.1:3000");
        assert_eq!(path("http://127.0.0.1:3000/register?role=talent").as_deref(), Some("/register?role=talent"));
        assert_eq!(path("/conversations/1").as_deref(), Some("/conversations/1"));
        for elsewhere in [
            "http://evil.example/register",
            "http://127.0.0.1:3000@evil.example/register",
            "http://127.0.0.1:3000.evil.example/register",
            "https://127.0.0.1:3000/register",
            "//evil.example/register",
            "http://127.0.0.1:3000//evil.example",
            "http://127.0.0.1:3000/\\evil.example",
            "javascript:alert(1)",
            "",
        ] {
            assert_eq!(path(elsewhere), None, "{elsewhere}");
        }
    }
}
