//! Writes of another process that aren't announced: the heartbeat finds them.

use crate::support::{Site, Stream, audit_event_log, send_text, soon};
use services::{Greenroom, Limits, Resume};
use std::time::Duration;
use tokio::task::JoinHandle;

on_both! {
    a_heartbeat_carries_the_cursor_and_no_id,
    a_heartbeat_catches_up_on_other_processes,
    a_stream_whose_next_event_was_purged_ends,
    a_local_event_catches_up_on_other_processes,
    a_session_is_valid_in_another_process,
}

/// Opens another process with a short heartbeat interval.
async fn open_with_fast_heartbeat(site: &Site) -> (Greenroom, JoinHandle<()>) {
    let limits = Limits { heartbeat: Duration::from_millis(20), ..Limits::default() };
    let greenroom = site.open_second_node(limits).await;
    let heartbeat_task = tokio::spawn(greenroom.clone().run_heartbeat());
    (greenroom, heartbeat_task)
}

async fn a_heartbeat_carries_the_cursor_and_no_id(site: Site) {
    let demo = site.demo().await;
    let (greenroom, heartbeat_task) = open_with_fast_heartbeat(&site).await;
    let (mut stream, start) = Stream::ready(&greenroom, &demo.sarah, Resume::Live).await;
    for _ in 0..3 {
        let frame = stream.next_frame().await;
        assert_eq!((frame.event.as_str(), frame.id, frame.cursor()), ("heartbeat", None, Some(start)));
    }
    heartbeat_task.abort();
}

async fn a_heartbeat_catches_up_on_other_processes(site: Site) {
    let demo = site.demo().await;
    let (second, heartbeat_task) = open_with_fast_heartbeat(&site).await;
    let (mut stream, start) = Stream::ready(&second, &demo.sarah, Resume::Live).await;
    for number in 0..10 {
        send_text(&site.greenroom, &demo.eventpro, demo.launch, &number.to_string()).await;
    }
    let received = stream.events_up_to(start, start + 20).await;
    assert_eq!(received, audit_event_log(&site.greenroom, &demo.sarah).await[start as usize..]);
    let frame = stream.next_frame().await;
    assert_eq!(
        (frame.event.as_str(), frame.cursor()),
        ("heartbeat", Some(start + 20)),
        "a heartbeat with another cursor"
    );
    heartbeat_task.abort();
}

async fn a_local_event_catches_up_on_other_processes(site: Site) {
    let demo = site.demo().await;
    let second = site.open_second_node(Limits::default()).await;
    let (mut stream, start) = Stream::ready(&site.greenroom, &demo.sarah, Resume::Live).await;
    send_text(&second, &demo.eventpro, demo.launch, "Unheard here").await;
    send_text(&site.greenroom, &demo.sarah, demo.launch, "Heard").await;
    let names: Vec<_> =
        stream.events_up_to(start, start + 3).await.iter().map(|envelope| envelope.event.name()).collect();
    assert_eq!(names, ["message.created", "notification.created", "message.created"]);
}

async fn a_session_is_valid_in_another_process(site: Site) {
    let (second, heartbeat_task) = open_with_fast_heartbeat(&site).await;
    let token = site.sign_in(services::seed::SARAH.email).await.token;
    let viewer = soon("the authentication", second.authenticate(&token)).await.expect("a viewer");
    second.sign_out(&viewer).await.expect("signing out");
    assert!(site.greenroom.authenticate(&token).await.is_err());
    heartbeat_task.abort();
}

/// As after a clock that ran fast: events written under it are purged early.
async fn a_stream_whose_next_event_was_purged_ends(site: Site) {
    let demo = site.demo().await;
    let second = site.open_second_node(Limits::default()).await;
    let (mut stream, start) = Stream::ready(&site.greenroom, &demo.sarah, Resume::Live).await;
    send_text(&second, &demo.eventpro, demo.launch, "Two events").await;
    site.execute(&format!("DELETE FROM event WHERE seq = {}", start + 1)).await;
    send_text(&site.greenroom, &demo.sarah, demo.launch, "Now it finds out").await;
    stream.wait_end().await;
    let again = Stream::open(&site.greenroom, &demo.sarah, Resume::After(start)).await.next_frame().await;
    assert_eq!((again.event.as_str(), again.cursor()), ("reset", Some(start + 3)));
}
