use super::private_json::private_json;
use crate::{
    input::{JsonBody, QueryParams},
    middleware::auth::CurrentViewer,
    openapi::errors::{
        Invalid, OtherPerson, PasswordRequired, PasswordTooCommon, RateLimited, RoleFixed, SessionRequired,
        WrongPassword,
    },
    problem::Problem,
    state::AppState,
};
use app::ssr::RequestContext;
use axum::{
    Extension,
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use futures::{StreamExt, stream};
use http::{HeaderValue, StatusCode, header};
use model::{Account, AccountInput, ApiError, FieldError, NewPassword, PersonId, account};
use serde::Deserialize;
use services::{Export, accounts::Password};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(get_account, change_account))
        .routes(routes!(change_email))
        .routes(routes!(change_password))
        .routes(routes!(confirm_password))
        .routes(routes!(export_data))
        .routes(routes!(delete_account))
}

/// Get your account
///
/// Returns your name, e-mail address, role and profile, and the settings for e-mails, receipts and presence.
#[utoipa::path(get, path = "/account", tag = "Account",
    responses((status = 200, description = "The account.", body = Account)))]
async fn get_account(State(state): State<AppState>, CurrentViewer(viewer): CurrentViewer) -> Result<Response, Problem> {
    Ok(private_json(state.greenroom.load_account(&viewer).await?))
}

/// Change your account
///
/// Changes the profile and settings; fields that are left out keep their value. People you share a conversation with
/// receive a new name or craft as an event. The role can't be changed once the account has bookings. A person may make 60
/// changes per minute, and change name, role, craft or slug 20 times per hour.
#[utoipa::path(patch, path = "/account", tag = "Account", request_body = AccountInput,
    responses((status = 200, description = "The changed account.", body = Account), SessionRequired, RoleFixed, RateLimited))]
async fn change_account(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    JsonBody(input): JsonBody<AccountInput>,
) -> Result<Response, Problem> {
    let change = input.parse(viewer.role())?;
    Ok(private_json(state.greenroom.change_account(&viewer, change).await?))
}

#[derive(Deserialize, ToSchema)]
struct ChangeEmailRequest {
    #[schema(value_type = String, required = true, format = Email, max_length = 254)]
    email: Option<String>,
    /// The account's password.
    #[schema(value_type = String, required = true, format = Password)]
    password: Option<String>,
}

/// Change your e-mail address
///
/// Mails a link to the new address. It works for 2 days, and the change takes effect once it is opened. The old address
/// gets a mail about the request, and one about the change.
#[utoipa::path(post, path = "/account/email", tag = "Account", request_body = ChangeEmailRequest,
    responses((status = 202, description = "The mail is queued."), SessionRequired, WrongPassword, RateLimited))]
async fn change_email(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    Extension(context): Extension<RequestContext>,
    JsonBody(input): JsonBody<ChangeEmailRequest>,
) -> Result<StatusCode, Problem> {
    let email = account::parse_email(input.email.as_deref()).map_err(|error| ApiError::for_field("email", error));
    let (email, password) = model::api_error::combine_errors(email, require_password("password", input.password))?;
    state.greenroom.change_email(&viewer, password, email, context.address).await?;
    Ok(StatusCode::ACCEPTED)
}

#[derive(Deserialize, ToSchema)]
struct ChangePasswordRequest {
    /// The current password.
    #[schema(value_type = String, required = true, format = Password)]
    current: Option<String>,
    #[schema(value_type = String, required = true, format = Password, min_length = 8, max_length = 256)]
    password: Option<String>,
}

/// Change your password
///
/// Requires the current password. Ends all other sessions and revokes all access tokens. A person may change the
/// password 10 times per hour; attempts with a password that is too easy to guess count too.
#[utoipa::path(post, path = "/account/password", tag = "Account", request_body = ChangePasswordRequest,
    responses(
        (status = 204, description = "The password is changed."),
        SessionRequired, WrongPassword, PasswordTooCommon, RateLimited,
    ))]
async fn change_password(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    JsonBody(input): JsonBody<ChangePasswordRequest>,
) -> Result<StatusCode, Problem> {
    let new = NewPassword::parse(input.password.as_deref()).map_err(|error| ApiError::for_field("password", error));
    let (current, new) = model::api_error::combine_errors(require_password("current", input.current), new)?;
    state.greenroom.change_password(&viewer, current, new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Confirm your password
///
/// Allows this session to create access tokens and to download the data for one hour. Signing in has the same effect.
/// By default, a session may enter 10 wrong passwords per minute.
#[utoipa::path(post, path = "/account/confirmation", tag = "Account", request_body = PasswordRequest,
    responses((status = 204, description = "The password is correct."), SessionRequired, WrongPassword, RateLimited))]
async fn confirm_password(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    JsonBody(PasswordRequest { password }): JsonBody<PasswordRequest>,
) -> Result<StatusCode, Problem> {
    state.greenroom.confirm_password(&viewer, require_password("password", password)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Download your data
///
/// Returns all data about you, including your conversations, as one JSON document, at most 10 times per hour. Requires
/// that the password was entered in this session within the last hour. The server sends the document as it reads the
/// data: if it fails halfway, the document is truncated and not valid JSON.
#[utoipa::path(get, path = "/account/export", tag = "Account",
    params(("person" = Option<PersonId>, Query,
        description = "The expected person. Refused if another one is signed in, for example in a second tab.")),
    responses(
        (status = 200, description = "The document.", body = Object),
        SessionRequired, PasswordRequired, RateLimited, OtherPerson,
    ))]
async fn export_data(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    query: QueryParams,
) -> Result<Response, Problem> {
    viewer.check_owner(query.get("person")).map_err(|_| ApiError::OtherPerson)?;
    let export = state.greenroom.export_data(&viewer)?;
    let chunks = stream::unfold(export, async |mut export: Export| {
        let chunk = export.next().await?;
        // Logs the reason. The client sees only a truncated document.
        Some((chunk.map_err(services::Error::into_api_error), export))
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"greenroom.json\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    // `fuse`, because the compression layer polls the stream again after its end, and `unfold` panics then.
    Ok((headers, Body::from_stream(chunks.fuse())).into_response())
}

#[derive(Deserialize, ToSchema)]
struct PasswordRequest {
    /// The account's password.
    #[schema(value_type = String, required = true, format = Password)]
    password: Option<String>,
}

/// Delete your account
///
/// Permanently deletes the account, ends its sessions and access tokens, and cancels your open bookings. Requires the
/// password. Your messages stay visible to the people you sent them to, under "Former member".
#[utoipa::path(post, path = "/account/deletion", tag = "Account", request_body = PasswordRequest,
    responses(
        (status = 204, description = "The account is deleted.", headers(("Set-Cookie" = String))),
        SessionRequired, WrongPassword, RateLimited, Invalid,
    ))]
async fn delete_account(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    JsonBody(PasswordRequest { password }): JsonBody<PasswordRequest>,
) -> Result<Response, Problem> {
    state.greenroom.delete_account(&viewer, require_password("password", password)?).await?;
    let cookie = state.cookie.clear_header().ok_or(ApiError::Internal)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

fn require_password(name: &str, password: Option<String>) -> Result<Password, ApiError> {
    password.map(Password::new).ok_or_else(|| ApiError::for_field(name, FieldError::Required))
}
