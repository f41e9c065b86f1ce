use crate::support::{Site, new_id};
use serde_json::json;

#[tokio::test]
async fn a_role_has_a_path_of_its_own() {
    let site = Site::new().await;
    for (actor, path) in [(site.eventpro(), "/api/organizer/messages"), (site.sarah(), "/api/talent/messages")] {
        let asked = json!({ "conversationId": site.launch, "body": "Habari", "clientId": new_id() });
        let message = actor.post(path, &asked).await.ok(201)["message"].clone();
        assert_eq!(actor.get(path).await.ok(200)["conversations"][0]["lastMessage"], message);
        assert_eq!(actor.get(path).await.ok(200), actor.get("/api/messages").await.ok(200));
    }
}

#[tokio::test]
async fn the_other_roles_path_is_refused() {
    let site = Site::new().await;
    for (actor, path) in [
        (site.eventpro(), "/api/talent/messages"),
        (site.safari(), "/api/talent/messages"),
        (site.sarah(), "/api/organizer/messages"),
        (site.achieng(), "/api/organizer/messages"),
    ] {
        actor.get(path).await.problem(403, "wrong_role");
        let asked = json!({ "conversationId": site.launch, "body": "Habari" });
        actor.post(path, &asked).await.problem(403, "wrong_role");
    }
    assert_eq!(site.count("SELECT count(*) FROM message").await, 17);
}
