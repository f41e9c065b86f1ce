use crate::support::{Actor, Site, new_id, soon, stream::gapless};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::atomic::{AtomicUsize, Ordering},
    sync::{Arc, Mutex},
};
use tokio::sync::watch;

/// Messages that were sent, and whether each was acknowledged.
type SentLog = Arc<Mutex<Vec<(Value, bool)>>>;

/// Sends messages until the server no longer responds.
async fn send_until_disconnected(
    actor: Actor,
    conversation: String,
    sent: SentLog,
    acknowledged: watch::Sender<usize>,
) {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    loop {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let message =
            json!({ "conversationId": conversation, "body": format!("Number {number}"), "clientId": new_id() });
        let index = {
            let mut sent = sent.lock().expect("not poisoned");
            sent.push((message.clone(), false));
            sent.len() - 1
        };
        let answer = actor.request(reqwest::Method::POST, "/api/messages").json(&message).send().await;
        let Ok(answer) = answer else { return };
        assert_eq!(answer.status(), 201);
        sent.lock().expect("not poisoned")[index].1 = true;
        acknowledged.send_modify(|count| *count += 1);
    }
}

#[tokio::test]
async fn acknowledged_messages_survive_a_kill_and_retries_are_not_duplicated() {
    let mut site = Site::with(&[("GREENROOM_SENDS_PER_MINUTE", "100000")]).await;
    let sides = [site.eventpro(), site.sarah()];
    let logs: [SentLog; 2] = [SentLog::default(), SentLog::default()];
    let cursor = site.sarah().follow("/api/events").await.cursor();
    for round in 1..=3 {
        let (acknowledged, mut count) = watch::channel(0);
        let mut senders = Vec::new();
        for (side, log) in [site.eventpro(), site.sarah()].iter().zip(&logs) {
            for _ in 0..4 {
                let (conversation, log) = (site.launch.clone(), log.clone());
                senders.push(tokio::spawn(send_until_disconnected(
                    side.clone(),
                    conversation,
                    log,
                    acknowledged.clone(),
                )));
            }
        }
        soon("some messages", count.wait_for(|count| *count >= 25 * round)).await.expect("messages are sent");
        site.process.kill();
        for sender in senders {
            soon("a sender's end", sender).await.expect("each message before was acknowledged with 201");
        }
        site.restart().await;
    }
    drop(sides);

    let mut times: HashMap<String, usize> = HashMap::new();
    for message in site.sarah().load_whole_thread(&site.launch).await {
        *times.entry(message["clientId"].as_str().expect("an id").to_owned()).or_default() += 1;
    }
    let times_of = |message: &Value| times.get(message["clientId"].as_str().unwrap_or_default()).copied();
    for (message, acknowledged) in logs.iter().flat_map(|log| log.lock().expect("not poisoned").clone()) {
        let times = times_of(&message);
        assert!(times == Some(1) || (times.is_none() && !acknowledged), "{message}: {times:?} times");
    }

    for (actor, log) in [site.eventpro(), site.sarah()].iter().zip(&logs) {
        let log = log.lock().expect("not poisoned").clone();
        for (message, _) in &log {
            let answer = actor.post("/api/messages", message).await;
            let expected = if times_of(message).is_some() { 200 } else { 201 };
            assert_eq!(answer.ok(expected)["message"]["body"], message["body"]);
        }
    }
    let thread = site.sarah().load_whole_thread(&site.launch).await;
    let all = logs.iter().map(|log| log.lock().expect("not poisoned").len()).sum::<usize>();
    assert_eq!(thread.len(), 12 + all, "each message once");
    let seqs: Vec<i64> = thread.iter().filter_map(|message| message["seq"].as_i64()).collect();
    assert!(seqs.iter().copied().eq(1..=i64::try_from(seqs.len()).expect("few")), "without a gap");

    let last = site.sarah().send_message(&site.launch, "And on").await;
    let mut stream = site.sarah().follow(&format!("/api/events?after={cursor}")).await;
    gapless(cursor, &stream.until(|frame| frame.data["message"] == last).await);
}
