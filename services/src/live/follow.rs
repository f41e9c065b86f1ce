use super::{
    frame,
    hub::{Ear, Signal},
    log,
};
use crate::{Greenroom, Result, Viewer};
use bytes::Bytes;
use model::{Instant, PersonId, Refusal};
use std::{collections::VecDeque, time::Duration};

/// Where a client wants to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resume {
    /// From now.
    Live,
    /// With everything after this number.
    After(i64),
    /// It asked for something that is no number.
    Unreadable,
}

/// One stream. Replays what the client lacks, then goes on live: no gap, no double, in order.
pub struct Follower {
    greenroom: Greenroom,
    viewer: Viewer,
    ear: Ear,
    /// The last number handed out.
    last: i64,
    /// The newest number known of. Beyond `last`, the log is read.
    known: i64,
    ready: VecDeque<Bytes>,
    ends_at: Instant,
    ended: bool,
}

impl Greenroom {
    /// Opens a stream for the viewer. A sparing one carries nothing of who is typing or here.
    ///
    /// # Errors
    /// `TooManyStreams`; `Unauthenticated` where the session ended meanwhile; or the database failed.
    pub async fn follow(&self, viewer: Viewer, resume: Resume, sparing: bool) -> Result<Follower> {
        // The seat comes before the look at the session and into the log: what ends or is committed
        // between the two is heard.
        let ear = self.hub.listen((viewer.id(), viewer.session()), sparing, self.limits.streams_per_person)?;
        let ends_at = self.session_end(&viewer).await?.ok_or(Refusal::Unauthenticated)?;
        let head = log::head(self.store.reader(), viewer.id()).await?;
        let retry = retry_millis()?;
        let (last, first) = match self.start(viewer.id(), resume, head).await? {
            Some(cursor) => (cursor, frame::ready(cursor, resume != Resume::Live, retry)),
            None => (head, frame::reset(head, retry)),
        };
        let ready = VecDeque::from([first]);
        Ok(Follower { greenroom: self.clone(), viewer, ear, last, known: head, ready, ends_at, ended: false })
    }

    /// The number to start after, unless the log can't go on from where the client is.
    async fn start(&self, person: PersonId, resume: Resume, head: i64) -> Result<Option<i64>> {
        match resume {
            Resume::Live => Ok(Some(head)),
            Resume::After(cursor) if cursor == head => Ok(Some(cursor)),
            Resume::After(cursor) if (0..head).contains(&cursor) => {
                let next = log::after(self.store.reader(), person, cursor).await?;
                Ok(next.first().is_some_and(|event| event.seq == cursor + 1).then_some(cursor))
            }
            Resume::After(_) | Resume::Unreadable => Ok(None),
        }
    }

    /// How many streams this process holds.
    pub fn streams(&self) -> usize {
        self.hub.count()
    }

    /// Ends all streams of this process, now and to come.
    pub fn close_streams(&self) {
        self.hub.close();
    }
}

impl Follower {
    /// The next frame; `None` when the stream is over.
    pub async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(frame) = self.ready.pop_front() {
                return Some(frame);
            }
            if self.ended {
                return None;
            }
            if self.last < self.known {
                self.catch_up().await?;
                continue;
            }
            let life_left = self.life_left();
            tokio::select! {
                signal = self.ear.signals.recv() => self.hear(signal?).await?,
                () = tokio::time::sleep(life_left) => self.check_session().await?,
            }
        }
    }

    async fn hear(&mut self, signal: Signal) -> Option<()> {
        match signal {
            Signal::Event { seq, frame } if seq == self.last + 1 => {
                self.last = seq;
                self.known = self.known.max(seq);
                self.ready.push_back(frame);
            }
            // Overtaken by another event, or already replayed: the log has the right order.
            Signal::Event { seq, .. } => self.known = self.known.max(seq),
            Signal::Head(head) => {
                self.known = self.known.max(head);
                while self.last < self.known {
                    self.catch_up().await?;
                }
                self.ready.push_back(frame::heartbeat(self.last, self.greenroom.now()));
            }
            Signal::Passing(frame) => self.ready.push_back(frame),
            Signal::SessionEnded(reason) => self.end(reason),
        }
        Some(())
    }

    /// Reads on in the log. Ends the stream where it can't be read or lacks what should come next:
    /// the client resumes and learns more.
    async fn catch_up(&mut self) -> Option<()> {
        let events = log::after(self.greenroom.store.reader(), self.viewer.id(), self.last).await;
        let events = events.map_err(crate::Error::into_refusal).ok()?;
        if events.is_empty() {
            return None;
        }
        for event in events {
            if event.seq != self.last + 1 {
                return None;
            }
            self.last = event.seq;
            self.ready.push_back(event.frame());
        }
        self.known = self.known.max(self.last);
        Some(())
    }

    fn life_left(&self) -> Duration {
        let millis = self.ends_at.millis() - self.greenroom.now().millis();
        Duration::from_millis(u64::try_from(millis).unwrap_or_default())
    }

    /// The session may have been used elsewhere since, and live longer.
    async fn check_session(&mut self) -> Option<()> {
        let end = self.greenroom.session_end(&self.viewer).await;
        match end.map_err(crate::Error::into_refusal).ok()? {
            Some(later) => self.ends_at = later,
            None => self.end("expired"),
        }
        Some(())
    }

    fn end(&mut self, reason: &str) {
        self.ready.push_back(frame::session_ended(reason));
        self.ended = true;
    }
}

/// 1 to 5 s, different from stream to stream, so that a restart brings no stampede.
fn retry_millis() -> Result<u32> {
    Ok(1_000 + getrandom::u32().map_err(crate::Error::broken)? % 4_000)
}
