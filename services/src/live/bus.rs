//! What the nodes of a site tell each other. Only where to look: whatever the bus loses, doubles or lets overtake is found
//! again in the database, by its number.

use super::hub::Hub;
use crate::{Greenroom, measured};
use model::{Ending, PersonId, SessionId};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};
use tokio::time::{Duration, Instant};
use uuid::Uuid;

/// How often a node says something, if only to hear itself.
const SPEAK_EVERY: Duration = Duration::from_secs(2);
/// Whoever hasn't heard itself for so long takes the bus for silent.
const SILENCE: Duration = Duration::from_secs(6);
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
    /// When this node last heard itself.
    heard: Mutex<Option<Instant>>,
    /// The newest numbers that are about to be told.
    heads: Mutex<HashMap<PersonId, i64>>,
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
    /// Something that is worth nothing later, as a frame for these people's streams.
    Passing { people: Vec<PersonId>, frame: String },
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

    /// Tells where people's sequences have come to. Many at once become one note.
    pub(super) fn say_at(&self, people: &[(PersonId, i64)]) {
        if self.0.bus.get().is_none() {
            return;
        }
        let mut heads = self.0.heads.lock().unwrap_or_else(PoisonError::into_inner);
        if heads.is_empty() {
            let line = self.clone();
            tokio::spawn(async move {
                let heads = std::mem::take(&mut *line.0.heads.lock().unwrap_or_else(PoisonError::into_inner));
                let heads: Vec<_> = heads.into_iter().collect();
                heads.chunks(BATCH).for_each(|some| line.say(News::At(some.to_vec())));
            });
        }
        for (person, seq) in people {
            let newest = heads.entry(*person).or_default();
            *newest = *Ord::max(seq, newest);
        }
    }

    /// Whether notes get through, as far as this node can tell by hearing itself.
    pub(super) fn works(&self) -> bool {
        let heard = *self.0.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.is_some_and(|heard| heard.elapsed() < SILENCE)
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
        if line.0.bus.get().is_none_or(|(own, _)| *own != note.from) {
            measured::note("heard");
            self.hub.hear(note.from, note.news);
        } else {
            *line.0.heard.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
    }

    /// Lets the other nodes know that this one is there, for ever; and looks into the database for what they wrote, as
    /// long as the bus is silent.
    pub async fn keep_in_touch(self) {
        let mut ticks = tokio::time::interval(SPEAK_EVERY);
        loop {
            ticks.tick().await;
            self.hub.line().say(News::Alive);
            self.hub.forget_elsewhere(HOLDS);
            if self.store.is_shared() && self.bus_health() != BusHealth::Works {
                // Where the database is silent too, the heartbeat says so.
                let _ = self.look().await;
            }
        }
    }
}

impl Hub {
    fn hear(&self, from: Uuid, news: News) {
        match news {
            News::Alive => {}
            News::At(heads) => heads.into_iter().for_each(|(person, seq)| self.know(person, seq)),
            News::Ended { person, session, reason } => self.end_session_here(person, session, reason),
            News::Passing { people, frame } => self.pass_here(&people, frame.as_bytes()),
            News::Present { people, here } => self.note_elsewhere(from, &people, here),
        }
    }

    /// Tells the other nodes who is here, or no longer.
    pub(super) fn tell_present(&self, people: &[PersonId], here: bool) {
        for people in people.chunks(BATCH) {
            self.line().say(News::Present { people: people.to_vec(), here });
        }
    }

    /// Ends the streams that a session opened, at every node.
    pub(crate) fn end_session(&self, person: PersonId, session: SessionId, reason: Ending) {
        self.end_session_here(person, session, reason);
        self.line().say(News::Ended { person, session, reason });
    }

    /// Tells these people's streams at every node of something that passes.
    pub(super) fn pass(&self, people: &[PersonId], frame: &str) {
        self.pass_here(people, frame.as_bytes());
        for people in people.chunks(BATCH) {
            self.line().say(News::Passing { people: people.to_vec(), frame: frame.to_owned() });
        }
    }
}
