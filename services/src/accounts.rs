//! Accounts: registration, sessions and tokens, settings, deletion.
//!
//! # Layout
//! - this file: the [`Viewer`], which every use case takes
//! - `registration`, `email_confirmation`, `password_reset`, `one_time_token`: new accounts, new passwords, mailed
//!   links
//! - `sign_in`, `known_device`, `sessions`, `devices`, `access_tokens`: creating, listing and ending sessions and
//!   tokens
//! - `write_for`: transactions that write for a viewer
//! - `settings`, `export`, `account_deletion`: use cases on the viewer's own account
//! - `security_log`: the log of all these for the site's operator
//! - `password`, `password_strength`, `secret`: hashing of passwords and secrets, refusal of guessable passwords
//! - `hash_queue`, `lockout`, `device_cookies`, `attack_warning`: limits on password guessing

mod access_tokens;
mod account_deletion;
mod attack_warning;
mod browser_key;
pub(crate) mod device_cookies;
mod devices;
mod email_confirmation;
mod export;
mod hash_queue;
mod known_device;
mod lockout;
pub(crate) mod one_time_token;
mod password;
mod password_reset;
mod password_strength;
mod person;
mod registration;
mod secret;
mod security_log;
mod sessions;
mod settings;
mod sign_in;
mod write_for;

pub use access_tokens::NewToken;
pub use email_confirmation::{Confirmation, ConfirmedAddress, LinkOpener};
pub use export::Export;
pub(crate) use hash_queue::Requester;
pub(crate) use known_device::DEVICE_TTL;
pub(crate) use lockout::Lockout;
pub(crate) use password::{PASSWORD_HASH_KIB, PasswordHasher};
pub use password_reset::ResetLink;
pub(crate) use person::{NewPerson, person_of};
pub(crate) use registration::delete_unconfirmed;
pub(crate) use sessions::SessionLookup;
pub(crate) use sign_in::AttemptKey;
pub use sign_in::{Origin, SignInResult};
pub(crate) use write_for::LiveSessions;

use crate::{Result, clock};
use model::{
    ApiError, LookupEmail, NewPassword, Person, PersonId, Role, SessionId, Timestamp, password::PASSWORD_LIMIT,
};
use person::user_of;
use std::{net::IpAddr, time::Duration};
use unicode_normalization::UnicodeNormalization;

/// The person a use case acts for. Constructed only from a valid session; every use case takes one.
#[derive(Clone, Debug)]
pub struct Viewer {
    person: Person,
    session: SessionId,
    expires_at: Timestamp,
    scope: SessionScope,
    from: Option<IpAddr>,
    /// When the password was last typed in this session.
    confirmed_at: Timestamp,
}

/// The permissions of a session or an access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SessionScope {
    /// A session that began with the password: everything.
    Full,
    /// An access token that may write: everything but the account itself.
    Write,
    /// An access token that may only read.
    Read,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a session lasts after its last use.
const SESSION_IDLE_TIMEOUT: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Maximum age of a session, however often it is used.
const MAX_SESSION_AGE: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// How long after the password was typed the viewer may download their data and create access tokens.
const REAUTHENTICATION_TTL: Duration = Duration::from_secs(60 * 60);

impl SessionScope {
    fn as_str(self) -> &'static str {
        match self {
            SessionScope::Full => "full",
            SessionScope::Write => "write",
            SessionScope::Read => "read",
        }
    }
}

impl std::str::FromStr for SessionScope {
    type Err = ();
    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        [SessionScope::Full, SessionScope::Write, SessionScope::Read]
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or(())
    }
}

impl Viewer {
    /// Returns the person, as others see them.
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// Returns the id of the person.
    pub fn id(&self) -> PersonId {
        self.person.id
    }

    /// Returns the person's role: talent or organizer.
    pub fn role(&self) -> Role {
        self.person.role
    }

    /// Returns the id of the session or access token that the viewer was authenticated by.
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// Returns when that session ends unless it is used again.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// Returns whether the password was typed in this session within the last hour. An unattended screen, or a cookie
    /// stolen earlier, must not be enough to download all data.
    pub(crate) fn is_confirmed(&self, now: Timestamp) -> bool {
        now.millis() - self.confirmed_at.millis() < clock::as_millis(REAUTHENTICATION_TTL)
    }

    /// Returns `PasswordRequired` unless the password was typed in this session within the last hour.
    pub(crate) fn require_recent_password(&self, now: Timestamp) -> Result<()> {
        if self.is_confirmed(now) { Ok(()) } else { Err(ApiError::PasswordRequired.into()) }
    }

    /// Sets the IP address the request comes from, for the security log.
    pub fn with_address(self, address: IpAddr) -> Self {
        Self { from: Some(address), ..self }
    }

    /// Returns `Unauthenticated` for a request that names another person: two people may sign in one after the other in
    /// one browser, and a page of the first may still be open.
    pub fn check_owner(&self, person: Option<&str>) -> std::result::Result<(), ApiError> {
        let is_owner = person.is_none_or(|person| person == self.id().to_string());
        is_owner.then_some(()).ok_or(ApiError::Unauthenticated)
    }

    /// Returns `InsufficientScope` for an access token that may only read.
    pub(crate) fn require_write_scope(&self) -> Result<()> {
        if self.scope == SessionScope::Read { Err(ApiError::InsufficientScope.into()) } else { Ok(()) }
    }

    /// Returns `SessionRequired` for an access token: one that leaked must not be able to take the account over.
    pub(crate) fn require_full_scope(&self) -> Result<()> {
        if self.scope == SessionScope::Full { Ok(()) } else { Err(ApiError::SessionRequired.into()) }
    }
}

/// The address and password of a sign-in, as typed.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The address; `None` if the typed text can't be one. The response is that for an unknown address.
    pub email: Option<LookupEmail>,
    /// The password as typed.
    pub password: Password,
}

/// A password as typed. `Debug` doesn't print it.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// Accepts any text. One too long to be a password becomes empty, so that no megabytes are hashed to find it wrong.
    ///
    /// The limit applies to the text as typed or to its NFC form, whichever is shorter, because passwords have been
    /// accepted by both measures.
    pub fn new(typed: String) -> Self {
        let is_valid_length = typed.chars().count() <= PASSWORD_LIMIT || typed.nfc().count() <= PASSWORD_LIMIT;
        Self(if is_valid_length { typed } else { String::new() })
    }
}

impl From<NewPassword> for Password {
    fn from(chosen: NewPassword) -> Self {
        Self(chosen.as_str().to_owned())
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}
