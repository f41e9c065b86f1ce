//! Every text of the screen, by key. A translation would be another module like this one.
//!
//! # Layout
//! - this file: texts of several pages, the inbox, threads and bookings
//! - `account`: registration, sign-in, forgotten passwords
//! - `calendar`: days and months, and bookings by day
//! - `settings`: the settings page
//! - `devices`: readable names of browsers
//! - `home`: the public start page
//! - `people`: talents and their profiles
//! - `errors`: why a request was refused
//! - `thread`: the answer to a request, the ticket, the printed conversation

mod account;
mod calendar;
mod devices;
mod errors;
mod home;
mod people;
mod settings;
mod thread;

pub use account::*;
pub use calendar::*;
pub use devices::device_name;
pub use errors::{error_of_field, error_text, field_error_text};
pub use home::*;
pub use people::*;
pub use settings::*;
pub use thread::*;

use model::{BookingAction, BookingStatus, InboxFilter, NotificationKind, booking, text::isolate};

pub const SITE: &str = "Greenroom";
pub const SKIP: &str = "Skip to content";
pub const SIGN_OUT: &str = "Sign out";
pub const MENU: &str = "Main";
pub const INBOX: &str = "Inbox";
pub const CONVERSATIONS: &str = "Conversations";
pub const NO_CONVERSATIONS: &str = "No conversations yet";
pub const NO_CONVERSATIONS_ORGANIZER: &str =
    "Find someone for your event and send a request. The conversation starts there.";
pub const NO_CONVERSATIONS_TALENT: &str = "When an organiser sends you a request, it appears here right away.";
pub const OLDER_CONVERSATIONS: &str = "Older conversations";
pub const SHOW: &str = "Show";
pub const SEARCH_CONVERSATIONS: &str = "Search conversations";
pub const SEARCH_CONVERSATIONS_HELP: &str = "Name or event";
pub const CLEAR_SEARCH: &str = "Show all";
pub const NOTHING_FOUND: &str = "No conversation found";
pub const NOTHING_FOUND_LEAD: &str = "Try part of the name, or of the event's title.";
pub const LAST_SHOWN: &str = "This is the inbox as it was last shown. It updates once you are online again.";
pub const CHOOSE: &str = "Choose a conversation";
pub const CHOOSE_LEAD: &str = "Its messages appear here.";
pub const YOU: &str = "You";
pub const YOU_WROTE: &str = "You: ";
pub const JUST_NOW: &str = "now";
pub const JUST_BEFORE: &str = "just now";
pub const LATEST_CONVERSATIONS: &str = "Newest conversations";

pub const BACK_TO_INBOX: &str = "Back to inbox";
pub const MESSAGES: &str = "Messages";
pub const MESSAGE: &str = "Message";
pub const WRITE: &str = "Write a message";
pub const SEND: &str = "Send";
pub const NO_FILES: &str = "Photos and files can't be sent yet. Paste a link to them instead. Your text is still here.";
pub const OLDER_MESSAGES: &str = "Older messages";
pub const LOADING_OLDER: &str = "Loading older messages…";
pub const NEWER_MESSAGES: &str = "Newer messages";
pub const LATEST_MESSAGES: &str = "Latest messages";
pub const THREAD_START: &str = "This is where the conversation begins.";
pub const NEW: &str = "New";
pub const FIRST_UNREAD: &str = "First unread";
pub const MARK_READ: &str = "Mark as read";
pub const MARK_UNREAD: &str = "Mark as unread";
pub const SENDING: &str = "Sending…";
pub const SENT: &str = "Sent";
pub const DELIVERED: &str = "Delivered";
pub const READ: &str = "Read";
pub const ONLINE: &str = "Online";
pub const TYPING: &str = "typing…";
pub const NOT_SENT: &str = "Not sent";
pub const RETRY: &str = "Retry";
pub const DISCARD: &str = "Delete";
pub const QUEUED_FOR_SIGN_IN: &str = "It will send once you are signed in again.";
pub const QUEUED_FOR_SPACE: &str = "Greenroom has run out of space. It will send by itself.";
pub const QUEUED: &str = "Waiting for network. It will send by itself.";
pub const QUEUED_FOR_SERVER: &str = "Greenroom is busy. It will send by itself.";
pub const QUEUED_UNKEPT: &str = " Keep this page open until then: this browser can't keep it for you.";

pub const BOOKING: &str = "Booking";
pub const EVENT: &str = "Event";
pub const DATE: &str = "Date";
pub const VENUE: &str = "Venue";
pub const FEE: &str = "Fee";
pub const ORGANIZER: &str = "Organiser";
pub const TALENT: &str = "Talent";
pub const OPEN_BOOKING: &str = "Booking details";
pub const OPEN_CONVERSATION: &str = "Open the conversation";

pub const BOOKINGS: &str = "Bookings";
pub const NOTIFICATIONS: &str = "Notifications";
pub const NO_NOTIFICATIONS: &str = "Nothing new";
pub const NO_NOTIFICATIONS_LEAD: &str = "New messages and requests appear here.";
pub const OLDER_NOTIFICATIONS: &str = "Older notifications";
pub const UNREAD: &str = "Unread";
pub const MARK_ALL_READ: &str = "Mark all as read";

pub const FIND_TALENT: &str = "Find talent";
pub const SEARCH_NAME: &str = "Name";
pub const CRAFT: &str = "What you do";
pub const SEARCH: &str = "Search";
pub const NO_TALENT: &str = "No one found";
pub const NO_TALENT_LEAD: &str = "Try part of the name, or choose something else they do.";
pub const MORE_TALENT: &str = "Show more";

pub const NEW_BOOKING: &str = "New booking";
pub const BOOKING_TITLE: &str = "What is the event?";
pub const BOOKING_TITLE_HELP: &str = "For example: Savanna product launch";
pub const BOOKING_DATE: &str = "On which day?";
pub const BOOKING_VENUE: &str = "Where is it?";
pub const BOOKING_FEE: &str = "Fee in Kenyan shillings";
pub const BOOKING_FEE_HELP: &str = "The full fee, like 45,000. Say in your message if travel is included";
pub const FIRST_MESSAGE: &str = "Your message";
pub const SEND_INQUIRY: &str = "Send request";
pub const SENDING_INQUIRY: &str = "Sending request…";

pub const RECONNECTING: &str = "Reconnecting… What you write is kept.";
pub const RECONNECTING_UNKEPT: &str = "Reconnecting…";
pub const UNKEPT: &str = "This browser can't keep what you write. Keep this page open until it is sent.";
pub const OFFLINE: &str = "You are offline. Messages will send when you're back.";
pub const PROGRAM_DIED: &str = "This page has stopped working. What you typed is kept.";
pub const RELOAD: &str = "Reload";
pub const SIGNED_OUT: &str = "You were signed out.";
pub const SIGNED_OUT_LEAD: &str = "Nothing was sent or changed. Copy what you wrote, then sign in.";

pub const OTHER_PERSON_LEAD: &str = "This page belongs to another account, so nothing was sent or changed.";
pub const OTHER_PERSON: &str = "Someone else is signed in now.";
pub const OTHER_PERSON_MEANS: &str = "You can read this page and copy what you wrote, but you can't send from it.";
pub const SIGNING_OUT: &str = "Signing out: waiting for network. Until then you can't send from this page.";
pub const STAY_SIGNED_IN: &str = "Stay signed in";
pub const WHAT_YOU_WROTE: &str = "What you wrote";

/// The title of the summary of a refused form's errors.
pub const PROBLEM: &str = "There's a problem";

pub const LOADING: &str = "Loading…";
pub const NOT_LOADED: &str = "That couldn't be loaded. Try again.";
pub const TRY_AGAIN: &str = "Try again";
pub const NOT_FOUND: &str = "Page not found";
pub const NOT_FOUND_LEAD: &str = "The link may be old, or the page isn't yours to see.";
pub const BROKEN: &str = "Something went wrong on our side";
pub const BROKEN_LEAD: &str = "We know about it. Try again in a moment.";
pub const STORAGE_FULL: &str = "Greenroom has run out of space, so nothing was saved. Try again in a few minutes.";
pub const UNREACHED: &str = "Greenroom can't be reached. Check your connection and try again.";
pub const TIMED_OUT: &str = "No answer came. It may have worked: check before you try again.";
pub const HOME: &str = "Go to the home page";

/// Returns the title of the document for a page.
pub fn page_title(page: &str) -> String {
    format!("{} · {SITE}", isolate(page))
}

/// Puts the number of unread messages before the title of the document.
pub fn title_with_unread(what: &str, unread: i64) -> String {
    format!("({}) {what}", up_to_99(unread))
}

/// Returns a count as small marks show it.
pub fn up_to_99(count: i64) -> String {
    if count > 99 { "99+".to_owned() } else { count.to_string() }
}

pub fn inbox_filter_label(filter: InboxFilter) -> &'static str {
    match filter {
        InboxFilter::All => "All",
        InboxFilter::NeedsYou => "Needs you",
        InboxFilter::Agreed => "Agreed",
        InboxFilter::Past => "Past",
    }
}

/// Says that a filter includes nothing of the loaded pages. Later ones may have something.
pub const NOTHING_SO_FAR: &str = "Nothing among the newest";
pub const NOTHING_SO_FAR_LEAD: &str = "Older conversations aren't loaded yet.";

/// Says that a filter includes nothing, and what it would include.
pub fn nothing_filtered(filter: InboxFilter) -> (&'static str, &'static str) {
    match filter {
        InboxFilter::All => (NO_CONVERSATIONS, ""),
        InboxFilter::NeedsYou => ("Nothing needs you", "New requests and unread messages appear here."),
        InboxFilter::Agreed => ("Nothing agreed yet", "Accepted bookings appear here until their day is over."),
        InboxFilter::Past => ("Nothing past yet", "Bookings that are over appear here."),
    }
}

/// Says how many conversations need the viewer.
pub fn needs_you_count(count: i64) -> String {
    if count == 1 { "1 conversation needs you".to_owned() } else { format!("{count} conversations need you") }
}

/// Explains the consequences of cancelling a booking, before it is done.
pub fn cancel_warning(counterpart: &str) -> String {
    format!("We'll tell {} right away. You can't undo this.", isolate(counterpart))
}

/// Returns the text before [`TYPING`] for screen readers: the name isn't visible next to it.
pub fn person_is(name: &str) -> String {
    format!("{} is ", isolate(name))
}

/// Returns when a person was last active.
pub fn last_active(when: &str) -> String {
    format!("Active {when}")
}

pub fn time_ago(time: &str) -> String {
    format!("{time} ago")
}

/// Says who is signed in, on a page that belongs to another person.
pub fn signed_in_as(name: &str) -> String {
    format!("You're signed in as {} now", isolate(name))
}

/// Labels the link that leads to the signed-in person's inbox.
pub fn continue_as(name: &str) -> String {
    format!("Continue as {}", isolate(name))
}

/// Asks for confirmation of a sign-out that would discard unsent messages.
pub fn unsent_warning(count: usize) -> String {
    let what = if count == 1 { "One message hasn't".to_owned() } else { format!("{count} messages haven't") };
    format!("{what} been sent yet, and would be lost. Sign out anyway?")
}

/// Labels the button that marks one notification, with the notification's text.
pub fn mark_read_label(what: &str) -> String {
    format!("{MARK_READ}: {what}")
}

pub fn inquiry_lead(name: &str) -> String {
    format!("Tell {} about your event. They reply in the conversation that opens.", isolate(name))
}

pub fn short_minutes(count: i64) -> String {
    format!("{count} min")
}

pub fn short_hours(count: i64) -> String {
    format!("{count} h")
}

pub fn unread_label(count: i64) -> String {
    format!("{count} unread")
}

pub fn notifications_label(count: i64) -> String {
    if count == 0 { NOTIFICATIONS.to_owned() } else { format!("{NOTIFICATIONS}, {count} unread") }
}

pub fn new_below(count: i64) -> String {
    if count == 1 { "1 new message".to_owned() } else { format!("{count} new messages") }
}

/// Says how many of `limit` characters are left, or how many are too many.
pub fn characters_left(count: usize, limit: usize) -> String {
    match (limit.checked_sub(count), count.abs_diff(limit)) {
        (Some(1), _) => "1 character left".to_owned(),
        (Some(left), _) => format!("{left} characters left"),
        (None, 1) => "1 character too many".to_owned(),
        (None, more) => format!("{more} characters too many"),
    }
}

pub fn notification_text(kind: NotificationKind, name: &str) -> String {
    let name = isolate(name);
    match kind {
        NotificationKind::Message => format!("New message from {name}"),
        NotificationKind::Booking => format!("New request from {name}"),
        NotificationKind::BookingAccepted => format!("{name} accepted the booking"),
        NotificationKind::BookingDeclined => format!("{name} declined the booking"),
        NotificationKind::BookingCancelled => format!("{name} cancelled the booking"),
        NotificationKind::PasswordChanged => "Your password was changed".to_owned(),
        NotificationKind::EmailChanged => "Your email address was changed".to_owned(),
        NotificationKind::TokenCreated => "You created an access token".to_owned(),
    }
}

/// Adds the booking's terms to the text of a notification.
pub fn notification_about(what: &str, title: &str, when: &str, fee: &str) -> String {
    format!("{what}: {}, {when}, {fee}", isolate(title))
}

pub fn booking_action_label(action: BookingAction) -> &'static str {
    match action {
        BookingAction::Accept => "Accept",
        BookingAction::Decline => "Decline",
        BookingAction::Cancel => CANCEL_BOOKING,
    }
}

/// Returns the system message about a change of a booking; `name` is `None` if the viewer made it.
pub fn booking_event_text(status: BookingStatus, name: Option<&str>) -> String {
    let name = name.map_or(YOU.into(), isolate);
    match status {
        BookingStatus::Inquiry => format!("{name} sent the request"),
        BookingStatus::Accepted => format!("{name} accepted the booking"),
        BookingStatus::Declined => format!("{name} declined the booking"),
        BookingStatus::Cancelled => format!("{name} cancelled the booking"),
        BookingStatus::Completed => format!("{name} completed the booking"),
    }
}

/// Returns how far away a day is, in words.
pub fn relative_days(days: i64) -> String {
    match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        2..=13 => format!("in {days} days"),
        14..=139 => format!("in {} weeks", days / 7),
        140.. => format!("in {} months", days / 30),
        -13..=-2 => format!("{} days ago", -days),
        _ => "past".to_owned(),
    }
}

/// Explains the title field, with its length limit.
pub fn title_help() -> String {
    format!("{BOOKING_TITLE_HELP}. Up to {} characters.", booking::TITLE_LIMIT)
}
