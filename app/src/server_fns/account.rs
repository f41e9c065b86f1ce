//! Server functions of accounts: registration, links from mails, settings, deletion.

use crate::{request_error::RequestResult, server_fn_client::FormPost};
use leptos::prelude::*;
use model::{AccessToken, Account, Device, MailedLink};
use serde::{Deserialize, Serialize};

/// The data of the settings page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The editable fields.
    pub account: Account,
    /// The devices on which the viewer is signed in, the last used first.
    pub devices: Vec<Device>,
    /// The viewer's access tokens, the newest first.
    pub tokens: Vec<AccessToken>,
    /// Whether the role may still be changed.
    #[serde(rename = "role_open")]
    pub can_change_role: bool,
    /// Whether the password was typed recently enough to create tokens and to download data.
    pub confirmed: bool,
}

/// The text of a form's field: empty if the person emptied it, `None` if the form has no such field. An
/// `Option<String>` would be `None` for both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct FieldText(pub Option<String>);

impl<'de> Deserialize<'de> for FieldText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Some(text)))
    }
}

/// Registers an account, and redirects to the page to wait for the mail. Never reveals whether the address is known.
#[server(prefix = "/fn", endpoint = "register", protocol = FormPost)]
pub async fn register_account(
    email: String,
    password: String,
    name: String,
    role: Option<String>,
    craft: Option<String>,
) -> RequestResult<()> {
    let (greenroom, context) = (crate::ssr::greenroom()?, crate::ssr::request_context()?);
    let address = email.clone();
    let input = model::RegisterInput { email: Some(email), password: Some(password), name: Some(name), role, craft };
    let registration = input.parse()?;
    let secret = greenroom.register_account(registration, context.address).await?;
    crate::ssr::set_registrant(&secret).await?;
    leptos_axum::redirect(&crate::paths::with_address("/verify", &address));
    Ok(())
}

/// Mails another confirmation link.
#[server(prefix = "/fn", endpoint = "resend", protocol = FormPost)]
pub async fn resend_verification(email: String) -> RequestResult<()> {
    let (greenroom, context) = (crate::ssr::greenroom()?, crate::ssr::request_context()?);
    let (address, registrant) = (crate::ssr::parse_email(&email)?, crate::ssr::registrant_secret());
    greenroom.resend_link(address, registrant, context.address).await?;
    leptos_axum::redirect(&crate::paths::with_address("/verify?again=1", &email));
    Ok(())
}

/// Returns the action of a mailed link, and the account it belongs to; `None` if the link is invalid.
#[server(prefix = "/fn", endpoint = "link", protocol = FormPost)]
pub async fn load_mailed_link(token: String) -> RequestResult<Option<MailedLink>> {
    let (greenroom, context) = (crate::ssr::greenroom()?, crate::ssr::request_context()?);
    let registrant = crate::ssr::registrant_secret();
    match greenroom.load_mailed_link(&token, registrant.as_deref(), context.viewer.as_ref()).await {
        Err(services::Error::Api(_)) => Ok(None),
        found => Ok(Some(found?)),
    }
}

/// Confirms an address. The browser that registered the account is signed in; any other one is redirected to the sign-in
/// page, and a viewer who has changed their address to the settings. If another browser than the registering one opened the link, the form also carries the profile.
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
    let profile = model::ProfileInput { password, name, role, craft }.parse()?;
    let by = LinkOpener::Browser(crate::ssr::registrant_secret());
    let confirmed = greenroom.confirm_email(Confirmation { token, profile, by, from: Some(context.address) }).await?;
    match context.viewer.map(|viewer| viewer.id() == confirmed.person) {
        Some(true) => leptos_axum::redirect("/settings?done=verified"),
        Some(false) => leptos_axum::redirect("/verify?done=other"),
        None => match greenroom.begin_registrant_session(&confirmed, &context.user_agent, context.address).await {
            Some(signed_in) => crate::ssr::sign_in_with(&signed_in.token, "/inbox")?,
            None => leptos_axum::redirect(&crate::paths::with_address("/signin?done=verified", &confirmed.address)),
        },
    }
    Ok(())
}

/// Mails a link to choose a new password.
#[server(prefix = "/fn", endpoint = "forgot", protocol = FormPost)]
pub async fn request_password_reset(email: String) -> RequestResult<()> {
    let (greenroom, context) = (crate::ssr::greenroom()?, crate::ssr::request_context()?);
    greenroom.forgot_password(crate::ssr::parse_lookup_email(&email)?, context.address).await?;
    leptos_axum::redirect("/forgot?sent=1");
    Ok(())
}

/// Sets a new password, and redirects to the sign-in page.
#[server(prefix = "/fn", endpoint = "reset", protocol = FormPost)]
pub async fn reset_password(token: String, password: String) -> RequestResult<()> {
    let password = crate::ssr::check_field("password", model::NewPassword::parse(Some(&password)))?;
    let link = services::accounts::ResetLink { token, from: Some(crate::ssr::request_context()?.address) };
    crate::ssr::greenroom()?.reset_password(link, password).await?;
    leptos_axum::redirect("/signin?done=reset");
    Ok(())
}

/// Returns the data of the settings page.
#[server(prefix = "/fn", endpoint = "settings", protocol = FormPost)]
pub async fn load_settings() -> RequestResult<Settings> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    let account = greenroom.load_account(&viewer).await?;
    let devices = greenroom.list_devices(&viewer).await?;
    let tokens = greenroom.list_access_tokens(&viewer).await?;
    let can_change_role = greenroom.may_change_role(&viewer).await?;
    let confirmed = greenroom.is_confirmed(&viewer);
    Ok(Settings { account, devices, tokens, can_change_role, confirmed })
}

/// Changes the profile, or the delay of mails about unread messages. Omitted fields stay as they are.
#[server(prefix = "/fn", endpoint = "change-account", protocol = FormPost)]
pub async fn change_account(
    #[server(default)] name: FieldText,
    #[server(default)] craft: FieldText,
    #[server(default)] bio: FieldText,
    public_profile: Option<bool>,
    renew_slug: Option<bool>,
    #[server(default)] mail_after: FieldText,
) -> RequestResult<Account> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    let (name, craft, bio, mail_after) = (name.0, craft.0, bio.0, mail_after.0);
    let input = model::AccountInput { name, craft, bio, public_profile, renew_slug, mail_after, ..Default::default() };
    let change = input.parse(viewer.role())?;
    let account = greenroom.change_account(&viewer, change).await?;
    crate::ssr::redirect_plain_form("/settings?done=saved");
    Ok(account)
}

/// Stores the time zone of the viewer's device.
#[server(prefix = "/fn", endpoint = "time-zone", protocol = FormPost)]
pub async fn set_time_zone(time_zone: String) -> RequestResult<()> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    let name = crate::ssr::check_field("time_zone", time_zone.parse())?;
    Ok(greenroom.set_time_zone(&viewer, name).await?)
}

/// Changes the viewer's role, which is possible as long as they have no booking.
#[server(prefix = "/fn", endpoint = "change-role", protocol = FormPost)]
pub async fn change_role(role: String) -> RequestResult<()> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    let input = model::AccountInput { role: Some(role), ..Default::default() };
    let change = input.parse(viewer.role())?;
    greenroom.change_account(&viewer, change).await?;
    crate::ssr::redirect_plain_form("/settings?done=role");
    Ok(())
}

/// Changes whether others see the viewer's read receipts and presence.
#[server(prefix = "/fn", endpoint = "change-privacy", protocol = FormPost)]
pub async fn change_privacy(receipts: bool, presence: bool) -> RequestResult<()> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    let (receipts, presence) = (Some(receipts), Some(presence));
    let input = model::AccountInput { receipts, presence, ..Default::default() };
    let change = input.parse(viewer.role())?;
    greenroom.change_account(&viewer, change).await?;
    crate::ssr::redirect_plain_form("/settings?done=saved");
    Ok(())
}

/// Changes the password, which ends all other sessions and tokens.
#[server(prefix = "/fn", endpoint = "change-password", protocol = FormPost)]
pub async fn change_password(current: String, password: String) -> RequestResult<()> {
    use services::accounts::Password;
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    let new = crate::ssr::check_field("password", model::NewPassword::parse(Some(&password)))?;
    greenroom.change_password(&viewer, Password::new(current), new).await?;
    crate::ssr::redirect_plain_form("/settings?done=password");
    Ok(())
}

/// Mails a confirmation link to a new address.
#[server(prefix = "/fn", endpoint = "change-email", protocol = FormPost)]
pub async fn change_email(email: String, password: String) -> RequestResult<()> {
    use services::accounts::Password;
    let (greenroom, context, viewer) =
        (crate::ssr::greenroom()?, crate::ssr::request_context()?, crate::ssr::viewer()?);
    let (email, password) = (crate::ssr::parse_email(&email)?, Password::new(password));
    greenroom.change_email(&viewer, password, email, context.address).await?;
    crate::ssr::redirect_plain_form("/settings?done=email");
    Ok(())
}

/// Signs out a device, or revokes an access token.
#[server(prefix = "/fn", endpoint = "end-session", protocol = FormPost)]
pub async fn end_session(id: String) -> RequestResult<()> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    greenroom.end_session(&viewer, crate::ssr::parse_id(&id)?).await?;
    crate::ssr::redirect_plain_form("/settings?done=ended");
    Ok(())
}

/// Creates an access token. Returns its secret, which can't be retrieved again.
#[server(prefix = "/fn", endpoint = "create-token", protocol = FormPost)]
pub async fn create_token(name: String, scope: String, expires_in_days: Option<String>) -> RequestResult<String> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    // Zero is out of range, so an invalid number is refused.
    let expires_in_days = expires_in_days.map(|days| days.parse().unwrap_or_default());
    let input = model::TokenInput { name: Some(name), scope: Some(scope), expires_in_days };
    let draft = input.parse()?;
    Ok(greenroom.create_token(&viewer, draft).await?.secret)
}

/// Checks the password again. For an hour after it the viewer may create tokens and download data.
#[server(prefix = "/fn", endpoint = "confirm-password", protocol = FormPost)]
pub async fn confirm_password(password: String) -> RequestResult<()> {
    use services::accounts::Password;
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    greenroom.confirm_password(&viewer, Password::new(password)).await?;
    crate::ssr::redirect_plain_form("/settings?done=confirmed");
    Ok(())
}

/// Deletes the account after checking the password, and deletes the session cookie.
#[server(prefix = "/fn", endpoint = "leave", protocol = FormPost)]
pub async fn delete_account(password: String) -> RequestResult<()> {
    use services::accounts::Password;
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    greenroom.delete_account(&viewer, Password::new(password)).await?;
    let cookie: crate::ssr::SessionCookie = use_context().ok_or(model::ApiError::Internal)?;
    crate::ssr::set_cookie(cookie.clear_header().ok_or(model::ApiError::Internal)?);
    leptos_axum::redirect("/?done=left");
    Ok(())
}

/// Stops mails about unread messages, by the link in a mail of this kind.
#[server(prefix = "/fn", endpoint = "unsubscribe", protocol = FormPost)]
pub async fn unsubscribe_from_mail(token: String) -> RequestResult<()> {
    crate::ssr::greenroom()?.unsubscribe(&token).await?;
    crate::ssr::redirect_plain_form("/unsubscribe?done=1");
    Ok(())
}
