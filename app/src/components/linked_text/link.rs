//! Finds web addresses in text.

use idna::punycode;
use model::text::is_invisible_format;

/// The prefix of an encoded label with non-ASCII letters in the domain name system (RFC 5890).
const ACE_PREFIX: &str = "xn--";
/// Characters that end an address anywhere: quotes, and the stops and brackets of scripts without spaces.
const DELIMITERS: &str = "<>\"`{}|\\^“”„‘’‚«»‹›、。，．！？：；（）【】「」『』《》〈〉…｡､";

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    Text(&'a str),
    Link(Link<'a>),
}

/// A web address in a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Link<'a> {
    pub(super) typed: &'a str,
    /// The target, with the same host as the text shows.
    pub(super) href: String,
    /// The ASCII form of the host, if it differs from the typed one.
    pub(super) foreign_host: Option<String>,
}

/// Splits a text into links and the text around them. Only `http` and `https` addresses become links, since other
/// schemes can trigger actions, and only without a user: `https://bank.example@evil.example` misleads about its host.
pub(super) fn split_links(text: &str) -> Vec<Part<'_>> {
    let (mut parts, mut rest, mut from) = (Vec::new(), text, 0);
    while let Some(start) = rest[from..].find(['h', 'H']).map(|at| from + at) {
        let before = rest[..start].chars().next_back();
        let link = Link::at_start(&rest[start..]).filter(|_| !before.is_some_and(|c| c.is_ascii_alphanumeric()));
        let Some(link) = link else {
            from = start + 1;
            continue;
        };
        if start > 0 {
            parts.push(Part::Text(&rest[..start]));
        }
        (rest, from) = (&rest[start + link.typed.len()..], 0);
        parts.push(Part::Link(link));
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

impl<'a> Link<'a> {
    /// Parses the address that a text begins with.
    fn at_start(text: &'a str) -> Option<Self> {
        let scheme = ["https://", "http://"]
            .into_iter()
            .find(|scheme| text.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme)))?;
        let typed = &text[..link_length(text)];
        let after = typed.get(scheme.len()..)?;
        let (authority, path) = after.split_at(after.find(['/', '?', '#']).unwrap_or(after.len()));
        // Invisible characters after the host could hide a part of it: the visible host isn't the real one.
        if path.is_empty() && text[typed.len()..].starts_with(is_invisible_format) {
            return None;
        }
        let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
        if port.is_some_and(|port| !port.bytes().all(|byte| byte.is_ascii_digit())) {
            return None;
        }
        let ascii = ascii_host(host)?;
        let foreign_host = (!host.is_ascii()).then(|| ascii.clone());
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        Some(Self { typed, href: format!("{scheme}{ascii}{port}{path}"), foreign_host })
    }
}

/// Returns the length of the address, without trailing punctuation and the brackets of the sentence around it.
fn link_length(text: &str) -> usize {
    let ends = |c: char| c.is_whitespace() || c.is_control() || is_invisible_format(c) || DELIMITERS.contains(c);
    let mut link = &text[..text.find(ends).unwrap_or(text.len())];
    loop {
        let trimmed = link.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'']);
        let unbalanced = [('(', ')'), ('[', ']')].into_iter().find(|(open, close)| {
            trimmed.ends_with(*close) && trimmed.matches(*close).count() > trimmed.matches(*open).count()
        });
        match unbalanced {
            Some((_, close)) => link = &trimmed[..trimmed.len() - close.len_utf8()],
            None if trimmed.len() == link.len() => return link.len(),
            None => link = trimmed,
        }
    }
}

/// Encodes a host of letters, digits and hyphens for the domain name system. Returns `None` for anything else, for
/// example if a user precedes the host.
fn ascii_host(host: &str) -> Option<String> {
    let label = |label: &str| {
        let plain = !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
        let label = if label.is_ascii() { label.to_owned() } else { label.to_lowercase() };
        match (plain, label.is_ascii()) {
            (false, _) => None,
            (true, true) => Some(label),
            (true, false) => Some(format!("{ACE_PREFIX}{}", punycode::encode_str(&label)?)),
        }
    };
    // A trailing dot denotes the root domain.
    let labels: Option<Vec<String>> = host
        .starts_with(char::is_alphanumeric)
        .then_some(host)?
        .strip_suffix('.')
        .unwrap_or(host)
        .split('.')
        .map(label)
        .collect();
    Some(labels?.join("."))
}

#[cfg(test)]
mod tests {
    use super::{Link, Part, split_links};

    /// Returns the links of a text as they are shown.
    fn links(text: &str) -> Vec<&str> {
        let parts = split_links(text).into_iter();
        parts.filter_map(|part| if let Part::Link(link) = part { Some(link.typed) } else { None }).collect()
    }

    #[test]
    fn urls_become_links_and_the_rest_stays_text() {
        for (text, link) in [
            ("See http://example.com!", "http://example.com"),
            ("The plan (https://example.com/kicc?a=1&b=2).", "https://example.com/kicc?a=1&b=2"),
            ("http://example.com/a_(b)!", "http://example.com/a_(b)"),
            ("(see http://example.com/a_(b)).", "http://example.com/a_(b)"),
            ("[https://example.com/a[1]]", "https://example.com/a[1]"),
            ("HTTPS://Example.com/A", "HTTPS://Example.com/A"),
            ("“https://example.com/a”", "https://example.com/a"),
            ("‘https://example.com/a’.", "https://example.com/a"),
            ("«https://example.com»", "https://example.com"),
            ("\"https://example.com\"", "https://example.com"),
            ("'https://example.com'", "https://example.com"),
            ("地図はhttps://example.com/地図。どうぞ", "https://example.com/地図"),
            ("（https://example.com/a）", "https://example.com/a"),
            ("https://example.com/a、b", "https://example.com/a"),
            ("https://example.com:8080/x#y...", "https://example.com:8080/x#y"),
            ("https://example.com/a\u{202e}gpj.exe", "https://example.com/a"),
            ("https://example.com/a\u{200b}b", "https://example.com/a"),
            ("https://a.example\"><b>", "https://a.example"),
            ("hh https://example.com.", "https://example.com"),
        ] {
            assert_eq!(links(text), [link], "{text}");
            let whole: String = split_links(text)
                .iter()
                .map(|part| match part {
                    Part::Text(text) => text,
                    Part::Link(link) => link.typed,
                })
                .collect();
            assert_eq!(whole, text, "nothing of it is lost");
        }
        assert_eq!(links("http://a.example http://b.example,http://c.example").len(), 2);
    }

    #[test]
    fn only_web_urls_become_links() {
        for text in [
            "javascript:alert(1)",
            "data:text/html,x",
            "http://",
            "https:// x",
            "xhttps://example.com",
            "ftp://a",
            "https:///path",
            "https://-a",
            "",
        ] {
            assert_eq!(links(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn the_link_shows_its_real_host() {
        for text in [
            "https://google.com@evil.example",
            "https://google.com:443@evil.example/",
            "https://user:password@evil.example",
            "https://google.com%2f@evil.example",
            "https://google.com\u{ff0f}evil.example",
            "https://google\u{ad}.com",
            "https://google.com\u{202e}/moc.live",
            "https://a..b",
            "https://google.com:80a",
        ] {
            assert_eq!(links(text), [""; 0], "{text}");
        }
        let only = |text| match split_links(text).pop() {
            Some(Part::Link(Link { href, foreign_host, .. })) => (href, foreign_host),
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(only("https://Example.com/A"), ("https://Example.com/A".into(), None));
        let cyrillic = only("HTTPS://аррӏе.com/id");
        assert_eq!(cyrillic, ("https://xn--80ak6aa92e.com/id".into(), Some("xn--80ak6aa92e.com".into())));
        assert_eq!(only("http://MÜNCHEN.example").1.as_deref(), Some("xn--mnchen-3ya.example"));
    }
}
