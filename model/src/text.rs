//! Parsing, shortening and escaping of text that people type.

mod characters;
mod direction;

pub use direction::{is_invisible_format, isolate, without_direction_controls};

use crate::api_error::FieldError;

/// Parses one line, for example a name. Trims it and leaves one space between words.
///
/// # Errors
/// `Required` for blank text, `TooLong` above `limit` characters, `Invalid` for control characters, `Invisible` without
/// any visible character, `HiddenCharacters`, and `TooManyMarks` for more than four marks on a letter.
pub fn parse_line(input: Option<&str>, limit: usize) -> Result<String, FieldError> {
    let text = join_words(input.unwrap_or_default());
    let text = text.trim();
    if text.is_empty() {
        Err(FieldError::Required)
    } else if count_text(text) > limit {
        Err(FieldError::TooLong)
    } else {
        characters::validate_line(text).map(|()| text.to_owned())
    }
}

/// The most lines of a text that [`parse_lines`] accepts, including the blank ones between them.
pub const LINES_LIMIT: usize = 20;

/// Parses a text of several lines about a person or a thing, for example a bio. Trims it and its lines' ends, leaves one
/// blank line between paragraphs, and takes a text without any visible character for an empty one.
///
/// Not for messages, which stay exactly as they were typed.
///
/// # Errors
/// `TooLong` above `limit` characters or [`LINES_LIMIT`] lines, `Invalid` for control characters, and `TooManyMarks` for
/// more than four marks on a letter.
pub fn parse_lines(input: &str, limit: usize) -> Result<String, FieldError> {
    let mut text = String::with_capacity(input.len());
    for line in input.replace("\r\n", "\n").split(['\n', '\u{2028}', '\u{2029}']).map(str::trim_end) {
        characters::validate_marks(line)?;
        let is_blank = !characters::has_visible(line);
        if is_blank && (text.is_empty() || text.ends_with("\n\n")) {
            continue;
        }
        text.push_str(if is_blank { "" } else { line });
        text.push('\n');
    }
    let text = text.trim();
    if count_text(text) > limit || text.lines().count() > LINES_LIMIT {
        Err(FieldError::TooLong)
    } else if text.chars().any(|c| c.is_control() && c != '\n') {
        Err(FieldError::Invalid)
    } else {
        Ok(text.to_owned())
    }
}

/// Returns the number of characters (Unicode scalar values) of one line, as [`parse_line`] counts them.
pub fn count_line(text: &str) -> usize {
    count_text(&join_words(text))
}

/// Returns the number of characters (Unicode scalar values) of a text, as messages and bios are counted.
pub fn count_text(text: &str) -> usize {
    text.trim().chars().count()
}

fn join_words(text: &str) -> String {
    text.split(is_space).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Matches white space of any width. Tabs and line breaks don't count, so that they are refused as control characters.
fn is_space(c: char) -> bool {
    c.is_whitespace() && !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}')
}

/// Parses a value from text, for example an id or a day.
pub fn parse_value<T: std::str::FromStr>(input: Option<&str>) -> Result<T, FieldError> {
    match input {
        None | Some("") => Err(FieldError::Required),
        Some(text) => text.parse().map_err(|_| FieldError::Invalid),
    }
}

/// Returns the first `limit` characters of a text as one line, with `…` appended if the text is longer.
pub fn preview(text: &str, limit: usize) -> String {
    let mut words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = words.char_indices().nth(limit) {
        words.truncate(cut);
        words.push('…');
    }
    words
}

/// Escapes text for HTML, between tags and in quoted attributes. For the few places where Leptos doesn't escape. The
/// crate's other functions leave quotes unescaped, or escape more than these places need.
pub fn escape_html(text: &str) -> String {
    html_escape::encode_quoted_attribute(text).into_owned()
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
    fn parse_lines_keeps_paragraphs_and_limits_what_is_drawn() {
        let parse = |text: &str| parse_lines(text, 400);
        assert_eq!(
            parse(" Live band. \r\n\r\n\r\n \u{200b}\n\nSince 2012 \n\n").as_deref(),
            Ok("Live band.\n\nSince 2012")
        );
        assert_eq!(parse("One\nTwo\n\nThree").as_deref(), Ok("One\nTwo\n\nThree"));
        assert_eq!(parse("One\u{2028}Two").as_deref(), Ok("One\nTwo"));
        assert_eq!(parse(&format!("a{}b", "\n".repeat(397))).as_deref(), Ok("a\n\nb"));
        for blank in ["", " \n ", "\u{200b}\u{200b}", "\u{3164}", "\u{2800}\n\u{2800}", "\u{202e}"] {
            assert_eq!(parse(blank).as_deref(), Ok(""), "{blank:?}");
        }
        let lines = |count: usize| vec!["a"; count].join("\n");
        assert!(parse(&lines(LINES_LIMIT)).is_ok());
        assert_eq!(parse(&lines(LINES_LIMIT + 1)), Err(FieldError::TooLong));
        assert_eq!(parse_lines("áéí", 2), Err(FieldError::TooLong));
        assert_eq!(parse(&format!("Z{}", "\u{301}".repeat(360))), Err(FieldError::TooManyMarks));
        assert_eq!(parse("Habari 👩‍👩‍👧 مرحبا हिन्दी Ngũgĩ").as_deref(), Ok("Habari 👩‍👩‍👧 مرحبا हिन्दी Ngũgĩ"));
        for control in ["a\0b", "a\tb", "a\u{85}b"] {
            assert_eq!(parse(control), Err(FieldError::Invalid), "{control:?}");
        }
    }

    #[test]
    fn characters_are_counted_as_they_are_parsed() {
        assert_eq!(count_line("  Sarah \u{a0} Wanjiru "), "Sarah Wanjiru".len());
        assert_eq!(count_line("👩‍👩‍👧"), 5);
        assert_eq!(count_text(" a\n\nb "), 4);
    }

    #[test]
    fn a_preview_is_one_line() {
        assert_eq!(preview("Karibu\n\nsana, rafiki", 12), "Karibu sana,…");
        assert_eq!(preview("Sawa", 12), "Sawa");
    }

    #[test]
    fn escape_html_escapes_tags_and_attributes() {
        assert_eq!(escape_html("</textarea><b x=\"'&lt;"), "&lt;/textarea&gt;&lt;b x=&quot;&#x27;&amp;lt;");
    }
}
