use crate::support::{Site, json_shapes, new_id};
use serde_json::{Value, json};

#[tokio::test]
async fn a_message_stands_in_its_conversation() {
    let site = Site::new().await;
    let id = new_id();
    let asked = json!({ "conversationId": site.launch, "body": "Habari", "clientId": id });
    let answer = site.eventpro().post("/api/messages", &asked).await.ok(201);
    json_shapes::keys(&answer, &["message"]);
    let message = &answer["message"];
    json_shapes::message(message);
    assert_eq!(message["conversationId"], site.launch.as_str());
    assert_eq!(message["bookingId"], site.launch_booking.as_str());
    assert_eq!(message["sender"]["id"], site.people.eventpro.as_str());
    assert_eq!(message["clientId"], id.as_str());
    assert_eq!((&message["body"], &message["seq"]), (&json!("Habari"), &json!(13)));
    assert_eq!(site.sarah().load_whole_thread(&site.launch).await.last(), Some(message));
}

#[tokio::test]
async fn a_repeated_client_id_is_the_same_message() {
    let site = Site::new().await;
    let (eventpro, asked) =
        (site.eventpro(), json!({ "conversationId": site.launch, "body": "Once", "clientId": new_id() }));
    let first = eventpro.post("/api/messages", &asked).await.ok(201);
    eventpro.send_message(&site.launch, "Something else between").await;
    assert_eq!(eventpro.post("/api/messages", &asked).await.ok(200), first);
    assert_eq!(eventpro.post("/api/organizer/messages", &asked).await.ok(200), first);
    let mut padded = asked.clone();
    padded["body"] = json!("  Once\n");
    assert_eq!(eventpro.post("/api/messages", &padded).await.ok(200), first, "the trimmed body is the same");
    assert_eq!(site.count("SELECT count(*) FROM message WHERE body = 'Once'").await, 1);
}

#[tokio::test]
async fn a_reused_client_id_with_another_body_is_refused() {
    let site = Site::new().await;
    let safari = site.safari();
    let gala = safari.book(&site.people.kamau, "A gala").await["conversation"]["id"].clone();
    let asked = json!({ "conversationId": site.sundowner, "body": "Once", "clientId": new_id() });
    safari.post("/api/messages", &asked).await.ok(201);
    for (field, value) in [("body", json!("Twice")), ("conversationId", gala)] {
        let mut other = asked.clone();
        other[field] = value;
        safari.post("/api/messages", &other).await.problem(409, "client_id_reused");
    }
    assert_eq!(site.count("SELECT count(*) FROM message WHERE body IN ('Once', 'Twice')").await, 1);
    let seqs: Vec<Value> = safari.load_whole_thread(&site.sundowner).await.iter().map(|it| it["seq"].clone()).collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5, 6], "a refused message consumes no sequence number");
}

#[tokio::test]
async fn two_people_may_use_the_same_client_id() {
    let site = Site::new().await;
    let asked = json!({ "conversationId": site.launch, "body": "Habari", "clientId": new_id() });
    let one = site.eventpro().post("/api/messages", &asked).await.ok(201);
    let other = site.sarah().post("/api/messages", &asked).await.ok(201);
    assert_ne!(one["message"]["id"], other["message"]["id"]);
}

#[tokio::test]
async fn any_uuid_or_no_client_id_is_accepted() {
    let site = Site::new().await;
    for id in [
        "00000000-0000-0000-0000-000000000000",
        "F47AC10B-58CC-4372-A567-0E02B2C3D479",
        "01890000-0000-7000-8000-000000000001",
    ] {
        let asked = json!({ "conversationId": site.launch, "body": "Habari", "clientId": id });
        let message = site.eventpro().post("/api/messages", &asked).await.ok(201)["message"].clone();
        assert_eq!(message["clientId"], id.to_lowercase());
    }
    let without = json!({ "conversationId": site.launch, "body": "Habari" });
    let first = site.eventpro().post("/api/messages", &without).await.ok(201);
    let second = site.eventpro().post("/api/messages", &without).await.ok(201);
    json_shapes::message(&first["message"]);
    assert_ne!(first["message"]["clientId"], second["message"]["clientId"]);
    for wrong in ["", "1", "not-a-uuid"] {
        let asked = json!({ "conversationId": site.launch, "body": "Habari", "clientId": wrong });
        let answer = site.eventpro().post("/api/messages", &asked).await;
        assert_eq!((answer.status, answer.json()["fields"]["clientId"].is_string()), (422, true), "{wrong:?}");
    }
}

#[tokio::test]
async fn concurrent_retries_create_one_message() {
    let site = Site::new().await;
    let asked = json!({ "conversationId": site.launch, "body": "At once", "clientId": new_id() });
    let tries = (0..12).map(|_| {
        let (actor, asked) = (site.eventpro(), asked.clone());
        tokio::spawn(async move { actor.post("/api/messages", &asked).await })
    });
    let mut statuses = Vec::new();
    let mut ids = Vec::new();
    for answer in futures::future::join_all(tries).await {
        let answer = answer.expect("an attempt");
        ids.push(answer.json()["message"]["id"].clone());
        statuses.push(answer.status);
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [vec![200; 11], vec![201]].concat());
    assert!(ids.iter().all(|id| id == &ids[0]));
}
