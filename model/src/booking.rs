//! Bookings: the event, its day, place and fee, and the two people it binds.

use crate::{
    id::{BookingId, ClientId, PersonId},
    message::Body,
    person::{Person, Role},
    refusal::{Check, Fault, Refusal},
    text,
    time::Day,
    word::words,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Characters a booking's title may have.
pub const TITLE_LIMIT: usize = 120;
/// Characters a venue may have.
pub const VENUE_LIMIT: usize = 160;
/// The largest fee, in minor units.
pub const FEE_LIMIT: i64 = 100_000_000_000;

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Money {
    /// Minor units: cents of a shilling.
    #[schema(minimum = 0, maximum = 100_000_000_000i64)]
    pub amount: i64,
    /// ISO 4217, three capital letters.
    #[schema(min_length = 3, max_length = 3, pattern = "^[A-Z]{3}$")]
    pub currency: String,
}

impl Money {
    /// Kenyan shillings from what a person types: `45,000`, `45000.50`, `KES 45 000`.
    pub fn shillings(input: Option<&str>) -> Result<Self, Fault> {
        let typed: String = input.unwrap_or_default().chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
        let digits = typed.strip_prefix("KES").or_else(|| typed.strip_prefix("KSh")).unwrap_or(&typed);
        if digits.is_empty() {
            return Err(Fault::Required);
        }
        let (whole, cents) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || cents.len() > 2 || !all_digits(whole) || !all_digits(cents) {
            return Err(Fault::Invalid);
        }
        let amount = format!("{whole}{cents:0<2}").parse().map_err(|_| Fault::OutOfRange)?;
        Self { amount, currency: "KES".into() }.check()
    }

    /// Not negative, at most [`FEE_LIMIT`], in a currency of three capital letters.
    pub fn check(self) -> Result<Self, Fault> {
        if self.currency.len() != 3 || !self.currency.bytes().all(|b| b.is_ascii_uppercase()) {
            Err(Fault::Invalid)
        } else if !(0..=FEE_LIMIT).contains(&self.amount) {
            Err(Fault::OutOfRange)
        } else {
            Ok(self)
        }
    }

    /// `KES 45,000`, with cents only where there are any.
    pub fn in_words(&self) -> String {
        let digits = (self.amount / 100).to_string();
        let grouped = digits
            .as_bytes()
            .rchunks(3)
            .rev()
            .map(|group| std::str::from_utf8(group).unwrap_or_default())
            .collect::<Vec<_>>()
            .join(",");
        match self.amount % 100 {
            0 => format!("{} {grouped}", self.currency),
            cents => format!("{} {grouped}.{cents:02}", self.currency),
        }
    }
}

words! {
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

words! {
    /// What somebody does about a booking.
    Step {
        /// Says yes.
        Accept = "accept",
        /// Says no.
        Decline = "decline",
        /// Calls it off.
        Cancel = "cancel",
    }
}

impl Step {
    /// Whether this is for the talent alone.
    pub fn only(self) -> Option<Role> {
        match self {
            Step::Accept | Step::Decline => Some(Role::Talent),
            Step::Cancel => None,
        }
    }
}

impl BookingStatus {
    /// Where a step leads; `None` where it can't be taken any more.
    pub fn after(self, step: Step) -> Option<Self> {
        match (self, step) {
            (BookingStatus::Inquiry, Step::Accept) => Some(BookingStatus::Accepted),
            (BookingStatus::Inquiry, Step::Decline) => Some(BookingStatus::Declined),
            (BookingStatus::Inquiry | BookingStatus::Accepted, Step::Cancel) => Some(BookingStatus::Cancelled),
            _ => None,
        }
    }

    /// The steps open to somebody of this role.
    pub fn steps(self, role: Role) -> impl Iterator<Item = Step> {
        let open = move |step: &Step| self.after(*step).is_some() && step.only().is_none_or(|only| only == role);
        Step::ALL.iter().copied().filter(open)
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
    pub fn party(&self, id: PersonId) -> &Person {
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
    /// What the event is called, in one line.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 120, pattern = r"\S")]
    pub title: Option<String>,
    /// The day of the event.
    #[schema(value_type = Day, required = true)]
    pub event_date: Option<String>,
    /// Where it is, in one line.
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
    pub message: Body,
    /// The organizer's own id for it, if they gave one.
    pub client_id: Option<ClientId>,
}

impl BookingInput {
    /// Checks every field and names all that are at fault.
    pub fn parse(mut self) -> Result<BookingDraft, Refusal> {
        let fee = self.fee.take().ok_or(Fault::Required).and_then(Money::check);
        self.parse_with_fee(fee)
    }

    /// The same where the fee was typed as text, and has been looked at already.
    pub fn parse_with_fee(self, fee: Result<Money, Fault>) -> Result<BookingDraft, Refusal> {
        let mut check = Check::default();
        let talent_id = check.field("talentId", text::parsed(self.talent_id.as_deref()));
        let title = check.field("title", text::line(self.title.as_deref(), TITLE_LIMIT));
        let event_date = check.field("eventDate", text::parsed(self.event_date.as_deref()));
        let venue = check.field("venue", text::line(self.venue.as_deref(), VENUE_LIMIT));
        let fee = check.field("fee", fee);
        let message = check.field("message", Body::parse(self.message.as_deref().unwrap_or_default()));
        let client_id = self.client_id.as_deref().map(|id| text::parsed(Some(id))).transpose();
        let client_id = check.field("clientId", client_id);
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
            _ => Err(check.refuse()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shillings_are_read_as_people_write_them() {
        for (typed, amount) in [("45,000", 4_500_000), ("KES 45 000", 4_500_000), ("120.5", 12_050), ("0", 0)] {
            assert_eq!(Money::shillings(Some(typed)).map(|fee| fee.amount), Ok(amount), "{typed}");
        }
        for wrong in ["forty", "-5", "1.234", ".5", "1.2.3"] {
            assert_eq!(Money::shillings(Some(wrong)), Err(Fault::Invalid), "{wrong}");
        }
        assert_eq!(Money::shillings(Some(" ")), Err(Fault::Required));
        assert_eq!(Money::shillings(Some("99999999999999999999")), Err(Fault::OutOfRange));
    }

    #[test]
    fn an_inquiry_is_answered_by_the_talent_and_called_off_by_either() {
        let steps = |status: BookingStatus, role| status.steps(role).collect::<Vec<_>>();
        assert_eq!(steps(BookingStatus::Inquiry, Role::Talent), [Step::Accept, Step::Decline, Step::Cancel]);
        assert_eq!(steps(BookingStatus::Inquiry, Role::Organizer), [Step::Cancel]);
        assert_eq!(steps(BookingStatus::Accepted, Role::Talent), [Step::Cancel]);
        for over in [BookingStatus::Declined, BookingStatus::Cancelled, BookingStatus::Completed] {
            assert_eq!(steps(over, Role::Talent), []);
        }
        assert_eq!(BookingStatus::Inquiry.after(Step::Accept), Some(BookingStatus::Accepted));
    }

    #[test]
    fn limits_are_told_as_they_are() {
        let properties = |schema| serde_json::to_value(schema).expect("json")["properties"].clone();
        let input = properties(<BookingInput as utoipa::PartialSchema>::schema());
        assert_eq!(input["title"]["maxLength"], TITLE_LIMIT);
        assert_eq!(input["venue"]["maxLength"], VENUE_LIMIT);
        assert_eq!(input["message"]["maxLength"], crate::message::BODY_LIMIT);
        assert_eq!(properties(<Money as utoipa::PartialSchema>::schema())["amount"]["maximum"], FEE_LIMIT);
    }

    #[test]
    fn money_is_written_in_words() {
        let kes = |amount| Money { amount, currency: "KES".into() }.in_words();
        assert_eq!(kes(4_500_000), "KES 45,000");
        assert_eq!(kes(123_456_789), "KES 1,234,567.89");
        assert_eq!(kes(5), "KES 0.05");
    }
}
