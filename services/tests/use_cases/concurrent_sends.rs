//! Many messages sent at the same time.

use crate::support::{Site, audit_event_log, draft, draft_as, draft_booking, new_client_id, soon};
use model::{Envelope, Event, Message};
use services::{
    Limits,
    messages::{SendOutcome, Window},
};
use std::collections::HashSet;
use tokio::task::JoinSet;

on_both! {
    concurrent_sends_are_gapless_and_published_alike,
    concurrent_retries_insert_one_message,
    concurrent_texts_under_one_client_id_insert_one,
    concurrent_sends_to_many_conversations_do_not_deadlock,
}

fn messages_in(log: &[Envelope]) -> Vec<Message> {
    let message = |envelope: &Envelope| match &envelope.event {
        Event::MessageCreated { message } => Some(message.clone()),
        _ => None,
    };
    log.iter().filter_map(message).collect()
}

async fn concurrent_sends_are_gapless_and_published_alike(site: Site) {
    let demo = site.demo().await;
    let second = site.open_second_node(Limits::default()).await;
    let mut sends = JoinSet::new();
    for number in 0..20 {
        for by in [&demo.sarah, &demo.eventpro] {
            // Every fifth is sent twice, as by a client that lost the response.
            let draft = draft(demo.launch, &format!("Message {number}"));
            let times = if number % 5 == 0 { 2 } else { 1 };
            for greenroom in [&site.greenroom, &second].into_iter().take(times) {
                let (greenroom, by, draft) = (greenroom.clone(), by.clone(), draft.clone());
                sends.spawn(async move { greenroom.send_message(&by, draft).await.expect("sent") });
            }
        }
    }
    let posted = soon("all sends", sends.join_all()).await;
    let new = posted.iter().filter(|posted| matches!(posted, SendOutcome::New(_))).count();
    assert_eq!((new, posted.len()), (40, 48));

    let history =
        site.greenroom.list_messages(&demo.sarah, demo.launch, Window::After(12), Some(100)).await.expect("a history");
    assert_eq!(history.messages.iter().map(|message| message.seq).collect::<Vec<_>>(), (13..=52).collect::<Vec<_>>());
    let client_ids: HashSet<_> = history.messages.iter().map(|message| message.client_id).collect();
    assert_eq!(client_ids.len(), 40);

    let (sarah_events, eventpro_events) =
        (audit_event_log(&site.greenroom, &demo.sarah).await, audit_event_log(&site.greenroom, &demo.eventpro).await);
    assert_eq!(messages_in(&sarah_events), messages_in(&eventpro_events), "the two people's events differ");
    assert_eq!(messages_in(&sarah_events)[12..], history.messages);
}

async fn concurrent_retries_insert_one_message(site: Site) {
    let demo = site.demo().await;
    let before = site.count_rows().await;
    let draft = draft(demo.launch, "Did it arrive?");
    let mut sends = JoinSet::new();
    for _ in 0..10 {
        let (greenroom, sarah, draft) = (site.greenroom.clone(), demo.sarah.clone(), draft.clone());
        sends.spawn(async move { greenroom.send_message(&sarah, draft).await.expect("sent") });
    }
    let posted = soon("all sends", sends.join_all()).await;
    assert_eq!(posted.iter().filter(|posted| matches!(posted, SendOutcome::New(_))).count(), 1);
    let ids: HashSet<_> = posted.into_iter().map(|posted| posted.into_message().id).collect();
    assert_eq!(ids.len(), 1);
    let after = site.count_rows().await;
    assert_eq!(after.messages - before.messages, 1);
    assert_eq!((after.last_seqs - before.last_seqs, after.event_seqs - before.event_seqs), (1, 3));
    assert_eq!(after.events - before.events, 3);
}

async fn concurrent_texts_under_one_client_id_insert_one(site: Site) {
    let demo = site.demo().await;
    let before = site.count_rows().await;
    let id = new_client_id();
    let (yes, no) = tokio::join!(
        site.greenroom.send_message(&demo.sarah, draft_as(id, demo.launch, "Yes")),
        site.greenroom.send_message(&demo.sarah, draft_as(id, demo.launch, "No")),
    );
    assert_eq!([yes, no].into_iter().filter_map(Result::ok).count(), 1);
    assert_eq!(site.count_rows().await.messages - before.messages, 1);
}

/// Two people with two conversations, and a ring of four people: transactions that took locks in different orders would
/// soon deadlock.
async fn concurrent_sends_to_many_conversations_do_not_deadlock(site: Site) {
    let demo = site.demo().await;
    let mut sends = JoinSet::new();
    let pairs = [
        (&demo.eventpro, &demo.sarah),
        (&demo.eventpro, &demo.sarah),
        (&demo.safari, &demo.sarah),
        (&demo.safari, &demo.kamau),
        (&demo.eventpro, &demo.kamau),
    ];
    for (organizer, talent) in pairs {
        let opened = site.greenroom.open_booking(organizer, draft_booking(talent.id())).await.expect("a booking");
        for by in [organizer, talent] {
            for number in 0..10 {
                let (greenroom, by, draft) =
                    (site.greenroom.clone(), by.clone(), draft(opened.id, &number.to_string()));
                sends.spawn(async move { greenroom.send_message(&by, draft).await.expect("sent") });
            }
        }
    }
    assert_eq!(soon("all sends", sends.join_all()).await.len(), 100);
    for viewer in demo.all() {
        audit_event_log(&site.greenroom, viewer).await;
    }
}
