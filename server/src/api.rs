//! The REST interface, one file a noun, and its stream.

mod auth;
mod bookings;
mod conversations;
mod events;
mod health;
mod messages;
mod notifications;
mod talents;

pub(crate) use health::routes as health;

use crate::{problem::Problem, router::Shared};
use axum::{
    Json, Router,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};
use serde::Serialize;

/// Everything under `/api`. Nothing here ever answers with a redirect or HTML.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .merge(auth::routes())
        .merge(bookings::routes())
        .merge(conversations::routes())
        .merge(events::routes())
        .merge(messages::routes())
        .merge(notifications::routes())
        .merge(talents::routes())
        .fallback(async || Problem::NOT_FOUND)
        .method_not_allowed_fallback(async || Problem::METHOD_NOT_ALLOWED)
}

/// An answer that is somebody's own: nobody may keep it for another.
fn private(body: impl Serialize) -> Response {
    ([(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(body)).into_response()
}
