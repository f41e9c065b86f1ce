//! Greenroom's domain types: ids, people, bookings, conversations, messages, notifications,
//! the events about them, and the projections that apply these events to views.
//!
//! Shared by the server and the browser. This crate must never do I/O, use a database or a browser API,
//! or depend on a feature or a target, so that the same input gives the same result on both sides.
//!
//! # Layout
//! - [`id`], [`time`], [`time_zone`], [`text`], [`money`], [`password`]: values that are valid once parsed
//! - [`account`], [`profile`], [`person`], [`stored_email`], [`talent`], [`booking`], [`conversation`], [`message`],
//!   [`notification`]: the domain's entities, and the input that creates or changes them
//! - [`event`], [`ephemeral`]: events that are logged for a person, and events that are only sent
//! - [`projection`]: views, and how events update them
//! - [`api_error`]: errors that clients receive

pub mod account;
mod agenda_period;
pub mod api_error;
pub mod booking;
pub mod conversation;
pub mod ephemeral;
pub mod event;
pub mod id;
pub mod message;
pub mod money;
pub mod notification;
pub mod password;
pub mod person;
pub mod profile;
pub mod projection;
pub mod stored_email;
mod string_enum;
pub mod talent;
pub mod text;
pub mod time;
pub mod time_zone;

pub use account::{
    AccessToken, Account, AccountChange, AccountInput, Device, EmailDelay, RegisterInput, Registration, Scope,
    SessionEndReason, TokenDraft, TokenInput,
};
pub use agenda_period::{AgendaPeriod, AgendaPosition};
pub use api_error::{ApiError, FieldError, ValidationErrors};
pub use booking::{Booking, BookingAction, BookingDraft, BookingInput, BookingStatus, BookingSummary};
pub use conversation::Conversation;
pub use ephemeral::{Presence, PresenceUpdate, Typing};
pub use event::{Envelope, Event};
pub use id::{BookingId, ClientId, ConversationId, MessageId, NotificationId, PersonId, SessionId};
pub use message::{Message, MessageBody, MessageDraft, MessageInput};
pub use money::Money;
pub use notification::{Notification, NotificationKind};
pub use password::NewPassword;
pub use person::{Craft, Email, Person, Role, User};
pub use profile::{LinkAction, MailedLink, MaskedEmail, Profile, ProfileInput};
pub use projection::{
    Agenda, ApplyOutcome, BookingView, Directory, Inbox, InboxCounts, InboxEntry, InboxFilter, InboxKey, InboxList,
    NavState, NotificationList, Projection, Thread, UnreadConversation,
};
pub use stored_email::{LookupEmail, StoredEmail};
pub use talent::Talent;
pub use time::{CurrentDay, Day, Month, Timestamp};
pub use time_zone::{LocalTime, TimeZoneName, UtcOffsets};
