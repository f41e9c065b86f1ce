use crate::support::{Site, json_shapes};
use std::time::{Duration, Instant};

#[tokio::test]
async fn every_stream_sends_a_heartbeat_every_15_seconds() {
    let site = Site::new().await;
    let mut stream = site.sarah().follow("/api/events").await;
    let first = stream.next_frame(Duration::from_secs(20)).await.expect("a heartbeat");
    let started = Instant::now();
    let sent = site.eventpro().send_message(&site.launch, "Between two heartbeats").await;
    assert_eq!(stream.next_frame(Duration::from_secs(8)).await.map(|frame| frame.data["message"].clone()), Some(sent));
    assert_eq!(
        stream.next_frame(Duration::from_secs(8)).await.map(|frame| frame.event),
        Some("notification.created".to_owned())
    );
    let second = stream.next_frame(Duration::from_secs(20)).await.expect("another");
    let between = started.elapsed();
    assert!((Duration::from_secs(14)..Duration::from_millis(17_500)).contains(&between), "{between:?}");
    for (heartbeat, cursor) in [(first, stream.cursor()), (second, stream.cursor() + 2)] {
        assert_eq!((heartbeat.event.as_str(), heartbeat.id), ("heartbeat", None), "browsers keep their cursor");
        assert_eq!(heartbeat.data["cursor"], cursor);
        json_shapes::keys(&heartbeat.data, &["cursor", "at"]);
        json_shapes::timestamp(&heartbeat.data["at"]);
    }
}

#[tokio::test]
async fn a_heartbeat_finds_events_written_by_another_process() {
    let site = Site::new().await;
    let mut stream = site.achieng().follow("/api/events").await;
    site.execute(
        "INSERT INTO event (person_id, seq, kind, payload, at) \
         SELECT person_id, 1, 'moon.rose', '{\"seq\":1,\"at\":\"2026-11-22T14:30:00Z\",\"type\":\"moon.rose\"}', 0 \
         FROM person_head JOIN person ON id = person_id WHERE name = 'MC Achieng'",
    )
    .await;
    site.execute("UPDATE person_head SET seq = 1 WHERE person_id = (SELECT id FROM person WHERE name = 'MC Achieng')")
        .await;
    let limit = Duration::from_secs(20);
    let frame = stream.next_frame(limit).await.expect("the missed event");
    assert_eq!((frame.event.as_str(), frame.id), ("moon.rose", Some(1)));
    let heartbeat = stream.next_frame(limit).await.expect("the heartbeat after it");
    assert_eq!((heartbeat.event.as_str(), &heartbeat.data["cursor"]), ("heartbeat", &1.into()));
}
