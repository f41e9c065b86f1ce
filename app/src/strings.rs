//! Every text of the screen, by key. A translation would be another module like this one.
//!
//! # Layout
//! - this file: texts of several pages, the inbox, threads and bookings
//! - `account`: registration, sign-in, forgotten passwords
//! - `settings`: the settings page
//! - `devices`: readable names of browsers
//! - `people`: talents and their profiles
//! - `errors`: why a request was refused

mod account;
mod devices;
mod errors;
mod people;
mod settings;

pub use account::*;
pub use devices::device_name;
pub use errors::{error_text, field_error_text};
pub use people::*;
pub use settings::*;

use model::{BookingAction, BookingStatus, NotificationKind, booking, message, text::isolate};

pub const SITE: &str = "Greenroom";
pub const TAGLINE: &str = "Talk to the people behind the show";
pub const PITCH: &str = "Every conversation here belongs to a booking: the event, the day, the place and the fee \
                         stay beside what was said. Messages arrive once, in order, and are never lost, even on a bad line.";
pub const POINTS: [(&str, &str); 3] = [
    ("The terms stay in sight", "Event, date, venue and fee stand at the head of every thread, for both of you."),
    ("Nothing gets lost", "What you send arrives once and in order, even when the network drops."),
    ("Light on your phone", "Small pages that open fast on a cheap phone, and work before everything has loaded."),
];

pub const SKIP: &str = "Skip to content";
pub const SIGN_OUT: &str = "Sign out";
pub const MENU: &str = "Main";
pub const INBOX: &str = "Inbox";
pub const CONVERSATIONS: &str = "Conversations";
pub const NO_CONVERSATIONS: &str = "No conversations yet";
pub const NO_CONVERSATIONS_ORGANIZER: &str = "Find someone for your event. The conversation starts with your request.";
pub const NO_CONVERSATIONS_TALENT: &str =
    "When an organiser asks you about an event, the conversation appears here right away.";
pub const OLDER_CONVERSATIONS: &str = "Older conversations";
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
pub const WAITING_FOR_SIGN_IN: &str = "It goes out once you are signed in again.";
pub const WAITING_FOR_SPACE: &str = "Greenroom has run out of space. It will send by itself.";
pub const WAITING: &str = "Waiting for a connection. It goes out by itself.";
pub const WAITING_UNKEPT: &str = " Keep this page open until then: it can't be kept in this browser.";

pub const BOOKING: &str = "Booking";
pub const EVENT: &str = "Event";
pub const DATE: &str = "Date";
pub const VENUE: &str = "Venue";
pub const FEE: &str = "Fee";
pub const ORGANIZER: &str = "Organizer";
pub const TALENT: &str = "Talent";
pub const OPEN_BOOKING: &str = "Booking details";
pub const OPEN_CONVERSATION: &str = "Open the conversation";
pub const CANCEL_BOOKING: &str = "Cancel booking";
pub const CANCEL_BOOKING_FOR_SURE: &str = "Yes, cancel booking";
pub const CANCELLING: &str = "Cancelling…";

pub const NOTIFICATIONS: &str = "Notifications";
pub const NO_NOTIFICATIONS: &str = "Nothing new";
pub const NO_NOTIFICATIONS_LEAD: &str = "When somebody writes or asks for a booking, you see it here.";
pub const OLDER_NOTIFICATIONS: &str = "Older notifications";
pub const UNREAD: &str = "Unread";
pub const MARK_ALL_READ: &str = "Mark all as read";

pub const FIND_TALENT: &str = "Find talent";
pub const SEARCH_NAME: &str = "Name";
pub const CRAFT: &str = "Craft";
pub const SEARCH: &str = "Search";
pub const NO_TALENT: &str = "Nobody found";
pub const NO_TALENT_LEAD: &str = "Try part of the name, or another craft.";
pub const MORE_TALENT: &str = "More";

pub const NEW_BOOKING: &str = "New booking";
pub const BOOKING_TITLE: &str = "What is the event?";
pub const BOOKING_TITLE_HELP: &str = "For example: Savanna product launch";
pub const BOOKING_DATE: &str = "On which day?";
pub const BOOKING_VENUE: &str = "Where is it?";
pub const BOOKING_FEE: &str = "Fee in Kenyan shillings";
pub const BOOKING_FEE_HELP: &str = "What you offer, for example 45,000";
pub const FIRST_MESSAGE: &str = "Your message";
pub const SEND_INQUIRY: &str = "Send inquiry";
pub const SENDING_INQUIRY: &str = "Sending inquiry…";

pub const RECONNECTING: &str = "Reconnecting… what you write is kept.";
pub const RECONNECTING_UNKEPT: &str = "Reconnecting…";
pub const UNKEPT: &str = "What you write can't be kept in this browser. Keep this page open until you have sent it.";
pub const OFFLINE: &str = "You are offline. Messages will go out when you're back.";
pub const PROGRAM_DIED: &str = "This page has stopped working. What you typed is kept.";
pub const RELOAD: &str = "Reload";
pub const SIGNED_OUT: &str = "You were signed out.";

pub const OTHER_PERSON_LEAD: &str = "This page belongs to another account, so nothing was sent or changed.";
pub const OTHER_PERSON: &str = "Somebody else is signed in now.";
pub const OTHER_PERSON_MEANS: &str = "You can read this page and copy what you wrote, but nothing is sent from it.";
pub const SIGNING_OUT: &str = "Signing out: waiting for network. Until then nothing is sent from this page.";
pub const STAY_SIGNED_IN: &str = "Stay signed in";
pub const WHAT_YOU_WROTE: &str = "What you wrote";

pub const LOADING: &str = "Loading…";
pub const TRY_AGAIN: &str = "Try again";
pub const NOT_FOUND: &str = "Page not found";
pub const NOT_FOUND_LEAD: &str = "It may have moved, or it isn't yours to see.";
pub const BROKEN: &str = "Something went wrong on our side";
pub const BROKEN_LEAD: &str = "It has been noted. Try again in a moment.";
pub const STORAGE_FULL: &str = "Greenroom has run out of space, so nothing was saved. Try again in a few minutes.";
pub const UNREACHED: &str = "Greenroom can't be reached. Check your connection and try again.";
pub const TIMED_OUT: &str = "No answer came. It may have been done all the same: look before you try again.";
pub const HOME: &str = "Go to the start";

/// Returns the title of the document for a page.
pub fn page_title(page: &str) -> String {
    format!("{} · {SITE}", isolate(page))
}

/// Explains the consequences of cancelling a booking, before it is done.
pub fn cancel_warning(counterpart: &str) -> String {
    format!("{} is told at once. A cancelled booking can't be taken up again.", isolate(counterpart))
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
    format!("{what} gone out yet, and would be lost. Sign out all the same?")
}

/// Labels the button that marks one notification, with the notification's text.
pub fn mark_read_label(what: &str) -> String {
    format!("{MARK_READ}: {what}")
}

pub fn inquiry_lead(name: &str) -> String {
    format!("Ask {} about your event. They answer in the conversation that opens.", isolate(name))
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

pub fn characters_left(count: usize) -> String {
    let characters = |count: usize| if count == 1 { "1 character".to_owned() } else { format!("{count} characters") };
    match message::BODY_LIMIT.checked_sub(count) {
        Some(left) => format!("{} left", characters(left)),
        None => format!("{} too many", characters(count - message::BODY_LIMIT)),
    }
}

pub fn notification_text(kind: NotificationKind, name: &str) -> String {
    let name = isolate(name);
    match kind {
        NotificationKind::Message => format!("{name} wrote"),
        NotificationKind::Booking => format!("{name} asks about a booking"),
        NotificationKind::BookingAccepted => format!("{name} accepted the booking"),
        NotificationKind::BookingDeclined => format!("{name} declined the booking"),
        NotificationKind::BookingCancelled => format!("{name} cancelled the booking"),
        NotificationKind::PasswordChanged => "Your password was changed".to_owned(),
        NotificationKind::EmailChanged => "Your email address was changed".to_owned(),
        NotificationKind::TokenCreated => "You made an access token".to_owned(),
    }
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
        BookingStatus::Inquiry => format!("{name} asked about a booking"),
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

pub fn booking_status_label(status: BookingStatus) -> &'static str {
    match status {
        BookingStatus::Inquiry => "Inquiry",
        BookingStatus::Accepted => "Accepted",
        BookingStatus::Declined => "Declined",
        BookingStatus::Cancelled => "Cancelled",
        BookingStatus::Completed => "Completed",
    }
}

/// Explains the title field, with its length limit.
pub fn title_help() -> String {
    format!("{BOOKING_TITLE_HELP}. Up to {} characters.", booking::TITLE_LIMIT)
}
