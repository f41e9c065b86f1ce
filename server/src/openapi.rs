//! The OpenAPI 3.1 document of the REST API, generated from the routes.
//!
//! A handler declares only its own responses. [`add_common_responses`] adds those of every operation of a kind, for
//! example 401 where a session is required.

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

/// Returns the document without its operations.
pub(crate) fn base_document() -> utoipa::openapi::OpenApi {
    BaseDocument::openapi()
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Greenroom",
        description = include_str!("openapi/about.md"),
        // The document is the same on every site, so it can't have the operator's address.
        contact(name = "The operator of the site: see /.well-known/security.txt"),
    ),
    servers((url = "/", description = "The site that serves this document.")),
    tags(
        (name = "Account", description = "Registration, signing in, sessions, access tokens and account settings."),
        (name = "Messages", description = "Conversations, messages, read markers, typing and presence."),
        (name = "Bookings", description = "Inquiries from organisers to talent, and the bookings they become."),
        (name = "Talent", description = "The directory of talent who can be booked."),
        (name = "Notifications", description = "Notifications of the signed-in person."),
        (name = "Events", description = "The stream of server-sent events."),
        (name = "Site", description = "Health checks, and this document."),
    ),
    components(schemas(ProblemBody, Envelope)),
    security(("session" = []), ("token" = [])),
    modifiers(&SecuritySchemes)
)]
struct BaseDocument;

/// Adds the two ways to authenticate; either is sufficient.
struct SecuritySchemes;

impl Modify for SecuritySchemes {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let cookie = ApiKeyValue::with_description(
            "greenroom",
            "The cookie that signing in sets. On a site with an https URL its name is `__Host-greenroom`.",
        );
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
        let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("A personal access token."));
        components.add_security_scheme("token", SecurityScheme::Http(token.build()));
    }
}

/// The complete document.
pub(crate) static DOCUMENT: LazyLock<utoipa::openapi::OpenApi> =
    LazyLock::new(|| add_common_responses(api::routes().into_openapi()));

/// The document as JSON text, as served and as printed by `greenroom openapi`.
pub(crate) static JSON: LazyLock<String> = LazyLock::new(|| DOCUMENT.to_pretty_json().unwrap_or_default());

/// The document as an HTML page.
static PAGE: LazyLock<String> =
    LazyLock::new(|| page::render_page(&serde_json::to_value(&*DOCUMENT).unwrap_or_default()));

/// Caching of both forms. Without validators, because they would require 304 responses, which `/api` never sends.
pub(crate) const CACHE_CONTROL: &str = "public, max-age=300";

/// The page loads only its stylesheet and the icon.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// Serves the HTML page. Not in the document itself, because it is for people and no part of the API.
pub(crate) async fn get_docs_page() -> impl IntoResponse {
    ([(header::CACHE_CONTROL, CACHE_CONTROL), (header::CONTENT_SECURITY_POLICY, PAGE_POLICY)], Html(PAGE.as_str()))
}
