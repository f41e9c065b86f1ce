use crate::{
    Result,
    entity::{event_sequence, person},
    error::Error,
    store::Transaction,
    talents::ensure_slug,
};
use model::{ApiError, EmailDelay, Person, PersonId, Timestamp, User};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::LockType,
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Converts a row of the person table to the person as others see them.
pub(crate) fn person_of(row: person::Model) -> Result<Person> {
    Ok(Person {
        id: PersonId(row.id),
        name: row.name,
        role: row.role.parse().map_err(|()| Error::corrupt("role"))?,
        craft: row.craft.map(|craft| craft.parse().map_err(|()| Error::corrupt("craft"))).transpose()?,
    })
}

/// Converts a row of the person table to the user as they see themselves.
pub(super) fn user_of(row: person::Model) -> Result<User> {
    Ok(User {
        id: PersonId(row.id),
        role: row.role.parse().map_err(|()| Error::corrupt("role"))?,
        name: row.name,
        email: row.email,
        email_verified: row.email_verified,
    })
}

/// The columns of a person to be inserted.
pub(crate) struct NewPerson<'a> {
    pub(crate) email: &'a str,
    pub(crate) name: &'a str,
    pub(crate) role: &'a str,
    pub(crate) craft: Option<&'a str>,
    pub(crate) bio: &'a str,
    pub(crate) password_hash: &'a str,
    pub(crate) email_verified: bool,
}

impl NewPerson<'_> {
    /// Inserts the person and their empty event sequence. A new profile is public, as the registration page says; that
    /// of an account from before profiles were public isn't.
    pub(crate) async fn insert(self, tx: &Transaction, now: Timestamp) -> Result<person::Model> {
        let row = person::ActiveModel {
            id: Set(Uuid::now_v7()),
            email: Set(self.email.to_owned()),
            name: Set(self.name.to_owned()),
            role: Set(self.role.to_owned()),
            craft: Set(self.craft.map(str::to_owned)),
            password_hash: Set(self.password_hash.to_owned()),
            email_verified: Set(self.email_verified),
            created_at: Set(now.millis()),
            bio: Set(self.bio.to_owned()),
            mail_after: Set(EmailDelay::FiveMinutes.as_str().to_owned()),
            deleted_at: Set(None),
            receipts: Set(true),
            presence: Set(true),
            search_name: NotSet,
            slug: Set(None),
            public_profile: Set(true),
        };
        let row = ensure_slug(tx, row.insert(tx).await?).await?;
        event_sequence::ActiveModel { person_id: Set(row.id), seq: Set(0) }.insert(tx).await?;
        Ok(row)
    }
}

/// Locks a person's row until the transaction ends, so that their credentials and name don't change. Other transactions
/// may still insert rows that refer to them.
///
/// # Errors
/// `Unauthenticated` if the account was deleted.
pub(crate) async fn lock_person(tx: &Transaction, id: PersonId) -> Result<person::Model> {
    let query = person::Entity::find_by_id(id.0).filter(person::Column::DeletedAt.is_null());
    Ok(query.lock(LockType::NoKeyUpdate).one(tx).await?.ok_or(ApiError::Unauthenticated)?)
}

/// Locks the rows of people in the order of their ids, so that none changes until the transaction ends. Other
/// transactions may read them and insert rows that refer to them. The viewer's row is locked exclusively, so that
/// limits count their requests one after the other; the other rows are shared, so that viewers who name the same person
/// don't wait for each other.
pub(super) async fn lock_people(tx: &Transaction, viewer: PersonId, people: &[PersonId]) -> Result<Vec<person::Model>> {
    let mut rows = Vec::new();
    for id in BTreeSet::from_iter(people) {
        let lock = if *id == viewer { LockType::NoKeyUpdate } else { LockType::Share };
        rows.extend(person::Entity::find_by_id(id.0).lock(lock).one(tx).await?);
    }
    Ok(rows)
}
