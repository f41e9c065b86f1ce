//! The direction of text inside other text (Unicode Standard Annex 9).

use std::borrow::Cow;

const FIRST_STRONG_ISOLATE: char = '\u{2068}';
const POP_DIRECTIONAL_ISOLATE: char = '\u{2069}';

/// A text as it may stand inside a sentence of ours, which it then can't turn around: between isolates wherever it has
/// right-to-left letters or controls of direction, and without those controls, which could end the isolate. A text
/// without any of them stays as it is. Line breaks become spaces, because a line break ends all isolates.
///
/// For text without markup: attributes, titles, mails, sentences. In HTML, text that stands alone is in a `<bdi>`.
pub fn isolate(text: &str) -> Cow<'_, str> {
    if !text.contains(affects_direction) {
        return Cow::Borrowed(text);
    }
    let inside = text.chars().filter(|c| !is_control(*c)).map(|c| if ends_line(c) { ' ' } else { c });
    Cow::Owned([FIRST_STRONG_ISOLATE].into_iter().chain(inside).chain([POP_DIRECTIONAL_ISOLATE]).collect())
}

/// A text without the controls that turn around, or end an isolation of, what stands beside it. New names and titles
/// have none (see [`line`](super::parse_line)); those of before, and beginnings of messages, may.
pub fn without_direction_controls(text: &str) -> Cow<'_, str> {
    if text.contains(is_control) { Cow::Owned(text.replace(is_control, "")) } else { Cow::Borrowed(text) }
}

/// Embeddings, overrides and isolates. Not the marks, which end nothing.
fn is_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a character that can't be seen changes or parts what stands around it without having a place in an address.
/// A few ranges and no table, for the browser.
pub fn is_invisible_format(c: char) -> bool {
    is_control(c)
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}' | '\u{200e}'
            | '\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}')
}

fn ends_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Whether a character can change the direction of its surroundings: controls of direction, the end of a line, and the
/// ranges in which Unicode keeps scripts that are written from right to left.
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
        assert_eq!(isolate("a\u{202e}b\u{2069}c"), "\u{2068}abc\u{2069}", "nothing in it ends the isolate");
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
