use bytes::Bytes;
use model::{PersonId, Refusal, SessionId};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
    sync::{Notify, mpsc},
    time::{Duration, Instant},
};

/// What a stream may be behind before it is cut off. It comes back by its cursor.
const QUEUE: usize = 256;

/// What a stream is told.
#[derive(Clone, Debug)]
pub(crate) enum Signal {
    /// An event was committed.
    Event { seq: i64, frame: Bytes },
    /// The newest number there is: a heartbeat, and a chance to notice what was missed.
    Head(i64),
    /// Something that is worth nothing later, and isn't in the log.
    Passing(Bytes),
    /// The session is over.
    SessionEnded(&'static str),
}

/// The streams of this process, by person.
#[derive(Clone, Default)]
pub(crate) struct Hub(Arc<Lobby>);

#[derive(Default)]
struct Lobby {
    rooms: Mutex<Rooms>,
    /// Rings when somebody comes or goes.
    movement: Notify,
}

#[derive(Default)]
struct Rooms {
    closed: bool,
    people: HashMap<PersonId, Vec<Seat>>,
    /// Whoever took their first seat or left their last, and when.
    moved: HashMap<PersonId, Instant>,
    next_seat: u64,
}

struct Seat {
    id: u64,
    session: SessionId,
    /// Wants nothing that passes.
    sparing: bool,
    queue: mpsc::Sender<Signal>,
}

/// A stream's end of its queue. Leaves the hub when dropped.
pub(crate) struct Ear {
    pub(crate) signals: mpsc::Receiver<Signal>,
    person: PersonId,
    seat: u64,
    hub: Hub,
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.hub.keep(self.person, |seat| seat.id != self.seat);
    }
}

impl Hub {
    /// Takes a seat. From here on nothing is missed, only perhaps cut off.
    pub(crate) fn listen(
        &self,
        (person, session): (PersonId, SessionId),
        sparing: bool,
        limit: usize,
    ) -> Result<Ear, Refusal> {
        let mut rooms = self.rooms();
        let (queue, signals) = mpsc::channel(QUEUE);
        let seat = rooms.next_seat;
        rooms.next_seat += 1;
        // Once closed, the queue has no sender: the stream ends before it begins.
        if !rooms.closed {
            let seats = rooms.people.entry(person).or_default();
            if seats.len() >= limit {
                return Err(Refusal::TooManyStreams);
            }
            seats.push(Seat { id: seat, session, sparing, queue });
            if seats.len() == 1 {
                rooms.moved.insert(person, Instant::now());
                self.0.movement.notify_one();
            }
        }
        Ok(Ear { signals, person, seat, hub: self.clone() })
    }

    /// Tells every stream of a person. One whose queue is full is cut off, never skipped.
    pub(crate) fn tell(&self, person: PersonId, signal: &Signal) {
        self.keep(person, |seat| seat.queue.try_send(signal.clone()).is_ok());
    }

    /// Tells whoever of a person's streams wants to know of what passes. It never takes the room of what stays.
    pub(crate) fn pass(&self, person: PersonId, signal: &Signal) {
        for seat in self.rooms().people.get(&person).into_iter().flatten() {
            if !seat.sparing && seat.queue.capacity() > QUEUE / 2 {
                let _ = seat.queue.try_send(signal.clone());
            }
        }
    }

    /// Ends the streams that a session opened.
    pub(crate) fn end_session(&self, person: PersonId, session: SessionId, reason: &'static str) {
        self.keep(person, |seat| {
            let over = seat.session == session;
            if over {
                // A full queue ends the stream too, only without a word.
                let _ = seat.queue.try_send(Signal::SessionEnded(reason));
            }
            !over
        });
    }

    /// Everybody with a stream here.
    pub(crate) fn present(&self) -> Vec<PersonId> {
        self.rooms().people.keys().copied().collect()
    }

    /// Whether somebody has a stream here.
    pub(crate) fn is_present(&self, person: PersonId) -> bool {
        self.rooms().people.contains_key(&person)
    }

    /// Waits for somebody to come or go.
    pub(crate) async fn movement(&self) {
        self.0.movement.notified().await;
    }

    /// Whether somebody came or went and hasn't been [settled](Self::settled).
    pub(crate) fn moving(&self) -> bool {
        !self.rooms().moved.is_empty()
    }

    /// Takes whoever came, and whoever has been gone for `grace`, with whether they are here.
    pub(crate) fn settled(&self, grace: Duration) -> Vec<(PersonId, bool)> {
        let rooms = &mut *self.rooms();
        let people = &rooms.people;
        let settled = rooms.moved.extract_if(|id, since| people.contains_key(id) || since.elapsed() >= grace);
        settled.map(|(id, _)| (id, people.contains_key(&id))).collect()
    }

    /// How many streams there are.
    pub(crate) fn count(&self) -> usize {
        self.rooms().people.values().map(Vec::len).sum()
    }

    /// Every session with a stream here.
    pub(crate) fn sessions(&self) -> Vec<(PersonId, SessionId)> {
        let rooms = self.rooms();
        let seats = rooms.people.iter().flat_map(|(person, seats)| seats.iter().map(|seat| (*person, seat.session)));
        seats.collect()
    }

    /// Ends all streams, and those that come later.
    pub(crate) fn close(&self) {
        let mut rooms = self.rooms();
        rooms.closed = true;
        rooms.people.clear();
    }

    /// Nothing is awaited while this is held.
    fn rooms(&self) -> MutexGuard<'_, Rooms> {
        self.0.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, person: PersonId, stays: impl FnMut(&Seat) -> bool) {
        let mut rooms = self.rooms();
        let Some(seats) = rooms.people.get_mut(&person) else { return };
        seats.retain(stays);
        if seats.is_empty() {
            rooms.people.remove(&person);
            rooms.moved.insert(person, Instant::now());
            self.0.movement.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const SARAH: PersonId = PersonId(Uuid::from_u128(1));
    const PHONE: SessionId = SessionId(Uuid::from_u128(2));

    fn event(seq: i64) -> Signal {
        Signal::Event { seq, frame: Bytes::new() }
    }

    #[tokio::test]
    async fn a_stream_that_does_not_listen_is_cut_off_with_nothing_skipped() {
        let hub = Hub::default();
        let mut ear = hub.listen((SARAH, PHONE), false, 1).expect("a seat");
        for seq in 1..=300 {
            hub.tell(SARAH, &event(seq));
        }
        let mut heard = Vec::new();
        while let Some(Signal::Event { seq, .. }) = ear.signals.recv().await {
            heard.push(seq);
        }
        assert_eq!(heard, (1..=256).collect::<Vec<_>>(), "what came is gapless, and then the queue is closed");
        assert!(hub.present().is_empty());
    }

    #[tokio::test]
    async fn a_person_holds_so_many_streams_and_a_closed_one_makes_room() {
        let hub = Hub::default();
        let first = hub.listen((SARAH, PHONE), false, 2).expect("a seat");
        let _second = hub.listen((SARAH, PHONE), false, 2).expect("a seat");
        assert_eq!(hub.listen((SARAH, PHONE), false, 2).err(), Some(Refusal::TooManyStreams));
        drop(first);
        assert!(hub.listen((SARAH, PHONE), false, 2).is_ok());
    }

    #[tokio::test]
    async fn ending_a_session_ends_its_streams_only() {
        let hub = Hub::default();
        let laptop = SessionId(Uuid::from_u128(3));
        let mut phone_ear = hub.listen((SARAH, PHONE), false, 9).expect("a seat");
        let mut laptop_ear = hub.listen((SARAH, laptop), false, 9).expect("a seat");
        hub.end_session(SARAH, PHONE, "signed_out");
        assert!(matches!(phone_ear.signals.recv().await, Some(Signal::SessionEnded("signed_out"))));
        assert!(phone_ear.signals.recv().await.is_none());
        hub.tell(SARAH, &event(1));
        assert!(matches!(laptop_ear.signals.recv().await, Some(Signal::Event { seq: 1, .. })));
    }

    #[tokio::test]
    async fn whoever_comes_is_told_of_at_once_and_whoever_leaves_only_after_a_while() {
        let (hub, long) = (Hub::default(), Duration::from_secs(3_600));
        let phone = hub.listen((SARAH, PHONE), false, 9).expect("a seat");
        let laptop = hub.listen((SARAH, PHONE), false, 9).expect("a seat");
        assert_eq!(hub.settled(long), [(SARAH, true)]);
        drop(phone);
        assert!(!hub.moving(), "one of two streams ended");
        drop(laptop);
        assert_eq!(hub.settled(long), [], "it may come back");
        assert!(hub.moving());
        assert_eq!(hub.settled(Duration::ZERO), [(SARAH, false)]);
    }

    #[tokio::test]
    async fn a_closed_hub_ends_streams_that_come_later_too() {
        let hub = Hub::default();
        let mut before = hub.listen((SARAH, PHONE), false, 9).expect("a seat");
        hub.close();
        let mut after = hub.listen((SARAH, PHONE), false, 9).expect("a seat");
        assert!(before.signals.recv().await.is_none());
        assert!(after.signals.recv().await.is_none());
    }
}
