//! Streams that open while messages are being written: no gap and no duplicate between the replay and the live events.

use crate::support::{DemoData, Site, Stream, audit_event_log, draft, load_last_seq, soon, test_rng};
use services::{Greenroom, Limits, Resume, Viewer};
use test_support::rng::SeededRng;
use tokio::{sync::watch, task::JoinSet};

on_both! {
    a_stream_opened_during_a_send_receives_the_message,
    streams_opened_during_sends_receive_each_event_once,
    streams_of_another_process_receive_each_event_once,
    a_client_reconnecting_repeatedly_misses_no_event,
}

const STREAMS: usize = 30;
const ROUNDS: usize = 30;
/// EventPro's message causes two events for Sarah (message and notification), her own message one.
const EVENTS: i64 = 3 * ROUNDS as i64;

/// Both people send once per round and announce the round.
async fn write(
    greenroom: Greenroom,
    eventpro: Viewer,
    sarah: Viewer,
    launch: model::ConversationId,
    round: watch::Sender<usize>,
) {
    for number in 1..=ROUNDS {
        let text = number.to_string();
        let (one, other) = tokio::join!(
            greenroom.send_message(&eventpro, draft(launch, &text)),
            greenroom.send_message(&sarah, draft(launch, &text))
        );
        one.expect("a message");
        other.expect("a message");
        round.send_replace(number);
    }
}

fn start_writing(greenroom: &Greenroom, demo: &DemoData) -> watch::Receiver<usize> {
    let (round, seen) = watch::channel(0);
    let (greenroom, eventpro, sarah) = (greenroom.clone(), demo.eventpro.clone(), demo.sarah.clone());
    tokio::spawn(write(greenroom, eventpro, sarah, demo.launch, round));
    seen
}

/// Opens a stream in a random round, from a random cursor, and reads it to the last event.
async fn read_stream(
    greenroom: Greenroom,
    sarah: Viewer,
    mut round: watch::Receiver<usize>,
    mut rng: SeededRng,
    last: i64,
) {
    let when = rng.random_index(ROUNDS);
    round.wait_for(|round| *round >= when).await.expect("the writers are running");
    for _ in 0..rng.random_index(20) {
        tokio::task::yield_now().await;
    }
    let known = load_last_seq(&greenroom, &sarah).await;
    let back = rng.random_index(usize::try_from(known).expect("a small number") + 1);
    let cursor = known - i64::try_from(back).expect("a small number");
    let resume = if rng.random_index(4) == 0 { Resume::Live } else { Resume::After(cursor) };
    let (mut stream, start) = Stream::ready(&greenroom, &sarah, resume).await;
    assert!(resume == Resume::Live || start == cursor);
    stream.events_up_to(start, last).await;
}

async fn join_all(writing: &Greenroom, reading: &Greenroom, demo: &DemoData) {
    let mut rng = test_rng();
    let last = load_last_seq(writing, &demo.sarah).await + EVENTS;
    let round = start_writing(writing, demo);
    let mut streams = JoinSet::new();
    for _ in 0..STREAMS {
        streams.spawn(read_stream(reading.clone(), demo.sarah.clone(), round.clone(), rng.fork(), last));
    }
    soon("all streams", streams.join_all()).await;
    assert_eq!(audit_event_log(reading, &demo.sarah).await.len() as i64, last);
}

/// No event follows the message, so a stream that missed it between the replay and going live would never receive it.
async fn a_stream_opened_during_a_send_receives_the_message(site: Site) {
    let demo = site.demo().await;
    let mut cursor = load_last_seq(&site.greenroom, &demo.sarah).await;
    for _ in 0..60 {
        let mut tasks = JoinSet::new();
        for number in 0..12 {
            let (greenroom, sarah) = (site.greenroom.clone(), demo.sarah.clone());
            let (eventpro, draft) = (demo.eventpro.clone(), draft(demo.launch, "Now"));
            tasks.spawn(async move {
                if number == 4 {
                    greenroom.send_message(&eventpro, draft).await.expect("a message");
                } else {
                    let (mut stream, start) = Stream::ready(&greenroom, &sarah, Resume::After(cursor)).await;
                    stream.events_up_to(start, cursor + 2).await;
                }
            });
        }
        tasks.join_all().await;
        cursor += 2;
    }
}

async fn streams_opened_during_sends_receive_each_event_once(site: Site) {
    let demo = site.demo().await;
    join_all(&site.greenroom, &site.greenroom, &demo).await;
}

async fn streams_of_another_process_receive_each_event_once(site: Site) {
    let demo = site.demo().await;
    let heartbeat = std::time::Duration::from_millis(20);
    let reading = site.open_second_node(Limits { heartbeat, ..Limits::default() }).await;
    let heartbeat_task = tokio::spawn(reading.clone().run_heartbeat());
    join_all(&site.greenroom, &reading, &demo).await;
    heartbeat_task.abort();
}

async fn a_client_reconnecting_repeatedly_misses_no_event(site: Site) {
    let demo = site.demo().await;
    let mut rng = test_rng();
    let mut cursor = load_last_seq(&site.greenroom, &demo.sarah).await;
    let last = cursor + EVENTS;
    let _round = start_writing(&site.greenroom, &demo);
    while cursor < last {
        let (mut stream, start) = Stream::ready(&site.greenroom, &demo.sarah, Resume::After(cursor)).await;
        assert_eq!(start, cursor);
        for _ in 0..=rng.random_index(6) {
            if cursor < last {
                let event = stream.next_event().await;
                assert_eq!(event.seq, cursor + 1);
                cursor = event.seq;
            }
        }
    }
}
