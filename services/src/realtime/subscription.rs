use super::{
    event_log::{self, StoredEvent},
    event_sink::EventSink,
    hub::{ReplayState, SubscriptionGuard},
    sse,
    stream_setup::{StreamRequest, StreamSetup},
};
use crate::{Greenroom, Result, Viewer};
use bytes::Bytes;
use model::{ApiError, PersonId, SessionEndReason, SessionId, Timestamp};
use std::{sync::Arc, time::Duration};

/// In how many steps streams are ended where all are.
const DISCONNECT_ROUNDS: usize = 100;

/// Where a client wants to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resume {
    /// From now.
    Live,
    /// With everything after this number.
    After(i64),
    /// It asked for something that is no number.
    Invalid,
}

/// One stream. Replays what the client lacks, then goes on live: no gap, no double, in order.
pub struct Subscription {
    greenroom: Greenroom,
    guard: SubscriptionGuard,
    person: PersonId,
    session: SessionId,
    ends_at: Timestamp,
    /// The last number that went out.
    last: i64,
    /// What was read of the log already.
    replay: Vec<StoredEvent>,
    first_frame: Bytes,
}

impl Greenroom {
    /// Opens a stream for the viewer. With `save_data` it carries no ephemeral events.
    ///
    /// # Errors
    /// `TooManyStreams`; `Unauthenticated` where the session ended meanwhile; or the database failed.
    pub async fn subscribe(&self, viewer: &Viewer, resume: Resume, save_data: bool) -> Result<Box<Subscription>> {
        let (person, session) = (viewer.id(), viewer.session());
        // The seat comes before the look at the session and into the log: what ends or is committed
        // between the two is heard.
        let guard = self.hub.subscribe((person, session), save_data, self.limits.streams_per_person)?;
        let after = if let Resume::After(cursor) = resume { Some(cursor) } else { None };
        let setup =
            self.set_up_stream(StreamRequest { person, session, after }).await?.ok_or(ApiError::Unauthenticated)?;
        self.hub.advance_last_seq(person, setup.last_seq);
        let retry = retry_millis()?;
        let (last, first_frame) = match setup.start_cursor(resume) {
            Some(cursor) => (cursor, sse::encode_ready(cursor, resume != Resume::Live, retry)),
            None => (setup.last_seq, sse::encode_reset(setup.last_seq, retry)),
        };
        let StreamSetup { ends_at, replay, .. } = setup;
        // It is passed on from hand to hand, each of which would have room for all of it.
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

    /// How many streams this process holds.
    pub fn stream_count(&self) -> usize {
        self.hub.subscriber_count()
    }

    /// Ends all streams of this process, and those to come, spread over some time: not all shall come back at once.
    pub async fn close_streams(&self, over: Duration) {
        self.hub.close();
        let people = self.stream_count().div_ceil(DISCONNECT_ROUNDS);
        while self.hub.disconnect_batch(people.max(1)) {
            tokio::time::sleep(over / u32::try_from(DISCONNECT_ROUNDS).unwrap_or(u32::MAX)).await;
        }
    }
}

impl StreamSetup {
    /// The number to start after, unless the log can't go on from where the client is.
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
    /// The first frame, which says where the stream starts. It goes out before everything else.
    pub fn first_frame(&mut self) -> Bytes {
        std::mem::take(&mut self.first_frame)
    }

    /// Sends everything else, until the session is over. Whoever reads may be gone before: then this is dropped.
    pub async fn run(mut self: Box<Self>, sink: Arc<impl EventSink>) {
        // Replaying takes room that a stream doesn't need afterwards, for as long as it lives.
        if Box::pin(self.replay(&sink)).await.is_some() {
            self.watch_session().await;
        }
        sink.close();
    }

    /// Sends what the log holds, until there is nothing more to send than what is told live. Ends the stream where the
    /// log can't be read or lacks what should come next: the client resumes and learns more.
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
                // A slow reader may be long about it.
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

    /// The hub sends now. What is left is to look whether the session goes on: it may have been used elsewhere since,
    /// and live longer.
    async fn watch_session(&mut self) {
        loop {
            let life_left = self.ends_at.millis() - self.greenroom.now().millis();
            tokio::time::sleep(Duration::from_millis(u64::try_from(life_left).unwrap_or_default())).await;
            match Box::pin(self.greenroom.session_expiry(self.session)).await.map_err(crate::Error::into_api_error) {
                Ok(Some(later)) => self.ends_at = later,
                Ok(None) => {
                    return self.greenroom.hub.end_session(self.person, self.session, SessionEndReason::Expired);
                }
                Err(_) => return,
            }
        }
    }
}

/// 1 to 5 s, different from stream to stream, so that a restart brings no stampede.
fn retry_millis() -> Result<u32> {
    Ok(1_000 + getrandom::u32().map_err(crate::Error::internal)? % 4_000)
}
