//! What pages are made of.

mod avatar;
mod booking_facts;
mod booking_steps;
mod composer;
mod connection_bar;
mod done;
mod failed;
mod focus;
mod form;
mod icon;
mod inbox_row;
mod isolated_text;
mod keyed;
mod linked_text;
pub mod local;
mod mark_unread;
mod message_log;
mod page_title;
mod presence;
mod top_bar;
mod when;
mod who_fields;

pub use avatar::Avatar;
pub use booking_facts::{BookingFacts, BookingLine, StatusChip};
pub use booking_steps::{Answers, CallOff, StepFailed, Stepping};
pub use composer::{Composer, client_id};
pub use connection_bar::ConnectionBar;
pub use done::{Done, done_code};
pub use failed::{Empty, Failed, Skeleton};
pub use focus::focus;
pub use form::{
    Choice, Field, Form, FormError, FormState, LongField, PasswordField, PostForm, Radios, Submit, TextField,
    failure_in_address,
};
pub use icon::{Glyph, Icon};
pub use inbox_row::InboxRow;
pub use isolated_text::IsolatedText;
pub use keyed::{page_of_param, page_of_query};
pub use linked_text::LinkedText;
pub use mark_unread::MarkUnread;
pub use message_log::{MessageLog, Place};
pub use page_title::PageTitle;
pub use presence::PresenceLine;
pub use top_bar::{SiteBar, TopBar};
pub use when::{DayLine, Time, When};
pub use who_fields::{WhoFields, roles};
