//! Opening an account, confirming its address, and a forgotten password. No answer says whether an address is
//! known: the mail does.

use crate::{
    input::JsonBody,
    openapi::errors::{PasswordTooCommon, RateLimited, TokenInvalid},
    problem::Problem,
    state::AppState,
};
use app::ssr::RequestContext;
use axum::{Extension, extract::State};
use http::StatusCode;
use model::{ApiError, Craft, Email, FieldError, LookupEmail, NewPassword, ProfileInput, RegisterInput, Role, account};
use serde::Deserialize;
use services::accounts::{Confirmation, LinkOpener, ResetLink};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(register))
        .routes(routes!(verify_email))
        .routes(routes!(resend_verification))
        .routes(routes!(request_password_reset))
        .routes(routes!(reset_password))
}

type ApiResult = Result<StatusCode, Problem>;

/// Open an account
///
/// It works once its address is confirmed by the mail that is sent. An address that has an account gets another mail.
#[utoipa::path(post, path = "/auth/register", tag = "Account", security(()), request_body = RegisterInput,
    responses((status = 202, description = "Taken. The mail tells the rest."), PasswordTooCommon, RateLimited))]
async fn register(
    State(state): State<AppState>,
    Extension(context): Extension<RequestContext>,
    JsonBody(input): JsonBody<RegisterInput>,
) -> ApiResult {
    state.greenroom.register_account(input.parse()?, context.address).await?;
    Ok(StatusCode::ACCEPTED)
}

#[derive(Deserialize, ToSchema)]
struct VerifyEmailRequest {
    /// What stands behind `?token=` in the mail's link.
    #[schema(value_type = String, required = true)]
    token: Option<String>,
    /// The password, name and role that count from now on: needed where the address was contested.
    #[schema(value_type = Option<String>, format = Password, min_length = 8, max_length = 256)]
    password: Option<String>,
    #[schema(min_length = 1, max_length = 80, pattern = r"\S")]
    name: Option<String>,
    #[schema(value_type = Option<Role>)]
    role: Option<String>,
    #[schema(value_type = Option<Craft>)]
    craft: Option<String>,
}

/// Confirm an address
///
/// That of a new account, or a new one of an account that exists. Where a new account's address was registered more than
/// once, or another link or a new password was asked for with it, the server can't know which registration is its owner's: then
/// `password`, `name` and `role` are required, and nothing that was registered counts.
#[utoipa::path(post, path = "/auth/verify", tag = "Account", security(()), request_body = VerifyEmailRequest,
    responses((status = 204, description = "Confirmed."), TokenInvalid, PasswordTooCommon, RateLimited))]
async fn verify_email(
    State(state): State<AppState>,
    Extension(context): Extension<RequestContext>,
    JsonBody(input): JsonBody<VerifyEmailRequest>,
) -> ApiResult {
    let VerifyEmailRequest { token, password, name, role, craft } = input;
    let profile = ProfileInput { password, name, role, craft }.parse();
    let (token, profile) = model::api_error::combine_errors(require_text("token", token), profile)?;
    let (by, from) = (LinkOpener::Program, Some(context.address));
    state.greenroom.confirm_email(Confirmation { token, profile, by, from }).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
struct EmailRequest {
    #[schema(value_type = String, required = true, format = Email, max_length = 254)]
    email: Option<String>,
}

impl EmailRequest {
    fn parse(self) -> Result<Email, Problem> {
        account::parse_email(self.email.as_deref()).map_err(|fault| Problem::field("email", fault))
    }

    fn parse_to_look_up(self) -> Result<LookupEmail, Problem> {
        account::lookup_email(self.email.as_deref()).map_err(|fault| Problem::field("email", fault))
    }
}

/// Send the confirmation again
///
/// Links before work no more, and the address counts as contested.
#[utoipa::path(post, path = "/auth/verify/resend", tag = "Account", security(()), request_body = EmailRequest,
    responses((status = 202, description = "Sent, if there is an account to confirm."), RateLimited))]
async fn resend_verification(
    State(state): State<AppState>,
    Extension(context): Extension<RequestContext>,
    JsonBody(request): JsonBody<EmailRequest>,
) -> ApiResult {
    state.greenroom.resend_link(request.parse()?, None, context.address).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Forgot the password
///
/// Mails a link to choose a new one.
#[utoipa::path(post, path = "/auth/password/forgot", tag = "Account", security(()), request_body = EmailRequest,
    responses((status = 202, description = "Sent, if there is an account."), RateLimited))]
async fn request_password_reset(
    State(state): State<AppState>,
    Extension(context): Extension<RequestContext>,
    JsonBody(request): JsonBody<EmailRequest>,
) -> ApiResult {
    state.greenroom.forgot_password(request.parse_to_look_up()?, context.address).await?;
    Ok(StatusCode::ACCEPTED)
}

#[derive(Deserialize, ToSchema)]
struct ResetPasswordRequest {
    /// What stands behind `?token=` in the mail's link.
    #[schema(value_type = String, required = true)]
    token: Option<String>,
    #[schema(value_type = String, required = true, format = Password, min_length = 8, max_length = 256)]
    password: Option<String>,
}

/// Choose a new password
///
/// Ends every session and access token of the account.
#[utoipa::path(post, path = "/auth/password/reset", tag = "Account", security(()), request_body = ResetPasswordRequest,
    responses(
        (status = 204, description = "The new password works."),
        PasswordTooCommon, RateLimited, TokenInvalid,
    ))]
async fn reset_password(
    State(state): State<AppState>,
    Extension(context): Extension<RequestContext>,
    JsonBody(ResetPasswordRequest { token, password }): JsonBody<ResetPasswordRequest>,
) -> ApiResult {
    let (token, password) = (require_text("token", token), parse_new_password(password.as_deref()));
    let (token, password) = model::api_error::combine_errors(token, password)?;
    state.greenroom.reset_password(ResetLink { token, from: Some(context.address) }, password).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn require_text(name: &str, value: Option<String>) -> Result<String, ApiError> {
    value.filter(|value| !value.is_empty()).ok_or_else(|| ApiError::field(name, FieldError::Required))
}

fn parse_new_password(password: Option<&str>) -> Result<NewPassword, ApiError> {
    NewPassword::parse(password).map_err(|fault| ApiError::field("password", fault))
}
