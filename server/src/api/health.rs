use crate::{openapi::errors::StorageFull, problem::Problem, state::AppState};
use axum::extract::State;
use model::ApiError;
use services::BusHealth;
use utoipa_axum::{router::OpenApiRouter, routes};

/// For whoever watches over the process.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(check_liveness)).routes(routes!(check_readiness))
}

/// Does the site serve?
#[utoipa::path(get, path = "/healthz", tag = "Site", security(()),
    responses((status = 200, description = "It does.", body = String)))]
async fn check_liveness() -> &'static str {
    "ok"
}

/// Can the database be written to, and does the bus answer, too?
///
/// It is tried by writing, at most once a second. 507 `storage_full` means that there is no room on the database's disk:
/// nothing can be written, and what is there can be read; it recovers by itself once there is room. 503 `no_database`
/// means that the database can't be reached or written to for another reason. 503 `bus_silent` means that messages between
/// nodes take seconds: nothing is lost, and a balancer does better to go on asking `/healthz`.
#[utoipa::path(get, path = "/readyz", tag = "Site", security(()),
    responses((status = 200, description = "They do.", body = String), StorageFull))]
async fn check_readiness(State(state): State<AppState>) -> Result<&'static str, Problem> {
    match state.greenroom.check_ready().await {
        Err(ApiError::StorageFull) => return Err(ApiError::StorageFull.into()),
        Err(_) => return Err(Problem::NO_DATABASE),
        Ok(()) => {}
    }
    if state.greenroom.bus_health() == BusHealth::Unreachable { Err(Problem::BUS_SILENT) } else { Ok("ready") }
}
