//! The paths of pages: which need no session, and which lead to the sign-in page and back.

use crate::browser;
use leptos::prelude::window;
use model::{ConversationId, person::is_address_like};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The paths that don't need a session.
pub const PUBLIC_PATHS: [&str; 7] = ["/", "/signin", "/register", "/verify", "/forgot", "/reset", "/unsubscribe"];

/// Where the inbox is.
pub const INBOX: &str = "/inbox";

/// Where the conversations are, and what belongs to them.
const CONVERSATIONS: &str = "/conversations/";

/// Returns the path of a conversation.
pub fn conversation_path(id: ConversationId) -> String {
    format!("{CONVERSATIONS}{id}")
}

/// Returns whether the page at `path` is a conversation, or belongs to one.
pub fn is_conversation(path: &str) -> bool {
    path.starts_with(CONVERSATIONS)
}

/// Where the profiles are. Whether a visitor may see one depends on its owner, not on the path.
const PROFILES: &str = "/t/";

/// Where an organizer asks a talent about a date.
pub const NEW_BOOKING: &str = "/bookings/new";

/// Where talents find their own profile, whatever its slug.
pub const OWN_PROFILE: &str = "/t/me";

/// Returns whether signed-out visitors may request the page at `path`.
pub fn is_public(path: &str) -> bool {
    PUBLIC_PATHS.contains(&path) || (is_profile(path) && path != OWN_PROFILE)
}

/// Returns whether the page at `path` is a talent's profile.
pub fn is_profile(path: &str) -> bool {
    path.strip_prefix(PROFILES).is_some_and(|slug| !slug.is_empty() && !slug.contains('/'))
}

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

/// What stands before an address in the fragment of a URL.
const ADDRESS: &str = "#email=";

/// Returns `path` with an e-mail address in the fragment, which no server, proxy or log sees: the next page names it or
/// fills it in, if it can run a program.
pub fn with_address(path: &str, address: &str) -> String {
    format!("{path}{ADDRESS}{}", utf8_percent_encode(address.trim(), QUERY_VALUE))
}

/// Returns the e-mail address in the fragment of the current URL, and removes the fragment, so that the address isn't
/// in the history of a shared computer.
pub fn take_address_from_fragment() -> Option<String> {
    let location = window().location();
    let fragment = location.hash().ok().filter(|fragment| fragment.starts_with(ADDRESS))?;
    browser::replace_address(&(location.pathname().ok()? + &location.search().ok()?));
    address_in(&fragment)
}

/// Returns the e-mail address in a fragment. Any other text is ignored: a link's author could have put it there, and the
/// page would say it in the site's own words.
fn address_in(fragment: &str) -> Option<String> {
    let decoded = percent_decode_str(fragment.strip_prefix(ADDRESS)?).decode_utf8().ok()?;
    Some(decoded.into_owned()).filter(|address| is_address_like(address))
}

/// Returns `path` with a query of the pairs that have a value.
pub fn with_query(path: &str, pairs: &[(&str, Option<&str>)]) -> String {
    let given = pairs.iter().filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)));
    let encoded = given.map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, QUERY_VALUE)));
    let query = encoded.collect::<Vec<_>>().join("&");
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
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
    fn only_profiles_are_public_below_a_path() {
        assert!(is_public("/") && is_public("/t/sarah-wanjiru"));
        for private in ["/t/", "/t", "/t/a/b", "/talents", "/inbox"] {
            assert!(!is_public(private), "{private}");
        }
    }

    #[test]
    fn a_query_has_only_given_values() {
        let pairs = [("query", Some("a b&c")), ("craft", None), ("page", Some(""))];
        assert_eq!(with_query("/talents", &pairs), "/talents?query=a%20b%26c");
        assert_eq!(with_query("/talents", &pairs[1..]), "/talents");
    }

    #[test]
    fn an_address_survives_the_fragment() {
        for address in ["wambui@example.com", "o'neil+gigs&#%@example.co.ke"] {
            let path = with_address("/verify", address);
            let (page, fragment) = path.split_at("/verify".len());
            assert_eq!((page, address_in(fragment).as_deref()), ("/verify", Some(address)));
        }
        for other in ["", "#", "#email=", "#email=%ff", "#profile", &format!("#email={}@b.example", "a".repeat(255))] {
            assert_eq!(address_in(other), None, "{other}");
        }
        let words = with_address("/verify", "you. Your account is locked, write to help@evil.example");
        assert_eq!(address_in(&words["/verify".len()..]), None, "words of a link's author");
    }

    #[test]
    fn the_return_path_is_one_query_value() {
        assert_eq!(sign_in_path_to("/bookings/new?talent=1&x=2"), "/signin?next=/bookings/new%3Ftalent%3D1%26x%3D2");
        assert_eq!(sign_in_path_to("/a-b_c.d/é ~+%"), "/signin?next=/a-b_c.d/%C3%A9%20%7E%2B%25");
    }
}
