//! Text for search: names and titles without case and accents, and with base letters for those that keyboards lack.
//! `entity` stores it with each name and title.
//!
//! The databases can't do this: SQLite lower-cases only ASCII, and PostgreSQL's lower-casing depends on its locale.

use crate::{
    Error, Result,
    entity::{booking, person},
};
use model::FieldError;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect,
    sea_query::{BinOper, Expr, SimpleExpr},
};
use unicode_normalization::{UnicodeNormalization, char::canonical_combining_class};
use uuid::Uuid;

/// Rows of a table that one call fills in.
const BATCH: u64 = 500;
/// Maximum characters of a search query.
const QUERY_LIMIT: usize = 100;

/// Combining classes of marks that are part of a letter, not an accent: kana voicing marks (か and が are two letters)
/// and viramas. <https://www.unicode.org/reports/tr44/#Canonical_Combining_Class_Values>
const KEPT_MARKS: [u8; 3] = [0, 8, 9];

/// Decomposes (NFKD), lower-cases, removes accents and invisible characters, and collapses runs of white space.
pub(crate) fn fold_text(text: &str) -> String {
    let decomposed = text.chars().map(plain_punctuation).nfkd().flat_map(char::to_lowercase).nfkd();
    let mut folded = String::with_capacity(text.len());
    for letter in decomposed.filter(|letter| !is_dropped(*letter)) {
        match base_letters(letter) {
            Some(base) => folded.push_str(base),
            None if !letter.is_whitespace() => folded.push(letter),
            None if folded.ends_with(' ') => {}
            None => folded.push(' '),
        }
    }
    folded.trim().to_owned()
}

/// Returns the ASCII apostrophe or hyphen for their typographic forms: people search "Ngũgĩ wa Thiong’o" as "thiong'o".
/// Applied before decomposition, which would split some of them into a space and an accent.
fn plain_punctuation(letter: char) -> char {
    match letter {
        '`' | '\u{b4}' | '\u{2b9}'..='\u{2bf}' | '\u{2c8}' | '\u{2018}'..='\u{201b}' | '\u{2032}' | '\u{ff07}' => '\'',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}' => '-',
        other => other,
    }
}

fn is_dropped(letter: char) -> bool {
    let invisible = matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}');
    invisible || !KEPT_MARKS.contains(&canonical_combining_class(letter))
}

/// Returns the base letters of a lower-case letter that Unicode doesn't decompose, as a keyboard without it types them.
fn base_letters(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ŋ' => "ng",
        'ł' | 'ƚ' | 'ɫ' => "l",
        'ø' | 'ɔ' | 'ɵ' => "o",
        'đ' | 'ð' | 'ɗ' | 'ɖ' => "d",
        'ħ' => "h",
        'ı' | 'ɩ' | 'ɨ' => "i",
        'ŧ' | 'ƭ' => "t",
        'ɓ' | 'ƀ' => "b",
        'ƙ' => "k",
        'ƴ' => "y",
        'ɛ' | 'ə' | 'ǝ' => "e",
        'ɣ' | 'ǥ' | 'ɠ' => "g",
        'ɲ' | 'ɳ' => "n",
        'ƒ' => "f",
        'ʋ' => "v",
        'ʉ' => "u",
        // The final form of the same letter.
        'ς' => "σ",
        _ => return None,
    })
}

/// Returns the condition that a folded text contains a query.
///
/// # Errors
/// `Invalid` for a query that has more than 100 characters or a NUL.
pub(crate) fn contains_folded(text: SimpleExpr, query: &str) -> Result<SimpleExpr> {
    if query.contains('\0') {
        return Err(Error::for_field("query", FieldError::Invalid));
    }
    if query.chars().count() > QUERY_LIMIT {
        return Err(Error::for_field("query", FieldError::TooLong));
    }
    let escaped = fold_text(query).replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let pattern = Expr::val(format!("%{escaped}%")).binary(BinOper::Escape, Expr::Constant('\\'.into()));
    Ok(text.binary(BinOper::Like, pattern))
}

/// Fills in missing folded texts: of rows from before their columns existed, or written by a node of an older version.
/// Returns whether more may be missing.
pub(crate) async fn fill_missing_search_texts(connection: &impl ConnectionTrait) -> Result<bool> {
    use {booking::Column as OfBooking, person::Column as OfPerson};
    let names = [OfPerson::Id, OfPerson::Name, OfPerson::SearchName];
    let titles = [OfBooking::Id, OfBooking::Title, OfBooking::SearchTitle];
    let more_names = fill_missing::<person::Entity>(connection, names).await?;
    Ok(fill_missing::<booking::Entity>(connection, titles).await? || more_names)
}

async fn fill_missing<E: EntityTrait>(
    connection: &impl ConnectionTrait,
    [id_column, text_column, folded_column]: [E::Column; 3],
) -> Result<bool> {
    let missing = E::find().select_only().columns([id_column, text_column]).filter(folded_column.is_null());
    let rows: Vec<(Uuid, String)> = missing.limit(BATCH).into_tuple().all(connection).await?;
    for (id, text) in &rows {
        E::update_many()
            .col_expr(folded_column, Expr::value(fold_text(text)))
            .filter(id_column.eq(*id))
            // Another node may have changed the text since it was read.
            .filter(text_column.eq(text.as_str()))
            .exec(connection)
            .await?;
    }
    Ok(rows.len() as u64 == BATCH)
}

#[cfg(test)]
mod tests {
    use super::fold_text;

    #[test]
    fn text_is_folded_for_search() {
        for (text, folded) in [
            ("NGŨGĨ", "ngugi"),
            ("Ngu\u{303}gi\u{303}", "ngugi"),
            ("ÉLODIE", "elodie"),
            ("Łukasz Đoković", "lukasz dokovic"),
            ("Søren Þór Ægir", "soren thor aegir"),
            ("STRASSE", "strasse"),
            ("Straße", "strasse"),
            ("STRAẞE", "strasse"),
            ("İstanbul ISPARTA ılık", "istanbul isparta ilik"),
            ("ΟΔΥΣΣΕΎΣ", "οδυσσευσ"),
            ("Ọlá Ńkẹ́chi", "ola nkechi"),
            ("Ɓala Ƙofa", "bala kofa"),
            ("ＤＪ ﬁne", "dj fine"),
            ("  wa\u{a0}\u{2003}Thiong’o ", "wa thiong'o"),
            ("Mary\u{2011}Anne", "mary-anne"),
            ("zero\u{200b}\u{ad}width", "zerowidth"),
            ("مُحَمَّد", "محمد"),
            ("हिन्दी", "हिन्दी"),
            ("ガ", "カ\u{3099}"),
            ("👩🏾‍🎤", "👩🏾🎤"),
            ("", ""),
        ] {
            assert_eq!(fold_text(text), folded, "{text}");
            assert_eq!(fold_text(folded), folded, "folding again changes nothing: {text}");
        }
    }
}
