//! Cross-site request forgery: requests that another site makes a browser send change nothing, on any route.

use crate::{
    pages::private_paths,
    support::{
        Actor, PASSWORD, SARAH, Site, TestResponse,
        actions::{event_day, inquiry},
        actor::{escaped, form},
        new_id,
    },
};
use reqwest::Method;
use serde_json::json;

/// The source files that declare the endpoints of all server functions.
const FUNCTIONS: &str = concat!(
    include_str!("../../../../app/src/server_fns.rs"),
    include_str!("../../../../app/src/server_fns/account.rs"),
    include_str!("../../../../app/src/server_fns/thread.rs"),
);
const FORM: &str = "application/x-www-form-urlencoded";

/// A request that changes state if it is accepted.
struct Change {
    actor: Actor,
    method: Method,
    path: String,
    kind: &'static str,
    body: String,
    /// The status of the accepted request; not checked for server functions.
    status: u16,
}

fn api_changes(site: &Site) -> Vec<Change> {
    let json = |actor: Actor, method: Method, path: &str, status: u16, body: serde_json::Value| {
        let (path, body) = (path.to_owned(), body.to_string());
        Change { actor, method, path, kind: "application/json", body, status }
    };
    let message = || json!({ "conversationId": site.launch, "body": "From elsewhere", "clientId": new_id() });
    let read = format!("/api/conversations/{}/read", site.launch);
    let credentials = json!({ "email": SARAH, "password": PASSWORD });
    let booking = inquiry(&site.people.achieng, "From elsewhere");
    let post = Method::POST;
    vec![
        json(site.anonymous(), post.clone(), "/api/auth/callback/credentials", 200, credentials),
        json(site.eventpro(), post.clone(), "/api/messages", 201, message()),
        json(site.eventpro(), post.clone(), "/api/organizer/messages", 201, message()),
        json(site.sarah(), post.clone(), "/api/talent/messages", 201, message()),
        json(site.eventpro(), post.clone(), "/api/bookings", 201, booking),
        json(site.eventpro(), Method::PUT, &read, 204, json!({ "seq": 99 })),
        json(site.kamau(), post, "/api/auth/signout", 204, json!({})),
    ]
}

fn function_names() -> Vec<&'static str> {
    let names = FUNCTIONS.split("endpoint = \"").skip(1).filter_map(|rest| rest.split('"').next());
    names.collect()
}

/// Returns a call of each server function, with arguments that suit most of them.
fn function_changes(site: &Site) -> Vec<Change> {
    let client_id = new_id();
    let pairs = [
        ("email", SARAH),
        ("password", PASSWORD),
        ("conversation_id", &site.launch),
        ("client_id", &client_id),
        ("body", "From elsewhere"),
        ("seq", "99"),
        ("talent_id", &site.people.achieng),
        ("title", "From elsewhere"),
        ("event_date", &event_day()),
        ("venue", "Karura"),
        ("fee", "100"),
        ("message", "From elsewhere"),
        ("id", &site.launch),
    ];
    let body = form(&pairs);
    let change = |name: &str| {
        // Signing out gets its own person, so that no other request loses its session.
        let actor = if name == "sign-out" { site.safari() } else { site.sarah() };
        let actor = if name == "open-booking" { site.eventpro() } else { actor };
        let body = actor.form_of_page(&body);
        Change { actor, method: Method::POST, path: format!("/fn/{name}"), kind: FORM, body, status: 0 }
    };
    function_names().into_iter().map(change).collect()
}

/// Sends a change with these additional headers.
async fn send(change: &Change, headers: &[(&str, &str)]) -> TestResponse {
    let request = change.actor.request(change.method.clone(), &change.path).header("content-type", change.kind);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    TestResponse::to(request.body(change.body.clone())).await
}

/// Returns numbers that change if any of the requests is accepted.
async fn state(site: &Site) -> Vec<i64> {
    let mut numbers = Vec::new();
    for sql in [
        "SELECT count(*) FROM message",
        "SELECT CAST(sum(rowid) AS integer) FROM session",
        "SELECT count(*) FROM booking",
        "SELECT sum(organizer_read_seq + talent_read_seq) FROM conversation",
        "SELECT sum(seq) FROM person_head",
    ] {
        numbers.push(site.count(sql).await);
    }
    numbers
}

#[tokio::test]
async fn cross_site_requests_are_refused_on_every_route() {
    let site = Site::new().await;
    let before = state(&site).await;
    let here = format!("http://{}", site.addr());
    let near = format!("http://localhost:{}", site.addr().port());
    let elsewhere: [&[(&str, &str)]; 11] = [
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "cross-site"), ("origin", &here)],
        &[("sec-fetch-site", "same-origin, cross-site")],
        &[("sec-fetch-site", "")],
        &[("origin", "null")],
        &[("origin", "https://evil.example")],
        &[("origin", &near)],
        &[("origin", "http://127.0.0.1")],
        &[("origin", "")],
        &[("origin", "https://evil.example"), ("accept", "text/html"), ("referer", &here)],
    ];
    assert!(function_names().len() > 30, "the test no longer finds the functions: {:?}", function_names());
    for change in api_changes(&site).iter().chain(&function_changes(&site)) {
        for headers in elsewhere {
            let answer = send(change, headers).await;
            assert_eq!(answer.status, 403, "{} {headers:?}", change.path);
            answer.problem(403, "cross_site");
        }
    }
    assert_eq!(state(&site).await, before, "no refused request changed anything");
}

#[tokio::test]
async fn same_origin_and_non_browser_requests_pass() {
    for way in ["no browser", "typed into the address bar", "our page", "our page over plain http"] {
        let site = Site::new().await;
        let here = format!("http://{}", site.addr());
        let headers = match way {
            "typed into the address bar" => vec![("sec-fetch-site", "none")],
            "our page" => vec![("sec-fetch-site", "same-origin"), ("origin", here.as_str())],
            "our page over plain http" => vec![("origin", here.as_str())],
            _ => vec![],
        };
        let before = state(&site).await;
        for change in api_changes(&site) {
            let answer = send(&change, &headers).await;
            assert_eq!(answer.status, change.status, "{way}, {}: {}", change.path, answer.text());
        }
        for change in function_changes(&site) {
            let answer = send(&change, &headers).await;
            assert!(!answer.text().contains("cross_site"), "{way}, {}", change.path);
        }
        let changed: Vec<bool> =
            state(&site).await.iter().zip(&before).map(|(after, before)| after != before).collect();
        assert_eq!(changed, [true; 5], "each number changes, so the refusals above were effective");
    }
}

#[tokio::test]
async fn the_public_url_is_an_allowed_origin() {
    let site = Site::with(&[("GREENROOM_URL", "https://greenroom.example")]).await;
    let message = json!({ "conversationId": site.launch, "body": "From the front", "clientId": new_id() });
    let sent = async |origin: &str| {
        let request = site.eventpro().request(Method::POST, "/api/messages").header("origin", origin);
        TestResponse::to(request.json(&message)).await
    };
    sent("https://greenroom.example").await.ok(201);
    for foreign in ["http://greenroom.example", "https://greenroom.example.evil.example", "https://evil.example"] {
        sent(foreign).await.problem(403, "cross_site");
    }
    sent(&format!("http://{}", site.addr())).await.problem(403, "cross_site");
}

#[tokio::test]
async fn a_get_changes_nothing() {
    let site = Site::new().await;
    let before = state(&site).await;
    let arguments = function_changes(&site)[0].body.clone();
    for actor in [site.eventpro(), site.sarah(), site.anonymous()] {
        for name in function_names() {
            for path in [format!("/fn/{name}"), format!("/fn/{name}?{arguments}")] {
                let answer = actor.get(&path).await;
                assert!([404, 405].contains(&answer.status), "{path}: {}", answer.status);
            }
        }
        let sign_in = format!("/signin?email={}&password={PASSWORD}", escaped(SARAH));
        let pages = private_paths(&site).into_iter().chain(["/signin".to_owned(), sign_in]);
        for path in pages {
            actor.get(&path).await;
        }
        for path in ["messages", "notifications", "talents", "bookings", "auth/session", "auth/signout"] {
            actor.get(&format!("/api/{path}")).await;
        }
        actor.get(&format!("/api/conversations/{}/messages", site.launch)).await;
    }
    assert_eq!(state(&site).await, before);
}
