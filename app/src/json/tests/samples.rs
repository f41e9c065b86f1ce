//! Values of all types that travel between server and browser.

use model::{
    AccessToken, Account, Agenda, AgendaPosition, ApiError, Booking, BookingStatus, BookingSummary, Conversation,
    Craft, CurrentDay, Day, Device, EmailDelay, Event, FieldError, InboxCounts, InboxEntry, InboxFilter, InboxKey,
    InboxList, Message, Money, NavState, Notification, NotificationKind, Person, Role, Scope, Talent, Thread,
    Timestamp, UnreadConversation, User, ValidationErrors,
};
use std::str::FromStr;
use uuid::Uuid;

/// The largest integer of which JavaScript represents each smaller one: 2^53 - 1.
pub(crate) const MAX_INTEGER: i64 = (1 << 53) - 1;

/// How the fields of a sample are filled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fill {
    /// Optional fields have a value, texts have characters that are hard to encode, numbers are large.
    Full,
    /// Optional fields have no value, texts and lists are empty, numbers are negative or zero.
    Empty,
}

impl Fill {
    pub(crate) const ALL: [Self; 2] = [Self::Full, Self::Empty];

    pub(crate) fn text(self) -> String {
        self.option("\0 \"\\/\u{8}\u{c}\n\r\t\u{2028} مرحبا e\u{301} 👋🏾 \u{10ffff}".to_owned()).unwrap_or_default()
    }

    pub(crate) fn integer(self) -> i64 {
        self.option(MAX_INTEGER).unwrap_or(-1)
    }

    pub(crate) fn option<T>(self, value: T) -> Option<T> {
        (self == Self::Full).then_some(value)
    }

    pub(crate) fn list<T>(self, value: T) -> Vec<T> {
        self.option(value).into_iter().collect()
    }

    pub(crate) fn bool(self) -> bool {
        self == Self::Full
    }

    /// Returns the last or the first value of a list.
    fn choose<T: Copy>(self, values: &[T]) -> T {
        *if self == Self::Full { values.last() } else { values.first() }.expect("a value")
    }
}

/// Returns an id of any type.
pub(crate) fn id<T: FromStr>(number: u128) -> T {
    Uuid::from_u128(number).to_string().parse().ok().expect("an id")
}

pub(crate) fn timestamp() -> Timestamp {
    Timestamp::from_millis(1_795_357_800_123)
}

fn day() -> Day {
    "2027-02-13".parse().expect("a day")
}

pub(crate) fn person(fill: Fill) -> Person {
    Person { id: id(1), name: fill.text(), role: fill.choose(Role::ALL), craft: fill.option(Craft::Dj) }
}

pub(crate) fn talent(fill: Fill) -> Talent {
    let Person { id, name, role, craft } = person(fill);
    Talent { id, name, role, craft, slug: fill.option(fill.text()), bio: fill.text() }
}

pub(crate) fn booking(fill: Fill) -> Booking {
    Booking {
        id: id(2),
        title: fill.text(),
        event_date: day(),
        venue: fill.text(),
        fee: Money { amount: fill.integer(), currency: fill.text() },
        status: fill.choose(BookingStatus::ALL),
        organizer: person(fill),
        talent: person(fill),
    }
}

pub(crate) fn message(fill: Fill) -> Message {
    Message {
        id: id(3),
        conversation_id: id(4),
        booking_id: id(2),
        seq: fill.integer(),
        client_id: id(u128::MAX),
        sender: person(fill),
        body: fill.text(),
        booking_status: fill.option(BookingStatus::Accepted),
        created_at: timestamp(),
    }
}

pub(crate) fn conversation(fill: Fill) -> Conversation {
    Conversation {
        id: id(4),
        booking: booking(fill),
        counterpart: person(fill),
        last_message: fill.option(message(fill)),
        unread: fill.integer(),
        last_seq: fill.integer(),
        read_seq: fill.integer(),
        counterpart_read_seq: fill.integer(),
        counterpart_delivered_seq: fill.integer(),
        updated_at: timestamp(),
    }
}

pub(crate) fn notification(fill: Fill) -> Notification {
    Notification {
        id: id(5),
        kind: fill.choose(NotificationKind::ALL),
        conversation_id: fill.option(id(4)),
        booking_id: fill.option(id(2)),
        booking: fill.option(BookingSummary::from(&booking(fill))),
        actor: person(fill),
        preview: fill.text(),
        created_at: timestamp(),
        read_at: fill.option(timestamp()),
    }
}

pub(crate) fn thread(fill: Fill) -> Thread {
    Thread {
        conversation: conversation(fill),
        messages: fill.list(message(fill)),
        has_more: fill.bool(),
        cursor: fill.integer(),
    }
}

pub(crate) fn nav_state(fill: Fill) -> NavState {
    NavState {
        person: person(fill),
        unread: fill.integer(),
        unread_conversations: fill.list(UnreadConversation { id: id(4), unread: fill.integer() }),
        more_unread: fill.bool(),
        cursor: fill.integer(),
    }
}

pub(crate) fn inbox_list(fill: Fill) -> InboxList {
    let place = InboxKey { needs_you: fill.bool(), event_seq: fill.integer(), id: id(4) };
    InboxList {
        filter: fill.choose(InboxFilter::ALL),
        query: fill.option(fill.text()),
        today: CurrentDay { day: day(), ends_at: timestamp() },
        counts: InboxCounts { needs_you: fill.integer(), agreed: fill.integer(), cursor: fill.integer() },
        next_up: fill.option(booking(fill)),
        entries: fill.list(InboxEntry { conversation: conversation(fill), event_seq: fill.integer() }),
        next_page: fill.option(place),
        cursor: fill.integer(),
    }
}

pub(crate) fn agenda(fill: Fill) -> Agenda {
    Agenda {
        from: AgendaPosition::start_of(day()),
        until: fill.option(AgendaPosition::after(day(), id(2))),
        today: CurrentDay { day: day(), ends_at: timestamp() },
        bookings: fill.list(booking(fill)),
        earlier: fill.option(day()),
        later: fill.option(day()),
        cursor: fill.integer(),
    }
}

pub(crate) fn account(fill: Fill) -> Account {
    let user = User {
        id: id(1),
        name: fill.text(),
        email: fill.text(),
        role: fill.choose(Role::ALL),
        email_verified: fill.bool(),
    };
    Account {
        user,
        craft: fill.option(Craft::Band),
        bio: fill.text(),
        slug: fill.option(fill.text()),
        public_profile: fill.bool(),
        mail_after: fill.choose(EmailDelay::ALL),
        receipts: fill.bool(),
        presence: fill.bool(),
    }
}

pub(crate) fn device(fill: Fill) -> Device {
    let (created_at, last_seen_at) = (timestamp(), timestamp());
    Device { id: id(6), current: fill.bool(), user_agent: fill.text(), created_at, last_seen_at }
}

pub(crate) fn access_token(fill: Fill) -> AccessToken {
    AccessToken {
        id: id(7),
        name: fill.text(),
        scope: fill.choose(Scope::ALL),
        created_at: timestamp(),
        last_used_at: timestamp(),
        expires_at: timestamp(),
    }
}

/// Returns an event of each kind; a test compares them with `Event::NAMES`.
pub(crate) fn events(fill: Fill) -> Vec<Event> {
    let (conversation_id, user_id, unread) = (id(4), id(1), fill.integer());
    vec![
        Event::MessageCreated { message: message(fill) },
        Event::ConversationCreated { conversation: conversation(fill) },
        Event::ConversationRead { conversation_id, user_id, read_seq: fill.integer(), unread },
        Event::ConversationDelivered { conversation_id, user_id, delivered_seq: fill.integer() },
        Event::NotificationCreated { notification: notification(fill) },
        Event::NotificationRead { ids: fill.list(id(5)), all: fill.bool(), unread, read_at: timestamp() },
        Event::BookingUpdated { booking: booking(fill) },
        Event::PersonUpdated { person: person(fill) },
    ]
}

/// Returns an error of each kind, and one about each field error.
pub(crate) fn api_errors() -> Vec<ApiError> {
    let about_fields = FieldError::ALL.iter().map(|field_error| ApiError::for_field("", *field_error));
    let retry_after = MAX_INTEGER.unsigned_abs();
    let fields =
        ValidationErrors::from([("body".to_owned(), FieldError::BodyEmpty), (Fill::Full.text(), FieldError::Required)]);
    let more = [ApiError::RateLimited { retry_after }, ApiError::Invalid { fields }];
    ApiError::examples().into_iter().chain(about_fields).chain(more).collect()
}
