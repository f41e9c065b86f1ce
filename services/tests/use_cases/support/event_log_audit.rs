//! Reads a person's whole event log and checks each event against the earlier ones.

use super::Stream;
use model::{ConversationId, Envelope, Event, Message, NotificationId, PersonId};
use services::{Greenroom, Resume, Viewer};
use std::collections::{HashMap, HashSet};

/// Returns the number of a person's newest event.
pub(crate) async fn load_last_seq(greenroom: &Greenroom, viewer: &Viewer) -> i64 {
    greenroom.load_nav_state(viewer).await.expect("a nav state").cursor
}

/// Returns all events of a person; fails unless they are numbered 1, 2, 3, … up to the last sequence number.
pub(crate) async fn read_event_log(greenroom: &Greenroom, viewer: &Viewer) -> Vec<Envelope> {
    let last_seq = load_last_seq(greenroom, viewer).await;
    let (mut stream, cursor) = Stream::ready(greenroom, viewer, Resume::After(0)).await;
    assert_eq!(cursor, 0);
    stream.events_up_to(0, last_seq).await
}

/// Returns all events of a person; fails unless each number in them equals a recount of the earlier events: message
/// numbers, read markers, and unread counts.
pub(crate) async fn audit_event_log(greenroom: &Greenroom, viewer: &Viewer) -> Vec<Envelope> {
    let log = read_event_log(greenroom, viewer).await;
    let mut audit = LogAudit::default();
    for envelope in &log {
        audit.check_event(envelope, viewer.id());
    }
    let nav_state = greenroom.load_nav_state(viewer).await.expect("a nav state");
    assert_eq!(audit.unseen.len() as i64, nav_state.unread, "the number of unseen notifications");
    log
}

#[derive(Default)]
struct LogAudit {
    messages: HashMap<ConversationId, Vec<Message>>,
    read: HashMap<(ConversationId, PersonId), i64>,
    delivered: HashMap<(ConversationId, PersonId), i64>,
    unseen: HashSet<NotificationId>,
}

impl LogAudit {
    fn check_event(&mut self, envelope: &Envelope, me: PersonId) {
        match &envelope.event {
            Event::ConversationCreated { conversation } => {
                let began = self.messages.insert(conversation.id, Vec::new());
                assert_eq!(began, None, "a conversation begins once, before its messages");
                assert_eq!((conversation.last_seq, &conversation.last_message), (0, &None));
                assert_ne!(conversation.counterpart.id, me);
            }
            Event::MessageCreated { message } => {
                let known = self.messages.get_mut(&message.conversation_id).expect("its conversation");
                assert_eq!(message.seq, known.len() as i64 + 1, "not the next number: {envelope:?}");
                known.push(message.clone());
            }
            Event::ConversationRead { conversation_id, user_id, read_seq, unread } => {
                let messages = &self.messages[conversation_id];
                let before = self.read.insert((*conversation_id, *user_id), *read_seq).unwrap_or_default();
                // Only the person's own marker may move back, and only by themselves.
                assert!(before < *read_seq || *user_id == me && before != *read_seq, "{envelope:?} after {before}");
                assert!(*read_seq <= messages.len() as i64, "past the last message: {envelope:?}");
                let left = messages.iter().filter(|message| message.seq > *read_seq && message.sender.id != *user_id);
                assert_eq!(left.count() as i64, *unread, "{envelope:?}");
            }
            Event::ConversationDelivered { conversation_id, user_id, delivered_seq } => {
                let before = self.delivered.insert((*conversation_id, *user_id), *delivered_seq).unwrap_or_default();
                assert!(*user_id != me && before < *delivered_seq, "{envelope:?} after {before}");
                assert!(
                    *delivered_seq <= self.messages[conversation_id].len() as i64,
                    "past the last message: {envelope:?}"
                );
            }
            Event::NotificationCreated { notification } => {
                assert!(self.unseen.insert(notification.id), "a duplicate notification: {envelope:?}");
                assert_eq!(notification.actor.id == me, notification.conversation_id.is_none(), "{envelope:?}");
            }
            Event::NotificationRead { all: true, unread, .. } => {
                self.unseen.clear();
                assert_eq!(*unread, 0, "{envelope:?}");
            }
            Event::NotificationRead { ids, unread, .. } => {
                for id in ids {
                    assert!(self.unseen.remove(id), "not an unseen notification: {envelope:?}");
                }
                assert_eq!(self.unseen.len() as i64, *unread, "{envelope:?}");
            }
            Event::BookingUpdated { .. } | Event::PersonUpdated { .. } => {}
            Event::Unknown => panic!("an unknown event: {envelope:?}"),
        }
    }
}
