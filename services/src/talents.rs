//! Talents: the directory, searched by name and craft, and their profiles.

mod slug;

pub use slug::{InvalidSlug, Slug};
pub(crate) use slug::{ensure_slug, fill_missing_slugs, is_site_name, renew_slug};

use crate::{
    Greenroom, Result, Viewer,
    accounts::person_of,
    entity::person,
    page::{self, PAGE_SIZE, PageCursor},
    search_text::contains_folded,
};
use model::{ApiError, Craft, Directory, Person, PersonId, Role, Talent};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, SimpleExpr},
};
use std::str::FromStr;

/// Profiles on the start page.
const FEATURED: u64 = 6;

/// Talents who can be booked and say what they do. Literals, because a database takes a partial index only where it
/// knows the values: `person_suggested` and `person_featured` hold these rows and no others.
const WITH_PROFILE: &str = "role = 'talent' AND email_verified AND bio <> '' AND craft IS NOT NULL";

/// What names a profile in a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProfileKey {
    /// The person's id, which never changes.
    Id(PersonId),
    /// The slug, which its owner may renew.
    Slug(Slug),
    /// The viewer's own, for links that don't know the slug.
    Own,
}

/// No slug: it is one of the words that are reserved for the site.
const OWN: &str = "me";

impl FromStr for ProfileKey {
    type Err = InvalidSlug;

    /// Takes every UUID for an id: no slug looks like one.
    fn from_str(text: &str) -> std::result::Result<Self, InvalidSlug> {
        if text == OWN {
            return Ok(Self::Own);
        }
        text.parse().map(Self::Id).or_else(|_| text.parse().map(Self::Slug))
    }
}

/// What a person can do who has no conversation yet.
#[derive(Clone, Debug, Default)]
pub struct FirstSteps {
    /// An organizer's: talents to ask.
    pub suggested: Vec<Talent>,
    /// A talent's: their own profile, to complete and to share.
    pub own: Option<Talent>,
}

/// The filters of a directory search.
#[derive(Clone, Debug, Default)]
pub struct TalentSearch {
    /// Text that the name contains.
    pub query: Option<String>,
    /// The craft of the talents; `None` for all.
    pub craft: Option<Craft>,
    /// The token of a page, from the previous one.
    pub page: Option<String>,
}

impl Greenroom {
    /// Returns a page of bookable talents, ordered by name. The query ignores case and accents.
    ///
    /// # Errors
    /// `Invalid` for a query that has more than 100 characters or a NUL, or a page token that can't be parsed.
    pub async fn search_talents(&self, _viewer: &Viewer, search: TalentSearch) -> Result<Directory> {
        let mut query = select_bookable();
        if let Some(part) = search.query.as_deref().map(str::trim).filter(|part| !part.is_empty()) {
            let name = Expr::col((person::Entity, person::Column::SearchName));
            query = query.filter(contains_folded(name, part)?);
        }
        if let Some(craft) = search.craft {
            query = query.filter(person::Column::Craft.eq(craft.as_str()));
        }
        if let Some(page_cursor) = PageCursor::parse(search.page.as_deref())? {
            let key = Expr::tuple([person::Column::Name, person::Column::Id].map(|column| column.into_expr()));
            // A row value comparison, so that the database seeks in the index.
            query = query.filter(key.gt(Expr::tuple([Expr::value(page_cursor.key), Expr::value(page_cursor.id)])));
        }
        let by_name = query.order_by_asc(person::Column::Name).order_by_asc(person::Column::Id);
        let rows = by_name.limit(PAGE_SIZE + 1).all(self.store.reader()).await?;
        let mut talents = rows.into_iter().map(talent_of).collect::<Result<Vec<_>>>()?;
        let next_page = page::truncate_page(&mut talents, |last: &Talent| PageCursor::new(&last.name, last.id.0));
        Ok(Directory { talents, next_page })
    }

    /// Returns a talent's profile: a public one to anyone, every other one to signed-in people.
    ///
    /// # Errors
    /// `NotFound` if there is no such talent, and, for visitors who aren't signed in, if their profile isn't public.
    pub async fn load_profile(&self, viewer: Option<&Viewer>, key: &ProfileKey) -> Result<Talent> {
        let mut query = select_bookable().filter(match key {
            ProfileKey::Id(id) => person::Column::Id.eq(id.0),
            ProfileKey::Slug(slug) => person::Column::Slug.eq(slug.as_str()),
            ProfileKey::Own => person::Column::Id.eq(viewer.ok_or(ApiError::NotFound)?.id().0),
        });
        if viewer.is_none() {
            query = query.filter(person::Column::PublicProfile.eq(true));
        }
        talent_of(query.one(self.store.reader()).await?.ok_or(ApiError::NotFound)?)
    }

    /// Returns the newest public profiles that say what the person does, for the start page.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_featured_talents(&self) -> Result<Vec<Talent>> {
        self.list_newest(Some(person::Column::PublicProfile.eq(true))).await
    }

    /// Returns what the viewer can do before their first conversation.
    ///
    /// # Errors
    /// `NotFound` if the account was deleted.
    pub async fn load_first_steps(&self, viewer: &Viewer) -> Result<FirstSteps> {
        Ok(match viewer.role() {
            Role::Organizer => FirstSteps { suggested: self.list_newest(None).await?, ..FirstSteps::default() },
            Role::Talent => {
                let own = self.load_profile(Some(viewer), &ProfileKey::Id(viewer.id())).await?;
                FirstSteps { own: Some(own), ..FirstSteps::default() }
            }
        })
    }

    /// Returns the newest talents who say what they do.
    async fn list_newest(&self, only: Option<SimpleExpr>) -> Result<Vec<Talent>> {
        let mut query = person::Entity::find().filter(Expr::cust(WITH_PROFILE));
        if let Some(only) = only {
            query = query.filter(only);
        }
        let newest = query.order_by_desc(person::Column::Id).limit(FEATURED);
        newest.all(self.store.reader()).await?.into_iter().map(talent_of).collect()
    }

    /// Returns the absolute address of a profile's page.
    pub fn profile_url(&self, talent: &Talent) -> String {
        self.mail.links.page_url(&talent.path())
    }

    /// Returns a bookable talent to an organizer.
    ///
    /// # Errors
    /// `WrongRole` unless the viewer is an organizer; `NotFound` if there is no talent with this id.
    pub async fn load_talent(&self, viewer: &Viewer, id: PersonId) -> Result<Person> {
        if viewer.role() != Role::Organizer {
            return Err(ApiError::WrongRole.into());
        }
        let talent = select_bookable().filter(person::Column::Id.eq(id.0));
        person_of(talent.one(self.store.reader()).await?.ok_or(ApiError::NotFound)?)
    }
}

/// Selects talents with a confirmed address, which deleted accounts don't have.
fn select_bookable() -> Select<person::Entity> {
    person::Entity::find()
        .filter(person::Column::Role.eq(Role::Talent.as_str()))
        .filter(person::Column::EmailVerified.eq(true))
}

/// Converts a row of the person table to a talent with their profile.
fn talent_of(row: person::Model) -> Result<Talent> {
    let (slug, bio) = (row.slug.clone(), row.bio.clone());
    let Person { id, name, role, craft } = person_of(row)?;
    Ok(Talent { id, name, role, craft, slug, bio })
}
