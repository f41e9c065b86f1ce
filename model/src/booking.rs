//! Bookings: the event, its day, place and fee, and the two people it binds.

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

/// Characters a booking's title may have.
pub const TITLE_LIMIT: usize = 120;
/// Characters a venue may have.
pub const VENUE_LIMIT: usize = 160;
/// Years ahead that an event may be.
pub const YEARS_AHEAD: i32 = 5;

string_enum! {
    /// Where a booking stands.
    BookingStatus {
        /// Asked, not answered.
        Inquiry = "inquiry",
        /// The talent said yes.
        Accepted = "accepted",
        /// The talent said no.
        Declined = "declined",
        /// Called off by either side.
        Cancelled = "cancelled",
        /// The event is over.
        Completed = "completed",
    }
}

string_enum! {
    /// What somebody does about a booking.
    BookingAction {
        /// Says yes.
        Accept = "accept",
        /// Says no.
        Decline = "decline",
        /// Calls it off.
        Cancel = "cancel",
    }
}

impl BookingAction {
    /// Whether this is for the talent alone.
    pub fn required_role(self) -> Option<Role> {
        match self {
            BookingAction::Accept | BookingAction::Decline => Some(Role::Talent),
            BookingAction::Cancel => None,
        }
    }
}

impl BookingStatus {
    /// Where a step leads; `None` where it can't be taken any more.
    pub fn apply_action(self, action: BookingAction) -> Option<Self> {
        match (self, action) {
            (BookingStatus::Inquiry, BookingAction::Accept) => Some(BookingStatus::Accepted),
            (BookingStatus::Inquiry, BookingAction::Decline) => Some(BookingStatus::Declined),
            (BookingStatus::Inquiry | BookingStatus::Accepted, BookingAction::Cancel) => Some(BookingStatus::Cancelled),
            _ => None,
        }
    }

    /// The steps open to somebody of this role.
    pub fn allowed_actions(self, role: Role) -> impl Iterator<Item = BookingAction> {
        let open = move |action: &BookingAction| {
            self.apply_action(*action).is_some() && action.required_role().is_none_or(|only| only == role)
        };
        BookingAction::ALL.iter().copied().filter(open)
    }
}

/// A booking as its two people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Booking {
    /// Which.
    pub id: BookingId,
    /// What the event is called.
    pub title: String,
    /// The day of the event.
    pub event_date: Day,
    /// Where it is.
    pub venue: String,
    /// What the talent is paid.
    pub fee: Money,
    /// Where it stands.
    pub status: BookingStatus,
    /// Who books.
    pub organizer: Person,
    /// Who is booked.
    pub talent: Person,
}

impl Booking {
    /// Which of the two people this is.
    pub fn find_party(&self, id: PersonId) -> &Person {
        if self.organizer.id == id { &self.organizer } else { &self.talent }
    }
}

/// A booking as it is asked for, unchecked.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BookingInput {
    /// Whom: a talent.
    #[schema(value_type = PersonId, required = true)]
    pub talent_id: Option<String>,
    /// What the event is called, in one line with a visible character and without hidden ones.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 120, pattern = r"\S")]
    pub title: Option<String>,
    /// The day of the event: from the day before today, wherever on earth it is still that day, to five years ahead.
    #[schema(value_type = Day, required = true)]
    pub event_date: Option<String>,
    /// Where it is, in one line with a visible character and without hidden ones.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 160, pattern = r"\S")]
    pub venue: Option<String>,
    /// What is offered.
    #[schema(value_type = Money, required = true)]
    pub fee: Option<Money>,
    /// The first message.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 4000, pattern = r"\S")]
    pub message: Option<String>,
    /// The sender's own id for that message: asked for again with it, the booking is the same one.
    #[schema(value_type = Option<ClientId>)]
    pub client_id: Option<String>,
}

/// A booking that may be opened.
#[derive(Clone, Debug)]
pub struct BookingDraft {
    /// Whom.
    pub talent_id: PersonId,
    /// What.
    pub title: String,
    /// When.
    pub event_date: Day,
    /// Where.
    pub venue: String,
    /// For how much.
    pub fee: Money,
    /// The first message.
    pub message: MessageBody,
    /// The organizer's own id for it, if they gave one.
    pub client_id: Option<ClientId>,
}

impl BookingInput {
    /// Checks every field by the server's clock, and names all that are at fault.
    pub fn parse(mut self, now: Timestamp) -> Result<BookingDraft, ApiError> {
        let fee = self.fee.take().ok_or(FieldError::Required).and_then(Money::validate);
        self.parse_with_fee(fee, now)
    }

    /// The same where the fee was typed as text, and has been looked at already.
    pub fn parse_with_fee(self, fee: Result<Money, FieldError>, now: Timestamp) -> Result<BookingDraft, ApiError> {
        let mut validator = Validator::default();
        let talent_id = validator.field("talentId", text::parse_value(self.talent_id.as_deref()));
        let title = validator.field("title", text::parse_line(self.title.as_deref(), TITLE_LIMIT));
        let event_date = text::parse_value(self.event_date.as_deref()).and_then(|day| check_event_date(day, now));
        let event_date = validator.field("eventDate", event_date);
        let venue = validator.field("venue", text::parse_line(self.venue.as_deref(), VENUE_LIMIT));
        let fee = validator.field("fee", fee);
        let message = validator.field("message", MessageBody::parse(self.message.as_deref().unwrap_or_default()));
        let client_id = self.client_id.as_deref().map(|id| text::parse_value(Some(id))).transpose();
        let client_id = validator.field("clientId", client_id);
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

/// From the day before today to [`YEARS_AHEAD`] years from today, where today is any day that it is now somewhere on
/// earth.
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
            let (day, now) = (day.parse().expect("a day"), now.parse().expect("an instant"));
            check_event_date(day, now).err()
        };
        // At noon it is the same day in most places; on Baker Island it has just begun, on Kiritimati tomorrow has.
        let noon = "2026-11-28T12:00:00Z";
        assert_eq!(check("2026-11-26", noon), Some(FieldError::DatePast));
        assert_eq!(check("2026-11-27", noon), None);
        assert_eq!(check("2031-11-29", noon), None);
        assert_eq!(check("2031-11-30", noon), Some(FieldError::DateTooFar));
        // A minute before, it is still yesterday on Baker Island.
        assert_eq!(check("2026-11-26", "2026-11-28T11:59:00Z"), None);
        assert_eq!(check("2026-11-25", "2026-11-28T11:59:00Z"), Some(FieldError::DatePast));
        assert_eq!(check("2031-11-29", "2026-11-28T09:59:00Z"), Some(FieldError::DateTooFar));
        assert_eq!(check("2033-03-01", "2028-02-28T10:00:00Z"), None, "no 29 February five years later");
        assert_eq!(check("0001-01-01", noon), Some(FieldError::DatePast));
        assert_eq!(check("9999-12-31", noon), Some(FieldError::DateTooFar));
    }

    #[test]
    fn allowed_actions_depend_on_status_and_role() {
        let steps = |status: BookingStatus, role| status.allowed_actions(role).collect::<Vec<_>>();
        assert_eq!(
            steps(BookingStatus::Inquiry, Role::Talent),
            [BookingAction::Accept, BookingAction::Decline, BookingAction::Cancel]
        );
        assert_eq!(steps(BookingStatus::Inquiry, Role::Organizer), [BookingAction::Cancel]);
        assert_eq!(steps(BookingStatus::Accepted, Role::Talent), [BookingAction::Cancel]);
        for over in [BookingStatus::Declined, BookingStatus::Cancelled, BookingStatus::Completed] {
            assert_eq!(steps(over, Role::Talent), []);
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
