//! Validates the characters of one line of text by their Unicode properties. Only the server calls this, so that the
//! Unicode tables stay out of the browser's program.

use crate::api_error::FieldError;
use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{
        CanonicalCombiningClass, DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup,
        GraphemeClusterBreak, PrependedConcatenationMark, VariationSelector,
    },
};

/// Maximum number of nonspacing marks on one letter. Four suffice for every living script; more overlap other lines.
const MAX_MARKS: usize = 4;
/// Maximum number of characters of any kind drawn together with one letter. Some scripts also write vowels beside it.
const MAX_EXTENDERS: usize = 8;
/// Characters that Unicode classifies as visible and that fonts draw as blank: the null notehead, blank hieroglyphs,
/// the object replacement character, and the Braille blank.
const BLANK_CHARACTERS: [char; 5] = ['\u{1d159}', '\u{13441}', '\u{13442}', '\u{fffc}', BLANK_BRAILLE];
const BLANK_BRAILLE: char = '\u{2800}';
/// First character of the flags of England, Scotland and Wales, which are spelt in tag characters.
const BLACK_FLAG: char = '\u{1f3f4}';
const CANCEL_TAG: char = '\u{e007f}';

/// Checks for at least one visible character, no hidden ones, and a limited number of marks on each letter.
pub(super) fn validate_line(text: &str) -> Result<(), FieldError> {
    if text.chars().any(char::is_control) {
        return Err(FieldError::Invalid);
    }
    if !has_visible(text) {
        return Err(FieldError::Invisible);
    }
    let (mut before, mut cluster) = (None, Cluster::default());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let after = rest.clone().next();
        if is_hidden(c) && !is_meaningful(c, before, after) {
            return Err(FieldError::HiddenCharacters);
        }
        cluster.add(c)?;
        if c == BLACK_FLAG {
            rest = skip_flag_tags(rest.as_str()).chars();
        }
        before = Some(c);
    }
    Ok(())
}

/// Checks only for a limited number of marks on each letter.
pub(super) fn validate_marks(text: &str) -> Result<(), FieldError> {
    let mut cluster = Cluster::default();
    text.chars().try_for_each(|c| cluster.add(c))
}

/// Returns whether any character is visible on its own.
pub(super) fn has_visible(text: &str) -> bool {
    text.chars().any(is_visible)
}

/// Counts the marks on one letter. A joiner or a variation selector doesn't start a new letter.
#[derive(Default)]
struct Cluster {
    marks: usize,
    extenders: usize,
}

impl Cluster {
    fn add(&mut self, c: char) -> Result<(), FieldError> {
        if is_mark(c) {
            self.marks += 1;
        }
        if is_extender(c) {
            self.extenders += 1;
        } else if !is_joiner(c) && !is_variation_selector(c) {
            *self = Self::default();
        }
        if self.marks > MAX_MARKS || self.extenders > MAX_EXTENDERS { Err(FieldError::TooManyMarks) } else { Ok(()) }
    }
}

fn general_category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

fn is_ignorable(c: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

fn is_variation_selector(c: char) -> bool {
    CodePointSetData::new::<VariationSelector>().contains(c)
}

/// Returns whether the character is visible on its own.
fn is_visible(c: char) -> bool {
    let seen = GeneralCategoryGroup::Letter
        .union(GeneralCategoryGroup::Number)
        .union(GeneralCategoryGroup::Punctuation)
        .union(GeneralCategoryGroup::Symbol);
    seen.contains(general_category(c)) && !is_ignorable(c) && !BLANK_CHARACTERS.contains(&c)
}

/// Matches breaks, blanks, and characters that change others without being visible: directional controls, joiners,
/// fillers, tags. Also private and unassigned characters, which fonts may not draw.
fn is_hidden(c: char) -> bool {
    let unseen = match general_category(c) {
        GeneralCategory::LineSeparator
        | GeneralCategory::ParagraphSeparator
        | GeneralCategory::PrivateUse
        | GeneralCategory::Unassigned => true,
        // Some signs of Arabic and Kaithi numbers are in this category and are visible.
        GeneralCategory::Format => !CodePointSetData::new::<PrependedConcatenationMark>().contains(c),
        _ => false,
    };
    unseen || is_ignorable(c) || BLANK_CHARACTERS.contains(&c)
}

/// Returns whether a hidden character serves its purpose: a joiner inside a word or an emoji, or at the end of a word
/// of some Indic scripts; a variation selector after a visible character (letters with cases have no variants); or a
/// blank between Braille patterns.
fn is_meaningful(c: char, before: Option<char>, after: Option<char>) -> bool {
    let Some(before) = before else { return false };
    match c {
        _ if is_joiner(c) => {
            let joined =
                is_part_of_word(before) && after.is_some_and(|after| is_part_of_word(after) && !is_mark(after));
            joined || CodePointMapData::<CanonicalCombiningClass>::new().get(before) == CanonicalCombiningClass::Virama
        }
        BLANK_BRAILLE => is_braille(before) && after.is_some_and(is_braille),
        _ => is_variation_selector(c) && is_visible(before) && !is_cased(before),
    }
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

fn is_braille(c: char) -> bool {
    ('\u{2800}'..='\u{28ff}').contains(&c)
}

fn is_cased(c: char) -> bool {
    GeneralCategoryGroup::CasedLetter.contains(general_category(c))
}

/// Returns whether an invisible joiner may stand beside this character: a letter, a mark, or a symbol such as an emoji.
fn is_part_of_word(c: char) -> bool {
    let parts = GeneralCategoryGroup::Letter.union(GeneralCategoryGroup::Mark).union(GeneralCategoryGroup::Symbol);
    parts.contains(general_category(c)) && (!is_ignorable(c) || is_variation_selector(c))
}

/// Returns whether the character is drawn over or under the one before it.
fn is_mark(c: char) -> bool {
    let drawn_on = matches!(general_category(c), GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark);
    drawn_on && !is_variation_selector(c)
}

/// Returns whether the character is drawn together with the one before it: marks on it or beside it, tones, skin
/// colours, and the vowels and final consonants of Korean syllables.
fn is_extender(c: char) -> bool {
    let extends = matches!(
        CodePointMapData::<GraphemeClusterBreak>::new().get(c),
        GraphemeClusterBreak::Extend
            | GraphemeClusterBreak::SpacingMark
            | GraphemeClusterBreak::V
            | GraphemeClusterBreak::T
    );
    (extends || general_category(c) == GeneralCategory::SpacingMark) && !is_variation_selector(c) && !is_joiner(c)
}

/// Returns the text after the tags of a flag; the whole text if it doesn't begin with complete flag tags.
fn skip_flag_tags(text: &str) -> &str {
    let is_tag = |c: char| ('\u{e0030}'..='\u{e0039}').contains(&c) || ('\u{e0061}'..='\u{e007a}').contains(&c);
    let after = text.trim_start_matches(is_tag);
    let spelt = (3..=6).contains(&text[..text.len() - after.len()].chars().count());
    after.strip_prefix(CANCEL_TAG).filter(|_| spelt).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_script_are_accepted() {
        for name in [
            "Sarah Wanjiru",
            "Ngũgĩ wa Thiong'o",
            "Nguyễn Thị Minh Khai",
            "e\u{301}lodie",
            "محمد الحسن",
            "שרה לוי",
            "ሰላም ተስፋዬ",
            "අනුෂ්\u{200d}ක ශ්\u{200d}රී",
            "می\u{200c}خواهم",
            "മോഹന്\u{200d}",
            "ချို့",
            "དབང་ཕྱུག་",
            "葛\u{e0100}城",
            "김철수",
            "DJ 🎧",
            "❤\u{fe0f}\u{200d}🔥",
            "👩🏾\u{200d}🎤 👨\u{200d}👩\u{200d}👧\u{200d}👦",
            "🏳\u{fe0f}\u{200d}🌈 🇰🇪 1\u{fe0f}\u{20e3}",
            "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
            "-",
            "⠓\u{2800}⠊",
            "𓀀",
            "각\u{1100}\u{1161}\u{11a8}",
            "ကြွောင်း",
        ] {
            assert_eq!(validate_line(name), Ok(()), "{name:?}");
        }
    }

    #[test]
    fn a_name_that_looks_blank_is_refused() {
        for blank in [
            "\u{3164}",
            "\u{2800}\u{2800}",
            "\u{115f}\u{1160}",
            "\u{ffa0}",
            "\u{200b}",
            "\u{200d}\u{200c}",
            "\u{2060}\u{feff}",
            "\u{301}\u{302}",
            "\u{e0041}\u{e0042}",
            "\u{ad}",
            "\u{34f}",
            "\u{17b4}",
            "\u{180e}",
            "\u{fe0f}",
            "\u{202e}",
            "\u{a0}\u{3000}",
            "\u{fffc}",
            "\u{13441}\u{13442}",
        ] {
            assert_eq!(validate_line(blank), Err(FieldError::Invisible), "{blank:?}");
        }
    }

    #[test]
    fn hidden_characters_without_a_purpose_are_refused() {
        for hidden in [
            "a\u{202e}b",
            "a\u{202a}b",
            "a\u{2066}b",
            "a\u{2069}b",
            "a\u{200e}",
            "a\u{61c}b",
            "a\u{200b}b",
            "a\u{feff}b",
            "a\u{ad}b",
            "a\u{2060}b",
            "a\u{2028}b",
            "a\u{2029}b",
            "a\u{3164}b",
            "a\u{1160}b",
            "a\u{34f}b",
            "a\u{fff9}b",
            "a\u{e0041}b",
            "\u{200d}a",
            "a\u{200d}",
            "a \u{200d}b",
            "a\u{200c} b",
            "a \u{fe0f}b",
            "👩\u{200d}",
            "a\u{fe0f}\u{fe0f}",
            "a\u{fe00}b",
            "a\u{e0100}",
            "葛\u{e0100}\u{e0100}",
            "\u{2800}a",
            "a\u{2800}\u{2800}b",
            "a\u{fffc}",
            "a\u{e000}",
            "a\u{378}",
            "a\u{fdd0}b",
            "a\u{fffe}b",
            "a\u{e0001}b",
            // A flag without its closing tag.
            "🏴\u{e0067}\u{e0062}",
            "🏴\u{e0067}\u{e0062}\u{e0073}a",
        ] {
            assert_eq!(validate_line(hidden), Err(FieldError::HiddenCharacters), "{hidden:?}");
        }
        for control in ["a\nb", "a\0b", "a\u{7f}b", "a\u{85}b", "\u{1}"] {
            assert_eq!(validate_line(control), Err(FieldError::Invalid), "{control:?}");
        }
    }

    #[test]
    fn combining_marks_per_letter_are_limited() {
        assert_eq!(validate_line(&format!("Z{}algo", "\u{301}".repeat(4))), Ok(()));
        assert_eq!(validate_line(&format!("Z{}algo", "\u{301}".repeat(5))), Err(FieldError::TooManyMarks));
        assert_eq!(validate_line(&format!("Z{0}a{0}", "\u{301}\u{323}".repeat(2))), Ok(()));
        assert_eq!(validate_line(&format!("Z{}", "\u{489}".repeat(5))), Err(FieldError::TooManyMarks));
        for beside in
            ['\u{93f}', '\u{903}', '\u{bbe}', '\u{1031}', '\u{17b6}', '\u{302e}', '\u{e33}', '\u{11a8}', '\u{1f3fb}']
        {
            assert_eq!(
                validate_line(&format!("क{}", beside.to_string().repeat(30))),
                Err(FieldError::TooManyMarks),
                "{beside:?}"
            );
        }
        let between = "\u{301}\u{301}\u{301}\u{903}";
        assert_eq!(
            validate_line(&format!("Z{}", between.repeat(2))),
            Err(FieldError::TooManyMarks),
            "a spacing mark starts no new letter"
        );
        let joined = format!("Z{}\u{200d}\u{301}", "\u{301}".repeat(4));
        assert_eq!(validate_line(&joined), Err(FieldError::HiddenCharacters), "a joiner must be followed by a letter");
    }
}
