//! The paths of pages: which need no session, and which lead to the sign-in page and back.

use leptos::prelude::window;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The paths that don't need a session.
pub const PUBLIC_PATHS: [&str; 7] = ["/", "/signin", "/register", "/verify", "/forgot", "/reset", "/unsubscribe"];

/// What is encoded in a query's value. A slash stays, so that the path is readable.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.');

/// Returns `path` if it stays on this site: any other target would allow an open redirect after signing in.
pub fn same_site_path(path: &str) -> Option<&str> {
    let before_query = path.split(['?', '#']).next().unwrap_or_default();
    // Browsers resolve dot segments, and the remainder may begin with two slashes, which name another host.
    let is_dots = |part: &str| matches!(part.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    let mut parts = before_query.strip_prefix('/')?.split('/');
    let leads_down = before_query == "/" || parts.all(|part| !part.is_empty() && !is_dots(part));
    let stays = leads_down && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    stays.then_some(path)
}

/// Returns the path of the sign-in page that leads back to the current address.
pub fn sign_in_path() -> String {
    let location = window().location();
    let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
    sign_in_path_to(&here)
}

/// Returns the path of the sign-in page that leads on to `path`.
pub fn sign_in_path_to(path: &str) -> String {
    format!("/signin?next={}", utf8_percent_encode(path, QUERY_VALUE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_same_site_paths_are_accepted() {
        assert_eq!(same_site_path("/conversations/1?before=2"), Some("/conversations/1?before=2"));
        assert_eq!(same_site_path("/"), Some("/"));
        for astray in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "javascript:1",
            "",
            "/a\nb",
            "/..//evil.example",
            "/.//evil.example",
            "/a/%2E%2e//evil.example",
            "/a//b",
        ] {
            assert_eq!(same_site_path(astray), None, "{astray}");
        }
    }

    #[test]
    fn the_return_path_is_one_query_value() {
        assert_eq!(sign_in_path_to("/bookings/new?talent=1&x=2"), "/signin?next=/bookings/new%3Ftalent%3D1%26x%3D2");
        assert_eq!(sign_in_path_to("/a-b_c.d/é ~+%"), "/signin?next=/a-b_c.d/%C3%A9%20%7E%2B%25");
    }
}
