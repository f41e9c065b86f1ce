//! A talent's profile, as others see it.

use crate::{
    id::PersonId,
    person::{Craft, Person, Role},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A talent with their profile. It has only what a public profile shows: never an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Talent {
    /// Unique id (UUIDv7).
    pub id: PersonId,
    /// Display name.
    pub name: String,
    /// Always `talent`.
    pub role: Role,
    /// Craft, if set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub craft: Option<Craft>,
    /// Unique name of the profile in URLs, as in `/t/sarah-wanjiru`. `null` for a moment after an older version of the
    /// site has confirmed the account.
    #[schema(required = true)]
    pub slug: Option<String>,
    /// Text about the person; empty if not set.
    pub bio: String,
}

impl Talent {
    /// Returns the person without the profile.
    pub fn person(&self) -> Person {
        Person { id: self.id, name: self.name.clone(), role: self.role, craft: self.craft }
    }

    /// Returns the path of the profile's page.
    pub fn path(&self) -> String {
        match &self.slug {
            Some(slug) => format!("/t/{slug}"),
            None => format!("/t/{}", self.id),
        }
    }
}
