//! Projections: views that events keep up to date.
//!
//! Tests check one invariant on both sides: *a view read at cursor N, with the events after N applied,
//! equals the view read now.* The server reads a view and its cursor in one snapshot; the browser applies
//! the events after it. Applying is idempotent: an event at or before the cursor changes nothing.

mod agenda;
mod apply;
mod booking;
mod inbox;
mod inbox_list;
mod nav_state;
mod notifications;
mod thread;

pub use agenda::Agenda;
pub use apply::{ApplyOutcome, Projection};
pub use booking::BookingView;
pub use inbox::Inbox;
pub use inbox_list::{InboxCounts, InboxEntry, InboxFilter, InboxKey, InboxList};
pub use nav_state::{MAX_UNREAD_CONVERSATIONS, NavState, UnreadConversation};
pub use notifications::NotificationList;
pub use thread::{Thread, WINDOW};

use crate::talent::Talent;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A page of the talent directory. No projection: it is the result of a search, and events don't update it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Directory {
    /// Sorted by name.
    pub talents: Vec<Talent>,
    /// Cursor of the next page; `null` on the last one.
    #[schema(required = true)]
    pub next_page: Option<String>,
}
