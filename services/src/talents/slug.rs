//! Slugs: the names of profiles in URLs, made from the names of talents.

use crate::{Error, Result, entity::person, error::is_duplicate, search_text::fold_text};
use model::Role;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockType},
};
use std::str::FromStr;
use uuid::Uuid;

/// Rows that one call fills in.
const BATCH: u64 = 100;
/// Maximum length before the number of a duplicate.
const LENGTH: usize = 48;
/// What stands before a slug that would be one of the site's own.
const TALENT_PREFIX: &str = "talent-";
/// The slug of a name without any letter or digit that ASCII has.
const NAMELESS: &str = "talent";
/// Maximum length with that number.
const MAX_LENGTH: usize = 64;
/// Numbers tried before random ones.
const SMALL_NUMBERS: u32 = 9;

/// Confirmed talents without a slug. Literals, because a database takes a partial index only where it knows the values:
/// `person_without_slug` holds these rows, hardly any, and the cleanup asks for them while SQLite's other writes wait.
const WITHOUT_SLUG: &str = "role = 'talent' AND email_verified AND slug IS NULL";

/// Key of the advisory lock. Arbitrary, but the same in every version of the program.
const SLUG_LOCK: i64 = 0x6772_736c;

/// What the site calls itself. A person whose name begins with it could speak as the site.
const SITE: &str = "greenroom";

/// Slugs that a person could take for a page of the site, also with a number.
const RESERVED: [&str; 23] = [
    "about", "account", "admin", "api", "bookings", "contact", "edit", "help", "home", "inbox", "me", "new", "privacy",
    "profile", "register", "search", "settings", "signin", "signout", "support", "talents", "terms", "you",
];

/// A text that has the form of a slug. Other text reaches no statement: PostgreSQL refuses NUL, for example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slug(String);

/// The error for a text that no slug can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidSlug;

impl Slug {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Slug {
    type Err = InvalidSlug;

    fn from_str(text: &str) -> std::result::Result<Self, InvalidSlug> {
        let is_slug = (1..=MAX_LENGTH).contains(&text.len())
            && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        if is_slug { Ok(Self(text.to_owned())) } else { Err(InvalidSlug) }
    }
}

/// Gives a confirmed talent a slug, if they have none.
pub(crate) async fn ensure_slug(tx: &impl ConnectionTrait, row: person::Model) -> Result<person::Model> {
    if row.slug.is_some() { Ok(row) } else { renew_slug(tx, row).await }
}

/// Gives a confirmed talent a slug made from their name; the same one, if only that fits. The row must be locked.
pub(crate) async fn renew_slug(tx: &impl ConnectionTrait, row: person::Model) -> Result<person::Model> {
    if row.role != Role::Talent.as_str() || !row.email_verified {
        return Ok(row);
    }
    let base = own_slug_base(&row.name);
    let is_own = |own: &str| own == base || own.strip_prefix(&base).is_some_and(is_number_suffix);
    if row.slug.as_deref().is_some_and(is_own) {
        return Ok(row);
    }
    lock_slugs(tx).await?;
    let slug = find_free_slug(tx, &base).await?;
    Ok(person::ActiveModel { id: Unchanged(row.id), slug: Set(Some(slug)), ..Default::default() }.update(tx).await?)
}

/// Waits for other transactions that choose a slug, until this one ends: the slugs that it finds free stay free. On
/// SQLite, writes wait for each other anyway. Taken after all locks of people and conversations.
async fn lock_slugs(tx: &impl ConnectionTrait) -> Result<()> {
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({SLUG_LOCK})")).await?;
    }
    Ok(())
}

fn is_number_suffix(text: &str) -> bool {
    text.strip_prefix('-').is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Returns `base`, or `base` with a number.
async fn find_free_slug(connection: &impl ConnectionTrait, base: &str) -> Result<String> {
    let numbered = (2..=SMALL_NUMBERS).map(|number| format!("{base}-{number}"));
    let mut candidates: Vec<String> = [base.to_owned()].into_iter().chain(numbered).collect();
    loop {
        let taken = person::Entity::find().select_only().column(person::Column::Slug);
        let taken = taken.filter(person::Column::Slug.is_in(candidates.clone()));
        let taken: Vec<String> = taken.into_tuple().all(connection).await?;
        if let Some(free) = candidates.into_iter().find(|candidate| !taken.contains(candidate)) {
            return Ok(free);
        }
        // A name that many have: a random number is free at once, where counting on would take a query for each.
        candidates = (2..=SMALL_NUMBERS).map(|_| format!("{base}-{}", Uuid::now_v7().as_u128() % 1_000_000)).collect();
    }
}

/// Returns whether a name begins with that of the site, in any case, width or style of letters.
pub(crate) fn is_site_name(name: &str) -> bool {
    fold_text(name).trim_start_matches(|letter: char| !letter.is_alphanumeric()).starts_with(SITE)
}

/// Returns [`slug_base`], or one that tells that it is a talent's where that would be the site's own.
fn own_slug_base(name: &str) -> String {
    let base = slug_base(name);
    if is_reserved(&base) { format!("{TALENT_PREFIX}{base}") } else { base }
}

fn is_reserved(slug: &str) -> bool {
    let word = slug.trim_end_matches(|letter: char| letter == '-' || letter.is_ascii_digit());
    // A profile is also found by its id.
    RESERVED.contains(&word) || slug.starts_with(SITE) || Uuid::try_parse(slug).is_ok()
}

/// Returns the name in lower-case ASCII letters and digits, with single hyphens between words.
fn slug_base(name: &str) -> String {
    let mut slug = String::with_capacity(LENGTH);
    for letter in fold_text(name).chars().filter(|letter| *letter != '\'') {
        if slug.len() == LENGTH {
            break;
        }
        match letter {
            'a'..='z' | '0'..='9' => slug.push(letter),
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    if slug.is_empty() { NAMELESS.to_owned() } else { slug }
}

/// Gives slugs to talents from before the column existed, and to those that a node of an older version confirmed.
/// Returns whether more may be missing.
pub(crate) async fn fill_missing_slugs(connection: &impl ConnectionTrait) -> Result<bool> {
    // Locked before the slugs: a transaction that changes one of these accounts has its row before it waits for them.
    let missing = person::Entity::find()
        .filter(Expr::cust(WITHOUT_SLUG))
        .order_by_asc(person::Column::Id)
        .limit(BATCH)
        .lock(LockType::NoKeyUpdate);
    let rows = missing.all(connection).await?;
    let more = rows.len() as u64 == BATCH;
    for row in rows {
        match ensure_slug(connection, row).await {
            // At startup each statement commits for itself, and another node may take the slug in between.
            Err(Error::Database(error)) if is_duplicate(&error) => return Ok(true),
            filled => filled.map(|_| ())?,
        }
    }
    Ok(more)
}

#[cfg(test)]
mod tests {
    use super::{InvalidSlug, Slug, is_number_suffix, is_reserved, is_site_name, own_slug_base, slug_base};

    #[test]
    fn a_slug_is_the_name_in_ascii() {
        for (name, slug) in [
            ("Sarah Wanjiru", "sarah-wanjiru"),
            ("Élodie Ngũgĩ", "elodie-ngugi"),
            ("Ngũgĩ wa Thiong’o", "ngugi-wa-thiongo"),
            ("  DJ -- Kamau!  ", "dj-kamau"),
            ("Straße & Søn", "strasse-son"),
            ("../../etc?x=#", "etc-x"),
            ("محمد", "talent"),
            ("👩🏾‍🎤", "talent"),
            ("", "talent"),
        ] {
            assert_eq!(slug_base(name), slug, "{name}");
        }
        assert_eq!(slug_base(&"a".repeat(80)).len(), 48);
        assert_eq!(slug_base(&format!("{} bc", "a".repeat(47))).len(), 47, "no hyphen at the end");
    }

    #[test]
    fn only_text_in_the_form_of_a_slug_is_one() {
        for text in ["sarah-wanjiru", "dj-kamau-2", "a", &"a".repeat(64)] {
            assert_eq!(text.parse().map(|slug: Slug| slug.0).as_deref(), Ok(text));
        }
        for text in ["", "Sarah", "sarah wanjiru", "a\0b", "caf\u{e9}", "../x", "a%", &"a".repeat(65)] {
            assert_eq!(text.parse::<Slug>(), Err(InvalidSlug), "{text:?}");
        }
    }

    #[test]
    fn words_of_the_site_and_ids_are_reserved() {
        for (name, slug) in [
            ("Settings", "talent-settings"),
            ("Admin 2", "talent-admin-2"),
            ("API-2-3", "talent-api-2-3"),
            ("Greenroom Support", "talent-greenroom-support"),
            ("0190b5a4-7e7a-7c3e-8a55-0123456789ab", "talent-0190b5a4-7e7a-7c3e-8a55-0123456789ab"),
            ("Settings of Mombasa", "settings-of-mombasa"),
            ("DJ 2", "dj-2"),
        ] {
            assert_eq!(own_slug_base(name), slug);
        }
        assert!(!is_reserved("sarah-wanjiru"));
    }

    #[test]
    fn names_that_begin_with_that_of_the_site_are_recognised() {
        for name in
            ["Greenroom", "GREENROOM Support", "» greenroom-team", "Ｇｒｅｅｎｒｏｏｍ", "𝗚𝗿𝗲𝗲𝗻𝗿𝗼𝗼𝗺 help", "Grèenroom"]
        {
            assert!(is_site_name(name), "{name}");
        }
        for name in ["The Green Room Band", "Green Room Events", "Sarah of Greenroom"] {
            assert!(!is_site_name(name), "{name}");
        }
    }

    #[test]
    fn only_a_number_tells_duplicates_apart() {
        assert!(is_number_suffix("-2") && !is_number_suffix("-") && !is_number_suffix("2") && !is_number_suffix("-b"));
    }
}
