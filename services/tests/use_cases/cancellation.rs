//! Callers who go away in the middle: a server drops a handler whose client has hung up.

use crate::support::{Site, Stream, audit_event_log, draft, send_text, with_timeout};
use model::Event;
use services::{Resume, messages::SendOutcome};
use std::{pin::pin, task::Poll};

on_both! {
    a_cancelled_send_is_committed_and_published_or_neither,
    a_cancelled_mark_read_is_committed_and_published_or_neither,
}

/// Runs a future for so many turns and drops it where it stands then: at another point of the way each time.
async fn cancel_after<F: Future>(turns: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = turns;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

async fn a_cancelled_send_is_committed_and_published_or_neither(site: Site) {
    let cast = site.cast().await;
    let (mut stream, _) = Stream::ready(&site.greenroom, &cast.sarah, Resume::Live).await;
    for turns in 0..16 {
        let draft = draft(cast.launch, &format!("Dropped after {turns} turns"));
        cancel_after(turns, site.greenroom.send_message(&cast.eventpro, draft.clone())).await;
        // The client tries again. Where the message was written the first time, this tells nobody: then
        // whoever was to be told was told by what went on without its caller, or never is.
        let posted = with_timeout(site.greenroom.send_message(&cast.eventpro, draft)).await.expect("it is sent");
        assert!(turns > 0 || matches!(posted, SendOutcome::New(_)), "what never began did nothing");
        let message = posted.into_message();
        assert_eq!(stream.next_event().await.event, Event::MessageCreated { message }, "after {turns} turns");
        assert_eq!(stream.event_names(1).await, ["notification.created"]);
    }
    audit_event_log(&site.greenroom, &cast.sarah).await;
    audit_event_log(&site.greenroom, &cast.eventpro).await;
}

async fn a_cancelled_mark_read_is_committed_and_published_or_neither(site: Site) {
    let cast = site.cast().await;
    let (mut stream, _) = Stream::ready(&site.greenroom, &cast.eventpro, Resume::Live).await;
    for turns in 0..16 {
        let last = send_text(&site.greenroom, &cast.eventpro, cast.launch, "Next").await.seq;
        assert_eq!(stream.event_names(1).await, ["message.created"]);
        cancel_after(turns, site.greenroom.mark_read(&cast.sarah, cast.launch, last)).await;
        with_timeout(site.greenroom.mark_read(&cast.sarah, cast.launch, last)).await.expect("reading on");
        let told = stream.next_event().await.event;
        assert!(matches!(told, Event::ConversationRead { read_seq, .. } if read_seq == last), "after {turns} turns");
    }
    audit_event_log(&site.greenroom, &cast.sarah).await;
}
