use crate::support::{
    ACHIENG, DEMO_PEOPLE, PASSWORD, SARAH, Site, TestResponse, actions::inquiry, actor::escaped, new_id,
    stream::message_body,
};
use reqwest::Method;
use serde_json::{Value, json};

const SECRETS: [&str; 11] = [
    "matatu rain velvet",
    "their.other@example.com",
    "the-wrong-password",
    "a body to keep quiet about",
    "a form to keep quiet about",
    "a booking to keep quiet about",
    "malformed to keep quiet about",
    "a person they looked for",
    "looked%20for",
    "their.own@example.com",
    PASSWORD,
];

/// The path of the last request of [`make_requests`].
const LAST: &str = "/api/auth/signout";

/// Makes requests of all kinds, with each of the [`SECRETS`] in one of them.
async fn make_requests(site: &Site) -> String {
    let anyone = site.anonymous();
    anyone.sign_in(SARAH, "the-wrong-password").await;
    anyone.sign_in("their.own@example.com", "the-wrong-password").await;
    anyone
        .send(Method::POST, "/api/auth/callback/credentials", "application/json", "{malformed to keep quiet about")
        .await;
    let form = [("email", ACHIENG), ("password", "the-wrong-password"), ("next", "/inbox")];
    anyone.post_form("/fn/sign-in", "/signin", &form).await;
    let joining =
        json!({ "email": "their.other@example.com", "password": "matatu rain velvet", "name": "W", "role": "talent" });
    anyone.post("/api/auth/register", &joining).await;
    anyone.post("/api/auth/password/forgot", &json!({ "email": SARAH })).await;
    anyone.post("/api/auth/password/reset", &json!({ "token": "x", "password": "matatu rain velvet" })).await;
    let token = anyone.sign_in(SARAH, PASSWORD).await.token();
    let sarah = site.actor_with_token(&token).on_page_of(&site.people.sarah);
    let mut stream = sarah.follow("/api/events?after=3").await;
    sarah.send_message(&site.launch, "a body to keep quiet about").await;
    let reused = json!({ "conversationId": site.launch, "body": "a body to keep quiet about", "clientId": new_id() });
    for body in ["a body to keep quiet about", "a body to keep quiet about too"] {
        let mut asked = reused.clone();
        asked["body"] = json!(body);
        sarah.post("/api/messages", &asked).await;
    }
    stream.until(|frame| frame.event == "message.created" && message_body(frame).contains("quiet")).await;
    let path = format!("/conversations/{}", site.launch);
    let form = [("conversation_id", site.launch.as_str()), ("body", "a form to keep quiet about")];
    sarah.post_form("/fn/post", &path, &form).await;
    sarah.post_form("/fn/post", &path, &[("conversation_id", "x"), ("body", "a form to keep quiet about")]).await;
    sarah.send(Method::POST, "/fn/post", "application/json", "malformed to keep quiet about").await;
    sarah.get(&path).await;
    site.eventpro().post("/api/bookings", &inquiry(&site.people.achieng, "a booking to keep quiet about")).await;
    for path in ["/api/talents", "/talents"] {
        sarah.get(&format!("{path}?query={}", escaped("a person they looked for"))).await;
    }
    sarah.get("/nowhere?token=their.own@example.com").await;
    sarah.post(LAST, &json!({})).await.empty();
    token
}

fn assert_no_secrets(log: &str, token: &str) {
    assert!(log.contains("listening on"), "the log is empty");
    for secret in SECRETS.into_iter().chain(DEMO_PEOPLE).chain([token, "greenroom=", "argon2id"]) {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "the log contains {secret:?}");
    }
}

#[tokio::test]
async fn logs_contain_no_personal_data() {
    let site = Site::new().await;
    let token = make_requests(&site).await;
    let log = site.process.wait_for_log(LAST).await;
    assert_no_secrets(&log, &token);
    assert!(!log.contains("ERROR"), "{log}");
    assert!(!log.contains('\u{1b}'), "no colours outside of a terminal");
}

#[tokio::test]
async fn trace_logs_contain_no_personal_data() {
    let site = Site::with(&[("RUST_LOG", "debug")]).await;
    let token = make_requests(&site).await;
    let log = site.process.wait_for_log(LAST).await;
    assert!(log.contains("/api/messages"), "requests are logged");
    assert_no_secrets(&log, &token);
}

#[tokio::test]
async fn json_logs_contain_no_personal_data() {
    let site = Site::with(&[("GREENROOM_LOG_FORMAT", "json")]).await;
    let token = make_requests(&site).await;
    assert_no_secrets(&site.process.wait_for_log(LAST).await, &token);
}

#[tokio::test]
async fn each_request_is_logged_once_with_its_id() {
    let site = Site::new().await;
    let answer = site.sarah().get("/api/messages?limit=5").await;
    let id = answer.header("x-request-id");
    let log = site.process.wait_for_log(id).await;
    let lines: Vec<_> = log.lines().filter(|line| line.contains(id)).collect();
    let [line] = lines[..] else { panic!("one line about a request: {lines:?}") };
    for part in ["INFO", "method=GET", "path=\"/api/messages\"", "status=200", "ms="] {
        assert!(line.contains(part), "{part} in {line}");
    }
    for path in ["/pkg/nothing.js", "/healthz", "/readyz", "/api/talents"] {
        site.anonymous().get(path).await;
    }
    let log = site.process.wait_for_log("/api/talents").await;
    assert!(!log.contains("/pkg") && !log.contains("healthz") && !log.contains("readyz"), "{log}");
}

#[tokio::test]
async fn each_line_about_a_request_has_its_id_in_json_too() {
    let site = Site::with(&[("GREENROOM_LOG_FORMAT", "json"), ("RUST_LOG", "debug")]).await;
    let asked = site.sarah().request(Method::GET, "/api/messages").header("x-request-id", "chosen-by-the-proxy");
    asked.send().await.expect("an answer");
    site.sarah().get("/api/talents").await;
    let lines = site.process.wait_for_log("/api/talents").await;
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let about = lines.iter().filter(|line| line["spans"][0]["request_id"] == "chosen-by-the-proxy");
    let answered: Vec<_> = about.filter(|line| line["fields"]["message"] == "answered").collect();
    let [line] = answered[..] else { panic!("one line about the response: {answered:?}") };
    assert_eq!((&line["level"], &line["fields"]["status"]), (&json!("INFO"), &json!(200)));
    assert_eq!((&line["spans"][0]["method"], &line["spans"][0]["path"]), (&json!("GET"), &json!("/api/messages")));
    assert!(line["fields"]["ms"].as_f64().is_some_and(|ms| ms > 0.0), "{line}");
}

#[tokio::test]
async fn a_line_about_a_request_has_its_id() {
    let site = Site::with(&[("RUST_LOG", "debug")]).await;
    let answer = site.sarah().get("/api/messages").await;
    site.process.wait_for_log(answer.header("x-request-id")).await;
}

#[tokio::test]
async fn the_security_log_names_the_network_of_account_changes() {
    let site = Site::new().await;
    let anyone = site.anonymous();
    assert_eq!(anyone.post("/api/auth/password/forgot", &json!({ "email": SARAH })).await.status, 202);
    let mail = anyone.request(Method::GET, "/dev/mail").header("accept", "application/json");
    let mails = TestResponse::to(mail).await.json();
    let text = mails["mails"][0]["text"].as_str().expect("a mail");
    let token = text.split_once("?token=").expect("a token").1.split_whitespace().next().expect("a token");
    let new = json!({ "token": token, "password": "matatu rain velvet" });
    anyone.post("/api/auth/password/reset", &new).await.empty();
    let joining = json!({ "email": "a@example.com", "password": "matatu rain velvet", "name": "W", "role": "talent" });
    anyone.post("/api/auth/register", &joining).await;
    anyone.sign_in("a@example.com", "matatu rain velvet").await;
    for _ in 0..10 {
        anyone.sign_in(ACHIENG, "the-wrong-password").await;
    }
    let wrong = json!({ "current": "the-wrong-password", "password": "velvet rain matatu" });
    site.eventpro().post("/api/account/password", &wrong).await;
    site.eventpro().post(LAST, &json!({})).await.empty();
    let log = site.process.wait_for_log(LAST).await;
    for event in [
        "password_reset_requested",
        "password_reset",
        "registration_requested",
        "sign_in_unverified",
        "sign_in_limited",
        "reauthentication_failed",
    ] {
        let line = log.lines().find(|line| line.contains(&format!("event=\"{event}\"")));
        assert!(line.is_some_and(|line| line.contains("from=\"127.0.0.0/24\"")), "{event}: {line:?}\n{log}");
    }
}
