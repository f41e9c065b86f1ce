//! Joining, signing in again, settings, leaving.

use crate::{request_error::RequestResult, server_fn_client::FormPost};
use leptos::prelude::*;
use model::{AccessToken, Account, Device, MailedLink};
use serde::{Deserialize, Serialize};

/// What the settings page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// What can be set.
    pub account: Account,
    /// Where the viewer is signed in, the last used first.
    pub devices: Vec<Device>,
    /// The viewer's access tokens, the newest first.
    pub tokens: Vec<AccessToken>,
    /// Whether the role may still be changed.
    pub role_open: bool,
    /// Whether tokens and data are given out without typing the password once more.
    pub confirmed: bool,
}

/// Opens an account, and sends the browser on to wait for the mail. Says nothing of whether the address is known.
#[server(prefix = "/fn", endpoint = "register", protocol = FormPost)]
pub async fn register_account(
    email: String,
    password: String,
    name: String,
    role: Option<String>,
    craft: Option<String>,
) -> RequestResult<()> {
    let (greenroom, context) = (crate::ssr::greenroom()?, crate::ssr::request_context()?);
    let input = model::RegisterInput { email: Some(email), password: Some(password), name: Some(name), role, craft };
    let registration = input.parse().map_err(|refusal| crate::ssr::to_request_error(refusal.into()))?;
    let secret =
        greenroom.register_account(registration, context.address).await.map_err(crate::ssr::to_request_error)?;
    crate::ssr::set_registrant(&secret).await?;
    leptos_axum::redirect("/verify");
    Ok(())
}

/// Mails another link to confirm an address.
#[server(prefix = "/fn", endpoint = "resend", protocol = FormPost)]
pub async fn resend_verification(email: String) -> RequestResult<()> {
    let (greenroom, context) = (crate::ssr::greenroom()?, crate::ssr::request_context()?);
    let (email, registrant) = (crate::ssr::parse_email(&email)?, crate::ssr::registrant_secret());
    greenroom.resend_link(email, registrant, context.address).await.map_err(crate::ssr::to_request_error)?;
    leptos_axum::redirect("/verify?again=1");
    Ok(())
}

/// What the link of a mail does, and to whose account; nothing where it doesn't work.
#[server(prefix = "/fn", endpoint = "link", protocol = FormPost)]
pub async fn load_mailed_link(token: String) -> RequestResult<Option<MailedLink>> {
    let (greenroom, context) = (crate::ssr::greenroom()?, crate::ssr::request_context()?);
    let registrant = crate::ssr::registrant_secret();
    match greenroom.load_mailed_link(&token, registrant.as_deref(), context.viewer.as_ref()).await {
        Err(services::Error::Api(_)) => Ok(None),
        found => Ok(Some(found.map_err(crate::ssr::to_request_error)?)),
    }
}

/// Confirms an address, and sends the browser on: to sign in, or back to the settings where the viewer changed theirs.
/// Where the link isn't followed in the browser that registered, it is sent with what its reader says of themselves.
#[server(prefix = "/fn", endpoint = "verify", protocol = FormPost)]
pub async fn verify_email(
    token: String,
    password: Option<String>,
    name: Option<String>,
    role: Option<String>,
    craft: Option<String>,
) -> RequestResult<()> {
    use services::accounts::{Confirmation, LinkOpener};
    let (greenroom, context) = (crate::ssr::greenroom()?, crate::ssr::request_context()?);
    let profile = model::ProfileInput { password, name, role, craft }.parse();
    let profile = profile.map_err(|refusal| crate::ssr::to_request_error(refusal.into()))?;
    let by = LinkOpener::Browser(crate::ssr::registrant_secret());
    let confirmed = greenroom
        .confirm_email(Confirmation { token, profile, by, from: Some(context.address) })
        .await
        .map_err(crate::ssr::to_request_error)?;
    leptos_axum::redirect(match context.viewer.map(|viewer| viewer.id() == confirmed.person) {
        None => "/signin?done=verified",
        Some(true) => "/settings?done=verified",
        Some(false) => "/verify?done=other",
    });
    Ok(())
}

/// Mails a link to choose a new password.
#[server(prefix = "/fn", endpoint = "forgot", protocol = FormPost)]
pub async fn request_password_reset(email: String) -> RequestResult<()> {
    let (greenroom, context) = (crate::ssr::greenroom()?, crate::ssr::request_context()?);
    greenroom
        .forgot_password(crate::ssr::lookup_email(&email)?, context.address)
        .await
        .map_err(crate::ssr::to_request_error)?;
    leptos_axum::redirect("/forgot?sent=1");
    Ok(())
}

/// Sets a new password, and sends the browser on to sign in with it.
#[server(prefix = "/fn", endpoint = "reset", protocol = FormPost)]
pub async fn reset_password(token: String, password: String) -> RequestResult<()> {
    let password = crate::ssr::check_field("password", model::NewPassword::parse(Some(&password)))?;
    let link = services::accounts::ResetLink { token, from: Some(crate::ssr::request_context()?.address) };
    crate::ssr::greenroom()?.reset_password(link, password).await.map_err(crate::ssr::to_request_error)?;
    leptos_axum::redirect("/signin?done=reset");
    Ok(())
}

/// What the settings page shows.
#[server(prefix = "/fn", endpoint = "settings", protocol = FormPost)]
pub async fn load_settings() -> RequestResult<Settings> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    let account = greenroom.load_account(&viewer).await.map_err(crate::ssr::to_request_error)?;
    let devices = greenroom.list_devices(&viewer).await.map_err(crate::ssr::to_request_error)?;
    let tokens = greenroom.list_access_tokens(&viewer).await.map_err(crate::ssr::to_request_error)?;
    let role_open = greenroom.may_change_role(&viewer).await.map_err(crate::ssr::to_request_error)?;
    let confirmed = greenroom.is_confirmed(&viewer);
    Ok(Settings { account, devices, tokens, role_open, confirmed })
}

/// Changes name, craft, bio, or how long messages wait for a mail. What is left out stays.
#[server(prefix = "/fn", endpoint = "change-account", protocol = FormPost)]
pub async fn change_account(
    name: Option<String>,
    craft: Option<String>,
    bio: Option<String>,
    mail_after: Option<String>,
) -> RequestResult<Account> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    // A form ends its lines with CRLF.
    let bio = bio.map(|bio| bio.replace("\r\n", "\n"));
    let input = model::AccountInput { name, craft, bio, mail_after, ..Default::default() };
    let change = input.parse(viewer.role()).map_err(|refusal| crate::ssr::to_request_error(refusal.into()))?;
    let account = greenroom.change_account(&viewer, change).await.map_err(crate::ssr::to_request_error)?;
    crate::ssr::redirect_plain_form("/settings?done=saved");
    Ok(account)
}

/// Changes what the viewer does here, as long as nothing was booked.
#[server(prefix = "/fn", endpoint = "change-role", protocol = FormPost)]
pub async fn change_role(role: String) -> RequestResult<()> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    let input = model::AccountInput { role: Some(role), ..Default::default() };
    let change = input.parse(viewer.role()).map_err(|refusal| crate::ssr::to_request_error(refusal.into()))?;
    greenroom.change_account(&viewer, change).await.map_err(crate::ssr::to_request_error)?;
    crate::ssr::redirect_plain_form("/settings?done=role");
    Ok(())
}

/// Changes what others see of the viewer's doings.
#[server(prefix = "/fn", endpoint = "change-privacy", protocol = FormPost)]
pub async fn change_privacy(receipts: bool, presence: bool) -> RequestResult<()> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    let (receipts, presence) = (Some(receipts), Some(presence));
    let input = model::AccountInput { receipts, presence, ..Default::default() };
    let change = input.parse(viewer.role()).map_err(|refusal| crate::ssr::to_request_error(refusal.into()))?;
    greenroom.change_account(&viewer, change).await.map_err(crate::ssr::to_request_error)?;
    crate::ssr::redirect_plain_form("/settings?done=saved");
    Ok(())
}

/// Changes the password.
#[server(prefix = "/fn", endpoint = "change-password", protocol = FormPost)]
pub async fn change_password(current: String, password: String) -> RequestResult<()> {
    use services::accounts::Password;
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    let new = crate::ssr::check_field("password", model::NewPassword::parse(Some(&password)))?;
    greenroom.change_password(&viewer, Password::new(current), new).await.map_err(crate::ssr::to_request_error)?;
    crate::ssr::redirect_plain_form("/settings?done=password");
    Ok(())
}

/// Mails a link to a new address.
#[server(prefix = "/fn", endpoint = "change-email", protocol = FormPost)]
pub async fn change_email(email: String, password: String) -> RequestResult<()> {
    use services::accounts::Password;
    let (greenroom, context, viewer) =
        (crate::ssr::greenroom()?, crate::ssr::request_context()?, crate::ssr::viewer()?);
    let (email, password) = (crate::ssr::parse_email(&email)?, Password::new(password));
    greenroom.change_email(&viewer, password, email, context.address).await.map_err(crate::ssr::to_request_error)?;
    crate::ssr::redirect_plain_form("/settings?done=email");
    Ok(())
}

/// Signs a device out, or takes an access token back.
#[server(prefix = "/fn", endpoint = "end-session", protocol = FormPost)]
pub async fn end_session(id: String) -> RequestResult<()> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    greenroom.end_session(&viewer, crate::ssr::parse_id(&id)?).await.map_err(crate::ssr::to_request_error)?;
    crate::ssr::redirect_plain_form("/settings?done=ended");
    Ok(())
}

/// Makes an access token. Its secret is told this once.
#[server(prefix = "/fn", endpoint = "create-token", protocol = FormPost)]
pub async fn create_token(name: String, scope: String, expires_in_days: Option<String>) -> RequestResult<String> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    // What is no number is out of range.
    let expires_in_days = expires_in_days.map(|days| days.parse().unwrap_or_default());
    let input = model::TokenInput { name: Some(name), scope: Some(scope), expires_in_days };
    let draft = input.parse().map_err(|refusal| crate::ssr::to_request_error(refusal.into()))?;
    Ok(greenroom.create_token(&viewer, draft).await.map_err(crate::ssr::to_request_error)?.secret)
}

/// Takes the password once more: for an hour, tokens and data are given out.
#[server(prefix = "/fn", endpoint = "confirm-password", protocol = FormPost)]
pub async fn confirm_password(password: String) -> RequestResult<()> {
    use services::accounts::Password;
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    greenroom.confirm_password(&viewer, Password::new(password)).await.map_err(crate::ssr::to_request_error)?;
    crate::ssr::redirect_plain_form("/settings?done=confirmed");
    Ok(())
}

/// Ends the account.
#[server(prefix = "/fn", endpoint = "leave", protocol = FormPost)]
pub async fn delete_account(password: String) -> RequestResult<()> {
    use services::accounts::Password;
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    greenroom.delete_account(&viewer, Password::new(password)).await.map_err(crate::ssr::to_request_error)?;
    let cookie: crate::ssr::SessionCookie = use_context().ok_or(model::ApiError::Internal)?;
    crate::ssr::set_cookie(cookie.clear_header().ok_or(model::ApiError::Internal)?);
    leptos_axum::redirect("/?done=left");
    Ok(())
}

/// Ends mails about unread messages, by the link of such a mail.
#[server(prefix = "/fn", endpoint = "unsubscribe", protocol = FormPost)]
pub async fn unsubscribe_from_mail(token: String) -> RequestResult<()> {
    crate::ssr::greenroom()?.unsubscribe(&token).await.map_err(crate::ssr::to_request_error)?;
    crate::ssr::redirect_plain_form("/unsubscribe?done=1");
    Ok(())
}
