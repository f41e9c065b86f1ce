//! Bookings: the event, its day, venue and fee, its organizer and its talent.

use crate::{
    api_error::{ApiError, FieldError, Validator},
    id::{BookingId, ClientId, PersonId},
    message::MessageBody,
    money::Money,
    person::{Person, Role},
    string_enum::string_enum,
    text,
    time::{Day, Timestamp},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Maximum length of a booking's title, in characters (Unicode scalar values).
pub const TITLE_LIMIT: usize = 120;
/// Maximum length of a venue, in characters (Unicode scalar values).
pub const VENUE_LIMIT: usize = 160;
/// How many years ahead an event may be.
pub const YEARS_AHEAD: i32 = 5;

string_enum! {
    /// State of a booking.
    BookingStatus {
        /// Requested by the organiser, not answered yet.
        Inquiry = "inquiry",
        /// Accepted by the talent.
        Accepted = "accepted",
        /// Declined by the talent.
        Declined = "declined",
        /// Cancelled by either party.
        Cancelled = "cancelled",
        /// The event is over.
        Completed = "completed",
    }
}

string_enum! {
    /// An action by which a person changes a booking's status.
    BookingAction {
        /// Accepts the request; talent only.
        Accept = "accept",
        /// Declines the request; talent only.
        Decline = "decline",
        /// Cancels the request or the accepted booking.
        Cancel = "cancel",
    }
}

impl BookingAction {
    /// Returns the only role that may do this; `None` if both may.
    pub fn required_role(self) -> Option<Role> {
        match self {
            BookingAction::Accept | BookingAction::Decline => Some(Role::Talent),
            BookingAction::Cancel => None,
        }
    }
}

impl BookingStatus {
    /// Returns the status after an action; `None` if the current status doesn't allow it.
    pub fn apply_action(self, action: BookingAction) -> Option<Self> {
        match (self, action) {
            (BookingStatus::Inquiry, BookingAction::Accept) => Some(BookingStatus::Accepted),
            (BookingStatus::Inquiry, BookingAction::Decline) => Some(BookingStatus::Declined),
            (BookingStatus::Inquiry | BookingStatus::Accepted, BookingAction::Cancel) => Some(BookingStatus::Cancelled),
            _ => None,
        }
    }

    /// Returns whether no action can follow.
    pub fn is_final(self) -> bool {
        matches!(self, BookingStatus::Declined | BookingStatus::Cancelled | BookingStatus::Completed)
    }

    /// Returns whether this status can become `later`, by any number of changes.
    pub fn precedes(self, later: Self) -> bool {
        match self {
            BookingStatus::Inquiry => later != BookingStatus::Inquiry,
            BookingStatus::Accepted => matches!(later, BookingStatus::Cancelled | BookingStatus::Completed),
            BookingStatus::Declined | BookingStatus::Cancelled | BookingStatus::Completed => false,
        }
    }

    /// Returns the actions that a person of this role may take in this status.
    pub fn allowed_actions(self, role: Role) -> impl Iterator<Item = BookingAction> {
        let open = move |action: &BookingAction| {
            self.apply_action(*action).is_some() && action.required_role().is_none_or(|only| only == role)
        };
        BookingAction::ALL.iter().copied().filter(open)
    }
}

/// A booking as both of its parties see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Booking {
    /// Unique id (UUIDv7).
    pub id: BookingId,
    /// Name of the event.
    pub title: String,
    /// Day of the event.
    pub event_date: Day,
    /// Place of the event.
    pub venue: String,
    /// Fee that the talent is paid.
    pub fee: Money,
    /// Current status.
    pub status: BookingStatus,
    /// The person who books.
    pub organizer: Person,
    /// The person who is booked.
    pub talent: Person,
}

impl Booking {
    /// Returns the party with this id: the organizer if the id is theirs, otherwise the talent.
    pub fn find_party(&self, id: PersonId) -> &Person {
        if self.organizer.id == id { &self.organizer } else { &self.talent }
    }

    /// Returns the role in which the party with this id takes part.
    pub fn role_of(&self, id: PersonId) -> Role {
        if self.organizer.id == id { Role::Organizer } else { Role::Talent }
    }

    /// Returns the other party than the one with this id.
    pub fn counterpart_of(&self, id: PersonId) -> &Person {
        if self.organizer.id == id { &self.talent } else { &self.organizer }
    }

    /// Takes over a status that was read apart from the events, unless an event has told of a newer one.
    pub fn advance_to(&mut self, status: BookingStatus) {
        if self.status.precedes(status) {
            self.status = status;
        }
    }

    /// Returns whether it is agreed, and its day isn't past.
    pub fn is_agreed(&self, today: Day) -> bool {
        self.status == BookingStatus::Accepted && self.event_date >= today
    }

    /// Returns whether it is over: its day is past, or nothing can come of it any more.
    pub fn is_over(&self, today: Day) -> bool {
        self.event_date < today || self.status.is_final()
    }

    /// Returns whether this person hasn't answered the request yet, and its day isn't past.
    pub fn waits_for_answer_of(&self, id: PersonId, today: Day) -> bool {
        self.status == BookingStatus::Inquiry && self.talent.id == id && self.event_date >= today
    }
}

/// The terms of a booking that a notification names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BookingSummary {
    /// Name of the event.
    pub title: String,
    /// Day of the event.
    pub event_date: Day,
    /// Fee that the talent is paid.
    pub fee: Money,
}

impl From<&Booking> for BookingSummary {
    fn from(booking: &Booking) -> Self {
        Self { title: booking.title.clone(), event_date: booking.event_date, fee: booking.fee.clone() }
    }
}

/// A booking request, not yet validated.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BookingInput {
    /// Id of the talent to book.
    #[schema(value_type = PersonId, required = true)]
    pub talent_id: Option<String>,
    /// Name of the event: one line with at least one visible character and no hidden characters.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 120, pattern = r"\S")]
    pub title: Option<String>,
    /// Day of the event: from yesterday to five years ahead, counted from any day that it is now somewhere on earth.
    #[schema(value_type = Day, required = true)]
    pub event_date: Option<String>,
    /// Place of the event: one line with at least one visible character and no hidden characters.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 160, pattern = r"\S")]
    pub venue: Option<String>,
    /// Fee offered.
    #[schema(value_type = Money, required = true)]
    pub fee: Option<Money>,
    /// First message of the conversation.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 4000, pattern = r"\S")]
    pub message: Option<String>,
    /// Idempotency key, any UUID: a repeated request with the same one returns the same booking.
    #[schema(value_type = Option<ClientId>)]
    pub client_id: Option<String>,
}

/// A validated booking request.
#[derive(Clone, Debug)]
pub struct BookingDraft {
    /// Id of the talent to book.
    pub talent_id: PersonId,
    /// Name of the event.
    pub title: String,
    /// Day of the event.
    pub event_date: Day,
    /// Place of the event.
    pub venue: String,
    /// Fee offered.
    pub fee: Money,
    /// First message of the conversation.
    pub message: MessageBody,
    /// The organiser's idempotency key, if given.
    pub client_id: Option<ClientId>,
}

impl BookingInput {
    /// Validates every field by the server's clock and reports all invalid ones at once.
    pub fn parse(mut self, now: Timestamp) -> Result<BookingDraft, ApiError> {
        let fee = self.fee.take().ok_or(FieldError::Required).and_then(Money::validate);
        self.parse_with_fee(fee, now)
    }

    /// Does the same for a form, whose fee is typed as text and parsed by the caller.
    pub fn parse_with_fee(self, fee: Result<Money, FieldError>, now: Timestamp) -> Result<BookingDraft, ApiError> {
        let mut validator = Validator::default();
        let talent_id = validator.check_field("talentId", text::parse_value(self.talent_id.as_deref()));
        let title = validator.check_field("title", text::parse_line(self.title.as_deref(), TITLE_LIMIT));
        let event_date = text::parse_value(self.event_date.as_deref()).and_then(|day| check_event_date(day, now));
        let event_date = validator.check_field("eventDate", event_date);
        let venue = validator.check_field("venue", text::parse_line(self.venue.as_deref(), VENUE_LIMIT));
        let fee = validator.check_field("fee", fee);
        let message = validator.check_field("message", MessageBody::parse(self.message.as_deref().unwrap_or_default()));
        let client_id = self.client_id.as_deref().map(|id| text::parse_value(Some(id))).transpose();
        let client_id = validator.check_field("clientId", client_id);
        match (talent_id, title, event_date, venue, fee, message, client_id) {
            (
                Some(talent_id),
                Some(title),
                Some(event_date),
                Some(venue),
                Some(fee),
                Some(message),
                Some(client_id),
            ) => Ok(BookingDraft { talent_id, title, event_date, venue, fee, message, client_id }),
            _ => Err(validator.into_error()),
        }
    }
}

/// Accepts days from yesterday to [`YEARS_AHEAD`] years ahead, counted from any day that it is now somewhere on earth:
/// the server doesn't know the organizer's time zone.
fn check_event_date(day: Day, now: Timestamp) -> Result<Day, FieldError> {
    let (first, last) = now.days_on_earth();
    if first.previous_day().is_some_and(|yesterday| day < yesterday) {
        Err(FieldError::DatePast)
    } else if last.years_later(YEARS_AHEAD).is_none_or(|limit| day > limit) {
        Err(FieldError::DateTooFar)
    } else {
        Ok(day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn event_date_is_from_yesterday_to_five_years_ahead() {
        let check = |day: &str, now: &str| {
            let (day, now) = (day.parse().expect("a day"), now.parse().expect("a timestamp"));
            check_event_date(day, now).err()
        };
        // At noon UTC, 28 November has just begun on Baker Island (UTC-12); on Kiritimati (UTC+14) it is the 29th.
        let noon = "2026-11-28T12:00:00Z";
        assert_eq!(check("2026-11-26", noon), Some(FieldError::DatePast));
        assert_eq!(check("2026-11-27", noon), None);
        assert_eq!(check("2031-11-29", noon), None);
        assert_eq!(check("2031-11-30", noon), Some(FieldError::DateTooFar));
        // A minute earlier it is still the 27th on Baker Island.
        assert_eq!(check("2026-11-26", "2026-11-28T11:59:00Z"), None);
        assert_eq!(check("2026-11-25", "2026-11-28T11:59:00Z"), Some(FieldError::DatePast));
        assert_eq!(check("2031-11-29", "2026-11-28T09:59:00Z"), Some(FieldError::DateTooFar));
        assert_eq!(check("2033-03-01", "2028-02-28T10:00:00Z"), None, "no 29 February five years later");
        assert_eq!(check("0001-01-01", noon), Some(FieldError::DatePast));
        assert_eq!(check("9999-12-31", noon), Some(FieldError::DateTooFar));
    }

    #[test]
    fn statuses_precede_those_that_they_can_become() {
        for &status in BookingStatus::ALL {
            for next in BookingAction::ALL.iter().filter_map(|&action| status.apply_action(action)) {
                assert!(status.precedes(next), "{status:?} before {next:?}");
                let later = BookingStatus::ALL.iter().filter(|&&later| next.precedes(later));
                for &later in later {
                    assert!(status.precedes(later), "{status:?} before {later:?}");
                }
            }
            for &other in BookingStatus::ALL {
                assert!(!status.precedes(other) || !other.precedes(status), "{status:?} and {other:?}");
            }
            assert_eq!(status.is_final(), !BookingStatus::ALL.iter().any(|&later| status.precedes(later)));
        }
    }

    #[test]
    fn allowed_actions_depend_on_status_and_role() {
        let actions = |status: BookingStatus, role| status.allowed_actions(role).collect::<Vec<_>>();
        assert_eq!(
            actions(BookingStatus::Inquiry, Role::Talent),
            [BookingAction::Accept, BookingAction::Decline, BookingAction::Cancel]
        );
        assert_eq!(actions(BookingStatus::Inquiry, Role::Organizer), [BookingAction::Cancel]);
        assert_eq!(actions(BookingStatus::Accepted, Role::Talent), [BookingAction::Cancel]);
        for over in [BookingStatus::Declined, BookingStatus::Cancelled, BookingStatus::Completed] {
            assert_eq!(actions(over, Role::Talent), []);
        }
        assert_eq!(BookingStatus::Inquiry.apply_action(BookingAction::Accept), Some(BookingStatus::Accepted));
    }

    #[test]
    fn schema_limits_match_booking_constants() {
        let properties = |schema| serde_json::to_value(schema).expect("json")["properties"].clone();
        let input = properties(<BookingInput as utoipa::PartialSchema>::schema());
        assert_eq!(input["title"]["maxLength"], TITLE_LIMIT);
        assert_eq!(input["venue"]["maxLength"], VENUE_LIMIT);
        assert_eq!(input["message"]["maxLength"], crate::message::BODY_LIMIT);
    }
}
