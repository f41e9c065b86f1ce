use cookie::Cookie;
use http::{HeaderMap, HeaderValue, header};

/// The session cookie, the only cookie of the site. It carries the session's token.
///
/// The browser keeps it as long as browsers allow; the database decides when the session ends.
#[derive(Clone, Copy, Debug)]
pub struct SessionCookie {
    /// Whether the site is served over HTTPS.
    pub secure: bool,
}

/// Seconds: 400 days, the longest that browsers allow.
const MAX_AGE: u32 = 400 * 24 * 60 * 60;

impl SessionCookie {
    /// The `__Host-` prefix makes the browser refuse the cookie from a sibling domain or over HTTP.
    fn name(self) -> &'static str {
        if self.secure { "__Host-greenroom" } else { "greenroom" }
    }

    /// Returns the token in a request's cookie; in the first one if there are several.
    pub fn read_token(self, headers: &HeaderMap) -> Option<&str> {
        // `to_str` accepts only ASCII. The crate trims other spaces from names too, and a sibling domain may set a
        // cookie whose name begins with such a space, because the browser sees no `__Host-` prefix there.
        let values = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
        let mut cookies = values.flat_map(Cookie::split_parse).flatten();
        cookies.find(|cookie| cookie.name() == self.name())?.value_raw()
    }

    /// Builds the header that sets the cookie. Returns `None` if the token isn't valid in a header.
    pub fn set_header(self, token: &str) -> Option<HeaderValue> {
        self.build_header(token, MAX_AGE)
    }

    /// Builds the header that deletes the cookie.
    pub fn clear_header(self) -> Option<HeaderValue> {
        self.build_header("", 0)
    }

    fn build_header(self, value: &str, max_age: u32) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let name = self.name();
        HeaderValue::try_from(format!("{name}={value}; HttpOnly; SameSite=Lax; Path=/; Max-Age={max_age}{secure}")).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_read_among_other_cookies() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("theme=dark; greenroom=abc; x=y"));
        assert_eq!(SessionCookie { secure: false }.read_token(&headers), Some("abc"));
        assert_eq!(SessionCookie { secure: true }.read_token(&headers), None);
    }

    #[test]
    fn the_first_of_several_cookies_counts_and_malformed_ones_are_skipped() {
        let read = |values: &[&str]| {
            let values = values.iter().map(|value| HeaderValue::from_bytes(value.as_bytes()).expect("a header"));
            let headers: HeaderMap = values.map(|value| (header::COOKIE, value)).collect();
            SessionCookie { secure: true }.read_token(&headers).map(str::to_owned)
        };
        let token = |text: &str| Some(text.to_owned());
        assert_eq!(read(&["__Host-greenroom=a; __Host-greenroom=b"]), token("a"));
        assert_eq!(read(&["x=y", "__Host-greenroom=a", "__Host-greenroom=b"]), token("a"));
        assert_eq!(read(&["; ;=x; flag;__Host-greenroom=a=b%20\"c\";"]), token("a=b%20\"c\""));
        assert_eq!(read(&["x=\u{e9}", "__Host-greenroom=a"]), token("a"));
        assert_eq!(read(&["__Host-greenroom="]), token(""));
        for other in
            ["__host-greenroom=a", "x__Host-greenroom=a", "\u{2003}__Host-greenroom=a", "\u{a0}__Host-greenroom=a"]
        {
            assert_eq!(read(&[other]), None, "{other:?}");
        }
    }

    #[test]
    fn over_https_the_cookie_has_the_host_prefix() {
        let set = SessionCookie { secure: true }.set_header("abc").expect("a header");
        let text = set.to_str().expect("text");
        assert!(text.starts_with("__Host-greenroom=abc; HttpOnly; SameSite=Lax; Path=/"), "{text}");
        assert!(text.ends_with("; Secure"), "{text}");
    }
}
