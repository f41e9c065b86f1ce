//! Cancelled callers: the server drops a handler when its client disconnects.

use crate::support::{Site, Stream, audit_event_log, draft, send_text, soon};
use model::Event;
use services::{Resume, messages::SendOutcome};
use std::{pin::pin, task::Poll};

on_both! {
    a_cancelled_send_is_committed_and_published_or_neither,
    a_cancelled_mark_read_is_committed_and_published_or_neither,
}

/// Polls a future `turns` times, then drops it: at another await point for each number.
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
    let demo = site.demo().await;
    let (mut stream, _) = Stream::ready(&site.greenroom, &demo.sarah, Resume::Live).await;
    for turns in 0..16 {
        let draft = draft(demo.launch, &format!("Dropped after {turns} turns"));
        cancel_after(turns, site.greenroom.send_message(&demo.eventpro, draft.clone())).await;
        // The client retries. If the first attempt wrote the message, the retry publishes nothing: the event must come
        // from the task that outlived its caller.
        let posted = soon("sending again", site.greenroom.send_message(&demo.eventpro, draft)).await.expect("sent");
        assert!(turns > 0 || matches!(posted, SendOutcome::New(_)), "a send that was never polled wrote something");
        let message = posted.into_message();
        assert_eq!(stream.next_event().await.event, Event::MessageCreated { message }, "after {turns} turns");
        assert_eq!(stream.event_names(1).await, ["notification.created"]);
    }
    audit_event_log(&site.greenroom, &demo.sarah).await;
    audit_event_log(&site.greenroom, &demo.eventpro).await;
}

async fn a_cancelled_mark_read_is_committed_and_published_or_neither(site: Site) {
    let demo = site.demo().await;
    let (mut stream, _) = Stream::ready(&site.greenroom, &demo.eventpro, Resume::Live).await;
    for turns in 0..16 {
        let last = send_text(&site.greenroom, &demo.eventpro, demo.launch, "Next").await.seq;
        assert_eq!(stream.event_names(1).await, ["message.created"]);
        cancel_after(turns, site.greenroom.mark_read(&demo.sarah, demo.launch, last)).await;
        soon("marking as read again", site.greenroom.mark_read(&demo.sarah, demo.launch, last))
            .await
            .expect("marked read");
        let event = stream.next_event().await.event;
        assert!(matches!(event, Event::ConversationRead { read_seq, .. } if read_seq == last), "after {turns} turns");
    }
    audit_event_log(&site.greenroom, &demo.sarah).await;
}
