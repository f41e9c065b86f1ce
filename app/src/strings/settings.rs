//! The settings page.

use model::{EmailDelay, Role, Scope, account::BIO_LIMIT, text::isolate};

pub const SETTINGS: &str = "Settings";
pub const SECTIONS: &str = "Sections";
pub const ADVANCED: &str = "Advanced";
pub const EMAILS: &str = "Emails to you";
pub const SAVE: &str = "Save";
pub const SAVING: &str = "Saving…";
pub const SAVED: &str = "Saved.";

pub const PROFILE: &str = "Profile";
pub const NO_CRAFT: &str = "Not chosen yet";
pub const BIO: &str = "Bio";

pub const CHANGE_ROLE: &str = "Change account type";
pub const ROLE_CHANGED: &str = "Your account type is changed.";

pub const MAIL: &str = "Emails about unread messages";
pub const MAIL_LEAD: &str = "Email me if a message stays unread.";
pub const MAIL_AFTER: &str = "Send an email";

pub const PRIVACY: &str = "What others see";
pub const PRIVACY_LEAD: &str = "It works both ways: if you hide it, you can't see it for others.";
pub const RECEIPTS: &str = "Read receipts";
pub const RECEIPTS_ON: &str = "Show when messages are delivered and read";
pub const RECEIPTS_OFF: &str = "Hide when messages are delivered and read";
pub const PRESENCE: &str = "Online status";
pub const PRESENCE_ON: &str = "Show when I'm online or typing";
pub const PRESENCE_OFF: &str = "Hide when I'm online or typing";

pub const NEW_EMAIL: &str = "New email";
pub const NEW_EMAIL_HELP: &str = "We'll send a link there. Your email changes once you open it.";
pub const YOUR_PASSWORD: &str = "Your password";
pub const CHANGE_EMAIL: &str = "Change email";
pub const CHANGING: &str = "Changing…";
pub const EMAIL_ASKED: &str = "Check your email: we sent a link to confirm the new address.";
pub const EMAIL_CHANGED: &str = "Your new email is confirmed. You'll sign in with it from now on.";

pub const CURRENT_PASSWORD: &str = "Current password";
pub const CHANGE_PASSWORD: &str = "Change password";
pub const PASSWORD_LEAD: &str = "Your other devices are signed out, and access tokens stop working.";
pub const PASSWORD_CHANGED: &str = "Your password is changed.";

pub const DEVICES: &str = "Devices";
pub const DEVICES_LEAD: &str = "Where you are signed in. Sign out any you don't use or don't recognise.";
pub const THIS_DEVICE: &str = "This device";
pub const SIGNED_IN: &str = "Signed in ";
pub const LAST_USED: &str = "last used ";
pub const NEVER_USED: &str = "never used.";
pub const ENDED: &str = "Signed out there.";

pub const TOKENS: &str = "Access tokens";
pub const TOKENS_LEAD: &str = "For programs that use Greenroom in your name. Keep them secret, like passwords.";
pub const TOKEN_NAME: &str = "Token name";
pub const TOKEN_NAME_HELP: &str = "What it is for, so that you recognise it later.";
pub const TOKEN_SCOPE: &str = "It can";
pub const TOKEN_EXPIRY: &str = "It expires after";
pub const ENDS: &str = "expires ";
pub const CREATE_TOKEN: &str = "Create token";
pub const CREATING_TOKEN: &str = "Creating token…";
pub const TOKEN_NEEDS_SCRIPT: &str = "Creating a token needs JavaScript, because its secret is shown only once.";
pub const TOKEN_SECRET: &str = "Your new token";
pub const TOKEN_ONCE: &str = "Copy it now: you won't see it again.";
pub const COPY: &str = "Copy";
pub const COPIED: &str = "Copied";
pub const MADE: &str = "Created ";
pub const REVOKE: &str = "Revoke";
pub const REVOKED: &str = "The token is revoked.";

pub const CONFIRM_FIRST: &str = "To create access tokens or download your data, enter your password again.";
pub const CONFIRM_PASSWORD: &str = "Continue";
pub const CONFIRMING_PASSWORD: &str = "Checking…";
pub const PASSWORD_CONFIRMED: &str = "Thank you. You can continue for an hour.";

pub const YOUR_DATA: &str = "Your data";
pub const YOUR_DATA_LEAD: &str =
    "Everything we keep about you in one file: your account, conversations, notifications and devices.";
pub const DOWNLOAD_DATA: &str = "Download your data";

pub const DELETE_ACCOUNT: &str = "Delete account";
pub const DELETE_LEAD: &str = "This can't be undone.";
pub const DELETE_POINTS: [&str; 3] = [
    "Bookings that are still open are cancelled, and we tell the other person.",
    "Messages you wrote stay with the people you wrote to, under the name Former member.",
    "Everything else is deleted: your name, email address, bio, notifications, devices and tokens.",
];
pub const DELETE_OPEN: &str = "I want to delete my account";
pub const DELETING: &str = "Deleting…";

/// Explains the bio field, with its length limit.
pub fn bio_help() -> String {
    format!("A few words about you. Up to {BIO_LIMIT} characters.")
}

/// Labels a delay of the mails about unread messages.
pub fn email_delay_label(after: EmailDelay) -> &'static str {
    match after {
        EmailDelay::Off => "Never",
        EmailDelay::FiveMinutes => "After 5 minutes",
        EmailDelay::Hourly => "After an hour",
        EmailDelay::Daily => "After a day",
    }
}

/// Labels the lifetime of an access token.
pub fn token_days(days: u16) -> String {
    match days {
        365 => "A year".to_owned(),
        days => format!("{days} days"),
    }
}

/// Labels the scope of an access token.
pub fn scope_label(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "Read",
        Scope::Write => "Read and write",
    }
}

/// Labels the button that signs out a device, with the device's name.
pub fn sign_out_of(device: &str) -> String {
    format!("{}: {}", super::SIGN_OUT, isolate(device))
}

/// Labels the button that revokes a token, with the token's name.
pub fn revoke_label(token: &str) -> String {
    format!("{REVOKE}: {}", isolate(token))
}

/// Labels the link to the settings. Begins with the visible word, so that speech input matches it.
pub fn settings_of(name: &str) -> String {
    format!("{}: {}, {SETTINGS}", super::YOU, isolate(name))
}

/// Says with which address the person signs in.
pub fn signs_in_with(email: &str) -> String {
    format!("You sign in with {}.", isolate(email))
}

/// Names the account's role.
pub fn joined_as(role: Role) -> String {
    format!("Account type: {}.", super::role_label(role))
}

/// Returns the confirmation for a form sent without JavaScript, by the code in its URL.
pub fn flash_text(code: &str) -> Option<&'static str> {
    match code {
        "saved" => Some(SAVED),
        "role" => Some(ROLE_CHANGED),
        "confirmed" => Some(PASSWORD_CONFIRMED),
        "password" => Some(PASSWORD_CHANGED),
        "email" => Some(EMAIL_ASKED),
        "verified" => Some(EMAIL_CHANGED),
        "ended" => Some("Signed out there."),
        _ => None,
    }
}
