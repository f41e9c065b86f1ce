use super::private;
use crate::{caller::SignedIn, input::Pairs, problem::Problem, router::Shared};
use axum::{Router, extract::State, response::Response, routing::get};

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/notifications", get(list))
}

async fn list(State(shared): State<Shared>, SignedIn(viewer): SignedIn, query: Pairs) -> Result<Response, Problem> {
    Ok(private(shared.greenroom.notifications(&viewer, query.text("page")).await?))
}
