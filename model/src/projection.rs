//! Views, and how events change them.
//!
//! The law, which tests hold both sides to: *a view read at cursor N, with the events after N
//! applied, equals the view read now.* The server reads a view and its cursor in one snapshot;
//! the browser applies what follows. Applying is idempotent: what a view already knows changes nothing.

mod booking;
mod inbox;
mod nav_state;
mod notification_list;
mod thread;

pub use booking::BookingView;
pub use inbox::Inbox;
pub use nav_state::NavState;
pub use notification_list::NotificationList;
pub use thread::{Thread, WINDOW};

use crate::{event::Envelope, id::PersonId, person::Person};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an event did to a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplyOutcome {
    /// Nothing to see here, or already known.
    Unchanged,
    /// The view is different now, and right.
    Changed,
    /// The view can't tell from the event alone what it should be: read it afresh.
    Gap,
}

/// A view that events keep up to date.
pub trait Projection {
    /// The last event this view knows of.
    fn cursor(&self) -> i64;

    /// Takes one more event. `me` is the person whose view and whose event it is.
    fn apply(&mut self, me: PersonId, envelope: &Envelope) -> ApplyOutcome {
        if envelope.seq <= self.cursor() {
            return ApplyOutcome::Unchanged;
        }
        let outcome = self.apply_event(me, envelope);
        self.set_cursor(envelope.seq);
        outcome
    }

    /// Changes the view for an event that is new to it.
    fn apply_event(&mut self, me: PersonId, envelope: &Envelope) -> ApplyOutcome;

    /// Notes that everything up to `seq` is known.
    fn set_cursor(&mut self, seq: i64);
}

/// The directory of talent. Not live: it is a search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Directory {
    /// By name.
    pub talents: Vec<Person>,
    /// Where to go on, if there is more.
    #[schema(required = true)]
    pub next_page: Option<String>,
}
