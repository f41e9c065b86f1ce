//! Invalid request bodies, on a route of each kind that reads one.

use crate::support::{Actor, Site, UNKNOWN_ID, actions::inquiry, actor::form};
use reqwest::{Body, Method};
use serde_json::{Value, json};

const KIB: usize = 1_024;
const JSON: &str = "application/json";

/// Returns routes that read JSON, each with an actor who may use it. Sign-in also reads forms.
fn readers(site: &Site) -> Vec<(Actor, Method, String)> {
    let post = |actor: Actor, path: &str| (actor, Method::POST, path.to_owned());
    vec![
        post(site.anonymous(), "/api/auth/callback/credentials"),
        post(site.eventpro(), "/api/messages"),
        post(site.sarah(), "/api/talent/messages"),
        post(site.eventpro(), "/api/organizer/messages"),
        post(site.eventpro(), "/api/bookings"),
        (site.eventpro(), Method::PUT, format!("/api/conversations/{}/read", site.launch)),
    ]
}

#[tokio::test]
async fn a_body_that_is_not_json_is_malformed() {
    let site = Site::new().await;
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let malformed: [&[u8]; 12] = [
        b"",
        b" ",
        b"{",
        b"{\"body\":}",
        b"body=hello",
        b"{} {}",
        b"{\"body\":\"\xff\"}",
        b"{\"body\":\"\\ud83d\"}",
        b"{\"body\":\"\\udc00\\ud800\"}",
        b"\xef\xbb\xbf{}",
        b"{\"seq\":NaN}",
        deep.as_bytes(),
    ];
    for (actor, method, path) in readers(&site) {
        for body in malformed {
            actor.send(method.clone(), &path, JSON, body.to_vec()).await.problem(400, "malformed_json");
        }
    }
}

#[tokio::test]
async fn json_that_is_no_object_is_wrong_but_not_malformed() {
    let site = Site::new().await;
    for (actor, method, path) in readers(&site) {
        for body in ["[]", "null", "1", "\"text\"", "true"] {
            actor.send(method.clone(), &path, JSON, body).await.problem(422, "invalid_input");
        }
    }
    let positional = json!([site.launch, "Said by position", null]);
    site.eventpro().post("/api/messages", &positional).await.problem(422, "invalid_input");
}

#[tokio::test]
async fn another_content_type_is_refused() {
    let site = Site::new().await;
    for (actor, method, path) in readers(&site) {
        for kind in ["text/plain", "application/xml", "multipart/form-data; boundary=x", "application/jsonp", "", "é"]
        {
            let answer = actor.send(method.clone(), &path, kind, "{}").await;
            answer.problem(415, "unsupported_media_type");
        }
        let without = crate::support::TestResponse::to(actor.request(method.clone(), &path).body("{}")).await;
        without.problem(415, "unsupported_media_type");
        if !path.contains("credentials") {
            let form = actor.send(method, &path, "application/x-www-form-urlencoded", "body=hello").await;
            form.problem(415, "unsupported_media_type");
        }
    }
}

#[tokio::test]
async fn a_charset_in_the_content_type_is_accepted() {
    let site = Site::new().await;
    let body = json!({ "conversationId": site.launch, "body": "Habari" }).to_string();
    for kind in ["application/json; charset=utf-8", "Application/JSON", "application/json;charset=\"UTF-8\""] {
        site.eventpro().send(Method::POST, "/api/messages", kind, body.clone()).await.ok(201);
    }
}

#[tokio::test]
async fn a_body_may_have_64_kib_and_not_a_byte_more() {
    let site = Site::new().await;
    let padded = |length: usize| format!("{{}}{}", " ".repeat(length - 2));
    for (actor, method, path) in readers(&site) {
        let fits = actor.send(method.clone(), &path, JSON, padded(64 * KIB)).await;
        assert_eq!(fits.status, 422, "{path}: the body is read, and all fields are missing");
        let big = padded(64 * KIB + 1);
        actor.send(method.clone(), &path, JSON, big.clone()).await.problem(413, "payload_too_large");
        let pieces: Vec<Result<_, std::io::Error>> =
            big.as_bytes().chunks(KIB).map(|piece| Ok(piece.to_vec())).collect();
        let unannounced = Body::wrap_stream(futures::stream::iter(pieces));
        actor.send(method, &path, JSON, unannounced).await.problem(413, "payload_too_large");
    }
}

#[tokio::test]
async fn a_form_has_the_same_limit() {
    let site = Site::new().await;
    let long = "x".repeat(65 * KIB);
    let sign_in = form(&[("email", "sarah.photographer@example.com"), ("password", &long)]);
    let kind = "application/x-www-form-urlencoded";
    let answer = site.anonymous().send(Method::POST, "/api/auth/callback/credentials", kind, sign_in).await;
    answer.problem(413, "payload_too_large");
    for (path, text) in [("/fn/post", "body"), ("/fn/sign-in", "password")] {
        let pairs =
            [("conversation_id", site.launch.as_str()), ("email", "sarah.photographer@example.com"), (text, &long)];
        let answer = site.eventpro().send(Method::POST, path, kind, form(&pairs)).await;
        assert_eq!(answer.status, 413, "{path}: {}", answer.text());
    }
}

#[tokio::test]
async fn all_invalid_fields_are_named_at_once() {
    let site = Site::new().await;
    let eventpro = site.eventpro();
    eventpro
        .post("/api/messages", &json!({}))
        .await
        .field_errors(&[("conversationId", "required"), ("body", "body_empty")]);
    let all = json!({ "conversationId": "x", "body": " ", "clientId": "y" });
    let faults = [("conversationId", "invalid"), ("body", "body_empty"), ("clientId", "invalid")];
    eventpro.post("/api/messages", &all).await.field_errors(&faults);
    let read = format!("/api/conversations/{}/read", site.launch);
    eventpro.put(&read, &json!({})).await.field_errors(&[("seq", "required")]);
    let nothing = ["talentId", "title", "eventDate", "venue", "fee"].map(|field| (field, "required"));
    let mut nothing = nothing.to_vec();
    nothing.push(("message", "body_empty"));
    eventpro.post("/api/bookings", &json!({})).await.field_errors(&nothing);
    let path = "/api/auth/callback/credentials";
    site.anonymous().post(path, &json!({})).await.field_errors(&[("email", "required"), ("password", "required")]);
    site.anonymous().post(path, &json!({ "email": "x@y" })).await.field_errors(&[("password", "required")]);
}

#[tokio::test]
async fn a_field_of_the_wrong_type_is_named() {
    let site = Site::new().await;
    let eventpro = site.eventpro();
    let wrong = [json!(1), json!(true), json!([]), json!({ "x": 1 })];
    let message = json!({ "conversationId": site.launch, "body": "Habari", "clientId": UNKNOWN_ID });
    for value in &wrong {
        for field in ["conversationId", "body", "clientId"] {
            eventpro.post("/api/messages", &with(&message, field, value)).await.field_errors(&[(field, "invalid")]);
        }
        for field in ["talentId", "title", "eventDate", "venue", "message"] {
            let booking = with(&inquiry(&site.people.achieng, "A wedding"), field, value);
            eventpro.post("/api/bookings", &booking).await.field_errors(&[(field, "invalid")]);
        }
        for field in ["email", "password"] {
            let credentials = with(&json!({ "email": "x@y.ke", "password": "x" }), field, value);
            let answer = site.anonymous().post("/api/auth/callback/credentials", &credentials).await;
            answer.field_errors(&[(field, "invalid")]);
        }
    }
    for value in [json!("3"), json!(1.5), json!(true), json!([1]), json!(1e300), json!(u64::MAX)] {
        let read = format!("/api/conversations/{}/read", site.launch);
        eventpro.put(&read, &json!({ "seq": value })).await.field_errors(&[("seq", "invalid")]);
    }
    assert_eq!(site.count("SELECT count(*) FROM booking").await, 2, "no booking was created");
    assert_eq!(site.count("SELECT count(*) FROM message").await, 17);
}

#[tokio::test]
async fn unknown_fields_are_ignored() {
    let site = Site::new().await;
    let message = json!({ "conversationId": site.launch, "body": "Habari", "clientId": null, "mood": { "x": [1] } });
    site.eventpro().post("/api/messages", &message).await.ok(201);
}

fn with(value: &Value, field: &str, wrong: &Value) -> Value {
    let mut value = value.clone();
    value[field] = wrong.clone();
    value
}
