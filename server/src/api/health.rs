use crate::{openapi::errors::StorageFull, problem::Problem, state::AppState};
use axum::extract::State;
use model::ApiError;
use services::BusHealth;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Probes for process supervisors and load balancers.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(check_liveness)).routes(routes!(check_readiness))
}

/// Check liveness
///
/// Succeeds if the process serves requests. It doesn't use the database, so that a supervisor doesn't restart the
/// process when only the database is down.
#[utoipa::path(get, path = "/healthz", tag = "Site", security(()),
    responses((status = 200, description = "The process serves requests.", body = String)))]
async fn check_liveness() -> &'static str {
    "ok"
}

/// Check readiness
///
/// Tests by a write, at most once per second, that the database is writable, and checks the bus. 507 `storage_full`
/// means that the database's disk is full: reads work, writes fail until there is space again. 503 `no_database` means
/// that the database is unreachable or unwritable for another reason. 503 `bus_silent` means that messages between
/// nodes take seconds: nothing is lost, so load balancers should rather check `/healthz`.
#[utoipa::path(get, path = "/readyz", tag = "Site", security(()),
    responses((status = 200, description = "Database and bus work.", body = String), StorageFull))]
async fn check_readiness(State(state): State<AppState>) -> Result<&'static str, Problem> {
    match state.greenroom.check_ready().await {
        Err(ApiError::StorageFull) => return Err(ApiError::StorageFull.into()),
        Err(_) => return Err(Problem::NO_DATABASE),
        Ok(()) => {}
    }
    if state.greenroom.bus_health() == BusHealth::Unreachable { Err(Problem::BUS_UNREACHABLE) } else { Ok("ready") }
}
