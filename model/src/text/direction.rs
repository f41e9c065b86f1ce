//! Isolation of text direction (Unicode Standard Annex 9).

use std::borrow::Cow;

const FIRST_STRONG_ISOLATE: char = '\u{2068}';
const POP_DIRECTIONAL_ISOLATE: char = '\u{2069}';

/// Prepares text for use inside a sentence, so that it can't change the direction of the rest. Text with right-to-left
/// letters, directional controls or line breaks is wrapped in an isolate, without these controls, which could end the
/// isolate, and with spaces for line breaks, each of which ends all isolates. Other text stays as it is.
///
/// For text without markup: attributes, titles, e-mails, sentences. In HTML, text that stands alone uses `<bdi>`.
pub fn isolate(text: &str) -> Cow<'_, str> {
    if !text.contains(affects_direction) {
        return Cow::Borrowed(text);
    }
    let inside = text.chars().filter(|c| !is_control(*c)).map(|c| if ends_line(c) { ' ' } else { c });
    Cow::Owned([FIRST_STRONG_ISOLATE].into_iter().chain(inside).chain([POP_DIRECTIONAL_ISOLATE]).collect())
}

/// Removes the controls that change the direction of the text beside them or end an isolate. New names and titles have
/// none (see [`parse_line`](super::parse_line)); older ones, and previews of messages, may.
pub fn without_direction_controls(text: &str) -> Cow<'_, str> {
    if text.contains(is_control) { Cow::Owned(text.replace(is_control, "")) } else { Cow::Borrowed(text) }
}

/// Matches embeddings, overrides and isolates, but not directional marks, which can't end an isolate.
fn is_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns whether an invisible character changes or separates the text around it and has no place in a link's address.
/// Compares a few ranges instead of using Unicode tables, which would make the browser's program larger.
pub fn is_invisible_format(c: char) -> bool {
    is_control(c)
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}' | '\u{200e}'
            | '\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}')
}

fn ends_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Returns whether a character can change the direction of the text around it: directional controls, line ends, and the
/// ranges that Unicode reserves for right-to-left scripts.
fn affects_direction(c: char) -> bool {
    is_control(c)
        || ends_line(c)
        || matches!(c, '\u{590}'..='\u{8ff}' | '\u{200f}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
            | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use icu_properties::{CodePointMapData, props::BidiClass};

    #[test]
    fn only_text_that_affects_direction_is_isolated() {
        for plain in ["", "Sarah Wanjiru", "Ngũgĩ 45", "김철수 🎧", "a < b & c"] {
            assert!(matches!(isolate(plain), Cow::Borrowed(_)), "{plain}");
        }
        assert_eq!(isolate("שרה"), "\u{2068}שרה\u{2069}");
        assert_eq!(isolate("a\u{202e}b\u{2069}c"), "\u{2068}abc\u{2069}", "the text can't end the isolate");
        assert_eq!(isolate("שרה\nb\u{2029}c"), "\u{2068}שרה b c\u{2069}");
        assert_eq!(without_direction_controls("a\u{202e}b\u{200f}"), "ab\u{200f}");
    }

    #[test]
    fn every_bidi_character_affects_direction() {
        use BidiClass as B;
        let turning = [
            B::RightToLeft,
            B::ArabicLetter,
            B::ArabicNumber,
            B::LeftToRightEmbedding,
            B::LeftToRightOverride,
            B::RightToLeftEmbedding,
            B::RightToLeftOverride,
            B::PopDirectionalFormat,
            B::LeftToRightIsolate,
            B::RightToLeftIsolate,
            B::FirstStrongIsolate,
            B::PopDirectionalIsolate,
            B::ParagraphSeparator,
        ];
        let classes = CodePointMapData::<BidiClass>::new();
        let missed: Vec<char> =
            ('\0'..=char::MAX).filter(|c| turning.contains(&classes.get(*c)) && !affects_direction(*c)).collect();
        assert_eq!(missed, Vec::<char>::new());
    }
}
