//! Server functions of talents: the directory and profiles.

use crate::{request_error::RequestResult, server_fn_client::FormPost};
use leptos::prelude::*;
use model::{Directory, Person, Talent};
use serde::{Deserialize, Serialize};

/// The data of a profile's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The talent whose profile it is.
    pub talent: Talent,
    /// The absolute address of the page.
    pub url: String,
    /// The person who is signed in; `None` for a visitor.
    pub viewer: Option<Person>,
}

/// What a person can do who has no conversation yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstSteps {
    /// An organizer's: talents to ask.
    pub suggested: Vec<Talent>,
    /// A talent's: their own profile.
    pub own: Option<Talent>,
    /// The absolute address of that profile; empty for an organizer.
    pub url: String,
}

/// Returns a profile by its slug or by the person's id. A profile that isn't public is shown to signed-in people only.
#[server(prefix = "/fn", endpoint = "profile", protocol = FormPost)]
pub async fn load_profile(slug: String) -> RequestResult<Profile> {
    let (greenroom, context) = (crate::ssr::greenroom()?, crate::ssr::request_context()?);
    let key = crate::ssr::parse_id(&slug)?;
    let talent = greenroom.load_profile(context.viewer.as_ref(), &key).await?;
    let (url, viewer) = (greenroom.profile_url(&talent), context.viewer.map(|viewer| viewer.person().clone()));
    Ok(Profile { talent, url, viewer })
}

/// Searches the directory of talent.
#[server(prefix = "/fn", endpoint = "talents", protocol = FormPost)]
pub async fn load_talents(
    query: Option<String>,
    craft: Option<String>,
    page: Option<String>,
) -> RequestResult<Directory> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    let craft = craft.as_deref().and_then(|craft| craft.parse().ok());
    let search = services::talents::TalentSearch { query, craft, page };
    Ok(greenroom.search_talents(&viewer, search).await?)
}

/// Returns the talent whom the viewer wants to book. Fails with `WrongRole` unless the viewer is an organizer, and with
/// `NotFound` if the id isn't one of talent.
#[server(prefix = "/fn", endpoint = "talent", protocol = FormPost)]
pub async fn load_talent(id: String) -> RequestResult<Person> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    Ok(greenroom.load_talent(&viewer, crate::ssr::parse_id(&id)?).await?)
}

/// Returns a few public profiles for the start page.
#[server(prefix = "/fn", endpoint = "featured", protocol = FormPost)]
pub async fn load_featured_talents() -> RequestResult<Vec<Talent>> {
    crate::ssr::greenroom()?.list_featured_talents().await.map_err(crate::ssr::without_status)
}

/// Returns what the viewer can do before their first conversation.
#[server(prefix = "/fn", endpoint = "first-steps", protocol = FormPost)]
pub async fn load_first_steps() -> RequestResult<FirstSteps> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    let steps = greenroom.load_first_steps(&viewer).await.map_err(crate::ssr::without_status)?;
    let services::talents::FirstSteps { suggested, own } = steps;
    let url = own.as_ref().map(|own| greenroom.profile_url(own)).unwrap_or_default();
    Ok(FirstSteps { suggested, own, url })
}
