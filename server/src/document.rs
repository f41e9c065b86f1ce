//! The interface's own description: OpenAPI 3.1, put together from the routes themselves.
//!
//! What a handler says of itself is only what is its own. What every answer of its kind may be, such as 401 where
//! somebody has to be signed in, is added by rule in [`complete`].

mod complete;
mod page;
pub(crate) mod refusals;

use complete::complete;

use crate::{api, problem::Told};
use axum::response::{Html, IntoResponse};
use http::header;
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

/// The document as a page.
static PAGE: LazyLock<String> = LazyLock::new(|| page::page(&serde_json::to_value(&*DOCUMENT).unwrap_or_default()));

/// How long anybody may keep either. Without validators: a conditional request would have to be answered with 304,
/// and nothing below `/api` answers so.
pub(crate) const KEEP: &str = "public, max-age=300";

/// All that the page loads is its stylesheet and the icon.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// For people, so it is no part of the interface it describes.
pub(crate) async fn read() -> impl IntoResponse {
    ([(header::CACHE_CONTROL, KEEP), (header::CONTENT_SECURITY_POLICY, POLICY)], Html(PAGE.as_str()))
}
