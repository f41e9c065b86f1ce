//! Tests of `/api/conversations/{id}/messages`.

use crate::support::{Actor, Site, json_shapes};
use serde_json::Value;

/// Returns the `seq`s of a window, and `hasMore`.
async fn window(actor: &Actor, conversation: &str, query: &str) -> (Vec<i64>, bool) {
    let read = actor.get(&format!("/api/conversations/{conversation}/messages{query}")).await.ok(200);
    json_shapes::keys(&read, &["messages", "hasMore", "cursor"]);
    let messages = read["messages"].as_array().expect("messages");
    messages.iter().for_each(json_shapes::message);
    let seqs = messages.iter().map(|message| message["seq"].as_i64().expect("a number")).collect();
    (seqs, read["hasMore"].as_bool().expect("a boolean"))
}

fn from(first: i64, last: i64) -> Vec<i64> {
    (first..=last).collect()
}

#[tokio::test]
async fn a_window_is_always_in_ascending_order() {
    let site = Site::new().await;
    let (sarah, launch) = (site.sarah(), site.launch.as_str());
    for (query, seqs, more) in [
        ("", from(1, 12), false),
        ("?limit=12", from(1, 12), false),
        ("?limit=11", from(2, 12), true),
        ("?limit=1", from(12, 12), true),
        ("?limit=100", from(1, 12), false),
        ("?before=13&limit=5", from(8, 12), true),
        ("?before=6&limit=5", from(1, 5), false),
        ("?before=3", from(1, 2), false),
        ("?before=1", vec![], false),
        ("?before=0", vec![], false),
        ("?before=-5", vec![], false),
        ("?before=99", from(1, 12), false),
        ("?after=0", from(1, 12), false),
        ("?after=0&limit=5", from(1, 5), true),
        ("?after=8&limit=5", from(9, 12), false),
        ("?after=6&limit=5", from(7, 11), true),
        ("?after=12", vec![], false),
        ("?after=99", vec![], false),
        ("?after=-1&limit=1", from(1, 1), true),
        ("?after=9223372036854775807", vec![], false),
        ("?before=-9223372036854775808", vec![], false),
    ] {
        assert_eq!(window(&sarah, launch, query).await, (seqs, more), "{query}");
    }
}

#[tokio::test]
async fn a_page_has_fifty_messages_unless_a_limit_is_given() {
    let site = Site::new().await;
    for number in 13..=120 {
        site.eventpro().send_message(&site.launch, &format!("Number {number}")).await;
    }
    let (sarah, launch) = (site.sarah(), site.launch.as_str());
    assert_eq!(window(&sarah, launch, "").await, (from(71, 120), true));
    assert_eq!(window(&sarah, launch, "?before=71").await, (from(21, 70), true));
    assert_eq!(window(&sarah, launch, "?before=21").await, (from(1, 20), false));
    assert_eq!(window(&sarah, launch, "?after=60").await, (from(61, 110), true));
    assert_eq!(window(&sarah, launch, "?limit=100").await, (from(21, 120), true));
}

#[tokio::test]
async fn an_invalid_window_is_refused() {
    let site = Site::new().await;
    let path = format!("/api/conversations/{}/messages", site.launch);
    for (query, field, fault) in [
        ("limit=0", "limit", "out_of_range"),
        ("limit=101", "limit", "out_of_range"),
        ("limit=-1", "limit", "out_of_range"),
        ("limit=many", "limit", "invalid"),
        ("limit=", "limit", "invalid"),
        ("limit=1.5", "limit", "invalid"),
        ("limit=99999999999999999999", "limit", "invalid"),
        ("before=x", "before", "invalid"),
        ("before=9223372036854775808", "before", "invalid"),
        ("after=%00", "after", "invalid"),
        ("after=", "after", "invalid"),
    ] {
        let answer = site.sarah().get(&format!("{path}?{query}")).await;
        assert_eq!(answer.json()["fields"], serde_json::json!({ field: fault }), "{query}");
        answer.field_errors(&[(field, fault)]);
    }
    let both = site.sarah().get(&format!("{path}?before=5&after=2")).await;
    both.field_errors(&[("before", "invalid"), ("after", "invalid")]);
}

#[tokio::test]
async fn a_window_carries_the_cursor_of_its_snapshot() {
    let site = Site::new().await;
    let path = format!("/api/conversations/{}/messages", site.launch);
    let read = site.sarah().get(&path).await.ok(200);
    let mut stream = site.sarah().follow(&format!("/api/events?after={}", read["cursor"])).await;
    let sent = site.eventpro().send_message(&site.launch, "After it").await;
    assert_eq!(stream.next().await.map(|frame| frame.data["message"].clone()), Some(sent));
    let bodies: Vec<&Value> = read["messages"].as_array().expect("a list").iter().map(|it| &it["body"]).collect();
    assert!(!bodies.contains(&&Value::from("After it")));
}
