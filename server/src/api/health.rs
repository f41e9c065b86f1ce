use crate::{problem::Problem, router::Shared};
use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};

/// For whoever watches over the process.
pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::default().routes(routes!(healthy)).routes(routes!(ready))
}

/// Does the site serve?
#[utoipa::path(get, path = "/healthz", tag = "Site", security(()),
    responses((status = 200, description = "It does.", body = String)))]
async fn healthy() -> &'static str {
    "ok"
}

/// Does the database answer, too?
#[utoipa::path(get, path = "/readyz", tag = "Site", security(()),
    responses((status = 200, description = "It does.", body = String)))]
async fn ready(State(shared): State<Shared>) -> Result<&'static str, Problem> {
    match shared.greenroom.ready().await {
        Ok(()) => Ok("ready"),
        Err(error) => {
            error.into_refusal();
            Err(Problem::UNAVAILABLE)
        }
    }
}
