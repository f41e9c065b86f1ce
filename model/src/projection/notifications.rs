//! The notifications behind the bell icon.

use super::{ApplyOutcome, Projection};
use crate::{
    event::{Envelope, Event},
    id::PersonId,
    notification::Notification,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A person's notifications, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotificationList {
    /// Ordered by the events that announced them, newest first.
    pub notifications: Vec<Notification>,
    /// Number of unseen notifications, including those on other pages.
    pub unread: i64,
    /// Cursor of the next page; `null` on the last one.
    #[schema(required = true)]
    pub next_page: Option<String>,
    /// `seq` of the last event that this view includes.
    pub cursor: i64,
}

impl NotificationList {
    /// Appends an older page, whose entries replace copies that are already in the list.
    pub fn extend(&mut self, older: NotificationList) {
        self.notifications.retain(|known| older.notifications.iter().all(|added| added.id != known.id));
        self.notifications.extend(older.notifications);
        self.next_page = older.next_page;
    }
}

impl Projection for NotificationList {
    fn cursor(&self) -> i64 {
        self.cursor
    }

    fn apply_event(&mut self, _me: PersonId, envelope: &Envelope) -> ApplyOutcome {
        match &envelope.event {
            Event::NotificationCreated { notification } => {
                self.unread += 1;
                self.notifications.insert(0, notification.clone());
            }
            Event::NotificationRead { ids, all, unread, read_at } => {
                self.unread = *unread;
                let unseen = self.notifications.iter_mut().filter(|known| known.read_at.is_none());
                for notification in unseen.filter(|known| *all || ids.contains(&known.id)) {
                    notification.read_at = Some(*read_at);
                }
            }
            Event::PersonUpdated { person } => {
                for notification in &mut self.notifications {
                    notification.actor.update_from(person);
                }
            }
            Event::MessageCreated { .. }
            | Event::ConversationCreated { .. }
            | Event::ConversationRead { .. }
            | Event::ConversationDelivered { .. }
            | Event::BookingUpdated { .. }
            | Event::Unknown => return ApplyOutcome::Unchanged,
        }
        ApplyOutcome::Changed
    }

    fn set_cursor(&mut self, seq: i64) {
        self.cursor = seq;
    }
}
