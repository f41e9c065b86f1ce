use crate::{problem::Problem, router::Shared};
use axum::{Router, extract::State, routing::get};

/// For whoever watches over the process.
pub(crate) fn routes() -> Router<Shared> {
    Router::new().route("/healthz", get(async || "ok")).route("/readyz", get(ready))
}

async fn ready(State(shared): State<Shared>) -> Result<&'static str, Problem> {
    match shared.greenroom.ready().await {
        Ok(()) => Ok("ready"),
        Err(error) => {
            error.into_refusal();
            Err(Problem::UNAVAILABLE)
        }
    }
}
