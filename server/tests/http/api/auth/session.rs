//! Tests of `/api/auth/session`.

use crate::support::{SARAH, Site, json_shapes};
use serde_json::json;

#[tokio::test]
async fn a_session_names_its_user_and_expiry() {
    let site = Site::new().await;
    let session = site.sarah().get("/api/auth/session").await.ok(200);
    json_shapes::keys(&session, &["user", "expiresAt"]);
    json_shapes::user(&session["user"]);
    json_shapes::timestamp(&session["expiresAt"]);
    let expected = json!({
        "id": site.people.sarah,
        "name": "Sarah Wanjiru",
        "email": SARAH,
        "role": "talent",
        "emailVerified": true,
    });
    assert_eq!(session["user"], expected);
    let organizer = site.eventpro().get("/api/auth/session").await.ok(200);
    assert_eq!(organizer["user"]["role"], "organizer");
}

#[tokio::test]
async fn reading_the_session_sets_no_cookie() {
    let site = Site::new().await;
    let answer = site.sarah().get("/api/auth/session").await;
    assert_eq!(answer.header("set-cookie"), "");
}

#[tokio::test]
async fn a_token_is_stored_only_as_its_hash() {
    let site = Site::new().await;
    let file = std::fs::read(site.folder().join("greenroom.db")).expect("the database");
    let token = site.tokens[SARAH].as_bytes();
    assert!(!file.windows(token.len()).any(|part| part == token));
}
