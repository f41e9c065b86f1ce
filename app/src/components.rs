//! The views that pages are built from.

mod avatar;
mod booking_actions;
mod booking_facts;
mod composer;
mod connection_bar;
mod featured_talents;
mod first_steps;
mod flash;
mod focus;
mod form;
mod icon;
mod inbox_row;
mod isolated_text;
mod keyed;
mod linked_text;
mod load_error;
pub mod locale;
mod mark_unread;
mod message_log;
mod page_title;
mod presence;
mod profile_fields;
mod talent_card;
mod time;
mod top_bar;

pub use avatar::{Avatar, hue_class};
pub use booking_actions::{AcceptOrDecline, BookingActionError, BookingActions, CancelBooking};
pub use booking_facts::{BookingFacts, BookingLine, StatusChip};
pub use composer::{Composer, new_client_id};
pub use connection_bar::ConnectionBar;
pub use featured_talents::FeaturedTalents;
pub use first_steps::NoConversations;
pub use flash::{Flash, flash_code};
pub use focus::{fill_in, focus_on, has_typed};
pub use form::{
    Choice, Field, Form, FormError, FormState, PasswordField, PostForm, RadioGroup, SubmitButton, TextAreaField,
    TextField, error_from_url,
};
pub use icon::{Glyph, Icon};
pub use inbox_row::InboxRow;
pub use isolated_text::IsolatedText;
pub use keyed::{page_of_param, page_of_query};
pub use linked_text::LinkedText;
pub use load_error::{EmptyState, LoadError, Skeleton};
pub use mark_unread::MarkUnread;
pub use message_log::{MessageLog, ScrollAnchor};
pub use page_title::PageTitle;
pub use presence::PresenceLine;
pub use profile_fields::{CraftField, NameField, ProfileFields, role_choices};
pub use talent_card::TalentCards;
pub use time::{DayLine, Time, TimeFormat};
pub use top_bar::{SiteBar, TopBar};
