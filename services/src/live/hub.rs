use bytes::Bytes;
use model::{PersonId, Refusal, SessionId};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::mpsc;

/// What a stream may be behind before it is cut off. It comes back by its cursor.
const QUEUE: usize = 256;

/// What a stream is told.
#[derive(Clone, Debug)]
pub(crate) enum Signal {
    /// An event was committed.
    Event { seq: i64, frame: Bytes },
    /// The newest number there is: a heartbeat, and a chance to notice what was missed.
    Head(i64),
    /// The session is over.
    SessionEnded(&'static str),
}

/// The streams of this process, by person.
#[derive(Clone, Default)]
pub(crate) struct Hub(Arc<Mutex<Rooms>>);

#[derive(Default)]
struct Rooms {
    closed: bool,
    people: HashMap<PersonId, Vec<Seat>>,
    next_seat: u64,
}

struct Seat {
    id: u64,
    session: SessionId,
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
        self.hub.rooms().keep(self.person, |seat| seat.id != self.seat);
    }
}

impl Hub {
    /// Takes a seat. From here on nothing is missed, only perhaps cut off.
    pub(crate) fn listen(&self, person: PersonId, session: SessionId, limit: usize) -> Result<Ear, Refusal> {
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
            seats.push(Seat { id: seat, session, queue });
        }
        Ok(Ear { signals, person, seat, hub: self.clone() })
    }

    /// Tells every stream of a person. One whose queue is full is cut off, never skipped.
    pub(crate) fn tell(&self, person: PersonId, signal: &Signal) {
        self.rooms().keep(person, |seat| seat.queue.try_send(signal.clone()).is_ok());
    }

    /// Ends the streams that a session opened.
    pub(crate) fn end_session(&self, person: PersonId, session: SessionId, reason: &'static str) {
        self.rooms().keep(person, |seat| {
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
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rooms {
    fn keep(&mut self, person: PersonId, stays: impl FnMut(&Seat) -> bool) {
        if let Some(seats) = self.people.get_mut(&person) {
            seats.retain(stays);
            if seats.is_empty() {
                self.people.remove(&person);
            }
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
        let mut ear = hub.listen(SARAH, PHONE, 1).expect("a seat");
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
        let first = hub.listen(SARAH, PHONE, 2).expect("a seat");
        let _second = hub.listen(SARAH, PHONE, 2).expect("a seat");
        assert_eq!(hub.listen(SARAH, PHONE, 2).err(), Some(Refusal::TooManyStreams));
        drop(first);
        assert!(hub.listen(SARAH, PHONE, 2).is_ok());
    }

    #[tokio::test]
    async fn ending_a_session_ends_its_streams_only() {
        let hub = Hub::default();
        let laptop = SessionId(Uuid::from_u128(3));
        let mut phone_ear = hub.listen(SARAH, PHONE, 9).expect("a seat");
        let mut laptop_ear = hub.listen(SARAH, laptop, 9).expect("a seat");
        hub.end_session(SARAH, PHONE, "signed_out");
        assert!(matches!(phone_ear.signals.recv().await, Some(Signal::SessionEnded("signed_out"))));
        assert!(phone_ear.signals.recv().await.is_none());
        hub.tell(SARAH, &event(1));
        assert!(matches!(laptop_ear.signals.recv().await, Some(Signal::Event { seq: 1, .. })));
    }

    #[tokio::test]
    async fn a_closed_hub_ends_streams_that_come_later_too() {
        let hub = Hub::default();
        let mut before = hub.listen(SARAH, PHONE, 9).expect("a seat");
        hub.close();
        let mut after = hub.listen(SARAH, PHONE, 9).expect("a seat");
        assert!(before.signals.recv().await.is_none());
        assert!(after.signals.recv().await.is_none());
    }
}
