use crate::{Result, clock};
use model::{ApiError, Person, PersonId, Role, SessionId, TimeZoneName, Timestamp};
use std::{net::IpAddr, time::Duration};

/// The person a use case acts for. Constructed only from a valid session; every use case takes one.
#[derive(Clone, Debug)]
pub struct Viewer {
    pub(super) person: Person,
    pub(super) session: SessionId,
    pub(super) expires_at: Timestamp,
    pub(super) scope: SessionScope,
    pub(super) from: Option<IpAddr>,
    /// When the password was last typed in this session.
    pub(super) confirmed_at: Timestamp,
    pub(super) time_zone: Option<TimeZoneName>,
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

/// How long after the password was typed the viewer may download their data and create access tokens.
const REAUTHENTICATION_TTL: Duration = Duration::from_secs(60 * 60);

impl SessionScope {
    pub(super) fn as_str(self) -> &'static str {
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

    /// Returns the time zone of this session's device, as its browser reported it last.
    pub fn time_zone(&self) -> Option<&TimeZoneName> {
        self.time_zone.as_ref()
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
