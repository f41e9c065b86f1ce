//! Tests of `/api/auth/signout`.

use crate::support::{PASSWORD, SARAH, Site, stream::message_body, within};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn signing_out_ends_the_session_and_its_streams_at_once() {
    let site = Site::new().await;
    let here = site.sarah();
    let elsewhere = site.actor_with_token(&site.anonymous().sign_in(SARAH, PASSWORD).await.token());
    let mut streams = [here.follow("/api/events").await, here.follow("/api/websocket").await];
    let mut other = elsewhere.follow("/api/events").await;
    let out = here.post("/api/auth/signout", &json!({})).await;
    out.empty();
    assert_eq!(out.header("set-cookie"), "greenroom=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0");
    within(Duration::from_secs(1), "the streams' end", async {
        for stream in &mut streams {
            let last = stream.next().await.expect("a last event");
            assert_eq!(
                (last.event.as_str(), last.id, &last.data),
                ("session-ended", None, &json!({ "reason": "signed_out" }))
            );
            assert_eq!(stream.next().await, None);
        }
    })
    .await;
    here.get("/api/auth/session").await.problem(401, "unauthenticated");
    here.get("/api/events").await.problem(401, "unauthenticated");
    here.post("/api/auth/signout", &json!({})).await.problem(401, "unauthenticated");
    elsewhere.get("/api/auth/session").await.ok(200);
    site.eventpro().send_message(&site.launch, "Still there?").await;
    assert_eq!(other.next().await.map(|frame| message_body(&frame).to_owned()), Some("Still there?".to_owned()));
}

#[tokio::test]
async fn no_body_is_needed() {
    let site = Site::new().await;
    let request = site.sarah().request(reqwest::Method::POST, "/api/auth/signout");
    crate::support::TestResponse::to(request).await.empty();
}
