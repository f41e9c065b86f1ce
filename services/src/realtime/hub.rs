//! The seats of streams: who is told, and where.

mod coming;

pub(super) use coming::News;

use super::{bus::Line, event_sink::EventSink, frame};
use crate::{measured, store::Store};
use coming::Moved;
use model::{Ending, Instant, PersonId, Refusal, SessionId};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{sync::Notify, time::Instant as Moment};
use uuid::Uuid;

/// The streams of this process, by person.
#[derive(Clone)]
pub(crate) struct Hub(Arc<Lobby>);

struct Lobby {
    rooms: Mutex<Rooms>,
    /// Rings when somebody comes or goes.
    movement: Notify,
    /// Rings when nobody is behind any more.
    caught_up: Notify,
    /// To the other nodes.
    line: Line,
    store: Arc<Store>,
}

#[derive(Default)]
struct Rooms {
    closed: bool,
    people: HashMap<PersonId, Room>,
    /// Who has a stream at which other node, and when that node last said so.
    elsewhere: HashMap<PersonId, HashMap<Uuid, Moment>>,
    /// Whoever took their first seat or left their last, and when.
    moved: HashMap<PersonId, Moved>,
    /// Those with a stream that missed something.
    behind: HashSet<PersonId>,
    /// Whether somebody reads it for them.
    reading: bool,
    next_seat: u64,
}

/// The streams of one person.
#[derive(Default)]
struct Room {
    seats: Vec<Seat>,
    /// The newest number known of.
    known: i64,
}

struct Seat {
    id: u64,
    session: SessionId,
    /// Wants nothing that passes.
    sparing: bool,
    /// The last number that went out.
    last: i64,
    /// Where frames go. None while the stream still replays the log.
    sink: Option<Arc<dyn EventSink>>,
    /// Why it is over, where it has yet to say so.
    over: Option<Ending>,
}

/// A stream's place in the hub. Left when dropped.
pub(crate) struct Place {
    person: PersonId,
    seat: u64,
    hub: Hub,
}

/// What a stream is to do that has gone through the log up to some number.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing: from here on it is told.
    Live,
    /// Read on.
    ReadOn,
    /// Say why, if anything, and end.
    End(Option<Ending>),
}

impl Drop for Place {
    fn drop(&mut self) {
        self.hub.keep(self.person, |seat| seat.id != self.seat);
    }
}

impl Place {
    /// Whether the stream is to end.
    pub(super) fn is_over(&self) -> bool {
        let rooms = self.hub.rooms();
        let seat = rooms.people.get(&self.person).and_then(|room| room.seats.iter().find(|seat| seat.id == self.seat));
        seat.is_none_or(|seat| seat.over.is_some())
    }

    /// Goes live behind `last`, in the same moment in which nothing newer is known.
    pub(super) fn go_live(&self, last: i64, sink: &Arc<impl EventSink>) -> Next {
        let rooms = &mut *self.hub.rooms();
        let Some(room) = rooms.people.get_mut(&self.person) else { return Next::End(None) };
        let Some(seat) = room.seats.iter_mut().find(|seat| seat.id == self.seat) else { return Next::End(None) };
        if seat.over.is_some() {
            return Next::End(seat.over);
        }
        if last < room.known {
            return Next::ReadOn;
        }
        seat.last = last;
        seat.sink = Some(sink.clone());
        Next::Live
    }
}

impl Hub {
    /// Nobody is here yet. What a stream misses is read from this database.
    pub(crate) fn new(store: Arc<Store>) -> Self {
        Self(Arc::new(Lobby {
            rooms: Mutex::default(),
            movement: Notify::new(),
            caught_up: Notify::new(),
            line: Line::default(),
            store,
        }))
    }

    /// Takes a seat. From here on nothing is missed.
    pub(crate) fn listen(
        &self,
        (person, session): (PersonId, SessionId),
        sparing: bool,
        limit: usize,
    ) -> Result<Place, Refusal> {
        let rooms = &mut *self.rooms();
        let seat = rooms.next_seat;
        rooms.next_seat += 1;
        // Once closed, there is no seat to be had: the stream ends as it begins.
        if !rooms.closed {
            let room = rooms.people.entry(person).or_default();
            if room.seats.len() >= limit {
                return Err(Refusal::TooManyStreams);
            }
            room.seats.push(Seat { id: seat, session, sparing, last: 0, sink: None, over: None });
            if room.seats.len() == 1 {
                rooms.moved.insert(person, Moved { at: Moment::now(), here: true });
                self.0.movement.notify_one();
            }
        }
        Ok(Place { person, seat, hub: self.clone() })
    }

    /// Tells every stream of a person of an event. One that doesn't take it is cut, never skipped; one that missed what
    /// came before gets both from the log. Says whether anybody is here.
    pub(crate) fn tell(&self, person: PersonId, seq: i64, frame: &[u8]) -> bool {
        let rooms = &mut *self.rooms();
        let Some(room) = rooms.people.get_mut(&person) else { return false };
        room.known = room.known.max(seq);
        room.seats.retain_mut(|seat| match &seat.sink {
            Some(sink) if seq == seat.last + 1 => {
                seat.last = seq;
                write_or_abort(&**sink, frame)
            }
            _ => true,
        });
        self.settle(rooms, person);
        true
    }

    /// Takes note that there is news for a person up to `head`, written by another process or told of too early.
    pub(crate) fn know(&self, person: PersonId, head: i64) {
        let rooms = &mut *self.rooms();
        let Some(room) = rooms.people.get_mut(&person) else { return };
        room.known = room.known.max(head);
        self.settle(rooms, person);
    }

    /// Gives every stream of a person its heartbeat.
    pub(crate) fn beat(&self, person: PersonId, now: Instant) {
        self.to_live(person, |seat, sink| write_or_abort(sink, &frame::heartbeat(seat.last, now)));
    }

    /// Tells whoever of these people's streams at this node wants to know of what passes.
    pub(super) fn pass_here(&self, people: &[PersonId], frame: &[u8]) {
        people
            .iter()
            .for_each(|person| self.to_live(*person, |seat, sink| seat.sparing || write_or_abort(sink, frame)));
    }

    /// Ends the streams that a session opened at this node.
    pub(super) fn end_session_here(&self, person: PersonId, session: SessionId, reason: Ending) {
        self.keep(person, |seat| {
            if seat.session != session {
                return true;
            }
            measured::stream_ended(reason);
            let Some(sink) = &seat.sink else {
                // It says so itself, between two frames of its own.
                seat.over = Some(reason);
                return true;
            };
            if write_or_abort(&**sink, &frame::session_ended(reason)) {
                sink.close();
            }
            false
        });
    }

    /// Takes some of those behind, with the number after which they lack something. The reading ends where nobody is.
    pub(super) fn behind(&self, people: usize) -> Option<Vec<(PersonId, i64)>> {
        let rooms = &mut *self.rooms();
        loop {
            let some: Vec<PersonId> = rooms.behind.iter().copied().take(people).collect();
            rooms.reading = !some.is_empty();
            rooms.behind.retain(|id| !some.contains(id));
            let lacking = some.iter().filter_map(|id| Some((*id, rooms.people.get(id)?.lacks()?)));
            let lacking: Vec<_> = lacking.collect();
            if !rooms.reading {
                self.0.caught_up.notify_waiters();
                return None;
            }
            if !lacking.is_empty() {
                return Some(lacking);
            }
        }
    }

    /// Comes when nobody is behind.
    pub(super) async fn caught_up(&self) {
        loop {
            let rings = self.0.caught_up.notified();
            if !self.rooms().reading {
                return;
            }
            rings.await;
        }
    }

    /// Ends the streams of a person that came to `last` and lack what the log doesn't hold. They come back and learn
    /// more.
    pub(super) fn turn_away(&self, person: PersonId, last: i64) {
        self.keep(person, |seat| {
            let Some(sink) = seat.sink.as_ref().filter(|_| seat.last == last) else { return true };
            sink.close();
            false
        });
    }

    pub(super) fn line(&self) -> &Line {
        &self.0.line
    }

    pub(super) fn store(&self) -> &Store {
        &self.0.store
    }

    /// Lets nobody in any more: streams to come end as they begin.
    pub(crate) fn close(&self) {
        self.rooms().closed = true;
    }

    /// Ends the streams of some people; says whether there are more.
    pub(crate) fn send_home(&self, people: usize) -> bool {
        let rooms = &mut *self.rooms();
        let some: Vec<PersonId> = rooms.people.keys().copied().take(people).collect();
        for seat in some.iter().filter_map(|person| rooms.people.remove(person)).flat_map(|room| room.seats) {
            if let Some(sink) = seat.sink {
                sink.close();
            }
        }
        !rooms.people.is_empty()
    }

    /// Nothing is awaited while this is held.
    fn rooms(&self) -> MutexGuard<'_, Rooms> {
        self.0.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn to_live(&self, person: PersonId, mut told: impl FnMut(&Seat, &dyn EventSink) -> bool) {
        self.keep(person, |seat| seat.sink.clone().is_none_or(|sink| told(seat, &*sink)));
    }

    fn keep(&self, person: PersonId, stays: impl FnMut(&mut Seat) -> bool) {
        let rooms = &mut *self.rooms();
        let Some(room) = rooms.people.get_mut(&person) else { return };
        room.seats.retain_mut(stays);
        self.settle(rooms, person);
    }

    /// After something happened to a person's seats: an empty room is left, and what a seat lacks is read.
    fn settle(&self, rooms: &mut Rooms, person: PersonId) {
        let Some(room) = rooms.people.get(&person) else { return };
        if room.seats.is_empty() {
            rooms.people.remove(&person);
            rooms.moved.insert(person, Moved { at: Moment::now(), here: true });
            self.0.movement.notify_one();
        } else if room.lacks().is_some() {
            rooms.behind.insert(person);
            if !std::mem::replace(&mut rooms.reading, true) {
                tokio::spawn(self.clone().read_for_those_behind());
            }
        }
    }
}

impl Room {
    /// The last number of the stream that is furthest behind, if one is.
    fn lacks(&self) -> Option<i64> {
        let live = self.seats.iter().filter(|seat| seat.sink.is_some());
        live.map(|seat| seat.last).min().filter(|last| *last < self.known)
    }
}

/// What doesn't fit is cut off.
fn write_or_abort(sink: &dyn EventSink, frame: &[u8]) -> bool {
    let taken = sink.try_write(frame);
    if !taken {
        sink.abort();
    }
    taken
}

#[cfg(test)]
mod tests;
