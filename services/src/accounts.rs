//! Who somebody is: signing in and out, and the sessions that last between.

mod password;
mod sessions;
mod sign_in;

pub(crate) use password::PasswordHasher;
pub use sign_in::SignedIn;

use crate::{Result, entity::person, error::Error};
use model::{Email, Instant, Person, PersonId, Role, SessionId, User};

/// Who is asking. Made from a valid session only, and asked for by every use case.
#[derive(Clone, Debug)]
pub struct Viewer {
    person: Person,
    session: SessionId,
    expires_at: Instant,
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
    pub fn expires_at(&self) -> Instant {
        self.expires_at
    }

    /// Somebody this crate itself acts for.
    pub(crate) fn acting_as(person: Person, session: SessionId, expires_at: Instant) -> Self {
        Self { person, session, expires_at }
    }
}

/// A row of the person table as others see it.
pub(crate) fn person_of(row: person::Model) -> Result<Person> {
    Ok(Person {
        id: PersonId(row.id),
        name: row.name,
        role: row.role.parse().map_err(|()| Error::stored("role"))?,
        craft: row.craft.map(|craft| craft.parse().map_err(|()| Error::stored("craft"))).transpose()?,
    })
}

/// The same as they see themselves.
fn user_of(row: person::Model) -> Result<User> {
    Ok(User {
        id: PersonId(row.id),
        role: row.role.parse().map_err(|()| Error::stored("role"))?,
        name: row.name,
        email: row.email,
        email_verified: row.email_verified,
    })
}

/// What somebody types to sign in.
#[derive(Debug)]
pub struct Credentials {
    /// The address; `None` where what was typed can't be one. It is answered like an unknown one.
    pub email: Option<Email>,
    /// The password.
    pub password: Password,
}

/// A password as typed. Never printed.
pub struct Password(String);

/// The longest password that is looked at, in characters.
const PASSWORD_LIMIT: usize = 256;

impl Password {
    /// Any text will do; one that no account can have is known to be wrong without hashing megabytes.
    pub fn new(typed: String) -> Self {
        Self(if typed.chars().count() > PASSWORD_LIMIT { String::new() } else { typed })
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}
