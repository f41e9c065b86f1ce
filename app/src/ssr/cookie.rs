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

    /// Returns the token in a request's cookie.
    pub fn read_token(self, headers: &HeaderMap) -> Option<&str> {
        let pairs = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
        pairs
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(name, value)| (name == self.name()).then_some(value))
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
    fn over_https_the_cookie_has_the_host_prefix() {
        let set = SessionCookie { secure: true }.set_header("abc").expect("a header");
        let text = set.to_str().expect("text");
        assert!(text.starts_with("__Host-greenroom=abc; HttpOnly; SameSite=Lax; Path=/"), "{text}");
        assert!(text.ends_with("; Secure"), "{text}");
    }
}
