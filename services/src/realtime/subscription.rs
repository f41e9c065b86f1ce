use super::{
    event_log::{self, StoredEvent},
    event_sink::EventSink,
    hub::{ReplayState, SubscriptionGuard},
    sse,
    stream_request::{StreamRequest, StreamSetup},
};
use crate::{Greenroom, Result, Viewer};
use bytes::Bytes;
use model::{ApiError, PersonId, SessionEndReason, SessionId, Timestamp};
use std::{sync::Arc, time::Duration};

/// Number of steps in which all streams are disconnected.
const DISCONNECT_ROUNDS: usize = 100;

/// Position from which a client wants to resume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resume {
    /// Only events from now on.
    Live,
    /// All events after this sequence number.
    After(i64),
    /// The client sent a cursor that isn't a number.
    Invalid,
}

/// One stream. Replays the events that the client lacks, then goes live: in order, without gaps or duplicates.
pub struct Subscription {
    greenroom: Greenroom,
    guard: SubscriptionGuard,
    person: PersonId,
    session: SessionId,
    ends_at: Timestamp,
    /// Sequence number of the last event written to the stream.
    last: i64,
    /// Events already read from the log.
    replay: Vec<StoredEvent>,
    first_frame: Bytes,
}

impl Greenroom {
    /// Opens a stream for the viewer. With `save_data` it carries no ephemeral events.
    ///
    /// # Errors
    /// `TooManyStreams`; `Unauthenticated` if the session has ended since the request began; or a database error.
    pub async fn subscribe(&self, viewer: &Viewer, resume: Resume, save_data: bool) -> Result<Box<Subscription>> {
        let (person, session) = (viewer.id(), viewer.session());
        // Registers before reading the session and the log, so that what ends or is committed in between isn't missed.
        let guard = self.realtime.hub.subscribe((person, session), save_data, self.limits.streams_per_person)?;
        let after = if let Resume::After(cursor) = resume { Some(cursor) } else { None };
        let setup =
            self.set_up_stream(StreamRequest { person, session, after }).await?.ok_or(ApiError::Unauthenticated)?;
        self.realtime.hub.advance_last_seq(person, setup.last_seq);
        let retry = retry_millis()?;
        let (last, first_frame) = match setup.start_cursor(resume) {
            Some(cursor) => (cursor, sse::encode_ready(cursor, resume != Resume::Live, retry)),
            None => (setup.last_seq, sse::encode_reset(setup.last_seq, retry)),
        };
        let StreamSetup { ends_at, replay, .. } = setup;
        // Boxed: it is moved through several futures, each of which would reserve space for all of it.
        Ok(Box::new(Subscription {
            greenroom: self.clone(),
            guard,
            person,
            session,
            ends_at,
            last,
            replay,
            first_frame,
        }))
    }

    /// Returns the number of streams of this process.
    pub fn stream_count(&self) -> usize {
        self.realtime.hub.subscriber_count()
    }

    /// Disconnects all streams of this process and refuses new ones. Spreads this over the time `over`, so that the
    /// clients don't all reconnect at once.
    pub async fn close_streams(&self, over: Duration) {
        self.realtime.hub.close();
        let people = self.stream_count().div_ceil(DISCONNECT_ROUNDS);
        while self.realtime.hub.disconnect_batch(people.max(1)) {
            tokio::time::sleep(over / u32::try_from(DISCONNECT_ROUNDS).unwrap_or(u32::MAX)).await;
        }
    }
}

impl StreamSetup {
    /// Returns the cursor to start after, or `None` if the log can't continue from the client's cursor.
    fn start_cursor(&self, resume: Resume) -> Option<i64> {
        match resume {
            Resume::Live => Some(self.last_seq),
            Resume::After(cursor) if cursor == self.last_seq => Some(cursor),
            Resume::After(cursor) => self.replay.first().is_some_and(|event| event.seq == cursor + 1).then_some(cursor),
            Resume::Invalid => None,
        }
    }
}

impl Subscription {
    /// Returns the first frame, which says where the stream starts. Write it before calling [`run`](Self::run).
    pub fn first_frame(&mut self) -> Bytes {
        std::mem::take(&mut self.first_frame)
    }

    /// Writes all other frames until the session ends. Drop the future if the client disconnects earlier.
    pub async fn run(mut self: Box<Self>, sink: Arc<impl EventSink>) {
        // Boxed, so that the memory that replaying needs isn't held for the stream's whole life.
        if Box::pin(self.replay(&sink)).await.is_some() {
            self.watch_session().await;
        }
        sink.close();
    }

    /// Writes events from the log until the stream can go live. Returns `None` if the stream must end: the session has
    /// ended, the client has gone, or the log can't be read or lacks the next event. A client whose next event is
    /// missing reconnects and is reset.
    async fn replay(&mut self, sink: &Arc<impl EventSink>) -> Option<()> {
        loop {
            match self.guard.go_live(self.last, sink) {
                ReplayState::Live => return Some(()),
                ReplayState::Lagging => {}
                ReplayState::Ended(reason) => {
                    if let Some(reason) = reason {
                        sink.write(&sse::encode_session_ended(reason)).await;
                    }
                    return None;
                }
            }
            let mut events = std::mem::take(&mut self.replay);
            if events.is_empty() {
                let read = event_log::events_after(self.greenroom.store.reader(), self.person, self.last).await;
                events = read.map_err(crate::Error::into_api_error).ok()?;
            }
            if events.is_empty() {
                return None;
            }
            for event in events {
                // A slow client can keep this loop busy for long.
                if self.guard.has_ended() {
                    break;
                }
                if event.seq != self.last + 1 {
                    return None;
                }
                self.last = event.seq;
                sink.write(&event.sse_frame()).await.then_some(())?;
            }
        }
    }

    /// Ends the session's streams when it expires. Checks again at each expiry, since use elsewhere extends the
    /// session.
    async fn watch_session(&mut self) {
        loop {
            let life_left = self.ends_at.millis() - self.greenroom.now().millis();
            tokio::time::sleep(Duration::from_millis(u64::try_from(life_left).unwrap_or_default())).await;
            match Box::pin(self.greenroom.session_expiry(self.session)).await.map_err(crate::Error::into_api_error) {
                Ok(Some(later)) => self.ends_at = later,
                Ok(None) => {
                    return self.greenroom.realtime.hub.end_session(
                        self.person,
                        self.session,
                        SessionEndReason::Expired,
                    );
                }
                Err(_) => return,
            }
        }
    }
}

/// Returns 1,000 to 4,999 ms, random for each stream, so that clients don't all reconnect at once after a restart.
fn retry_millis() -> Result<u32> {
    Ok(1_000 + getrandom::u32().map_err(crate::Error::internal)? % 4_000)
}
