//! The interface's own description: OpenAPI 3.1, put together from the routes themselves.
//!
//! What a handler says of itself is only what is its own. What every answer of its kind may be, such as 401 where
//! somebody has to be signed in, is added by rule in [`complete`].

mod complete;
pub(crate) mod refusals;

use complete::complete;

use crate::{api, problem::Told};
use model::Envelope;
use std::sync::LazyLock;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
};

/// Everything but the routes.
pub(crate) fn frame() -> utoipa::openapi::OpenApi {
    Frame::openapi()
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Greenroom", description = include_str!("document/about.md")),
    tags(
        (name = "Account", description = "Who is signed in, and where."),
        (name = "Messages", description = "Conversations and what is said in them."),
        (name = "Bookings", description = "What is agreed, and between whom."),
        (name = "Talent", description = "The directory of those who can be booked."),
        (name = "Notifications", description = "What the bell tells of."),
        (name = "Events", description = "What happens, as it happens."),
        (name = "Site", description = "The site itself: is it well, and what does it offer?"),
    ),
    components(schemas(Told, Envelope)),
    security(("session" = []), ("token" = [])),
    modifiers(&SignIn)
)]
struct Frame;

/// The ways to say who is asking. Each is enough.
struct SignIn;

impl Modify for SignIn {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let cookie = ApiKeyValue::with_description(
            "greenroom",
            "The cookie that signing in sets. Where the site is served over https, its name is `__Host-greenroom`.",
        );
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
        let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("A token for programs."));
        components.add_security_scheme("token", SecurityScheme::Http(token.build()));
    }
}

/// The whole document.
pub(crate) static DOCUMENT: LazyLock<utoipa::openapi::OpenApi> =
    LazyLock::new(|| complete(api::routes().into_openapi()));

/// The document as text.
pub(crate) static JSON: LazyLock<String> = LazyLock::new(|| DOCUMENT.to_pretty_json().unwrap_or_default());
