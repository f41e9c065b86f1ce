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

/// The action that a one-time token authorises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Confirms the address of a new account.
    Verify,
    /// Sets a new password.
    Reset,
    /// Moves an existing account to a new address.
    Email,
    /// Turns off emails about unread messages.
    Unsubscribe,
    /// Proves that a browser is the one that registered. Kept by the browser, never mailed.
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

    /// Returns how long a token is valid from its issue.
    fn ttl(self) -> Duration {
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
    /// Purposes that give access to an account: a change of its password or address revokes their tokens.
    pub(crate) const ACCOUNT_ACCESS: [Purpose; 4] =
        [Purpose::Verify, Purpose::Reset, Purpose::Email, Purpose::Registrant];
}

/// Person and purpose of a token, as read without consuming it.
pub(crate) struct TokenInfo {
    pub(crate) person: PersonId,
    pub(crate) purpose: Purpose,
}

/// A token that was consumed.
pub(crate) struct ConsumedToken {
    /// The person's row, locked until the transaction ends.
    pub(crate) owner: person::Model,
    pub(crate) purpose: Purpose,
    pub(crate) payload: String,
}

/// Maximum time for which an email with a link may wait in the queue.
const MAX_QUEUE_TIME: Duration = Duration::from_secs(2 * 24 * 60 * 60);

/// Prepares the token of a mailed link and returns a reference to it, which authorises nothing: [`issue`] generates the
/// token itself when the email is sent.
pub(crate) async fn create(
    tx: &Transaction,
    person: PersonId,
    purpose: Purpose,
    payload: String,
    now: Timestamp,
) -> Result<String> {
    let reference = Uuid::now_v7();
    let row = token::ActiveModel {
        // The column needs a unique hash: this is of a secret that is discarded.
        hash: Set(Secret::generate()?.hash()),
        person_id: Set(person.0),
        purpose: Set(purpose.as_str().to_owned()),
        payload: Set(payload),
        expires_at: Set(now.millis() + as_millis(purpose.ttl().max(MAX_QUEUE_TIME))),
        reference: Set(Some(reference)),
    };
    token::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(reference.simple().to_string())
}

/// A token prepared for an email, whose person is locked until the transaction ends.
pub(crate) struct PreparedToken(token::Model);

/// Finds a prepared token by its reference. Returns `None` if it was revoked.
///
/// Locks the person, as all functions do that consume or revoke tokens.
pub(crate) async fn find_prepared(tx: &Transaction, reference: Uuid) -> Result<Option<PreparedToken>> {
    let find = || token::Entity::find().filter(token::Column::Reference.eq(reference)).limit(1);
    let Some(before) = find().one(tx).await? else { return Ok(None) };
    match lock_person(tx, PersonId(before.person_id)).await {
        Err(Error::Api(ApiError::Unauthenticated)) => Ok(None),
        Err(error) => Err(error),
        // Reads again, because it may have been revoked before the lock was acquired.
        Ok(_) => Ok(find().one(tx).await?.map(PreparedToken)),
    }
}

/// Generates the token of an email that is sent now. The database stores only its hash.
///
/// Tokens of earlier delivery attempts stay valid until one is used: the mail server may have accepted an earlier copy,
/// and mail programs that drop the second of two copies show that copy's link.
pub(crate) async fn issue(tx: &Transaction, PreparedToken(row): PreparedToken, now: Timestamp) -> Result<String> {
    let purpose: Purpose = row.purpose.parse().map_err(|()| Error::corrupt("token purpose"))?;
    let secret = Secret::generate()?;
    let issued = token::ActiveModel {
        hash: Set(secret.hash()),
        person_id: Set(row.person_id),
        purpose: Set(row.purpose),
        payload: Set(row.payload),
        expires_at: Set(now.millis() + as_millis(purpose.ttl())),
        reference: Set(row.reference),
    };
    token::Entity::insert(issued).exec_without_returning(tx).await?;
    Ok(secret.into_text())
}

/// Stores a token that the caller generated, as a hash.
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
        expires_at: Set(now.millis() + as_millis(purpose.ttl())),
        reference: Set(None),
    };
    token::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Consumes a token for one of these purposes: deletes it and all others of the same email, if the transaction commits.
///
/// Locks the person first and the token second. Changes of a password or an address lock in the same order, so that no
/// deadlock is possible.
///
/// # Errors
/// `Invalid` for a token that was used, has expired, never existed or has another purpose.
pub(crate) async fn consume(
    tx: &Transaction,
    text: &str,
    purposes: &[Purpose],
    now: Timestamp,
) -> Result<ConsumedToken> {
    let invalid = || Error::for_field("token", FieldError::TokenInvalid);
    let found = peek(tx, text, purposes, now).await?;
    let owner = lock_person(tx, found.person).await.map_err(|error| match error {
        Error::Api(ApiError::Unauthenticated) => invalid(),
        other => other,
    })?;
    let deleted = token::Entity::delete_many()
        .filter(token::Column::Hash.eq(token_hash(text)))
        .filter(token::Column::ExpiresAt.gt(now.millis()))
        .exec_with_returning(tx)
        .await?;
    let row = deleted.into_iter().next().ok_or_else(invalid)?;
    if let Some(reference) = row.reference {
        token::Entity::delete_many().filter(token::Column::Reference.eq(reference)).exec(tx).await?;
    }
    Ok(ConsumedToken { owner, purpose: found.purpose, payload: row.payload })
}

/// Returns person and purpose of a token without consuming it. Called before expensive work like hashing, so that a
/// guessed token costs one query.
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
    Ok(found.ok_or_else(|| ApiError::for_field("token", FieldError::TokenInvalid))?)
}

/// Revokes a person's tokens of these purposes.
pub(crate) async fn revoke(tx: &Transaction, person: PersonId, purposes: &[Purpose]) -> Result<()> {
    token::Entity::delete_many()
        .filter(token::Column::PersonId.eq(person.0))
        .filter(token::Column::Purpose.is_in(purposes.iter().map(|purpose| purpose.as_str())))
        .exec(tx)
        .await?;
    Ok(())
}
