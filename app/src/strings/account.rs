//! Registration, sign-in, forgotten passwords.

use model::{
    MaskedEmail, Role,
    password::{PASSWORD_LIMIT, PASSWORD_MIN, PasswordStrength},
    text::isolate,
};

pub const SIGN_IN: &str = "Sign in";
pub const SIGNING_IN: &str = "Signing in…";
pub const SIGN_IN_LEAD: &str = "Good to see you again.";
/// For a visitor who wants to ask a talent about a date.
pub const SIGN_IN_TO_ASK: &str = "Sign in to send your request. New here? Create an account first.";
pub const EMAIL: &str = "Email";
pub const PASSWORD: &str = "Password";
pub const SHOW_PASSWORD: &str = "Show";
pub const HIDE_PASSWORD: &str = "Hide";
pub const FORGOT_PASSWORD: &str = "Forgot your password?";
pub const NEW_HERE: &str = "New here?";
pub const HAVE_ACCOUNT: &str = "Already have an account?";

pub const CREATE_ACCOUNT: &str = "Create account";
pub const CONTINUE: &str = "Continue";
pub const BACK: &str = "Back";
pub const CHANGE: &str = "Change";
pub const PROFILE_IS_PUBLIC: &str = "Anyone can see your name, what you do and what you write about it, so that you can share your profile. You can \
     change this in Settings.";
pub const CREATING_ACCOUNT: &str = "Creating account…";
pub const REGISTER_LEAD: &str = "It's free and takes a minute. We'll send you an email to confirm your address.";
pub const JOIN_AS: &str = "How will you use Greenroom?";
pub const TALENT_JOINS: &str = "I perform or work at events";
pub const ORGANIZER_JOINS: &str = "I book people for events";
pub const JOIN_AS_TALENT: &str = "Join as talent";
pub const JOIN_AS_ORGANIZER: &str = "Join as organiser";
pub const NAME: &str = "Name";
pub const NAME_HELP: &str = "The name others know you by: your own, your stage name or your company's.";
pub const CRAFT_LATER: &str = "I'll choose later";
pub const CRAFT_HELP: &str = "Organisers search by it. You can change it later.";

pub const CHECK_MAIL: &str = "Check your email";
pub const CHECK_MAIL_LEAD: &str = "We sent you a link. Open it to confirm your email.";
pub const NO_MAIL: &str = "Didn't get it?";
pub const NO_MAIL_LEAD: &str =
    "It can take a few minutes. Check your spam folder, or enter your email and we'll send the link again:";
pub const SEND_AGAIN: &str = "Send again";
pub const SENT_AGAIN: &str = "If that email is waiting to be confirmed, a new link is on its way.";
pub const CONFIRM_TITLE: &str = "Confirm your email";
pub const CONFIRM_LEAD: &str = "One more step and you're done.";
pub const INTRODUCE_LEAD: &str =
    "Tell us who you are to confirm this email. Anything entered with it before doesn't count.";
pub const MOVE_TITLE: &str = "Confirm your new email";
pub const OTHER_CONFIRMED: &str = "The email of the other account is confirmed.";
pub const OTHER_STAYS: &str = "You are still signed in with your own account.";
pub const OTHER_SIGNED_IN: &str = "You are signed in here with another account, which stays as it is. To use this one, \
                                   sign out there first, then open the link again.";
pub const OPEN_INBOX: &str = "Open your inbox";
pub const CONFIRM: &str = "Confirm email";
pub const CONFIRMING: &str = "Confirming…";
pub const LINK_BAD: &str = "This link doesn't work any more";
pub const CONFIRM_BAD_LEAD: &str = "It was used before, or has expired. If you opened it before, your email is \
                                    confirmed: just sign in. Otherwise get a new link.";
pub const SEND_AGAIN_LINK: &str = "Didn't get it? Send the link again";
pub const NEW_LINK: &str = "Get a new link";
pub const VERIFIED: &str = "Email confirmed. Sign in to continue.";

pub const BACK_TO_SIGN_IN: &str = "Back to sign in";
pub const FORGOT: &str = "Choose a new password";
pub const FORGOT_LEAD: &str = "Enter your email and we'll send you a link to choose a new password.";
pub const SEND_LINK: &str = "Send link";
pub const SENDING_LINK: &str = "Sending link…";
pub const LINK_SENT: &str = "If there is an account with that address, a link is on its way. It works for an hour. \
                             Nothing there after some minutes? Look in the spam folder.";
pub const RESET_LEAD: &str = "You'll sign in with it from now on. All other devices are signed out.";
pub const RESET_BAD_LEAD: &str = "It was used before, or has expired: it works once, for an hour.";
pub const RESET_NO_LINK: &str = "This page needs the link from our email.";
pub const NEW_PASSWORD: &str = "New password";
pub const SET_PASSWORD: &str = "Set password";
pub const SETTING_PASSWORD: &str = "Setting password…";
pub const PASSWORD_SET: &str = "Your new password is set. Sign in with it.";

pub const UNSUBSCRIBE: &str = "Emails about unread messages";
pub const UNSUBSCRIBE_LEAD: &str = "Stop emails about unread messages? You'll still see them in Greenroom.";
pub const STOP_MAILS: &str = "Stop these emails";
pub const STOPPING_MAILS: &str = "Stopping…";
pub const MAILS_STOPPED: &str = "Done. No more emails about unread messages.";
pub const MAILS_IN_SETTINGS: &str = "Change it in Settings";
pub const UNSUBSCRIBE_BAD_LEAD: &str = "Sign in to stop these emails in Settings.";

pub const LEFT: &str = "Your account is deleted. Thank you for using Greenroom.";

/// Counts the questions of registration.
pub fn step_of(number: u8) -> String {
    format!("{number} of 3")
}

/// Says which role was chosen.
pub fn joining_as(role: Role) -> &'static str {
    match role {
        Role::Talent => "You join as talent.",
        Role::Organizer => "You join as an organiser.",
    }
}

/// Says where the link was sent.
pub fn check_mail_of(address: &str) -> String {
    format!("We sent a link to {}. Open it to confirm your email.", isolate(address))
}

/// Names the account whose address a link changes.
pub fn email_change_lead(account: &MaskedEmail) -> String {
    format!("The account {account} will use this email from now on, also to sign in.")
}

/// Names the account that a link belongs to.
pub fn link_lead(account: &MaskedEmail) -> String {
    format!("This link belongs to the account {account}.")
}

/// Labels a role on the registration form.
pub fn role_label(role: Role) -> &'static str {
    match role {
        Role::Talent => super::TALENT,
        Role::Organizer => super::ORGANIZER,
    }
}

/// Explains a role on the registration form.
pub fn role_description(role: Role) -> &'static str {
    match role {
        Role::Talent => TALENT_JOINS,
        Role::Organizer => ORGANIZER_JOINS,
    }
}

/// Explains the rules for a password.
pub fn password_help() -> String {
    format!(
        "{PASSWORD_MIN} to {PASSWORD_LIMIT} characters. Some words in a row are easy to remember and hard to guess."
    )
}

/// Labels the strength of a password.
pub fn strength_label(strength: PasswordStrength) -> &'static str {
    match strength {
        PasswordStrength::TooShort => "Too short so far.",
        PasswordStrength::Weak => "Weak: make it longer.",
        PasswordStrength::Fair => "Fair. Longer is stronger.",
        PasswordStrength::Strong => "Strong.",
    }
}
