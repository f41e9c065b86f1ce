//! Tests of `/api/notifications`.

use crate::support::{Site, actions::pluck, json_shapes};

#[tokio::test]
async fn messages_and_bookings_create_notifications() {
    let site = Site::new().await;
    let (eventpro, sarah, achieng) = (site.eventpro(), site.sarah(), site.achieng());
    let before = sarah.get("/api/notifications").await.ok(200);
    json_shapes::keys(&before, &["notifications", "unread", "nextPage", "cursor"]);
    let text = format!("Karibu sana {}", "na tena ".repeat(40));
    let message = eventpro.send_message(&site.launch, &text).await;
    let after = sarah.get("/api/notifications").await.ok(200);
    let newest = &after["notifications"][0];
    json_shapes::notification(newest);
    assert_eq!((&newest["kind"], &newest["readAt"]), (&"message".into(), &serde_json::Value::Null));
    assert_eq!(newest["conversationId"], message["conversationId"]);
    assert_eq!(newest["bookingId"], message["bookingId"]);
    assert_eq!(newest["actor"]["name"], "EventPro Kenya");
    let preview = newest["preview"].as_str().expect("text");
    assert!(preview.starts_with("Karibu sana na tena") && preview.chars().count() < 130, "{preview}");
    assert_eq!(after["unread"].as_i64(), before["unread"].as_i64().map(|unread| unread + 1));

    assert_eq!(achieng.get("/api/notifications").await.ok(200)["notifications"], serde_json::json!([]));
    eventpro.book(&site.people.achieng, "A gala").await;
    let hers = achieng.get("/api/notifications").await.ok(200);
    assert_eq!(pluck(&hers["notifications"], "kind"), ["booking"]);
    json_shapes::notification(&hers["notifications"][0]);
    assert_eq!(hers["unread"], 1);
}

#[tokio::test]
async fn own_actions_create_no_notification() {
    let site = Site::new().await;
    let before = site.eventpro().get("/api/notifications").await.ok(200)["unread"].clone();
    site.eventpro().send_message(&site.launch, "Habari").await;
    assert_eq!(site.eventpro().get("/api/notifications").await.ok(200)["unread"], before);
}

#[tokio::test]
async fn reading_a_thread_marks_its_notifications_read() {
    let site = Site::new().await;
    let message = site.eventpro().send_message(&site.launch, "Habari").await;
    let read = format!("/api/conversations/{}/read", site.launch);
    site.sarah().put(&read, &serde_json::json!({ "seq": message["seq"] })).await.empty();
    let notices = site.sarah().get("/api/notifications").await.ok(200);
    assert_eq!(notices["unread"], 0);
    json_shapes::timestamp(&notices["notifications"][0]["readAt"]);
}

#[tokio::test]
async fn notifications_are_paged_newest_first() {
    let site = Site::new().await;
    for number in 0..65 {
        site.eventpro().send_message(&site.launch, &format!("Number {number}")).await;
    }
    let (mut seen, mut page) = (Vec::new(), String::new());
    loop {
        let notices = site.sarah().get(&format!("/api/notifications{page}")).await.ok(200);
        seen.extend(pluck(&notices["notifications"], "id"));
        assert!(notices["notifications"].as_array().is_some_and(|list| list.len() <= 30));
        let Some(next) = notices["nextPage"].as_str() else { break };
        page = format!("?page={next}");
    }
    assert!(seen.len() >= 65);
    assert!(seen.is_sorted_by(|newer, older| newer > older), "UUIDv7 sort by time, and there are no duplicates");
    for forged in ["x", "", "%00", "00000000000000000000000000000007zz"] {
        site.sarah().get(&format!("/api/notifications?page={forged}")).await.field_errors(&[("page", "invalid")]);
    }
}

#[tokio::test]
async fn one_or_all_notifications_are_marked_read() {
    let site = Site::new().await;
    for text in ["One", "Two", "Three"] {
        site.eventpro().send_message(&site.launch, text).await;
    }
    let sarah = site.sarah();
    let mut stream = sarah.follow("/api/events").await;
    let before = sarah.get("/api/notifications").await.ok(200);
    let ids = pluck(&before["notifications"], "id");
    sarah.post("/api/notifications/read", &serde_json::json!({ "ids": [ids[0], ids[0]] })).await.empty();
    let frame = stream.next().await.expect("an event");
    assert_eq!((frame.event.as_str(), &frame.data["ids"]), ("notification.read", &serde_json::json!([ids[0]])));
    assert_eq!(frame.data["unread"].as_i64(), before["unread"].as_i64().map(|unread| unread - 1));
    sarah.post("/api/notifications/read", &serde_json::json!({ "all": true })).await.empty();
    let frame = stream.next().await.expect("an event");
    assert_eq!((&frame.data["all"], &frame.data["unread"]), (&true.into(), &0.into()));
    assert_eq!(sarah.get("/api/notifications").await.ok(200)["unread"], 0);
    for wrong in [serde_json::json!({}), serde_json::json!({ "all": false }), serde_json::json!({ "ids": null })] {
        sarah.post("/api/notifications/read", &wrong).await.field_errors(&[("ids", "required")]);
    }
    for wrong in [serde_json::json!({ "ids": ["x"] }), serde_json::json!({ "ids": [ids[0]], "all": true })] {
        sarah.post("/api/notifications/read", &wrong).await.field_errors(&[("ids", "invalid")]);
    }
    let many = vec![ids[0].clone(); 101];
    sarah
        .post("/api/notifications/read", &serde_json::json!({ "ids": many }))
        .await
        .field_errors(&[("ids", "too_long")]);
}
