//! A session that is revoked while a request body is being sent grants nothing, on any route.

use super::{
    FORM, Placeholders,
    table::{API, FUNCTIONS, Row},
};
use crate::support::{Actor, EVENTPRO, PASSWORD, SARAH, Site, raw::UnfinishedRequest};
use reqwest::Method;
use serde_json::json;

/// A number that changes with anything that a request may write.
const WRITTEN: &str = "SELECT (SELECT sum(seq) FROM person_head) + (SELECT count(*) FROM message) \
    + (SELECT count(*) FROM booking) + (SELECT count(*) FROM session) + (SELECT count(*) FROM token) \
    + (SELECT count(*) FROM mail) + (SELECT sum(length(name || email || mail_after)) FROM person) \
    + (SELECT sum(organizer_read_seq + talent_read_seq + organizer_delivered_seq + talent_delivered_seq) FROM conversation)";

/// Returns the routes that require a session, with their content type.
fn signed_in() -> impl Iterator<Item = (&'static Row, &'static str)> {
    let api = API.iter().map(|row| (row, "application/json"));
    api.chain(FUNCTIONS.iter().map(|row| (row, FORM))).filter(|(row, _)| row.expected[0] == 401)
}

/// Signs in again, and returns the new session's cookie value.
async fn another_device(site: &Site, email: &str) -> String {
    site.anonymous().sign_in(email, PASSWORD).await.token()
}

async fn send_all_but_last_byte(
    site: &Site,
    placeholders: &Placeholders,
    (page, cookie): (&Actor, &str),
    (row, kind): (&Row, &str),
) -> UnfinishedRequest {
    let (path, body) = (placeholders.substitute(row.at.unwrap_or(row.path)), placeholders.substitute(row.body));
    let body = match (body.is_empty(), kind) {
        (_, FORM) => page.form_of_page(&body),
        (false, _) => body,
        (true, _) => "{}".to_owned(),
    };
    let request = format!(
        "{} {path} HTTP/1.1\r\nhost: {}\r\ncookie: greenroom={cookie}\r\ncontent-type: {kind}\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        row.method,
        site.addr(),
        body.len(),
    );
    UnfinishedRequest::send(site.addr(), request.as_bytes()).await
}

/// Sends all requests of a person but their last bytes, revokes the session, and then sends the last bytes.
async fn assert_all_refused(email: &str, revoke: impl AsyncFn(&Actor, &str)) {
    let site = Site::new().await;
    let placeholders = Placeholders::load(&site).await;
    let stolen = another_device(&site, email).await;
    let owner = site.actor_with_token(&another_device(&site, email).await);
    let session = site.actor_with_token(&stolen).get("/api/auth/sessions").await.ok(200);
    let current = session["sessions"].as_array().expect("sessions").iter().find(|session| session["current"] == true);
    let id = current.expect("the current one")["id"].as_str().expect("an id").to_owned();
    let person = site.actor_with_token(&stolen).get("/api/auth/session").await.ok(200)["user"]["id"].clone();
    let page = site.anonymous().on_page_of(person.as_str().expect("an id"));
    let mut unfinished = Vec::new();
    for route in signed_in() {
        unfinished.push((route.0, send_all_but_last_byte(&site, &placeholders, (&page, &stolen), route).await));
    }
    assert!(unfinished.len() > 60, "the test no longer sees the routes");
    revoke(&owner, &id).await;
    let before = site.count(WRITTEN).await;
    let mut accepted = Vec::new();
    for (row, unfinished) in unfinished {
        let answer = unfinished.finish().await;
        if answer.status != 401 {
            accepted.push(format!("{} {}: {}", row.method, row.path, answer.status));
        }
    }
    assert!(accepted.is_empty(), "accepted with a revoked session:\n{}", accepted.join("\n"));
    assert_eq!(site.count(WRITTEN).await, before);
}

async fn revoke_session(owner: &Actor, id: &str) {
    owner.send(Method::DELETE, &format!("/api/auth/sessions/{id}"), "", "").await.empty();
}

async fn change_password(owner: &Actor, _: &str) {
    let change = json!({ "current": PASSWORD, "password": "velvet drum nairobi" });
    owner.post("/api/account/password", &change).await.empty();
}

#[tokio::test]
async fn a_session_revoked_during_the_body_is_refused_for_talent() {
    assert_all_refused(SARAH, revoke_session).await;
}

#[tokio::test]
async fn a_session_revoked_during_the_body_is_refused_for_organizers() {
    assert_all_refused(EVENTPRO, revoke_session).await;
}

#[tokio::test]
async fn a_password_change_during_the_body_ends_the_session() {
    assert_all_refused(EVENTPRO, change_password).await;
}
