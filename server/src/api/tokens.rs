use super::private_json::private_json;
use crate::{
    input::{JsonBody, PathId},
    middleware::auth::CurrentViewer,
    openapi::errors::{PasswordRequired, RateLimited, SessionRequired},
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
    /// Newest first.
    tokens: Vec<AccessToken>,
}

/// List your access tokens
///
/// Returns all your access tokens with their scope, expiry and last use, but without their secrets.
#[utoipa::path(get, path = "/auth/tokens", tag = "Account",
    responses((status = 200, description = "All access tokens.", body = TokenListResponse), SessionRequired))]
async fn list_tokens(State(state): State<AppState>, CurrentViewer(viewer): CurrentViewer) -> Result<Response, Problem> {
    Ok(private_json(TokenListResponse { tokens: state.greenroom.list_access_tokens(&viewer).await? }))
}

#[derive(Serialize, ToSchema)]
struct CreateTokenResponse {
    token: AccessToken,
    /// The value for `Authorization: Bearer …`. Returned only once.
    secret: String,
}

/// Create an access token
///
/// Creates a token with which a program can use this API; only this response contains its secret. Requires that the
/// password was entered in this session within the last hour. A person can have 50 tokens.
#[utoipa::path(post, path = "/auth/tokens", tag = "Account", request_body = TokenInput,
    responses((status = 201, description = "The token and its secret.", body = CreateTokenResponse), SessionRequired, PasswordRequired, RateLimited))]
async fn create_token(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    JsonBody(input): JsonBody<TokenInput>,
) -> Result<Response, Problem> {
    let services::NewToken { token, secret } = state.greenroom.create_token(&viewer, input.parse()?).await?;
    Ok((StatusCode::CREATED, private_json(CreateTokenResponse { token, secret })).into_response())
}

/// Revoke an access token
///
/// Revokes the token and closes its event streams. Requests with the token get 401 from then on.
#[utoipa::path(delete, path = "/auth/tokens/{id}", tag = "Account", params(("id" = SessionId, Path)),
    responses((status = 204, description = "The token is revoked."), SessionRequired, RateLimited))]
async fn revoke_token(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    PathId(id): PathId<SessionId>,
) -> Result<StatusCode, Problem> {
    state.greenroom.end_session(&viewer, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
