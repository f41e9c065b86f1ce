//! The security log: events that concern the security of accounts, as log lines with their own target. They name the
//! person by a pseudonym and the source by its network, never by email address or full IP address.

use crate::{
    Greenroom, Result,
    entity::{person, site_secret},
    error::Error,
    network::truncate_address,
};
use hmac::{Hmac, KeyInit, Mac};
use model::PersonId;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};
use sha2::Sha256;
use std::net::IpAddr;

/// The name of the stored key from which pseudonyms are derived.
const KEY: &str = "security_log";

/// An event of the security log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SecurityEvent {
    SignedIn,
    SignInFailed,
    SignInLimited,
    SignInUnverified,
    SignedOut,
    ReauthenticationFailed,
    RegistrationRequested,
    ConfirmationRequested,
    AddressConfirmed,
    AddressChangeRequested,
    AddressChanged,
    PasswordChanged,
    PasswordResetRequested,
    PasswordReset,
    RoleChanged,
    TokenCreated,
    SessionRevoked,
    DataExported,
    AccountDeleted,
}

impl SecurityEvent {
    fn as_str(self) -> &'static str {
        match self {
            SecurityEvent::SignedIn => "signed_in",
            SecurityEvent::SignInFailed => "sign_in_failed",
            SecurityEvent::SignInLimited => "sign_in_limited",
            SecurityEvent::SignInUnverified => "sign_in_unverified",
            SecurityEvent::SignedOut => "signed_out",
            SecurityEvent::ReauthenticationFailed => "reauthentication_failed",
            SecurityEvent::RegistrationRequested => "registration_requested",
            SecurityEvent::ConfirmationRequested => "confirmation_requested",
            SecurityEvent::AddressConfirmed => "address_confirmed",
            SecurityEvent::AddressChangeRequested => "address_change_requested",
            SecurityEvent::AddressChanged => "address_changed",
            SecurityEvent::PasswordChanged => "password_changed",
            SecurityEvent::PasswordResetRequested => "password_reset_requested",
            SecurityEvent::PasswordReset => "password_reset",
            SecurityEvent::RoleChanged => "role_changed",
            SecurityEvent::TokenCreated => "token_created",
            SecurityEvent::SessionRevoked => "session_revoked",
            SecurityEvent::DataExported => "data_exported",
            SecurityEvent::AccountDeleted => "account_deleted",
        }
    }
}

/// The person that a security event is about.
pub(crate) enum Subject<'a> {
    Person(PersonId),
    /// An address without an account, in the form in which sign-in attempts are counted.
    Unknown(Option<&'a str>),
}

impl From<PersonId> for Subject<'_> {
    fn from(person: PersonId) -> Self {
        Subject::Person(person)
    }
}

impl Greenroom {
    /// Writes a line of the security log. If the pseudonym key can't be read, it logs the person as `unknown`.
    pub(crate) async fn log_security(
        &self,
        event: SecurityEvent,
        subject: impl Into<Subject<'_>>,
        from: Option<IpAddr>,
    ) {
        let subject = subject.into();
        let who = match self.pseudonym_key().await {
            Ok(key) => pseudonym(key, &subject),
            Err(error) => {
                error.into_api_error();
                "unknown".to_owned()
            }
        };
        let from = from.map(network_prefix).unwrap_or_default();
        tracing::info!(target: "greenroom::security", event = event.as_str(), who, from, "security");
    }

    /// Writes a line about the person with this address. Costs the same if there is none.
    pub(crate) async fn log_security_of_address(&self, event: SecurityEvent, address: &str, from: IpAddr) {
        let found = person::Entity::find().filter(person::Column::Email.eq(address)).one(self.store.reader()).await;
        let subject = match found {
            Ok(Some(row)) => Subject::Person(PersonId(row.id)),
            Ok(None) | Err(_) => Subject::Unknown(Some(address)),
        };
        self.log_security(event, subject, Some(from)).await;
    }

    /// Returns the key, which is generated once per database and is the same on all nodes.
    async fn pseudonym_key(&self) -> Result<&[u8]> {
        Ok(self.accounts.pseudonym_key.get_or_try_init(|| self.find_or_create_key()).await?)
    }

    async fn find_or_create_key(&self) -> Result<Vec<u8>> {
        let find = || site_secret::Entity::find_by_id(KEY);
        if let Some(row) = find().one(self.store.reader()).await? {
            return Ok(row.secret);
        }
        let mut secret = vec![0_u8; 32];
        getrandom::fill(&mut secret).map_err(Error::internal)?;
        let row = site_secret::ActiveModel { name: Set(KEY.to_owned()), secret: Set(secret) };
        // Another node may generate one at the same time: the first insert wins.
        let first = OnConflict::column(site_secret::Column::Name).do_nothing().to_owned();
        let tx = self.store.write().await?;
        site_secret::Entity::insert(row).on_conflict(first).exec_without_returning(&tx).await?;
        tx.commit().await?;
        Ok(find().one(self.store.reader()).await?.ok_or_else(|| Error::corrupt("secret"))?.secret)
    }
}

/// Returns the first 8 bytes of an HMAC in hexadecimal: stable per person, and irreversible without the key.
fn pseudonym(key: &[u8], subject: &Subject<'_>) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
    match subject {
        Subject::Person(person) => mac.update(person.0.as_bytes()),
        Subject::Unknown(Some(address)) => mac.update(address.as_bytes()),
        Subject::Unknown(None) => return "no_address".to_owned(),
    }
    hex::encode(&mac.finalize().into_bytes()[..8])
}

/// Returns the IPv4 /24 or IPv6 /48 of an address: enough to see where guesses come from, too little to identify a
/// household.
fn network_prefix(address: IpAddr) -> String {
    truncate_address(address, 24, 48).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_security_log_holds_pseudonyms_and_networks() {
        let person = PersonId(uuid::Uuid::from_u128(7));
        let (one, other) = (pseudonym(&[1; 32], &person.into()), pseudonym(&[2; 32], &person.into()));
        assert!(one.len() == 16 && one != other && one == pseudonym(&[1; 32], &person.into()));
        assert_eq!(network_prefix("203.0.113.77".parse().expect("an address")), "203.0.113.0/24");
        assert_eq!(network_prefix("2001:db8:1:2::3".parse().expect("an address")), "2001:db8:1::/48");
    }
}
