use crate::{problem::Problem, router::Shared};
use axum::extract::State;
use services::BusHealth;
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

/// Do the database and the bus answer, too?
///
/// 503 `no_database` means that nothing works. 503 `bus_silent` means that messages between nodes take seconds: nothing
/// is lost, and a balancer does better to go on asking `/healthz`.
#[utoipa::path(get, path = "/readyz", tag = "Site", security(()),
    responses((status = 200, description = "They do.", body = String)))]
async fn ready(State(shared): State<Shared>) -> Result<&'static str, Problem> {
    if let Err(error) = shared.greenroom.ready().await {
        error.into_refusal();
        return Err(Problem::NO_DATABASE);
    }
    if shared.greenroom.bus_health() == BusHealth::Silent { Err(Problem::BUS_SILENT) } else { Ok("ready") }
}
