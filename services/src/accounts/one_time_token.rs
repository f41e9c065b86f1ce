use super::{
    person::lock_person,
    secret::{Secret, token_hash},
};
use crate::{
    Error, Result,
    clock::as_millis,
    entity::{person, token},
    store::Transaction,
};
use model::{ApiError, FieldError, PersonId, Timestamp};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use std::time::Duration;
use uuid::Uuid;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// What a link in a mail is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Confirms the address of a new account.
    Verify,
    /// Chooses a new password.
    Reset,
    /// Confirms a new address of an old account.
    Email,
    /// Ends mails about unread messages.
    Unsubscribe,
    /// Shows that a browser is the one that registered. Stands in no mail.
    Registrant,
}

impl Purpose {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Purpose::Verify => "verify",
            Purpose::Reset => "reset",
            Purpose::Email => "email",
            Purpose::Unsubscribe => "unsubscribe",
            Purpose::Registrant => "registrant",
        }
    }

    /// How long the link works.
    fn life(self) -> Duration {
        match self {
            Purpose::Reset => HOUR,
            Purpose::Verify | Purpose::Email => HOUR * 24 * 2,
            Purpose::Registrant => HOUR * 24 * 7,
            Purpose::Unsubscribe => HOUR * 24 * 365,
        }
    }
}

impl std::str::FromStr for Purpose {
    type Err = ();
    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        let all = [Purpose::Verify, Purpose::Reset, Purpose::Email, Purpose::Unsubscribe];
        all.into_iter().find(|purpose| purpose.as_str() == text).ok_or(())
    }
}

impl Purpose {
    /// Those that open an account: none of them must outlive what it was opened with.
    pub(crate) const KEYS: [Purpose; 4] = [Purpose::Verify, Purpose::Reset, Purpose::Email, Purpose::Registrant];
}

/// What a link is good for, as found without taking it.
pub(crate) struct TokenInfo {
    pub(crate) person: PersonId,
    pub(crate) purpose: Purpose,
}

/// What a link that was opened says.
pub(crate) struct ConsumedToken {
    /// Whose link it is, locked until the transaction ends.
    pub(crate) owner: person::Model,
    pub(crate) purpose: Purpose,
    pub(crate) payload: String,
}

/// How long a letter may wait to be sent with a link in it.
const MAX_QUEUE_TIME: Duration = Duration::from_secs(2 * 24 * 60 * 60);

/// Prepares a link's token. What is returned only refers to it, and opens nothing: the token itself is made by [`issue`],
/// at the moment the letter goes out.
pub(crate) async fn create(
    tx: &Transaction,
    person: PersonId,
    purpose: Purpose,
    payload: String,
    now: Timestamp,
) -> Result<String> {
    let reference = Uuid::now_v7();
    let row = token::ActiveModel {
        // Of a secret that nobody is told.
        hash: Set(Secret::generate()?.hash()),
        person_id: Set(person.0),
        purpose: Set(purpose.as_str().to_owned()),
        payload: Set(payload),
        expires_at: Set(now.millis() + as_millis(purpose.life().max(MAX_QUEUE_TIME))),
        reference: Set(Some(reference)),
    };
    token::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(reference.simple().to_string())
}

/// A link that was prepared for a letter, with its owner locked until the transaction ends.
pub(crate) struct PreparedToken(token::Model);

/// Finds what a reference stands for. `None` where it was revoked.
///
/// Locks its owner, as everything does that takes or revokes a link.
pub(crate) async fn find_prepared(tx: &Transaction, reference: Uuid) -> Result<Option<PreparedToken>> {
    let find = || token::Entity::find().filter(token::Column::Reference.eq(reference)).limit(1);
    let Some(before) = find().one(tx).await? else { return Ok(None) };
    match lock_person(tx, PersonId(before.person_id)).await {
        Err(Error::Api(ApiError::Unauthenticated)) => Ok(None),
        Err(error) => Err(error),
        // Read again: it may have been revoked before the lock.
        Ok(_) => Ok(find().one(tx).await?.map(PreparedToken)),
    }
}

/// Makes a token for a letter that goes out now. The database learns its hash alone.
///
/// Those of earlier tries stay as good until one is used: the mail server may have taken an earlier copy, and mail programs
/// that drop the second of two copies show its link.
pub(crate) async fn issue(tx: &Transaction, PreparedToken(row): PreparedToken, now: Timestamp) -> Result<String> {
    let purpose: Purpose = row.purpose.parse().map_err(|()| Error::corrupt("purpose of a link"))?;
    let secret = Secret::generate()?;
    let issued = token::ActiveModel {
        hash: Set(secret.hash()),
        person_id: Set(row.person_id),
        purpose: Set(row.purpose),
        payload: Set(row.payload),
        expires_at: Set(now.millis() + as_millis(purpose.life())),
        reference: Set(row.reference),
    };
    token::Entity::insert(issued).exec_without_returning(tx).await?;
    Ok(secret.into_text())
}

/// Stores the hash of a secret, which says no more of it.
pub(super) async fn store_hash(
    tx: &Transaction,
    hash: Vec<u8>,
    person: PersonId,
    purpose: Purpose,
    payload: String,
    now: Timestamp,
) -> Result<()> {
    let row = token::ActiveModel {
        hash: Set(hash),
        person_id: Set(person.0),
        purpose: Set(purpose.as_str().to_owned()),
        payload: Set(payload),
        expires_at: Set(now.millis() + as_millis(purpose.life())),
        reference: Set(None),
    };
    token::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Takes a token for one of these purposes. Taken, it is gone with all others of its letter, unless the transaction isn't
/// committed.
///
/// Locks its owner first and the token second. Changes of a password or an address take their locks in the same order,
/// so that the two never wait for each other.
pub(crate) async fn consume(
    tx: &Transaction,
    text: &str,
    purposes: &[Purpose],
    now: Timestamp,
) -> Result<ConsumedToken> {
    let invalid = || Error::field("token", FieldError::TokenInvalid);
    let found = peek(tx, text, purposes, now).await?;
    let owner = lock_person(tx, found.person).await.map_err(|error| match error {
        Error::Api(ApiError::Unauthenticated) => invalid(),
        other => other,
    })?;
    let taken = token::Entity::delete_many()
        .filter(token::Column::Hash.eq(token_hash(text)))
        .filter(token::Column::ExpiresAt.gt(now.millis()))
        .exec_with_returning(tx)
        .await?;
    let row = taken.into_iter().next().ok_or_else(invalid)?;
    if let Some(reference) = row.reference {
        token::Entity::delete_many().filter(token::Column::Reference.eq(reference)).exec(tx).await?;
    }
    Ok(ConsumedToken { owner, purpose: found.purpose, payload: row.payload })
}

/// What a token is good for, without taking it. Asked before anything that costs: a guess costs one query.
pub(crate) async fn peek(
    connection: &impl ConnectionTrait,
    text: &str,
    purposes: &[Purpose],
    now: Timestamp,
) -> Result<TokenInfo> {
    let known = token::Entity::find_by_id(token_hash(text))
        .filter(token::Column::ExpiresAt.gt(now.millis()))
        .one(connection)
        .await?;
    let found = known.and_then(|row| {
        let purpose = purposes.iter().find(|purpose| purpose.as_str() == row.purpose)?;
        Some(TokenInfo { person: PersonId(row.person_id), purpose: *purpose })
    });
    Ok(found.ok_or_else(|| ApiError::field("token", FieldError::TokenInvalid))?)
}

/// Makes a person's links of these purposes useless.
pub(crate) async fn revoke(tx: &Transaction, person: PersonId, purposes: &[Purpose]) -> Result<()> {
    token::Entity::delete_many()
        .filter(token::Column::PersonId.eq(person.0))
        .filter(token::Column::Purpose.is_in(purposes.iter().map(|purpose| purpose.as_str())))
        .exec(tx)
        .await?;
    Ok(())
}
