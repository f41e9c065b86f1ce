use super::private_json::private_json;
use crate::{
    input::JsonOrForm,
    middleware::auth::CurrentViewer,
    openapi::errors::{EmailUnverified, InvalidCredentials, RateLimited, SessionRequired},
    problem::Problem,
    state::AppState,
};
use app::ssr::RequestContext;
use axum::{
    Extension,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use model::{ApiError, FieldError, Timestamp, User, ValidationErrors};
use serde::{Deserialize, Serialize};
use services::accounts::{Credentials, Password};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(sign_in)).routes(routes!(get_session)).routes(routes!(sign_out))
}

#[derive(Deserialize, ToSchema)]
#[schema(as = Credentials)]
struct SignInRequest {
    #[schema(value_type = String, required = true, format = Email)]
    email: Option<String>,
    #[schema(value_type = String, required = true, format = Password)]
    password: Option<String>,
}

impl SignInRequest {
    fn parse(self) -> Result<Credentials, ApiError> {
        match (self.email, self.password) {
            (Some(email), Some(password)) => {
                Ok(Credentials { email: email.parse().ok(), password: Password::new(password) })
            }
            (email, password) => {
                let missing = [("email", email.is_none()), ("password", password.is_none())];
                let fields = missing.into_iter().filter(|(_, missing)| *missing);
                let fields: ValidationErrors =
                    fields.map(|(name, _)| (name.to_owned(), FieldError::Required)).collect();
                Err(ApiError::Invalid { fields })
            }
        }
    }
}

#[derive(Serialize, ToSchema)]
struct SignInResponse {
    user: User,
}

/// Sign in
///
/// Creates a session with a new id, and sets its cookie. Ends the request's previous session. By default, an account
/// accepts 10 failed attempts per minute from one network; further ones get `rate_limited`.
#[utoipa::path(post, path = "/auth/callback/credentials", tag = "Account", security(()),
    request_body(content((SignInRequest = "application/json"), (SignInRequest = "application/x-www-form-urlencoded"))),
    responses(
        (status = 200, description = "The signed-in person.", body = SignInResponse, headers(("Set-Cookie" = String))),
        InvalidCredentials, EmailUnverified, RateLimited,
    ))]
async fn sign_in(
    State(state): State<AppState>,
    Extension(context): Extension<RequestContext>,
    JsonOrForm(input): JsonOrForm<SignInRequest>,
) -> Result<Response, Problem> {
    let credentials = input.parse()?;
    let signed_in = state.greenroom.sign_in(credentials, context.sign_in_origin(), &context.user_agent).await?;
    state.greenroom.end_previous_session(context.viewer.as_ref()).await?;
    let cookie = state.cookie.set_header(&signed_in.token).ok_or(ApiError::Internal)?;
    Ok(([(header::SET_COOKIE, cookie)], private_json(SignInResponse { user: signed_in.user })).into_response())
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SessionResponse {
    user: User,
    /// The time at which the session expires unless it is used again.
    expires_at: Timestamp,
}

/// Get the current session
///
/// Returns the signed-in person and the expiry of the session or access token. A client can test with it whether they
/// are still valid: if not, the response is 401.
#[utoipa::path(get, path = "/auth/session", tag = "Account",
    responses((status = 200, description = "The session.", body = SessionResponse)))]
async fn get_session(State(state): State<AppState>, CurrentViewer(viewer): CurrentViewer) -> Result<Response, Problem> {
    let user = state.greenroom.load_user(&viewer).await?;
    Ok(private_json(SessionResponse { user, expires_at: viewer.expires_at() }))
}

/// Sign out
///
/// Ends the session, closes its event streams, and removes the cookie. An access token can't sign out: revoke it
/// instead.
#[utoipa::path(post, path = "/auth/signout", tag = "Account",
    responses((status = 204, description = "Signed out.", headers(("Set-Cookie" = String))), SessionRequired))]
async fn sign_out(State(state): State<AppState>, CurrentViewer(viewer): CurrentViewer) -> Result<Response, Problem> {
    state.greenroom.sign_out(&viewer).await?;
    let cookie = state.cookie.clear_header().ok_or(ApiError::Internal)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}
