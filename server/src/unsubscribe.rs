//! One-click unsubscribe (RFC 8058): the POST that mail programs send by themselves, without a cookie or a page. A
//! person who opens the same link gets the page with the button.

use crate::{input::QueryParams, problem::Problem, state::AppState};
use axum::{Router, extract::State, routing::post};
use http::StatusCode;

pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/unsubscribe", post(unsubscribe_one_click))
}

async fn unsubscribe_one_click(State(state): State<AppState>, query: QueryParams) -> Result<StatusCode, Problem> {
    state.greenroom.unsubscribe(query.get("token").unwrap_or_default()).await?;
    Ok(StatusCode::NO_CONTENT)
}
