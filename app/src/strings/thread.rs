//! Texts of a thread's request and booking: the answer, the ticket, and the printed conversation.

use model::{BookingAction, Money, text::isolate};

pub const SKIP_TO_MESSAGE_BOX: &str = "Skip to message box";
pub const MORE: &str = "More";
pub const CLOSE: &str = "Close";

pub const YOUR_ANSWER: &str = "Your answer";
pub const SUGGEST_FEE: &str = "Suggest another fee";
pub const AGREED: &str = "Agreed";
pub const CANCEL_BOOKING: &str = "Cancel booking";

pub const PROGRESS: &str = "Progress";
/// How far a booking has come.
pub const STAGES: [&str; 4] = ["Asked", AGREED, "The day", "Done"];

pub const PRINT_CONVERSATION: &str = "Print conversation";
pub const PRINT: &str = "Print";
pub const STATUS: &str = "Status";

/// Says what an organizer offers.
pub fn offer_text(name: &str, fee: &Money, day: &str) -> String {
    format!("{} offers {} for {day}.", isolate(name), fee.format_amount())
}

pub fn accept_label(fee: &Money) -> String {
    format!("Accept {}", fee.format_amount())
}

/// Explains what happens when a request is accepted.
pub fn accept_note(name: &str) -> String {
    format!("We'll tell {} right away.", isolate(name))
}

/// Begins a message that suggests another fee, in the currency of the offered one.
pub fn fee_suggestion(offered: &Money) -> String {
    format!("Thank you for your request! Could we make it {} ", offered.currency)
}

/// Warns that another booking is on the same day.
pub fn clash_warning(title: &str) -> String {
    format!("You already agreed to {} on this day.", isolate(title))
}

/// Says that other bookings on the day may be missing.
pub const CLASHES_UNKNOWN: &str = "Couldn't check your other bookings on this day.";

pub fn awaiting_reply(name: &str) -> String {
    format!("{} hasn't accepted yet", isolate(name))
}

/// Returns the texts of the sheet that asks before an action: its title, the button that leaves everything as it is,
/// the button that acts, and the text of that button while its form is pending.
pub fn confirmation(action: BookingAction) -> [&'static str; 4] {
    match action {
        BookingAction::Accept => ["Accept this booking?", "Not now", "Yes, accept", "Accepting…"],
        BookingAction::Decline => ["Decline this request?", "Not now", "Yes, decline", "Declining…"],
        BookingAction::Cancel => ["Cancel this booking?", "Keep booking", CANCEL_BOOKING, "Cancelling…"],
    }
}

/// Titles the printed conversation.
pub fn conversation_with(name: &str) -> String {
    format!("Conversation with {}", isolate(name))
}

/// Says that a printed conversation is cut.
pub fn newest_messages(count: usize) -> String {
    format!("These are the newest {count} messages. Older ones are left out.")
}
