//! Tests of `/api/bookings`.

use crate::support::{
    Site, UNKNOWN_ID,
    actions::{event_day, inquiry, pluck},
    json_shapes, new_id,
};
use serde_json::json;

#[tokio::test]
async fn an_inquiry_is_visible_to_both_people() {
    let site = Site::new().await;
    let mut hers = site.achieng().follow("/api/events").await;
    let opened = site.eventpro().book(&site.people.achieng, "  A gala — سهرة 🎉 ").await;
    json_shapes::keys(&opened, &["booking", "conversation"]);
    json_shapes::booking(&opened["booking"]);
    json_shapes::conversation(&opened["conversation"]);
    assert_eq!(opened["conversation"]["booking"], opened["booking"]);
    assert_eq!(opened["booking"]["title"], "A gala — سهرة 🎉");
    assert_eq!(opened["booking"]["eventDate"], event_day());
    assert_eq!(opened["booking"]["fee"], json!({ "amount": 2_500_000, "currency": "KES" }));
    assert_eq!(opened["booking"]["organizer"]["name"], "EventPro Kenya");
    assert_eq!(opened["booking"]["talent"]["id"], site.people.achieng.as_str());
    assert_eq!(opened["conversation"]["lastMessage"]["body"], "Are you free that day?");
    assert_eq!(opened["conversation"]["counterpart"], opened["booking"]["talent"]);

    let frames = hers.take(3).await;
    let names: Vec<&str> = frames.iter().map(|frame| frame.event.as_str()).collect();
    assert_eq!(names, ["conversation.created", "message.created", "notification.created"]);
    json_shapes::conversation(&frames[0].data["conversation"]);
    assert_eq!(frames[0].data["conversation"]["counterpart"]["name"], "EventPro Kenya");

    let id = opened["booking"]["id"].as_str().expect("an id");
    let seen = site.achieng().get(&format!("/api/bookings/{id}")).await.ok(200);
    json_shapes::keys(&seen, &["booking", "conversation"]);
    assert_eq!(seen["booking"], opened["booking"]);
    assert_eq!(seen["conversation"]["unread"], 1);
    let list = site.achieng().get("/api/bookings").await.ok(200);
    json_shapes::keys(&list, &["bookings", "nextPage"]);
    assert_eq!(list["bookings"], json!([opened["booking"]]));
    site.safari().get(&format!("/api/bookings/{id}")).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_repeated_inquiry_is_idempotent() {
    let site = Site::new().await;
    let mut asked = inquiry(&site.people.achieng, "A gala");
    asked["clientId"] = json!(new_id());
    let first = site.eventpro().post("/api/bookings", &asked).await.ok(201);
    let again = site.eventpro().post("/api/bookings", &asked).await;
    assert!([200, 201].contains(&again.status), "{}", again.text());
    assert_eq!(again.json()["booking"], first["booking"]);
    assert_eq!(site.count("SELECT count(*) FROM booking").await, 3);
    asked["title"] = json!("Another gala");
    site.eventpro().post("/api/bookings", &asked).await.problem(409, "client_id_reused");
    asked["clientId"] = json!("x");
    site.eventpro().post("/api/bookings", &asked).await.field_errors(&[("clientId", "invalid")]);
    assert_eq!(site.count("SELECT count(*) FROM booking").await, 3);
}

#[tokio::test]
async fn talent_cannot_open_a_booking() {
    let site = Site::new().await;
    for talent in [site.sarah(), site.achieng()] {
        let asked = inquiry(&site.people.kamau, "A duet");
        talent.post("/api/bookings", &asked).await.problem(403, "wrong_role");
    }
    assert_eq!(site.count("SELECT count(*) FROM booking").await, 2);
}

#[tokio::test]
async fn an_inquiry_is_validated_field_by_field() {
    let site = Site::new().await;
    let good = inquiry(&site.people.achieng, "A gala");
    let long = |length: usize| json!("é".repeat(length));
    let cases = [
        ("talentId", json!("x"), "invalid"),
        ("talentId", json!(UNKNOWN_ID), "invalid"),
        ("talentId", json!(site.people.safari), "invalid"),
        ("talentId", json!(""), "required"),
        ("title", json!("  "), "required"),
        ("title", json!("two\nlines"), "invalid"),
        ("title", json!("a\u{0}b"), "invalid"),
        ("title", json!("\u{3164}"), "invisible"),
        ("title", json!("fee \u{202e}000,5"), "hidden_characters"),
        ("title", json!("a\u{301}\u{301}\u{301}\u{301}\u{301}"), "too_many_marks"),
        ("title", long(121), "too_long"),
        ("venue", json!(""), "required"),
        ("venue", json!("\u{2066}Karura"), "hidden_characters"),
        ("venue", long(161), "too_long"),
        ("eventDate", json!("2020-02-13"), "date_past"),
        ("eventDate", json!("2099-02-13"), "date_too_far"),
        ("eventDate", json!("2027-02-30"), "invalid"),
        ("eventDate", json!("13/02/2027"), "invalid"),
        ("eventDate", json!("2027-2-3"), "invalid"),
        ("eventDate", json!("+2027-02-13"), "invalid"),
        ("eventDate", json!("-2027-02-13"), "invalid"),
        ("eventDate", json!("+12027-02-13"), "invalid"),
        ("eventDate", json!("2027-02-13T00:00:00Z"), "invalid"),
        ("fee", json!({ "amount": -1, "currency": "KES" }), "out_of_range"),
        ("fee", json!({ "amount": 1_000_000_000_000_001_i64, "currency": "KES" }), "out_of_range"),
        ("fee", json!({ "amount": 1, "currency": "kes" }), "currency_unknown"),
        ("fee", json!({ "amount": 1, "currency": "KESH" }), "currency_unknown"),
        ("fee", json!({ "amount": 1, "currency": "QQQ" }), "currency_unknown"),
        ("fee", json!(null), "required"),
        ("fee.amount", json!({ "amount": 1.5, "currency": "KES" }), "invalid"),
        ("fee.amount", json!({ "amount": "1", "currency": "KES" }), "invalid"),
        ("message", json!("\u{3000}"), "body_empty"),
        ("message", json!("a\u{0}b"), "body_invalid"),
        ("message", long(4_001), "body_too_long"),
    ];
    for (field, value, fault) in cases {
        let mut asked = good.clone();
        asked[field.split('.').next().unwrap_or(field)] = value.clone();
        let answer = site.eventpro().post("/api/bookings", &asked).await;
        assert_eq!(answer.json()["fields"], json!({ field: fault }), "{field}: {value} {}", answer.text());
        answer.field_errors(&[(field, fault)]);
    }
    assert_eq!(site.count("SELECT count(*) FROM booking").await, 2);
    let mut largest = good.clone();
    largest["title"] = long(120);
    largest["venue"] = long(160);
    largest["message"] = long(4_000);
    largest["fee"]["amount"] = json!(1_000_000_000_000_000_i64);
    site.eventpro().post("/api/bookings", &largest).await.ok(201);
}

#[tokio::test]
async fn many_bookings_and_their_inbox_come_in_pages() {
    let limits = [("GREENROOM_INQUIRIES_PER_DAY", "100"), ("GREENROOM_OPEN_INQUIRIES_PER_PAIR", "100")];
    let site = Site::with(&limits).await;
    for number in 0..64 {
        site.safari().book(&site.people.achieng, &format!("Evening {number}")).await;
    }
    for (path, list) in
        [("/api/bookings", "bookings"), ("/api/messages", "conversations"), ("/api/talent/messages", "conversations")]
    {
        let (mut ids, mut pages, mut page) = (Vec::new(), 0, String::new());
        loop {
            let read = site.achieng().get(&format!("{path}{page}")).await.ok(200);
            ids.extend(pluck(&read[list], "id"));
            pages += 1;
            let Some(next) = read["nextPage"].as_str() else { break };
            page = format!("?page={next}");
        }
        assert_eq!((pages, ids.len()), (3, 64), "{path}");
        assert!(ids.is_sorted_by(|newer, older| newer > older), "{path}: newest first, without duplicates");
        for forged in ["1", "x".repeat(500).as_str(), "%F0%9F%92%83"] {
            site.achieng().get(&format!("{path}?page={forged}")).await.field_errors(&[("page", "invalid")]);
        }
    }
}

#[tokio::test]
async fn a_talent_accepts_and_the_organizer_cancels() {
    let site = Site::new().await;
    let mut stream = site.eventpro().follow("/api/events").await;
    let step = |name: &str| format!("/api/bookings/{}/{name}", site.launch_booking);
    let nothing = serde_json::json!({});
    let accepted = site.sarah().post(&step("accept"), &nothing).await.ok(200);
    assert_eq!(accepted["booking"]["status"], "accepted");
    let names: Vec<String> = stream.take(3).await.into_iter().map(|frame| frame.event).collect();
    assert_eq!(names, ["booking.updated", "message.created", "notification.created"]);
    let last = site.eventpro().load_whole_thread(&site.launch).await.pop().expect("a message");
    assert_eq!((&last["step"], &last["seq"]), (&"accepted".into(), &13.into()));
    site.sarah().post(&step("decline"), &nothing).await.problem(409, "wrong_status");
    site.eventpro().post(&step("accept"), &nothing).await.problem(403, "wrong_role");
    site.kamau().post(&step("cancel"), &nothing).await.problem(404, "not_found");
    let cancelled = site.eventpro().post(&step("cancel"), &nothing).await.ok(200);
    assert_eq!(cancelled["booking"]["status"], "cancelled");
    site.eventpro().post(&step("cancel"), &nothing).await.problem(409, "wrong_status");
}

#[tokio::test]
async fn inquiries_are_limited_per_day_and_per_talent() {
    let site = Site::with(&[("GREENROOM_INQUIRIES_PER_DAY", "5")]).await;
    let asked = |talent: &str| inquiry(talent, "A gala");
    for _ in 0..3 {
        site.eventpro().book(&site.people.achieng, "A gala").await;
    }
    let fourth = site.eventpro().post("/api/bookings", &asked(&site.people.achieng)).await;
    fourth.problem(429, "rate_limited");
    assert!(fourth.header("retry-after").parse::<u64>().expect("seconds") > 0);
    site.safari().book(&site.people.achieng, "Another organizer's").await;
    for _ in 0..2 {
        site.eventpro().book(&site.people.kamau, "A gala").await;
    }
    let sixth = site.eventpro().post("/api/bookings", &asked(&site.people.kamau)).await;
    sixth.problem(429, "rate_limited");
    let seconds: u64 = sixth.header("retry-after").parse().expect("seconds");
    assert!((23 * 60 * 60..=24 * 60 * 60).contains(&seconds), "{seconds}");
}
