//! Registration, confirmation of e-mail addresses, and password reset. No response reveals whether an address has an
//! account: only the mail does.

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

/// Register an account
///
/// Mails a link that confirms the address; the account can sign in after that. An address that already has an account
/// gets another mail, with the same response.
#[utoipa::path(post, path = "/auth/register", tag = "Account", security(()), request_body = RegisterInput,
    responses((status = 202, description = "A mail is queued."), PasswordTooCommon, RateLimited))]
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
    /// The value of `token` in the mail's link.
    #[schema(value_type = String, required = true)]
    token: Option<String>,
    /// The account's new password, with `name` and `role`; required if the address is contested.
    #[schema(value_type = Option<String>, format = Password, min_length = 8, max_length = 256)]
    password: Option<String>,
    #[schema(min_length = 1, max_length = 80, pattern = r"\S")]
    name: Option<String>,
    #[schema(value_type = Option<Role>)]
    role: Option<String>,
    #[schema(value_type = Option<Craft>)]
    craft: Option<String>,
}

/// Confirm an e-mail address
///
/// Confirms the address of a new account, or the new address of an existing one. A new account's address is contested
/// if it was registered more than once, or another link or a password reset was requested for it: the server can't know
/// which registration is the owner's. Then `password`, `name` and `role` are required and replace the registered ones.
#[utoipa::path(post, path = "/auth/verify", tag = "Account", security(()), request_body = VerifyEmailRequest,
    responses((status = 204, description = "The address is confirmed."), TokenInvalid, PasswordTooCommon, RateLimited))]
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
        account::parse_email(self.email.as_deref()).map_err(|error| Problem::for_field("email", error))
    }

    fn parse_for_lookup(self) -> Result<LookupEmail, Problem> {
        account::parse_lookup_email(self.email.as_deref()).map_err(|error| Problem::for_field("email", error))
    }
}

/// Resend the confirmation
///
/// Mails a new link and invalidates earlier ones. The address then counts as contested, see `POST /api/auth/verify`.
/// The response doesn't show whether there is an account to confirm.
#[utoipa::path(post, path = "/auth/verify/resend", tag = "Account", security(()), request_body = EmailRequest,
    responses((status = 202, description = "A mail is queued if there is an account to confirm."), RateLimited))]
async fn resend_verification(
    State(state): State<AppState>,
    Extension(context): Extension<RequestContext>,
    JsonBody(request): JsonBody<EmailRequest>,
) -> ApiResult {
    state.greenroom.resend_link(request.parse()?, None, context.address).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Request a password reset
///
/// Mails a link to choose a new password, which works once and for one hour. If the address isn't confirmed yet, the
/// link confirms it instead. The response doesn't show whether the address has an account.
#[utoipa::path(post, path = "/auth/password/forgot", tag = "Account", security(()), request_body = EmailRequest,
    responses((status = 202, description = "A mail is queued if the address has an account."), RateLimited))]
async fn request_password_reset(
    State(state): State<AppState>,
    Extension(context): Extension<RequestContext>,
    JsonBody(request): JsonBody<EmailRequest>,
) -> ApiResult {
    state.greenroom.forgot_password(request.parse_for_lookup()?, context.address).await?;
    Ok(StatusCode::ACCEPTED)
}

#[derive(Deserialize, ToSchema)]
struct ResetPasswordRequest {
    /// The value of `token` in the mail's link.
    #[schema(value_type = String, required = true)]
    token: Option<String>,
    #[schema(value_type = String, required = true, format = Password, min_length = 8, max_length = 256)]
    password: Option<String>,
}

/// Reset the password
///
/// Sets a new password with the token of a mailed link. Ends all sessions and revokes all access tokens of the account.
#[utoipa::path(post, path = "/auth/password/reset", tag = "Account", security(()), request_body = ResetPasswordRequest,
    responses(
        (status = 204, description = "The password is changed."),
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
    value.filter(|value| !value.is_empty()).ok_or_else(|| ApiError::for_field(name, FieldError::Required))
}

fn parse_new_password(password: Option<&str>) -> Result<NewPassword, ApiError> {
    NewPassword::parse(password).map_err(|error| ApiError::for_field("password", error))
}
