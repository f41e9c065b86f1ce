//! The directory of talents: search by name and craft.

mod search_name;

pub(crate) use search_name::{fill_missing_search_names, fold_name};

use crate::{
    Error, Greenroom, Result, Viewer,
    accounts::person_of,
    entity::person,
    page::{self, PAGE_SIZE, PageCursor},
};
use model::{ApiError, Craft, Directory, FieldError, Person, PersonId, Role};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{BinOper, Expr, SimpleExpr},
};

/// Maximum characters of a search query.
const QUERY_LIMIT: usize = 100;

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
        let mut talents = rows.into_iter().map(person_of).collect::<Result<Vec<_>>>()?;
        let next_page = page::truncate_page(&mut talents, |last: &Person| PageCursor::new(&last.name, last.id.0));
        Ok(Directory { talents, next_page })
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

/// Returns the condition that a folded name contains a text.
///
/// # Errors
/// `Invalid` for a text that has more than 100 characters or a NUL.
pub(crate) fn contains_folded(name: SimpleExpr, part: &str) -> Result<SimpleExpr> {
    if part.contains('\0') {
        return Err(Error::for_field("query", FieldError::Invalid));
    }
    if part.chars().count() > QUERY_LIMIT {
        return Err(Error::for_field("query", FieldError::TooLong));
    }
    Ok(contains(name, &fold_name(part)))
}

/// Returns the condition that a text in lower case contains another one. SQLite knows only the case of ASCII letters.
pub(crate) fn contains_lowercase(text: SimpleExpr, part: &str) -> SimpleExpr {
    contains(text, &part.to_lowercase())
}

fn contains(text: SimpleExpr, part: &str) -> SimpleExpr {
    let escaped = part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let pattern = Expr::val(format!("%{escaped}%")).binary(BinOper::Escape, Expr::Constant('\\'.into()));
    text.binary(BinOper::Like, pattern)
}
