//! The REST API, one file per resource, and the event stream.

mod account;
mod auth;
mod bookings;
mod conversations;
mod events;
mod health;
mod messages;
mod notifications;
mod openapi;
mod private_json;
mod registration;
mod sessions;
mod talents;
mod tokens;

use crate::{problem::Problem, state::AppState};
use model::ApiError;
use utoipa_axum::router::OpenApiRouter;

/// Returns every route with its OpenAPI operation; [`crate::openapi::common_responses`] adds the common errors.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(crate::openapi::base_document()).nest("/api", api_routes()).merge(health::routes())
}

/// The routes below `/api`, which never answer with a redirect.
fn api_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .merge(account::routes())
        .merge(auth::routes())
        .merge(bookings::routes())
        .merge(conversations::routes())
        .merge(openapi::routes())
        .merge(events::routes())
        .merge(registration::routes())
        .merge(messages::routes())
        .merge(notifications::routes())
        .merge(sessions::routes())
        .merge(talents::routes())
        .merge(tokens::routes())
        .fallback(async || Problem::from(ApiError::NotFound))
}
