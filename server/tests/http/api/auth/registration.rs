//! Tests of `/api/auth/register`, `/verify`, `/password/forgot`, `/password/reset`, and their mails.

use crate::support::{Actor, PASSWORD, SARAH, Site, TestResponse, stream::message_body};
use reqwest::Method;
use serde_json::{Value, json};

const WAMBUI: &str = "wambui@example.com";
const CHOSEN: &str = "matatu rain velvet";

async fn register(site: &Site, email: &str) -> TestResponse {
    let body = json!({ "email": email, "password": CHOSEN, "name": "Wambui", "role": "talent" });
    site.anonymous().post("/api/auth/register", &body).await
}

/// Returns the newest mail to an address.
async fn mail_to(site: &Site, email: &str) -> Value {
    let request = site.anonymous().request(Method::GET, "/dev/mail").header("accept", "application/json");
    let mails = TestResponse::to(request).await.json()["mails"].clone();
    let found = mails.as_array().expect("mails").iter().find(|mail| mail["to"] == email).cloned();
    found.unwrap_or_else(|| panic!("no mail to {email}"))
}

fn token_of(mail: &Value) -> String {
    let text = mail["text"].as_str().expect("text");
    let token = text.split_once("?token=").expect("a link").1.split_whitespace().next();
    token.expect("a token").to_owned()
}

fn accepted(answer: &TestResponse) {
    assert_eq!((answer.status, answer.body.len()), (202, 0), "{}", answer.text());
}

#[tokio::test]
async fn a_person_can_sign_in_after_confirming_the_address() {
    let site = Site::new().await;
    accepted(&register(&site, WAMBUI).await);
    site.anonymous().sign_in(WAMBUI, CHOSEN).await.problem(403, "email_unverified");
    let mail = mail_to(&site, WAMBUI).await;
    let link = format!("http://{}/verify?token={}", site.addr(), token_of(&mail));
    assert!(mail["text"].as_str().is_some_and(|text| text.contains(&link)), "{mail}");
    // A GET of the page, as mail scanners send, must not confirm the address.
    let page = site.anonymous().get(&format!("/verify?token={}", token_of(&mail))).await;
    assert_eq!(page.status, 200);
    site.anonymous().sign_in(WAMBUI, CHOSEN).await.problem(403, "email_unverified");
    let token = json!({ "token": token_of(&mail) });
    site.anonymous().post("/api/auth/verify", &token).await.empty();
    site.anonymous().post("/api/auth/verify", &token).await.problem(422, "token_invalid");
    let user = site.anonymous().sign_in(WAMBUI, CHOSEN).await.ok(200)["user"].clone();
    assert_eq!((&user["name"], &user["emailVerified"]), (&"Wambui".into(), &true.into()));
}

#[tokio::test]
async fn a_contested_registration_keeps_nothing_of_the_first_registrant() {
    let site = Site::new().await;
    accepted(&register(&site, WAMBUI).await);
    let owners =
        json!({ "email": WAMBUI, "password": "the owner's first", "name": "Wambui wa Ngoma", "role": "organizer" });
    accepted(&site.anonymous().post("/api/auth/register", &owners).await);
    let token = token_of(&mail_to(&site, WAMBUI).await);
    let alone = site.anonymous().post("/api/auth/verify", &json!({ "token": token })).await;
    alone.field_errors(&[("name", "required"), ("password", "required"), ("role", "required")]);
    let named = json!({ "token": token, "name": "Wambui" });
    let named = site.anonymous().post("/api/auth/verify", &named).await;
    named.field_errors(&[("password", "required"), ("role", "required")]);
    let whole =
        json!({ "token": token, "password": "said by the reader", "name": "Wambui wa Ngoma", "role": "organizer" });
    site.anonymous().post("/api/auth/verify", &whole).await.empty();
    for password in [CHOSEN, "the owner's first"] {
        site.anonymous().sign_in(WAMBUI, password).await.problem(401, "invalid_credentials");
    }
    let user = site.anonymous().sign_in(WAMBUI, "said by the reader").await.ok(200)["user"].clone();
    assert_eq!((&user["name"], &user["role"]), (&"Wambui wa Ngoma".into(), &"organizer".into()));
}

#[tokio::test]
async fn the_role_can_be_changed_until_there_is_a_booking() {
    let site = Site::new().await;
    let patch = async |actor: &Actor, role: &str| {
        let request = actor.request(Method::PATCH, "/api/account").json(&json!({ "role": role }));
        TestResponse::to(request).await
    };
    patch(&site.sarah(), "organizer").await.problem(409, "role_fixed");
    patch(&site.sarah(), "talent").await.ok(200);
    patch(&site.sarah(), "clown").await.field_errors(&[("role", "invalid")]);
    let changed = patch(&site.achieng(), "organizer").await.ok(200);
    assert_eq!((&changed["user"]["role"], &changed["craft"]), (&"organizer".into(), &Value::Null));
    site.achieng().get("/api/organizer/messages").await.ok(200);
    site.achieng().get("/api/talent/messages").await.problem(403, "wrong_role");
}

#[tokio::test]
async fn no_response_reveals_whether_an_address_is_known() {
    let site = Site::new().await;
    let alike = |known: &TestResponse, unknown: &TestResponse| {
        accepted(known);
        accepted(unknown);
        let names = |answer: &TestResponse| {
            let mut names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
            names.sort();
            names
        };
        assert_eq!(names(known), names(unknown));
    };
    alike(&register(&site, SARAH).await, &register(&site, WAMBUI).await);
    for path in ["/api/auth/password/forgot", "/api/auth/verify/resend"] {
        let known = site.anonymous().post(path, &json!({ "email": SARAH })).await;
        let unknown = site.anonymous().post(path, &json!({ "email": "unknown@example.com" })).await;
        alike(&known, &unknown);
    }
}

#[tokio::test]
async fn every_invalid_field_is_named_in_registration() {
    let site = Site::new().await;
    let wrong = json!({ "email": "unknown", "password": "short", "name": " ", "role": "clown", "craft": "juggling" });
    site.anonymous().post("/api/auth/register", &wrong).await.field_errors(&[
        ("craft", "invalid"),
        ("email", "invalid"),
        ("name", "required"),
        ("password", "too_short"),
        ("role", "invalid"),
    ]);
    let common = json!({ "email": WAMBUI, "password": "password123", "name": "Wambui", "role": "talent" });
    site.anonymous().post("/api/auth/register", &common).await.problem(422, "password_too_common");
    let missing = site.anonymous().post("/api/auth/password/reset", &json!({})).await;
    missing.field_errors(&[("password", "required"), ("token", "required")]);
    site.anonymous()
        .post("/api/auth/password/forgot", &json!({ "email": "x" }))
        .await
        .field_errors(&[("email", "invalid")]);
}

#[tokio::test]
async fn a_reset_password_ends_every_session_and_stream() {
    let site = Site::new().await;
    let mut stream = site.sarah().follow("/api/events").await;
    accepted(&site.anonymous().post("/api/auth/password/forgot", &json!({ "email": SARAH })).await);
    let token = token_of(&mail_to(&site, SARAH).await);
    let reset = json!({ "token": token, "password": CHOSEN });
    site.anonymous().post("/api/auth/password/reset", &reset).await.empty();
    let frames = stream.until(|frame| frame.event == "session-ended").await;
    assert_eq!(frames.last().expect("a frame").data["reason"], "password_changed");
    assert_eq!(stream.next().await, None);
    site.sarah().get("/api/auth/session").await.problem(401, "unauthenticated");
    site.anonymous().post("/api/auth/password/reset", &reset).await.problem(422, "token_invalid");
    site.anonymous().sign_in(SARAH, PASSWORD).await.problem(401, "invalid_credentials");
    site.anonymous().sign_in(SARAH, CHOSEN).await.ok(200);
}

#[tokio::test]
async fn an_ip_address_causes_at_most_twenty_mails_an_hour() {
    let site = Site::new().await;
    for number in 0..20 {
        let email = format!("unknown{number}@example.com");
        accepted(&site.anonymous().post("/api/auth/password/forgot", &json!({ "email": email })).await);
    }
    let refused = register(&site, WAMBUI).await;
    refused.problem(429, "rate_limited");
    assert!(refused.header("retry-after").parse::<u64>().is_ok_and(|seconds| (3_500..=3_600).contains(&seconds)));
}

#[tokio::test]
async fn developer_mail_is_shown_on_loopback_only() {
    for settings in [
        &[("GREENROOM_URL", "https://greenroom.example")][..],
        &[("GREENROOM_URL", "http://greenroom.example"), ("GREENROOM_ALLOW_HTTP", "true")],
        &[("SMTP_URL", "smtp://127.0.0.1:9")],
        &[("GREENROOM_DEV_MAIL", "0")],
    ] {
        let site = Site::with(settings).await;
        let request = site.anonymous().request(Method::GET, "/dev/mail").header("accept", "application/json");
        assert_eq!(TestResponse::to(request).await.status, 404, "{settings:?}");
    }
    let site = Site::new().await;
    register(&site, WAMBUI).await;
    let page = site.anonymous().get("/dev/mail").await;
    assert_eq!((page.status, page.header("cache-control")), (200, "no-store"));
    assert!(page.text().contains(WAMBUI) && page.text().contains("verify?token="), "{}", page.text());
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let site = Site::new().await;
    let phone = site.actor_with_token(&site.anonymous().sign_in(SARAH, PASSWORD).await.token());
    let mut stream = phone.follow("/api/events").await;
    let listed = site.sarah().get("/api/auth/sessions").await.ok(200)["sessions"].clone();
    let devices = listed.as_array().expect("sessions");
    crate::support::json_shapes::keys(&devices[0], &["id", "current", "userAgent", "createdAt", "lastSeenAt"]);
    let id_of = |current: bool| {
        let device = devices.iter().find(|device| device["current"] == current).expect("a device");
        device["id"].as_str().expect("an id").to_owned()
    };
    let end = async |actor: &Actor, id: &str| {
        TestResponse::to(actor.request(Method::DELETE, &format!("/api/auth/sessions/{id}"))).await
    };
    end(&site.kamau(), &id_of(false)).await.problem(404, "not_found");
    end(&site.sarah(), &id_of(false)).await.empty();
    assert_eq!(stream.next().await.expect("a last event").data["reason"], "revoked");
    phone.get("/api/auth/session").await.problem(401, "unauthenticated");
    let own = end(&site.sarah(), &id_of(true)).await;
    own.empty();
    assert!(own.header("set-cookie").contains("Max-Age=0"), "the cookie is cleared too");
}

#[tokio::test]
async fn a_program_needs_no_cookie() {
    let site = Site::new().await;
    let made = site.sarah().post("/api/auth/tokens", &json!({ "name": "bot", "scope": "write" })).await.ok(201);
    let bot = Actor::with_token(site.addr(), made["secret"].as_str().expect("a secret"));
    let mut stream = bot.follow("/api/events").await;
    bot.send_message(&site.launch, "From a program").await;
    stream.until(|frame| frame.event == "message.created" && message_body(frame) == "From a program").await;
    let listed = site.sarah().get("/api/auth/tokens").await.ok(200);
    assert_eq!((&listed["tokens"][0]["id"], listed["tokens"][0].get("secret")), (&made["token"]["id"], None));
    let path = format!("/api/auth/tokens/{}", made["token"]["id"].as_str().expect("an id"));
    TestResponse::to(site.sarah().request(Method::DELETE, &path)).await.empty();
    assert_eq!(
        stream.until(|frame| frame.event == "session-ended").await.last().expect("it").data["reason"],
        "revoked"
    );
    bot.get("/api/messages").await.problem(401, "unauthenticated");
}
