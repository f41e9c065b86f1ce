use crate::support::{Site, actions::pluck, json_shapes};
use serde_json::json;

#[tokio::test]
async fn the_inbox_has_the_shape_of_the_contract() {
    let site = Site::new().await;
    for (actor, path, counterpart) in [
        (site.eventpro(), "/api/messages", "Sarah Wanjiru"),
        (site.eventpro(), "/api/organizer/messages", "Sarah Wanjiru"),
        (site.sarah(), "/api/messages", "EventPro Kenya"),
        (site.sarah(), "/api/talent/messages", "EventPro Kenya"),
    ] {
        let inbox = actor.get(path).await.ok(200);
        json_shapes::keys(&inbox, &["conversations", "cursor", "nextPage"]);
        assert!(inbox["cursor"].as_i64().is_some_and(|cursor| cursor > 0));
        assert!(inbox["nextPage"].is_null());
        let conversation = &inbox["conversations"][0];
        json_shapes::conversation(conversation);
        assert_eq!(conversation["counterpart"]["name"], counterpart);
        assert_eq!((&conversation["id"], &conversation["lastSeq"]), (&json!(site.launch), &json!(12)));
        assert!(!inbox.to_string().contains('@'), "no e-mail address");
    }
}

#[tokio::test]
async fn a_new_person_has_an_empty_inbox() {
    let site = Site::new().await;
    let inbox = site.achieng().get("/api/messages").await.ok(200);
    assert_eq!(inbox, json!({ "conversations": [], "cursor": 0, "nextPage": null }));
}

#[tokio::test]
async fn the_inbox_is_sorted_by_the_latest_message() {
    let site = Site::new().await;
    let gala = site.eventpro().book(&site.people.achieng, "A gala").await["conversation"]["id"].clone();
    let order = async || pluck(&site.eventpro().get("/api/messages").await.ok(200)["conversations"], "id");
    assert_eq!(order().await, [gala.as_str().expect("an id"), &site.launch]);
    let sent = site.sarah().send_message(&site.launch, "One more thing").await;
    assert_eq!(order().await, [&site.launch, gala.as_str().expect("an id")]);
    let first = site.eventpro().get("/api/messages").await.ok(200)["conversations"][0].clone();
    assert_eq!((&first["lastMessage"], &first["updatedAt"]), (&sent, &sent["createdAt"]));
}

#[tokio::test]
async fn only_messages_of_the_other_person_are_unread() {
    let site = Site::new().await;
    let unread = async |actor: crate::support::Actor| {
        actor.get("/api/messages").await.ok(200)["conversations"][0]["unread"].as_i64().expect("a number")
    };
    let (hers, theirs) = (unread(site.sarah()).await, unread(site.eventpro()).await);
    site.eventpro().send_message(&site.launch, "One").await;
    site.eventpro().send_message(&site.launch, "Two").await;
    assert_eq!((unread(site.sarah()).await, unread(site.eventpro()).await), (hers + 2, theirs));
}
