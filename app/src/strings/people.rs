//! Talents: the directory and profiles.

use model::{Craft, text::isolate};

pub const FEATURED_TALENT: &str = "New on Greenroom";

pub const ALL_CRAFTS: &str = "All";
pub const SHOW_ALL_TALENT: &str = "Show everyone";
pub const ASK_ABOUT_DATE: &str = "Ask about a date";
pub const EDIT_PROFILE: &str = "Edit profile";
pub const ABOUT: &str = "About";
pub const NO_BIO: &str = "Nothing here yet. Ask about a date to hear more.";
pub const NO_BIO_OWN: &str = "Say in a line or two what you do and where. It is the first thing organisers read.";

pub const WHO_SEES_PROFILE: &str = "Who can see your profile";
pub const PROFILE_PUBLIC: &str = "Anyone with the link";
pub const PROFILE_PUBLIC_HELP: &str = "Your name, what you do and this text. Never your email address.";
pub const PROFILE_SIGNED_IN: &str = "Only people who are signed in";
pub const PROFILE_LINK: &str = "Link to your profile:";
pub const CHANGE_LINK: &str = "Change the link";
pub const KEEP_LINK: &str = "Keep it";
pub const RENEW_LINK: &str = "Make a new one";
pub const RENEW_LINK_HELP: &str = "From your name as it is now. The old link stops working.";

pub const FIRST_STEPS: &str = "Get found";
pub const STEP_CRAFT: &str = "Choose what you do";
pub const STEP_BIO: &str = "Write a line about yourself";
pub const STEP_SHARE: &str = "Share your profile:";
pub const STEP_DONE: &str = "Done";

pub fn craft_label(craft: Craft) -> &'static str {
    match craft {
        Craft::Photographer => "Photographer",
        Craft::Dj => "DJ",
        Craft::Mc => "MC",
        Craft::Band => "Band",
    }
}

/// Returns the title of a profile's page: the name, with what the person does.
pub fn profile_title(name: &str, craft: Option<Craft>) -> String {
    match craft {
        Some(craft) => format!("{}, {}", isolate(name), craft_label(craft)),
        None => isolate(name).into_owned(),
    }
}

/// Describes a profile without a bio, for search engines and link previews.
pub fn profile_description(name: &str) -> String {
    format!("Ask {} about a date on Greenroom.", isolate(name))
}
