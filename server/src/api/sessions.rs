use super::private_json::private_json;
use crate::{
    input::PathId,
    middleware::auth::CurrentViewer,
    openapi::errors::{RateLimited, SessionRequired},
    problem::Problem,
    state::AppState,
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use model::{ApiError, Device, SessionId};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(list_sessions)).routes(routes!(end_session))
}

#[derive(Serialize, ToSchema)]
struct SessionListResponse {
    /// Most recently used first.
    sessions: Vec<Device>,
}

/// List your sessions
///
/// Returns the sessions of all devices you are signed in on. Access tokens are not included. A person has at most 100
/// sessions: a further sign-in ends the least recently used one.
#[utoipa::path(get, path = "/auth/sessions", tag = "Account",
    responses((status = 200, description = "All sessions.", body = SessionListResponse), SessionRequired))]
async fn list_sessions(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
) -> Result<Response, Problem> {
    Ok(private_json(SessionListResponse { sessions: state.greenroom.list_devices(&viewer).await? }))
}

/// End a session
///
/// Signs a device out and closes its event streams. If it is the session of this request, its cookie is removed too.
#[utoipa::path(delete, path = "/auth/sessions/{id}", tag = "Account", params(("id" = SessionId, Path)),
    responses((status = 204, description = "The session is ended."), SessionRequired, RateLimited))]
async fn end_session(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    PathId(id): PathId<SessionId>,
) -> Result<Response, Problem> {
    state.greenroom.end_session(&viewer, id).await?;
    if id == viewer.session() {
        let cookie = state.cookie.clear_header().ok_or(ApiError::Internal)?;
        return Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response());
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}
