//! Tests of `/api/conversations/{id}/delivered` and `/api/conversations/{id}/unread`.

use crate::support::Site;
use serde_json::json;

#[tokio::test]
async fn the_sender_receives_the_delivery_receipt() {
    let site = Site::new().await;
    let (eventpro, sarah, launch) = (site.eventpro(), site.sarah(), site.launch.as_str());
    eventpro.send_message(launch, "One").await;
    eventpro.send_message(launch, "Two").await;
    let mut stream = eventpro.follow("/api/events").await;
    sarah.put(&format!("/api/conversations/{launch}/delivered"), &json!({ "seq": 13 })).await.empty();
    let frame = stream.next().await.expect("an event");
    assert_eq!(frame.event, "conversation.delivered");
    let (conversation, user) = (&frame.data["conversationId"], &frame.data["userId"]);
    assert_eq!(
        (conversation, user, &frame.data["deliveredSeq"]),
        (&json!(launch), &json!(site.people.sarah), &json!(13))
    );
    let answer = eventpro.get(&format!("/api/conversations/{launch}")).await.ok(200);
    assert_eq!(answer["conversation"]["counterpartDeliveredSeq"], 13);
    for body in [json!({}), json!({ "seq": "13" })] {
        let refused = sarah.put(&format!("/api/conversations/{launch}/delivered"), &body).await;
        assert_eq!(refused.status, 422);
    }
}

#[tokio::test]
async fn messages_marked_unread_are_counted_again() {
    let site = Site::new().await;
    let (eventpro, sarah, launch) = (site.eventpro(), site.sarah(), site.launch.as_str());
    eventpro.send_message(launch, "One").await;
    let path = format!("/api/conversations/{launch}");
    sarah.put(&format!("{path}/read"), &json!({ "seq": 13 })).await.empty();
    sarah.put(&format!("{path}/unread"), &json!({ "seq": 13 })).await.empty();
    let hers = sarah.get(&path).await.ok(200)["conversation"].clone();
    assert_eq!((&hers["unread"], &hers["readSeq"]), (&json!(1), &json!(12)));
    assert_eq!(eventpro.get(&path).await.ok(200)["conversation"]["counterpartReadSeq"], 13);
}
