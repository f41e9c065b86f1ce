//! The inbox as its page shows it: filtered, what needs the viewer first, with counts over all of its pages.

use super::{ApplyOutcome, Projection};
use crate::{
    booking::Booking,
    conversation::Conversation,
    event::{Envelope, Event},
    id::{ConversationId, PersonId},
    string_enum::string_enum,
    time::{CurrentDay, Day},
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

string_enum! {
    /// Which conversations an inbox lists.
    InboxFilter {
        /// All of them.
        All = "all",
        /// Those that need the viewer: with unread messages, or with a request to answer.
        NeedsYou = "needs-you",
        /// Those of agreed bookings whose day isn't past.
        Agreed = "agreed",
        /// Those of bookings that are over.
        Past = "past",
    }
}

impl InboxFilter {
    /// Returns whether a conversation belongs into the list; `needs_you`: whether it needs the viewer.
    pub fn includes(self, booking: &Booking, needs_you: bool, today: Day) -> bool {
        match self {
            InboxFilter::All => true,
            InboxFilter::NeedsYou => needs_you,
            InboxFilter::Agreed => booking.is_agreed(today),
            InboxFilter::Past => booking.is_over(today),
        }
    }
}

/// The place of a conversation in the list, the greatest first. Also the token of the page that follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct InboxKey {
    /// Whether it needs the viewer.
    pub needs_you: bool,
    /// Number of the event that last moved it up, in the viewer's event sequence.
    pub event_seq: i64,
    /// The conversation.
    pub id: ConversationId,
}

impl fmt::Display for InboxKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", u8::from(self.needs_you), self.event_seq, self.id.0.simple())
    }
}

impl FromStr for InboxKey {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (needs_you, rest) = text.split_once('.')?;
            let (event_seq, id) = rest.split_once('.')?;
            let needs_you = ["0", "1"].iter().position(|word| *word == needs_you)? == 1;
            let id = id.parse().ok().filter(|_| id.len() == 32)?;
            let key = Self { needs_you, event_seq: event_seq.parse().ok()?, id };
            (key.to_string() == text).then_some(key)
        };
        read().ok_or("not a place in an inbox")
    }
}

impl TryFrom<String> for InboxKey {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<InboxKey> for String {
    fn from(key: InboxKey) -> Self {
        key.to_string()
    }
}

/// A listed conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InboxEntry {
    /// The conversation.
    pub conversation: Conversation,
    /// Number of the event that last moved it up, in the viewer's event sequence.
    pub event_seq: i64,
}

impl InboxEntry {
    /// Returns its place in the list of `me`.
    pub fn key(&self, me: PersonId, today: Day) -> InboxKey {
        let needs_you = self.conversation.needs(me, today);
        InboxKey { needs_you, event_seq: self.event_seq, id: self.conversation.id }
    }
}

/// Counts over all conversations of a person, on all pages. 0 in a search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InboxCounts {
    /// Those that need the viewer.
    pub needs_you: i64,
    /// Of agreed bookings whose day isn't past.
    pub agreed: i64,
    /// `seq` of the last event that the counts include. Those of a later page may be newer than the list.
    pub cursor: i64,
}

/// A person's conversations as the page of the inbox lists them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InboxList {
    /// Which conversations are listed.
    pub filter: InboxFilter,
    /// The text that was searched for, in names and titles. Events update such a list in place: they neither add nor
    /// move its entries, and it has no counts.
    pub query: Option<String>,
    /// The day by which bookings are past.
    pub today: CurrentDay,
    /// Counts over all pages.
    pub counts: InboxCounts,
    /// The next agreed booking.
    pub next_up: Option<Booking>,
    /// By [`InboxKey`], the greatest first: all that are before `next_page`.
    pub entries: Vec<InboxEntry>,
    /// The place of the last entry, if there are more pages.
    pub next_page: Option<InboxKey>,
    /// `seq` of the last event that this view includes.
    pub cursor: i64,
}

impl InboxList {
    /// Adds the next page, which must not be older than this list. Entries already in the list stay: events have kept
    /// them current.
    pub fn extend(&mut self, me: PersonId, older: InboxList) {
        for added in older.entries {
            if self.entries.iter().all(|known| known.conversation.id != added.conversation.id) {
                self.entries.push(added);
            }
        }
        if self.query.is_none() {
            let today = self.today.day;
            self.entries.sort_by_key(|entry| std::cmp::Reverse(entry.key(me, today)));
        }
        if older.counts.cursor > self.counts.cursor {
            self.counts = older.counts;
        }
        self.next_page = older.next_page;
    }

    /// Returns the counts, if they are kept up to date: those of a search aren't.
    pub fn current_counts(&self) -> Option<&InboxCounts> {
        Some(&self.counts).filter(|_| self.query.is_none())
    }

    /// Keeps only what another filter includes. What is on later pages stays unknown: a place in this list is a place
    /// in those of all filters.
    pub fn refine(&mut self, me: PersonId, filter: InboxFilter) {
        let today = self.today.day;
        self.entries.retain(|InboxEntry { conversation, .. }| {
            filter.includes(&conversation.booking, conversation.needs(me, today), today)
        });
        self.filter = filter;
    }

    /// Inserts an entry at its place, unless it doesn't belong into the list or is on a later page.
    fn place(&mut self, me: PersonId, entry: InboxEntry) {
        let (today, key) = (self.today.day, entry.key(me, self.today.day));
        let later = self.next_page.is_some_and(|last| key < last);
        if !later && self.filter.includes(&entry.conversation.booking, key.needs_you, today) {
            let index = self.entries.partition_point(|known| known.key(me, today) > key);
            self.entries.insert(index, entry);
        }
    }

    /// Adjusts the counts by a conversation before and after an event.
    fn count(&mut self, me: PersonId, seq: i64, before: Option<&Conversation>, after: &Conversation) {
        if seq <= self.counts.cursor {
            return;
        }
        let today = self.today.day;
        let needs = |conversation: &Conversation| i64::from(conversation.needs(me, today));
        let agreed = |conversation: &Conversation| i64::from(conversation.booking.is_agreed(today));
        self.counts.needs_you += needs(after) - before.map_or(0, needs);
        self.counts.agreed += agreed(after) - before.map_or(0, agreed);
    }

    /// Applies an event to the conversation that it is about.
    fn update(&mut self, me: PersonId, envelope: &Envelope, is_about: impl Fn(&Conversation) -> bool) -> ApplyOutcome {
        let Some(index) = self.entries.iter().position(|entry| is_about(&entry.conversation)) else {
            return self.outcome_of_unlisted(me, &envelope.event);
        };
        let mut entry = self.entries[index].clone();
        if entry.conversation.apply(me, &envelope.event) == ApplyOutcome::Unchanged {
            return ApplyOutcome::Unchanged;
        }
        if envelope.event.reordered_conversation(me).is_some() {
            entry.event_seq = entry.event_seq.max(envelope.seq);
        }
        if self.query.is_some() {
            self.entries[index] = entry;
            return ApplyOutcome::Changed;
        }
        let before = self.entries.remove(index).conversation;
        self.count(me, envelope.seq, Some(&before), &entry.conversation);
        self.place(me, entry);
        ApplyOutcome::Changed
    }

    /// Returns whether the list can do without an event about a conversation that it doesn't have. It can't if the
    /// event may add the conversation, or if the counts depend on how the conversation was before.
    fn outcome_of_unlisted(&self, me: PersonId, event: &Event) -> ApplyOutcome {
        let complete = self.next_page.is_none();
        let unaffected = match event {
            _ if self.query.is_some() => true,
            // Their own message changes neither the counts nor what a filter includes.
            Event::MessageCreated { message } => message.sender.id == me && complete && self.filter != InboxFilter::All,
            Event::ConversationRead { user_id, unread, .. } => {
                *user_id != me || (self.filter == InboxFilter::NeedsYou && complete && *unread == 0)
            }
            Event::BookingUpdated { .. } => false,
            Event::ConversationCreated { .. }
            | Event::ConversationDelivered { .. }
            | Event::NotificationCreated { .. }
            | Event::NotificationRead { .. }
            | Event::PersonUpdated { .. }
            | Event::Unknown => true,
        };
        if unaffected { ApplyOutcome::Unchanged } else { ApplyOutcome::Gap }
    }

    fn add(&mut self, me: PersonId, seq: i64, conversation: &Conversation) -> ApplyOutcome {
        let known = self.entries.iter().any(|entry| entry.conversation.id == conversation.id);
        if known || self.query.is_some() {
            return ApplyOutcome::Unchanged;
        }
        self.count(me, seq, None, conversation);
        self.place(me, InboxEntry { conversation: conversation.clone(), event_seq: seq });
        ApplyOutcome::Changed
    }

    /// Updates the next agreed booking. `Gap` if it was cancelled and another one may follow it.
    fn update_next_up(&mut self, booking: &Booking) -> ApplyOutcome {
        let order = |booking: &Booking| (booking.event_date, booking.id);
        let is_it = self.next_up.as_ref().is_some_and(|next| next.id == booking.id);
        let next = if booking.is_agreed(self.today.day) {
            let is_next = is_it || self.next_up.as_ref().is_none_or(|next| order(booking) < order(next));
            is_next.then(|| booking.clone())
        } else {
            None
        };
        if next.is_none() && !is_it {
            return ApplyOutcome::Unchanged;
        }
        let may_be_followed = next.is_none() && (self.query.is_some() || self.counts.agreed > 0);
        self.next_up = next;
        if may_be_followed { ApplyOutcome::Gap } else { ApplyOutcome::Changed }
    }
}

impl Projection for InboxList {
    fn cursor(&self) -> i64 {
        self.cursor
    }

    fn apply_event(&mut self, me: PersonId, envelope: &Envelope) -> ApplyOutcome {
        match &envelope.event {
            Event::ConversationCreated { conversation } => self.add(me, envelope.seq, conversation),
            Event::MessageCreated { message } => self.update(me, envelope, |known| known.id == message.conversation_id),
            Event::ConversationRead { conversation_id, .. } | Event::ConversationDelivered { conversation_id, .. } => {
                self.update(me, envelope, |known| known.id == *conversation_id)
            }
            Event::BookingUpdated { booking } => {
                let outcome = self.update(me, envelope, |known| known.booking.id == booking.id);
                // Last, because it needs the updated counts.
                outcome.max(self.update_next_up(booking))
            }
            Event::PersonUpdated { person } => {
                for entry in &mut self.entries {
                    entry.conversation.apply(me, &envelope.event);
                }
                if let Some(next) = &mut self.next_up {
                    [&mut next.organizer, &mut next.talent].into_iter().for_each(|party| party.update_from(person));
                }
                ApplyOutcome::Changed
            }
            Event::NotificationCreated { .. } | Event::NotificationRead { .. } | Event::Unknown => {
                ApplyOutcome::Unchanged
            }
        }
    }

    fn set_cursor(&mut self, seq: i64) {
        self.cursor = seq;
        self.counts.cursor = self.counts.cursor.max(seq);
    }
}

#[cfg(test)]
mod tests {
    use super::InboxKey;
    use crate::id::ConversationId;
    use uuid::Uuid;

    #[test]
    fn a_page_token_round_trips_and_forgery_is_refused() {
        let id = ConversationId(Uuid::from_u128(7));
        let keys =
            [(true, 5), (false, 5), (false, -3)].map(|(needs_you, event_seq)| InboxKey { needs_you, event_seq, id });
        assert!(keys.is_sorted_by(|first, second| first > second));
        for key in keys {
            assert_eq!(key.to_string().parse(), Ok(key));
        }
        let id = "00000000000000000000000000000007";
        for forged in ["", "1", "1.5", &format!("2.5.{id}"), &format!("1.+5.{id}"), &format!("1.x.{id}"), "1.5.é"] {
            assert!(forged.parse::<InboxKey>().is_err(), "{forged}");
        }
    }
}
