//! A stream as a client sees it: frames parsed from bytes.

use bytes::Bytes;
use model::Envelope;
use services::{EventSink, Greenroom, Resume, Subscription, Viewer};
use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
};
use test_support::{deadline::soon, sse::SseEvent};
use tokio::sync::mpsc;

/// Frames that fit into the send buffer.
const QUEUE: usize = 256;

/// An open stream. Reading from it also runs the server's side.
pub(crate) struct Stream {
    frames: mpsc::Receiver<Bytes>,
    /// The server's side, which writes the frames.
    running: Pin<Box<dyn Future<Output = ()> + Send>>,
    has_ended: bool,
}

/// The server's end of the connection.
struct ChannelSink(Mutex<Option<mpsc::Sender<Bytes>>>);

impl ChannelSink {
    fn queue(&self) -> Option<mpsc::Sender<Bytes>> {
        self.0.lock().expect("a lock").clone()
    }
}

impl EventSink for ChannelSink {
    fn try_write(&self, frame: &[u8]) -> bool {
        self.queue().is_some_and(|queue| queue.try_send(Bytes::copy_from_slice(frame)).is_ok())
    }

    async fn write(&self, frame: &[u8]) -> bool {
        assert!(!frame.is_empty(), "an empty chunk would end an HTTP body");
        let Some(queue) = self.queue() else { return false };
        queue.send(Bytes::copy_from_slice(frame)).await.is_ok()
    }

    fn close(&self) {
        self.0.lock().expect("a lock").take();
    }

    fn abort(&self) {
        self.close();
    }
}

impl Stream {
    pub(crate) async fn open(greenroom: &Greenroom, viewer: &Viewer, resume: Resume) -> Self {
        Self::begin(greenroom.subscribe(viewer, resume, false).await.expect("a stream")).await
    }

    /// Opens a stream without ephemeral events.
    pub(crate) async fn save_data(greenroom: &Greenroom, viewer: &Viewer) -> Self {
        Self::begin(greenroom.subscribe(viewer, Resume::Live, true).await.expect("a stream")).await
    }

    /// Runs the server's side until it would wait: a stream with nothing to replay is live then.
    async fn begin(mut subscription: Box<Subscription>) -> Self {
        let (queue, frames) = mpsc::channel(QUEUE);
        queue.try_send(subscription.first_frame()).expect("space for a frame");
        let running = Box::pin(subscription.run(Arc::new(ChannelSink(Mutex::new(Some(queue))))));
        let mut stream = Self { frames, running, has_ended: false };
        tokio::select! {
            biased;
            () = &mut stream.running => stream.has_ended = true,
            () = std::future::ready(()) => {}
        }
        stream
    }

    async fn next(&mut self) -> Option<Bytes> {
        loop {
            tokio::select! {
                biased;
                frame = self.frames.recv() => return frame,
                () = &mut self.running, if !self.has_ended => self.has_ended = true,
            }
        }
    }

    /// Opens a stream and reads its first frame, which must be `ready`; also returns the cursor in it.
    pub(crate) async fn ready(greenroom: &Greenroom, viewer: &Viewer, resume: Resume) -> (Self, i64) {
        let mut stream = Self::open(greenroom, viewer, resume).await;
        let first = stream.next_frame().await;
        assert_eq!(first.event, "ready", "{first:?}");
        let cursor = first.cursor().expect("a cursor");
        (stream, cursor)
    }

    /// Reads the next frame.
    pub(crate) async fn next_frame(&mut self) -> SseEvent {
        parse_frame(&soon("the next frame", self.next()).await.expect("the stream goes on"))
    }

    /// Reads the next event of the log, skipping heartbeats.
    pub(crate) async fn next_event(&mut self) -> Envelope {
        let past_heartbeats = async {
            loop {
                let frame = self.next_frame().await;
                if frame.event != "heartbeat" {
                    return envelope_of(frame);
                }
            }
        };
        soon("the next event of the log", past_heartbeats).await
    }

    /// Reads all events up to the number `last`; fails if one is missing, duplicate or out of order.
    pub(crate) async fn events_up_to(&mut self, cursor: i64, last: i64) -> Vec<Envelope> {
        let mut events = Vec::new();
        for seq in cursor + 1..=last {
            let event = self.next_event().await;
            assert_eq!(event.seq, seq, "a gap or a duplicate");
            events.push(event);
        }
        events
    }

    /// Reads the next `count` events and returns their names.
    pub(crate) async fn event_names(&mut self, count: usize) -> Vec<&'static str> {
        let mut names = Vec::new();
        for _ in 0..count {
            names.push(self.next_event().await.event.name());
        }
        names
    }

    /// Expects the end of the stream.
    pub(crate) async fn wait_end(&mut self) {
        assert_eq!(soon("the end of the stream", self.next()).await, None, "the stream goes on");
    }
}

/// Parses a frame, which must be exactly one event.
fn parse_frame(bytes: &[u8]) -> SseEvent {
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    let frame = text.strip_suffix("\n\n").expect("a frame ends with an empty line");
    SseEvent::parse(frame).expect("the format of a stream")
}

/// Returns the event of the log in a frame; fails if its name or number differs from the frame's.
fn envelope_of(frame: SseEvent) -> Envelope {
    let envelope: Envelope = serde_json::from_value(frame.data).expect("an event of the log");
    assert_eq!((frame.event.as_str(), frame.id), (envelope.event.name(), Some(envelope.seq)));
    envelope
}
