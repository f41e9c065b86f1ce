//! Ending mails by one POST, as mail programs send it by themselves (RFC 8058): no cookie, no page of ours. A
//! person who follows the same link gets the page with the button.

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
