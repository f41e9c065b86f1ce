//! What the nodes of a site tell each other. Only where to look: whatever the bus loses, doubles or lets overtake is found
//! again in the database, by its number.

use super::hub::Hub;
use crate::{Greenroom, measured};
use model::{ConversationId, Ending, PersonId, SessionId};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};
use tokio::time::{Duration, Instant};
use uuid::Uuid;

/// How often a node says something, if only to hear itself.
const SPEAK_EVERY: Duration = Duration::from_secs(2);
/// Whoever hasn't heard itself for so long takes the bus for silent, and another node for cut off from it.
const SILENCE: Duration = Duration::from_secs(6);
/// A node that hasn't been heard for so long is gone, and writes nothing that others don't know of.
const GONE: Duration = Duration::from_secs(10 * 60);
/// How long what a node said of who is there holds without being said again.
const HOLDS: Duration = Duration::from_secs(40);
/// People told of at once.
const BATCH: usize = 1_000;

/// Carries notes to all nodes of the site, the sender among them. A port: the other side is a message bus. It must not
/// wait, and may lose whatever it is given.
pub trait Bus: Send + Sync + 'static {
    /// Sends a note.
    fn send(&self, note: Vec<u8>);
}

/// A node's end of the bus, if there is one.
#[derive(Clone, Default)]
pub(super) struct Line(Arc<End>);

#[derive(Default)]
struct End {
    bus: OnceLock<(Uuid, Box<dyn Bus>)>,
    /// When each node was last heard, this one among them.
    heard: Mutex<HashMap<Uuid, Instant>>,
}

#[derive(Serialize, Deserialize)]
struct Note {
    from: Uuid,
    news: News,
}

/// What there is to say.
#[derive(Serialize, Deserialize)]
pub(super) enum News {
    /// That a node is there.
    Alive,
    /// People whose event sequence has come to a number.
    At(Vec<(PersonId, i64)>),
    /// A session is over.
    Ended { person: PersonId, session: SessionId, reason: Ending },
    /// Somebody is writing. Each node makes the frame for its streams itself: what a neighbour on the bus puts into a
    /// note must not become what people are told.
    Typing { to: Vec<PersonId>, conversation: ConversationId, by: PersonId },
    /// Somebody no longer shows these people that they are here.
    Hidden { person: PersonId, from: Vec<PersonId> },
    /// People who have a stream at a node, or none there any more.
    Present { people: Vec<PersonId>, here: bool },
}

impl Line {
    pub(super) fn say(&self, news: News) {
        let Some((from, bus)) = self.0.bus.get() else { return };
        match serde_json::to_vec(&Note { from: *from, news }) {
            Ok(note) => bus.send(note),
            Err(error) => tracing::error!(%error, "a note can't be written"),
        }
    }

    /// Tells where people's sequences have come to.
    pub(super) fn say_at(&self, heads: &[(PersonId, i64)]) {
        heads.chunks(BATCH).for_each(|some| self.say(News::At(some.to_vec())));
    }

    /// Whether notes get through, as far as this node can tell by hearing itself.
    pub(super) fn works(&self) -> bool {
        let own = self.0.bus.get().and_then(|(own, _)| self.heard().get(own).copied());
        own.is_some_and(|heard| heard.elapsed() < SILENCE)
    }

    /// Whether notes get through to this node from all others, too: one may be cut off that goes on writing.
    fn hears_all(&self) -> bool {
        self.heard().retain(|_, heard| heard.elapsed() < GONE);
        self.works() && self.heard().values().all(|heard| heard.elapsed() < SILENCE)
    }

    fn heard(&self) -> MutexGuard<'_, HashMap<Uuid, Instant>> {
        self.0.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How the bus is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BusHealth {
    /// There is none: this node is alone, or looks into the database every now and then.
    None,
    /// Notes get through.
    Works,
    /// Notes don't get through. Everything arrives, only later.
    Silent,
}

impl Greenroom {
    /// Joins the other nodes of the site. Whatever comes by the bus is to be [heard](Self::hear).
    pub fn join(&self, bus: impl Bus) {
        if self.hub.line().0.bus.set((Uuid::now_v7(), Box::new(bus))).is_err() {
            tracing::error!("a node joins once");
        }
    }

    /// How the bus is.
    pub fn bus_health(&self) -> BusHealth {
        let line = self.hub.line();
        match line.0.bus.get() {
            None => BusHealth::None,
            Some(_) if line.works() => BusHealth::Works,
            Some(_) => BusHealth::Silent,
        }
    }

    /// Takes a note that came by the bus. What can't be read is another version's, and passed over.
    pub fn hear(&self, note: &[u8]) {
        let Ok(note) = serde_json::from_slice::<Note>(note) else { return };
        let line = self.hub.line();
        line.heard().insert(note.from, Instant::now());
        if line.0.bus.get().is_none_or(|(own, _)| *own != note.from) {
            measured::note("heard");
            self.hub.hear(note.from, note.news, self.now());
        }
    }

    /// Lets the other nodes know that this one is there, for ever; and looks into the database for what they wrote, as
    /// long as one of them isn't heard.
    pub async fn keep_in_touch(self) {
        let mut ticks = tokio::time::interval(SPEAK_EVERY);
        loop {
            ticks.tick().await;
            self.hub.line().say(News::Alive);
            self.hub.expire_remote_presence(HOLDS);
            if self.store.is_shared() && !self.hub.line().hears_all() {
                // Where the database is silent too, the heartbeat says so.
                let _ = self.end_expired_sessions().await;
                let _ = self.poll_last_seqs().await;
            }
        }
    }
}

impl Hub {
    fn hear(&self, from: Uuid, news: News, now: model::Instant) {
        match news {
            News::Alive => {}
            News::At(heads) => heads.into_iter().for_each(|(person, seq)| self.advance_last_seq(person, seq)),
            News::Ended { person, session, reason } => self.end_session_local(person, session, reason),
            News::Typing { to, conversation, by } => self.publish_typing_local(&to, conversation, by, now),
            News::Hidden { person, from } => self.publish_presence_local(&from, person, false),
            News::Present { people, here } => self.record_remote_presence(from, &people, here),
        }
    }

    /// Tells the other nodes who is here, or no longer.
    pub(super) fn announce_presence(&self, people: &[PersonId], here: bool) {
        for people in people.chunks(BATCH) {
            self.line().say(News::Present { people: people.to_vec(), here });
        }
    }

    /// Ends the streams that a session opened, at every node.
    pub(crate) fn end_session(&self, person: PersonId, session: SessionId, reason: Ending) {
        self.end_session_local(person, session, reason);
        self.line().say(News::Ended { person, session, reason });
    }

    /// Tells these people's streams at every node that somebody is writing.
    pub(super) fn publish_typing(
        &self,
        to: &[PersonId],
        conversation: ConversationId,
        by: PersonId,
        now: model::Instant,
    ) {
        self.publish_typing_local(to, conversation, by, now);
        self.line().say(News::Typing { to: to.to_vec(), conversation, by });
    }

    /// Tells these people's streams at every node that somebody no longer shows them that they are here.
    pub(super) fn hide_presence(&self, person: PersonId, from: &[PersonId]) {
        self.publish_presence_local(from, person, false);
        for from in from.chunks(BATCH) {
            self.line().say(News::Hidden { person, from: from.to_vec() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    struct Nowhere;

    impl Bus for Nowhere {
        fn send(&self, _note: Vec<u8>) {}
    }

    #[tokio::test(start_paused = true)]
    async fn a_node_that_falls_silent_is_missed_until_it_is_gone() {
        let (line, own, other) = (Line::default(), Uuid::from_u128(1), Uuid::from_u128(2));
        assert!(line.0.bus.set((own, Box::new(Nowhere))).is_ok());
        let hear = |node| line.heard().insert(node, Instant::now());
        assert!(!line.works() && !line.hears_all(), "nothing was heard yet");
        hear(own);
        hear(other);
        assert!(line.works() && line.hears_all());
        advance(SILENCE).await;
        assert!(!line.works() && !line.hears_all(), "the bus is silent");
        hear(own);
        assert!(line.works() && !line.hears_all(), "the other one is cut off");
        advance(GONE).await;
        hear(own);
        assert!(line.hears_all(), "it is gone");
    }
}
