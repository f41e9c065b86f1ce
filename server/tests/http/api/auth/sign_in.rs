//! Tests of `/api/auth/callback/credentials`.

use crate::support::{DEMO_PEOPLE, EVENTPRO, PASSWORD, SARAH, Site, TestResponse, actor::form, json_shapes};
use http::header::SET_COOKIE;
use reqwest::Method;

const SIGN_IN_PATH: &str = "/api/auth/callback/credentials";
const FORM: &str = "application/x-www-form-urlencoded";

/// Checks that the response sets exactly this cookie, with all its attributes.
fn cookie(answer: &TestResponse, name: &str, end: &str) {
    let all: Vec<_> = answer.headers.get_all(SET_COOKIE).iter().collect();
    assert_eq!(all.len(), 1, "the only cookie");
    let token = answer.token();
    assert!(token.len() >= 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit()), "256 bits");
    let expected = format!("{name}={token}; HttpOnly; SameSite=Lax; Path=/; Max-Age=34560000{end}");
    assert_eq!(answer.header("set-cookie"), expected);
}

#[tokio::test]
async fn every_demo_person_can_sign_in() {
    let site = Site::new().await;
    for email in DEMO_PEOPLE {
        let answer = site.anonymous().sign_in(email, PASSWORD).await;
        let signed_in = answer.ok(200);
        json_shapes::keys(&signed_in, &["user"]);
        json_shapes::user(&signed_in["user"]);
        assert_eq!((&signed_in["user"]["email"], &signed_in["user"]["emailVerified"]), (&email.into(), &true.into()));
        cookie(&answer, "greenroom", "");
        let session = site.actor_with_token(&answer.token()).get("/api/auth/session").await.ok(200);
        assert_eq!(session["user"], signed_in["user"]);
    }
}

#[tokio::test]
async fn sign_in_accepts_a_form() {
    let site = Site::new().await;
    for kind in [FORM, "application/x-www-form-urlencoded; charset=UTF-8"] {
        let body = form(&[("email", SARAH), ("password", PASSWORD), ("csrfToken", "whatever")]);
        let answer = site.anonymous().send(Method::POST, SIGN_IN_PATH, kind, body).await;
        json_shapes::user(&answer.ok(200)["user"]);
        cookie(&answer, "greenroom", "");
    }
    let wrong = form(&[("email", SARAH), ("password", "wrong")]);
    site.anonymous().send(Method::POST, SIGN_IN_PATH, FORM, wrong).await.problem(401, "invalid_credentials");
    let empty = site.anonymous().send(Method::POST, SIGN_IN_PATH, FORM, "").await;
    empty.field_errors(&[("email", "required"), ("password", "required")]);
    let twice = site.anonymous().send(Method::POST, SIGN_IN_PATH, FORM, "email=a&email=b&password=c").await;
    twice.problem(400, "malformed_form");
}

#[tokio::test]
async fn over_https_the_cookie_is_bound_to_the_host() {
    let site = Site::with(&[("GREENROOM_URL", "https://greenroom.example")]).await;
    let answer = site.anonymous().sign_in(SARAH, PASSWORD).await;
    cookie(&answer, "__Host-greenroom", "; Secure");
    site.actor_with_token(&answer.token()).get("/api/auth/session").await.ok(200);
    let plain = crate::support::Actor::new(site.addr(), Some(format!("greenroom={}", answer.token())));
    let plain = plain.with_host(Some("greenroom.example".to_owned()));
    plain.get("/api/auth/session").await.problem(401, "unauthenticated");
    let out = site.actor_with_token(&answer.token()).post("/api/auth/signout", &serde_json::json!({})).await;
    out.empty();
    assert_eq!(out.header("set-cookie"), "__Host-greenroom=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0; Secure");
}

#[tokio::test]
async fn every_sign_in_creates_a_session() {
    let site = Site::new().await;
    let first = site.anonymous().sign_in(SARAH, PASSWORD).await.token();
    let again = site.actor_with_token(&first).sign_in(SARAH, PASSWORD).await.token();
    assert_ne!(first, again, "also for a person who is already signed in");
    let planted = site.actor_with_token(&"a".repeat(64)).sign_in(SARAH, PASSWORD).await.token();
    assert_ne!(planted, "a".repeat(64), "a planted session id is never adopted (session fixation)");
    site.actor_with_token(&again).get("/api/auth/session").await.ok(200);
    site.actor_with_token(&first).get("/api/auth/session").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn signing_in_as_another_person_ends_the_previous_session() {
    let site = Site::new().await;
    let mut stream = site.sarah().follow("/api/events").await;
    site.sarah().sign_in(SARAH, "not-the-password").await.problem(401, "invalid_credentials");
    site.sarah().get("/api/auth/session").await.ok(200);
    let token = site.sarah().sign_in(EVENTPRO, PASSWORD).await.token();
    assert_eq!(site.actor_with_token(&token).get("/api/auth/session").await.ok(200)["user"]["email"], EVENTPRO);
    site.sarah().get("/api/auth/session").await.problem(401, "unauthenticated");
    assert_eq!(stream.next().await.map(|frame| frame.event), Some("session-ended".to_owned()));
}

#[tokio::test]
async fn an_email_address_is_normalized() {
    let site = Site::new().await;
    for email in ["Sarah.Photographer@Example.COM", "  sarah.photographer@example.com "] {
        assert_eq!(site.anonymous().sign_in(email, PASSWORD).await.ok(200)["user"]["email"], SARAH);
    }
}

#[tokio::test]
async fn wrong_password_and_unknown_address_get_the_same_response() {
    let site = Site::new().await;
    let wrong = site.anonymous().sign_in(SARAH, "not-the-password").await;
    wrong.problem(401, "invalid_credentials");
    let long = "x".repeat(5_000);
    for (email, password) in [
        ("unknown@example.com", PASSWORD),
        ("unknown@example.com", "x"),
        ("not an address", PASSWORD),
        ("", ""),
        (SARAH, ""),
        (SARAH, "Greenroom-demo"),
        (SARAH, "greenroom-demo\u{0}"),
        (SARAH, &long),
        (EVENTPRO, "💃"),
        ("a\u{0}b@example.com", "x"),
        ("' OR 1=1 --@example.com", "x"),
    ] {
        let answer = site.anonymous().sign_in(email, password).await;
        assert_eq!(answer.problem_but_id(), wrong.problem_but_id(), "{email:?}");
        assert!(answer.headers.keys().eq(wrong.headers.keys()), "{email:?}");
    }
}

#[tokio::test]
async fn an_unknown_address_takes_as_long_as_a_wrong_password() {
    let site = Site::new().await;
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for number in 0..7 {
        let unknown_email = format!("unknown{number}@example.com");
        for (email, times) in [(SARAH, &mut known), (unknown_email.as_str(), &mut unknown)] {
            let started = std::time::Instant::now();
            site.anonymous().sign_in(email, "not-the-password").await.problem(401, "invalid_credentials");
            times.push(started.elapsed());
        }
    }
    known.sort_unstable();
    unknown.sort_unstable();
    let (known, unknown) = (known[3], unknown[3]);
    assert!(unknown > known / 3 && known > unknown / 3, "{unknown:?} for an unknown one, {known:?} for a known one");
}

#[tokio::test]
async fn an_unconfirmed_address_cannot_sign_in() {
    let site = Site::new().await;
    site.execute("UPDATE person SET email_verified = 0 WHERE email LIKE 'sarah%'").await;
    site.anonymous().sign_in(SARAH, PASSWORD).await.problem(403, "email_unverified");
    let wrong = site.anonymous().sign_in(SARAH, "not-the-password").await;
    wrong.problem(401, "invalid_credentials");
}

#[tokio::test]
async fn signing_in_again_ends_the_session_before() {
    let site = Site::new().await;
    let before = site.actor_with_token(&site.anonymous().sign_in(SARAH, PASSWORD).await.token());
    let again = site.actor_with_token(&before.sign_in(SARAH, PASSWORD).await.token());
    before.get("/api/auth/session").await.problem(401, "unauthenticated");
    again.get("/api/auth/session").await.ok(200);
    let pairs = [("email", SARAH), ("password", PASSWORD)];
    let by_page = site.actor_with_token(&again.post_form("/fn/sign-in", "/signin", &pairs).await.token());
    again.get("/api/auth/session").await.problem(401, "unauthenticated");
    by_page.get("/api/auth/session").await.ok(200);
    let refused = by_page.sign_in(SARAH, "wrong").await;
    refused.problem(401, "invalid_credentials");
    by_page.get("/api/auth/session").await.ok(200);
}
