//! `/.well-known/security.txt` (RFC 9116): the contact for security reports.

use crate::state::AppState;
use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use http::header;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Distance of `Expires` from now. RFC 9116 recommends less than a year.
const VALIDITY: Duration = Duration::from_secs(180 * 24 * 60 * 60);

pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/.well-known/security.txt", get(get_security_txt))
}

async fn get_security_txt(State(state): State<AppState>) -> Response {
    let expires = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + VALIDITY;
    let expires = model::Timestamp::from_millis(i64::try_from(expires.as_secs()).unwrap_or_default() * 1_000);
    let text = format!(
        "Contact: {}\nExpires: {expires}\nPreferred-Languages: en\nCanonical: {}/.well-known/security.txt\n",
        state.security_contact, state.origin
    );
    let headers =
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=86400")];
    (headers, text).into_response()
}
