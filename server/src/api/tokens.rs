use super::private_json;
use crate::{
    input::{JsonBody, PathId},
    middleware::auth::CurrentViewer,
    openapi::errors::{PasswordRequired, SessionRequired},
    problem::Problem,
    state::AppState,
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use model::{AccessToken, SessionId, TokenInput};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(list_tokens, create_token)).routes(routes!(revoke_token))
}

#[derive(Serialize, ToSchema)]
struct TokenListResponse {
    /// The newest first.
    tokens: Vec<AccessToken>,
}

/// Your access tokens
#[utoipa::path(get, path = "/auth/tokens", tag = "Account",
    responses((status = 200, description = "All of them, without their secrets.", body = TokenListResponse), SessionRequired))]
async fn list_tokens(State(state): State<AppState>, CurrentViewer(viewer): CurrentViewer) -> Result<Response, Problem> {
    Ok(private_json(TokenListResponse { tokens: state.greenroom.list_access_tokens(&viewer).await? }))
}

#[derive(Serialize, ToSchema)]
struct CreateTokenResponse {
    token: AccessToken,
    /// Goes into `Authorization: Bearer …`. Told this once.
    secret: String,
}

/// Make an access token
///
/// For programs. It works for the days that are asked for, 90 unless others are.
#[utoipa::path(post, path = "/auth/tokens", tag = "Account", request_body = TokenInput,
    responses((status = 201, description = "The token, with its secret.", body = CreateTokenResponse), SessionRequired, PasswordRequired))]
async fn create_token(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    JsonBody(input): JsonBody<TokenInput>,
) -> Result<Response, Problem> {
    let services::NewToken { token, secret } = state.greenroom.create_token(&viewer, input.parse()?).await?;
    Ok((StatusCode::CREATED, private_json(CreateTokenResponse { token, secret })).into_response())
}

/// Take an access token back
///
/// Its streams end.
#[utoipa::path(delete, path = "/auth/tokens/{id}", tag = "Account", params(("id" = SessionId, Path)),
    responses((status = 204, description = "It works no more."), SessionRequired))]
async fn revoke_token(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    PathId(id): PathId<SessionId>,
) -> Result<StatusCode, Problem> {
    state.greenroom.end_session(&viewer, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
