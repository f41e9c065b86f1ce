//! Events that end a stream.

use crate::support::{Site, Stream, expect_api_error, send_text, soon};
use model::ApiError;
use services::{
    EventSink, Limits, Resume, Viewer,
    seed::{EVENTPRO, SARAH},
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::Semaphore;

on_both! {
    sign_out_ends_the_streams_of_its_session,
    a_stream_is_refused_once_its_session_has_ended,
    a_session_end_stops_a_running_replay,
    session_expiry_ends_its_streams,
    a_prolonged_session_keeps_its_streams,
    streams_per_person_are_limited,
    closing_ends_current_and_later_streams,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Long enough for a stream to have read its log before its session expires.
const MOMENT: Duration = Duration::from_millis(100);

async fn sign_in_device(site: &Site) -> (Viewer, String) {
    let token = site.sign_in(SARAH.email).await.token;
    (site.greenroom.authenticate(&token).await.expect("a viewer"), token)
}

/// Expects the `session-ended` frame within a second, and then the end.
async fn expect_session_end(stream: &mut Stream, reason: &str) {
    let last = tokio::time::timeout(Duration::from_secs(1), stream.next_frame()).await.expect("within a second");
    assert_eq!((last.event.as_str(), last.id), ("session-ended", None));
    assert_eq!(last.data, serde_json::json!({ "reason": reason }));
    stream.wait_end().await;
}

async fn sign_out_ends_the_streams_of_its_session(site: Site) {
    let demo = site.demo().await;
    let ((phone, _), (laptop, _)) = (sign_in_device(&site).await, sign_in_device(&site).await);
    let (mut first, _) = Stream::ready(&site.greenroom, &phone, Resume::Live).await;
    let (mut second, _) = Stream::ready(&site.greenroom, &phone, Resume::Live).await;
    let (mut other, _) = Stream::ready(&site.greenroom, &laptop, Resume::Live).await;
    site.greenroom.sign_out(&phone).await.expect("signing out");
    expect_session_end(&mut first, "signed_out").await;
    expect_session_end(&mut second, "signed_out").await;
    send_text(&site.greenroom, &demo.eventpro, demo.launch, "Still there?").await;
    assert_eq!(other.event_names(1).await, ["message.created"]);
}

/// A request authenticated just before its session ended must not keep a stream open.
async fn a_stream_is_refused_once_its_session_has_ended(site: Site) {
    let (viewer, _) = sign_in_device(&site).await;
    site.greenroom.sign_out(&viewer).await.expect("signing out");
    assert_eq!(
        expect_api_error(site.greenroom.subscribe(&viewer, Resume::Live, false).await),
        ApiError::Unauthenticated
    );

    let (viewer, _) = sign_in_device(&site).await;
    site.clock.advance(30 * DAY);
    assert_eq!(
        expect_api_error(site.greenroom.subscribe(&viewer, Resume::Live, false).await),
        ApiError::Unauthenticated
    );
}

/// A sink that accepts as many frames as it has permits for.
struct SlowSink {
    received: Mutex<Vec<String>>,
    permits: Semaphore,
}

impl EventSink for SlowSink {
    fn try_write(&self, _: &[u8]) -> bool {
        false
    }

    async fn write(&self, frame: &[u8]) -> bool {
        self.permits.acquire().await.expect("room").forget();
        self.received.lock().expect("a lock").push(String::from_utf8_lossy(frame).into_owned());
        true
    }

    fn close(&self) {}

    fn abort(&self) {}
}

async fn a_session_end_stops_a_running_replay(site: Site) {
    let demo = site.demo().await;
    let (phone, _) = sign_in_device(&site).await;
    for number in 0..60 {
        send_text(&site.greenroom, &demo.eventpro, demo.launch, &number.to_string()).await;
    }
    let sink = Arc::new(SlowSink { received: Mutex::default(), permits: Semaphore::new(70) });
    let replaying =
        site.greenroom.subscribe(&phone, Resume::After(0), false).await.expect("a stream").run(sink.clone());
    let replaying = tokio::spawn(replaying);
    let far_behind = async {
        while sink.received.lock().expect("a lock").len() < 70 {
            tokio::task::yield_now().await;
        }
    };
    soon("falling behind", far_behind).await;
    site.greenroom.sign_out(&phone).await.expect("signing out");
    sink.permits.add_permits(1_000);
    soon("the end of the replay", replaying).await.expect("no panic");
    let received = sink.received.lock().expect("a lock");
    assert!(received.last().is_some_and(|last| last.contains("session-ended")));
    assert!(received.len() <= 72, "more than one frame before the end: {}", received.len());
}

async fn session_expiry_ends_its_streams(site: Site) {
    let (viewer, _) = sign_in_device(&site).await;
    site.clock.advance(30 * DAY - MOMENT);
    let (mut stream, _) = Stream::ready(&site.greenroom, &viewer, Resume::Live).await;
    site.clock.advance(MOMENT);
    expect_session_end(&mut stream, "expired").await;
}

async fn a_prolonged_session_keeps_its_streams(site: Site) {
    let demo = site.demo().await;
    let (viewer, token) = sign_in_device(&site).await;
    site.clock.advance(30 * DAY - MOMENT);
    let (mut stream, _) = Stream::ready(&site.greenroom, &viewer, Resume::Live).await;
    site.greenroom.authenticate(&token).await.expect("another use of the session");
    let eventpro = site.sign_in(EVENTPRO.email).await.token;
    let eventpro = site.greenroom.authenticate(&eventpro).await.expect("a viewer");
    // By the expiry known at its opening, the session has ended; the stream checks again at once.
    site.clock.advance(MOMENT);
    let message = send_text(&site.greenroom, &eventpro, demo.launch, "Still there?");
    let (received, _) = tokio::join!(stream.next_event(), message);
    assert_eq!(received.event.name(), "message.created");
}

async fn streams_per_person_are_limited(site: Site) {
    let demo = site.demo().await;
    let greenroom = site.open_second_node(Limits { streams_per_person: 2, ..Limits::default() }).await;
    let first = Stream::open(&greenroom, &demo.sarah, Resume::Live).await;
    let (other_device, _) = sign_in_device(&site).await;
    let _second = Stream::open(&greenroom, &other_device, Resume::After(1)).await;
    for viewer in [&demo.sarah, &other_device] {
        assert_eq!(expect_api_error(greenroom.subscribe(viewer, Resume::Live, false).await), ApiError::TooManyStreams);
    }
    Stream::ready(&greenroom, &demo.eventpro, Resume::Live).await;
    drop(first);
    Stream::ready(&greenroom, &demo.sarah, Resume::Live).await;
}

async fn closing_ends_current_and_later_streams(site: Site) {
    let demo = site.demo().await;
    let (mut sarah_stream, _) = Stream::ready(&site.greenroom, &demo.sarah, Resume::Live).await;
    let (mut eventpro_stream, _) = Stream::ready(&site.greenroom, &demo.eventpro, Resume::Live).await;
    let message = send_text(&site.greenroom, &demo.sarah, demo.launch, "Last words").await;
    site.greenroom.close_streams(Duration::ZERO).await;
    assert_eq!(sarah_stream.event_names(1).await, ["message.created"], "an event published before closing is missing");
    sarah_stream.wait_end().await;
    assert_eq!(eventpro_stream.next_event().await.at, message.created_at);
    assert_eq!(eventpro_stream.event_names(1).await, ["notification.created"]);
    eventpro_stream.wait_end().await;

    let (mut late, _) = Stream::ready(&site.greenroom, &demo.sarah, Resume::Live).await;
    late.wait_end().await;
}
