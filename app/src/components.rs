//! The views that pages are built from.

mod avatar;
mod booking_actions;
mod booking_strip;
mod composer;
mod confirm_sheet;
mod connection_bar;
mod date_block;
mod decision;
mod featured_talents;
mod first_steps;
mod flash;
mod focus;
mod form;
mod fragment_address;
mod icon;
mod inbox_row;
mod isolated_text;
mod keyed;
mod linked_text;
mod load_error;
pub mod locale;
mod mark_unread;
mod message_log;
mod navigation;
mod navigation_focus;
mod page_title;
mod presence;
mod profile_fields;
mod status_chip;
mod talent_card;
mod ticket;
mod time;

pub use avatar::{Avatar, hue_class};
use booking_actions::BookingActionFields;
pub use booking_actions::{BookingActionError, BookingActions, CancelBooking};
pub use booking_strip::{BookingStrip, DETAILS};
pub use composer::{Composer, new_client_id};
pub use connection_bar::ConnectionBar;
pub use date_block::DateBlock;
pub use decision::{DecisionCard, WithClashes, clashes_signal};
pub use featured_talents::FeaturedTalents;
pub use first_steps::NoConversations;
pub use flash::{Flash, flash_code};
pub use focus::{fill_in, focus_on, has_typed};
pub use form::{
    CharacterCount, Choice, ErrorSummary, Field, Form, FormError, FormState, PasswordField, PostForm, RadioGroup,
    SubmitButton, TextAreaField, TextField, error_from_url, textarea_content,
};
pub use fragment_address::on_address_in_fragment;
pub use icon::{Glyph, Icon, SPRITE_VERSION};
pub use inbox_row::InboxRow;
pub use isolated_text::IsolatedText;
pub use keyed::{page_of_param, page_of_query};
pub use linked_text::LinkedText;
pub use load_error::{EmptyState, LoadError, Skeleton};
pub use mark_unread::MarkUnread;
pub use message_log::{MessageLog, ScrollAnchor};
pub use navigation::{Navigation, SignOut, SiteBar};
pub use navigation_focus::NavigationFocus;
pub use page_title::PageTitle;
pub use presence::PresenceLine;
pub use profile_fields::{CraftField, NameField, ProfileFields, role_choices};
pub use status_chip::StatusChip;
pub use talent_card::TalentCards;
pub use ticket::Ticket;
pub use time::{DayLine, Time, TimeFormat};
