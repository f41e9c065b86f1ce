//! Text that people type.

mod characters;
mod direction;

pub use direction::{is_invisible_format, isolate, without_direction_controls};

use crate::api_error::FieldError;

/// One line, such as a name: trimmed, with one space between words, at most `limit` characters, at least one of them
/// visible, without controls and other hidden characters, and with at most four marks on a letter.
pub fn parse_line(input: Option<&str>, limit: usize) -> Result<String, FieldError> {
    let text = input.unwrap_or_default().split(is_space).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let text = text.trim();
    if text.is_empty() {
        Err(FieldError::Required)
    } else if text.chars().count() > limit {
        Err(FieldError::TooLong)
    } else {
        characters::validate_line(text).map(|()| text.to_owned())
    }
}

/// White space of any width. Tabs and line breaks are controls, and refused.
fn is_space(c: char) -> bool {
    c.is_whitespace() && !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}')
}

/// A value written as text, such as an id or a day.
pub fn parse_value<T: std::str::FromStr>(input: Option<&str>) -> Result<T, FieldError> {
    match input {
        None | Some("") => Err(FieldError::Required),
        Some(text) => text.parse().map_err(|_| FieldError::Invalid),
    }
}

/// The first `limit` characters of a text as one line, with `…` where it goes on.
pub fn preview(text: &str, limit: usize) -> String {
    let mut words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = words.char_indices().nth(limit) {
        words.truncate(cut);
        words.push('…');
    }
    words
}

/// Text as it may stand in HTML, between tags and in a quoted attribute. The one escaping there is, for the few places
/// where HTML isn't written by Leptos.
pub fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_line_trims_and_limits() {
        assert_eq!(parse_line(Some("  Karura gardens "), 20), Ok("Karura gardens".into()));
        assert_eq!(parse_line(Some(" \t"), 20), Err(FieldError::Required));
        assert_eq!(parse_line(None, 20), Err(FieldError::Required));
        assert_eq!(parse_line(Some("áéí"), 2), Err(FieldError::TooLong));
        assert_eq!(parse_line(Some("a\nb"), 20), Err(FieldError::Invalid));
        assert_eq!(parse_line(Some("Sarah \u{a0}\u{2003} Wanjiru"), 20), Ok("Sarah Wanjiru".into()));
        assert_eq!(parse_line(Some("\u{3164}"), 20), Err(FieldError::Invisible));
    }

    #[test]
    fn a_preview_is_one_line() {
        assert_eq!(preview("Karibu\n\nsana, rafiki", 12), "Karibu sana,…");
        assert_eq!(preview("Sawa", 12), "Sawa");
    }

    #[test]
    fn escape_html_escapes_tags_and_attributes() {
        assert_eq!(escape_html("</textarea><b x=\"'&lt;"), "&lt;/textarea&gt;&lt;b x=&quot;&#39;&amp;lt;");
    }
}
