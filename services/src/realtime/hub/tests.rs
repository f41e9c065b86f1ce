use super::*;
use tokio::{sync::mpsc, time::Duration};

const SARAH: PersonId = PersonId(Uuid::from_u128(1));
const PHONE: SessionId = SessionId(Uuid::from_u128(2));
const LONG_GRACE: Duration = Duration::from_secs(3_600);

/// A sink whose buffer holds a limited number of frames.
struct Reader(Mutex<Option<mpsc::Sender<String>>>);

impl EventSink for Reader {
    fn try_write(&self, frame: &[u8]) -> bool {
        let frame = String::from_utf8(frame.to_vec()).expect("text");
        self.0.lock().expect("a lock").as_ref().is_some_and(|queue| queue.try_send(frame).is_ok())
    }

    async fn write(&self, frame: &[u8]) -> bool {
        self.try_write(frame)
    }

    fn close(&self) {
        self.0.lock().expect("a lock").take();
    }

    fn abort(&self) {
        self.close();
    }
}

async fn hub() -> Hub {
    Hub::new(Arc::new(Store::connect("sqlite::memory:").await.expect("a database")))
}

/// Subscribes a stream that is live from the start and has room for `takes` frames.
fn live(hub: &Hub, session: SessionId, takes: usize) -> (SubscriptionGuard, mpsc::Receiver<String>) {
    let guard = hub.subscribe((SARAH, session), false, 9).expect("a subscription");
    let (queue, heard) = mpsc::channel(takes);
    assert_eq!(guard.go_live(0, &Arc::new(Reader(Mutex::new(Some(queue))))), ReplayState::Live);
    (guard, heard)
}

#[tokio::test]
async fn a_slow_consumer_is_disconnected_and_no_event_skipped() {
    let hub = hub().await;
    let (_guard, mut heard) = live(&hub, PHONE, 20);
    for seq in 1..=30 {
        hub.publish(SARAH, seq, seq.to_string().as_bytes());
    }
    for seq in 1..=20 {
        assert_eq!(heard.recv().await, Some(seq.to_string()), "the received events have no gap");
    }
    assert_eq!(heard.recv().await, None, "then the stream ends");
    assert!(hub.present_people().is_empty());
}

#[tokio::test]
async fn duplicate_and_early_events_are_not_published() {
    let hub = hub().await;
    let (_guard, mut heard) = live(&hub, PHONE, 20);
    for seq in [1, 3, 1, 2] {
        hub.publish(SARAH, seq, seq.to_string().as_bytes());
    }
    let heard: Vec<_> = [heard.recv().await, heard.recv().await].into_iter().flatten().collect();
    assert_eq!(heard, ["1", "2"]);
    assert_eq!(hub.drain_lagging(9), Some(vec![(SARAH, 2)]), "the third comes from the log");
}

#[tokio::test]
async fn events_during_replay_are_not_skipped() {
    let hub = hub().await;
    let guard = hub.subscribe((SARAH, PHONE), false, 9).expect("a subscription");
    hub.publish(SARAH, 1, b"1");
    let reader = Arc::new(Reader(Mutex::new(None)));
    assert_eq!(guard.go_live(0, &reader), ReplayState::Lagging);
    assert_eq!(guard.go_live(1, &reader), ReplayState::Live);
}

#[tokio::test]
async fn subscriptions_per_person_are_limited() {
    let hub = hub().await;
    let first = hub.subscribe((SARAH, PHONE), false, 2).expect("a subscription");
    let _second = hub.subscribe((SARAH, PHONE), false, 2).expect("a subscription");
    assert_eq!(hub.subscribe((SARAH, PHONE), false, 2).err(), Some(ApiError::TooManyStreams));
    drop(first);
    assert!(hub.subscribe((SARAH, PHONE), false, 2).is_ok());
}

#[tokio::test]
async fn ending_a_session_disconnects_its_subscribers_only() {
    let hub = hub().await;
    let laptop = SessionId(Uuid::from_u128(3));
    let (_phone, mut phone) = live(&hub, PHONE, 20);
    let replaying = hub.subscribe((SARAH, PHONE), false, 9).expect("a subscription");
    let (_laptop, mut laptop) = live(&hub, laptop, 20);
    hub.end_session(SARAH, PHONE, SessionEndReason::SignedOut);
    assert!(phone.recv().await.expect("a last frame").contains("signed_out"));
    assert!(phone.recv().await.is_none());
    let reader = Arc::new(Reader(Mutex::new(None)));
    assert_eq!(replaying.go_live(0, &reader), ReplayState::Ended(Some(SessionEndReason::SignedOut)));
    hub.publish(SARAH, 1, b"1");
    assert_eq!(laptop.recv().await.as_deref(), Some("1"));
}

#[tokio::test]
async fn presence_settles_at_once_on_connect_and_after_a_grace_on_disconnect() {
    let hub = hub().await;
    let phone = hub.subscribe((SARAH, PHONE), false, 9).expect("a subscription");
    let laptop = hub.subscribe((SARAH, PHONE), false, 9).expect("a subscription");
    assert_eq!(hub.drain_settled(LONG_GRACE), [PresenceChange { person: SARAH, present: true, here: Some(true) }]);
    drop(phone);
    assert!(!hub.has_unsettled_changes(), "only one of two streams ended");
    drop(laptop);
    assert_eq!(hub.drain_settled(LONG_GRACE), [], "within the grace");
    assert!(hub.has_unsettled_changes());
    assert_eq!(
        hub.drain_settled(Duration::ZERO),
        [PresenceChange { person: SARAH, present: false, here: Some(false) }]
    );
}

#[tokio::test]
async fn a_closed_hub_ends_later_subscriptions() {
    let hub = hub().await;
    let (_before, mut heard) = live(&hub, PHONE, 20);
    hub.close();
    assert!(!hub.disconnect_batch(1), "no stream is left");
    assert!(heard.recv().await.is_none());
    let after = hub.subscribe((SARAH, PHONE), false, 9).expect("a subscription");
    assert_eq!(after.go_live(0, &Arc::new(Reader(Mutex::new(None)))), ReplayState::Ended(None));
}
