//! Who somebody is: joining, signing in and out, what they set, and leaving.
//!
//! # Layout
//! - this file: the [`Viewer`], from whom every use case starts
//! - `registration`, `email_confirmation`, `password_reset`, `one_time_token`: opening an account, a forgotten password, and the links that mails carry
//! - `sign_in`, `known_device`, `sessions`, `devices`, `access_tokens`: ways in, and ending them
//! - `write_for`: how a use case begins to write for a viewer
//! - `settings`, `export`, `account_deletion`: what somebody does with their account
//! - `security_log`: lines about all of that for the site's operator
//! - `password`, `password_strength`, `secret`: how passwords and secrets are kept, and which passwords aren't taken
//! - `hash_queue`, `lockout`, `device_cookies`, `attack_warning`: what guessing is met with

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
pub(crate) use password::PasswordHasher;
pub use password_reset::ResetLink;
pub(crate) use person::{NewPerson, person_of};
pub(crate) use registration::delete_unconfirmed;
pub(crate) use secret::token_hash as sha256;
pub(crate) use sessions::SessionLookup;
pub(crate) use sign_in::Guesser;
pub use sign_in::{Origin, SignedIn};
pub(crate) use write_for::LiveSessions;

use crate::{Result, clock};
use model::{
    ApiError, LookupEmail, NewPassword, Person, PersonId, Role, SessionId, Timestamp, password::PASSWORD_LIMIT,
};
use person::user_of;
use std::{net::IpAddr, time::Duration};
use unicode_normalization::UnicodeNormalization;

/// Who is asking. Made from a valid session only, and asked for by every use case.
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

/// How far somebody gets by what they signed in with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SessionScope {
    /// By password: everything.
    Full,
    /// By an access token that may write: everything but the account itself.
    Write,
    /// By an access token that may only read.
    Read,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a session lasts after its last use.
const IDLE_LIFE: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How long it lasts at the longest, however often it is used.
const SESSION_LIFE: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// How long after the password was typed the data may be downloaded and access tokens made.
const CONFIRMED_FOR: Duration = Duration::from_secs(60 * 60);

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
    /// The person, as others see them.
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// Whose id it is.
    pub fn id(&self) -> PersonId {
        self.person.id
    }

    /// Talent or organizer.
    pub fn role(&self) -> Role {
        self.person.role
    }

    /// Through which session.
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// When that session ends unless it is used again.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// Whether the password was typed in this session within the last hour. An open screen, or a cookie that was stolen
    /// some time ago, shall not be enough to take everything along.
    pub(crate) fn is_confirmed(&self, now: Timestamp) -> bool {
        now.millis() - self.confirmed_at.millis() < clock::as_millis(CONFIRMED_FOR)
    }

    /// Refuses unless the password was typed in this session within the last hour.
    pub(crate) fn require_recent_password(&self, now: Timestamp) -> Result<()> {
        if self.is_confirmed(now) { Ok(()) } else { Err(ApiError::PasswordRequired.into()) }
    }

    /// The same, who asks from this address.
    pub fn with_address(self, address: IpAddr) -> Self {
        Self { from: Some(address), ..self }
    }

    /// Refuses what says that it belongs to somebody else: in one browser, one may have signed in after the other.
    pub fn check_owner(&self, person: Option<&str>) -> std::result::Result<(), ApiError> {
        let theirs = person.is_none_or(|person| person == self.id().to_string());
        theirs.then_some(()).ok_or(ApiError::Unauthenticated)
    }

    /// For what changes something.
    pub(crate) fn require_write_scope(&self) -> Result<()> {
        if self.scope == SessionScope::Read { Err(ApiError::InsufficientScope.into()) } else { Ok(()) }
    }

    /// For what concerns the account itself: an access token that leaked must not be able to take it over.
    pub(crate) fn require_full_scope(&self) -> Result<()> {
        if self.scope == SessionScope::Full { Ok(()) } else { Err(ApiError::SessionRequired.into()) }
    }
}

/// What somebody types to sign in.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The address; `None` where what was typed can't be one. It is answered like an unknown one.
    pub email: Option<LookupEmail>,
    /// The password.
    pub password: Password,
}

/// A password as typed. Never printed.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// Any text will do; one that no account can have is known to be wrong without hashing megabytes.
    ///
    /// Its length counts as it was typed or in the normal form, whichever is shorter: by both, passwords were taken.
    pub fn new(typed: String) -> Self {
        let fits = typed.chars().count() <= PASSWORD_LIMIT || typed.nfc().count() <= PASSWORD_LIMIT;
        Self(if fits { typed } else { String::new() })
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
