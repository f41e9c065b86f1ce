//! Authorization: another person's resources can't be distinguished from missing ones.

use crate::support::{Actor, Site, TestResponse, UNKNOWN_ID, new_id};
use reqwest::Method;
use serde_json::{Value, json};

/// Returns a request for each path that takes the id of a conversation or booking, with a body where it needs one.
fn requests_with_ids(conversation: &str, booking: &str) -> Vec<(Method, String, Option<Value>)> {
    let message = json!({ "conversationId": conversation, "body": "Let me in", "clientId": new_id() });
    vec![
        (Method::GET, format!("/api/conversations/{conversation}"), None),
        (Method::GET, format!("/api/conversations/{conversation}/messages"), None),
        (Method::GET, format!("/api/conversations/{conversation}/messages?after=1&limit=5"), None),
        (Method::PUT, format!("/api/conversations/{conversation}/read"), Some(json!({ "seq": 99 }))),
        (Method::GET, format!("/api/bookings/{booking}"), None),
        (Method::POST, "/api/messages".to_owned(), Some(message)),
    ]
}

async fn send_request(actor: &Actor, (method, path, body): &(Method, String, Option<Value>)) -> TestResponse {
    let request = actor.request(method.clone(), path);
    TestResponse::to(match body {
        Some(body) => request.json(body),
        None => request,
    })
    .await
}

#[tokio::test]
async fn another_persons_resources_look_like_missing_ones() {
    let site = Site::new().await;
    // Both people have an unread message, so that marking as read would change something.
    site.eventpro().send_message(&site.launch, "Habari").await;
    site.sarah().send_message(&site.launch, "Nzuri").await;
    for stranger in [site.safari(), site.kamau(), site.achieng()] {
        let theirs = requests_with_ids(&site.launch, &site.launch_booking);
        let nobodys = requests_with_ids(UNKNOWN_ID, UNKNOWN_ID);
        for (there, nowhere) in theirs.iter().zip(&nobodys) {
            let (there, nowhere) = (send_request(&stranger, there).await, send_request(&stranger, nowhere).await);
            there.problem(404, "not_found");
            assert_eq!(there.problem_but_id(), nowhere.problem_but_id());
            let mut names: [Vec<&str>; 2] =
                [&there, &nowhere].map(|answer| answer.headers.keys().map(http::HeaderName::as_str).collect());
            names.iter_mut().for_each(|names| names.sort_unstable());
            assert_eq!(names[0], names[1], "the headers are the same too");
        }
    }
    assert_eq!(site.count("SELECT count(*) FROM message").await, 19);
}

#[tokio::test]
async fn anonymous_requests_get_401() {
    let site = Site::new().await;
    let mut ways = requests_with_ids(&site.launch, &site.launch_booking);
    let lists = ["messages", "talent/messages", "organizer/messages", "notifications", "talents", "bookings"];
    ways.extend(lists.map(|list| (Method::GET, format!("/api/{list}"), None)));
    ways.extend(["auth/session", "events", "websocket"].map(|path| (Method::GET, format!("/api/{path}"), None)));
    ways.extend(
        ["auth/signout", "talent/messages", "organizer/messages", "bookings"]
            .map(|path| (Method::POST, format!("/api/{path}"), Some(json!({})))),
    );
    let forged = site.actor_with_token(&"0".repeat(64));
    let other_cookie =
        Actor::new(site.addr(), Some(format!("session={}; greenroom", site.tokens[crate::support::SARAH])));
    let empty = site.actor_with_token("");
    for actor in [site.anonymous(), forged, other_cookie, empty] {
        for way in &ways {
            send_request(&actor, way).await.problem(401, "unauthenticated");
        }
    }
}

#[tokio::test]
async fn an_ended_session_gets_401() {
    let site = Site::new().await;
    site.sarah().get("/api/messages").await.ok(200);
    site.execute("UPDATE session SET expires_at = 1").await;
    site.sarah().get("/api/messages").await.problem(401, "unauthenticated");
    site.sarah().get("/api/auth/session").await.problem(401, "unauthenticated");
}
