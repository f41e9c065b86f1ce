//! Writes of another process that aren't announced: the heartbeat finds them.

use crate::support::{Site, Stream, audit_event_log, send_text, with_timeout};
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
async fn beating(site: &Site) -> (Greenroom, JoinHandle<()>) {
    let limits = Limits { heartbeat: Duration::from_millis(20), ..Limits::default() };
    let greenroom = site.open_second_node(limits).await;
    let pulse = tokio::spawn(greenroom.clone().run_heartbeat());
    (greenroom, pulse)
}

async fn a_heartbeat_carries_the_cursor_and_no_id(site: Site) {
    let cast = site.cast().await;
    let (greenroom, pulse) = beating(&site).await;
    let (mut stream, start) = Stream::ready(&greenroom, &cast.sarah, Resume::Live).await;
    for _ in 0..3 {
        let beat = stream.next_frame().await;
        assert_eq!((beat.event.as_str(), beat.id, beat.cursor()), ("heartbeat", None, start));
    }
    pulse.abort();
}

async fn a_heartbeat_catches_up_on_other_processes(site: Site) {
    let cast = site.cast().await;
    let (here, pulse) = beating(&site).await;
    let (mut stream, start) = Stream::ready(&here, &cast.sarah, Resume::Live).await;
    for number in 0..10 {
        send_text(&site.greenroom, &cast.eventpro, cast.launch, &number.to_string()).await;
    }
    let heard = stream.events_up_to(start, start + 20).await;
    assert_eq!(heard, audit_event_log(&site.greenroom, &cast.sarah).await[start as usize..]);
    let beat = stream.next_frame().await;
    assert_eq!((beat.event.as_str(), beat.cursor()), ("heartbeat", start + 20), "a heartbeat with another cursor");
    pulse.abort();
}

async fn a_local_event_catches_up_on_other_processes(site: Site) {
    let cast = site.cast().await;
    let there = site.open_second_node(Limits::default()).await;
    let (mut stream, start) = Stream::ready(&site.greenroom, &cast.sarah, Resume::Live).await;
    send_text(&there, &cast.eventpro, cast.launch, "Unheard here").await;
    send_text(&site.greenroom, &cast.sarah, cast.launch, "Heard").await;
    let names: Vec<_> = stream.events_up_to(start, start + 3).await.iter().map(|told| told.event.name()).collect();
    assert_eq!(names, ["message.created", "notification.created", "message.created"]);
}

async fn a_session_is_valid_in_another_process(site: Site) {
    let (there, pulse) = beating(&site).await;
    let token = site.sign_in(services::seed::SARAH.email).await.token;
    let viewer = with_timeout(there.authenticate(&token)).await.expect("a viewer");
    there.sign_out(&viewer).await.expect("signing out");
    assert!(site.greenroom.authenticate(&token).await.is_err());
    pulse.abort();
}

/// As after a clock that ran fast: events written under it are purged early.
async fn a_stream_whose_next_event_was_purged_ends(site: Site) {
    let cast = site.cast().await;
    let there = site.open_second_node(Limits::default()).await;
    let (mut stream, start) = Stream::ready(&site.greenroom, &cast.sarah, Resume::Live).await;
    send_text(&there, &cast.eventpro, cast.launch, "Two events").await;
    site.execute(&format!("DELETE FROM event WHERE seq = {}", start + 1)).await;
    send_text(&site.greenroom, &cast.sarah, cast.launch, "Now it finds out").await;
    stream.wait_end().await;
    let again = Stream::open(&site.greenroom, &cast.sarah, Resume::After(start)).await.next_frame().await;
    assert_eq!((again.event.as_str(), again.cursor()), ("reset", start + 3));
}
