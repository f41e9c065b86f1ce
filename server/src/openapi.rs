//! The interface's own description: OpenAPI 3.1, put together from the routes themselves.
//!
//! What a handler says of itself is only what is its own. What every answer of its kind may be, such as 401 where
//! somebody has to be signed in, is added by rule in [`add_common_responses`].

mod common_responses;
pub(crate) mod errors;
mod page;

use common_responses::add_common_responses;

use crate::{api, problem::ProblemBody};
use axum::response::{Html, IntoResponse};
use http::header;
use model::Envelope;
use std::sync::LazyLock;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
};

/// Everything but the routes.
pub(crate) fn base_document() -> utoipa::openapi::OpenApi {
    BaseDocument::openapi()
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Greenroom", description = include_str!("openapi/about.md")),
    tags(
        (name = "Account", description = "Who is signed in, and where."),
        (name = "Messages", description = "Conversations and what is said in them."),
        (name = "Bookings", description = "What is agreed, and between whom."),
        (name = "Talent", description = "The directory of those who can be booked."),
        (name = "Notifications", description = "What the bell tells of."),
        (name = "Events", description = "What happens, as it happens."),
        (name = "Site", description = "The site itself: is it well, and what does it offer?"),
    ),
    components(schemas(ProblemBody, Envelope)),
    security(("session" = []), ("token" = [])),
    modifiers(&SecuritySchemes)
)]
struct BaseDocument;

/// The ways to say who is asking. Each is enough.
struct SecuritySchemes;

impl Modify for SecuritySchemes {
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
    LazyLock::new(|| add_common_responses(api::routes().into_openapi()));

/// The document as text.
pub(crate) static JSON: LazyLock<String> = LazyLock::new(|| DOCUMENT.to_pretty_json().unwrap_or_default());

/// The document as a page.
static PAGE: LazyLock<String> =
    LazyLock::new(|| page::render_page(&serde_json::to_value(&*DOCUMENT).unwrap_or_default()));

/// How long anybody may keep either. Without validators: a conditional request would have to be answered with 304,
/// and nothing below `/api` answers so.
pub(crate) const CACHE_CONTROL: &str = "public, max-age=300";

/// All that the page loads is its stylesheet and the icon.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// For people, so it is no part of the interface it describes.
pub(crate) async fn get_docs_page() -> impl IntoResponse {
    ([(header::CACHE_CONTROL, CACHE_CONTROL), (header::CONTENT_SECURITY_POLICY, PAGE_POLICY)], Html(PAGE.as_str()))
}
