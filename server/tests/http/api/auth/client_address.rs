//! How often an address may guess, and whose word counts for what it is.

use crate::support::{KAMAU, PASSWORD, Site, TestResponse};
use reqwest::Method;
use serde_json::json;

/// Tries to sign in as if through these proxies.
async fn through(site: &Site, forwarded: &str, email: &str, password: &str) -> u16 {
    let door = site.anonymous().request(Method::POST, "/api/auth/callback/credentials");
    let door = door.header("x-forwarded-for", forwarded);
    TestResponse::to(door.json(&json!({ "email": email, "password": password }))).await.status
}

/// Uses up what an address may fail, over many accounts.
async fn exhaust(site: &Site, forwarded: impl Fn(usize) -> String) {
    for number in 0..100 {
        let status = through(site, &forwarded(number), &format!("nobody{number}@example.com"), "a guess").await;
        assert_eq!(status, 401, "try {number}");
    }
}

#[tokio::test]
async fn only_trusted_proxies_set_the_client_address() {
    let site = Site::new().await;
    exhaust(&site, |number| format!("203.0.113.{number}")).await;
    assert_eq!(through(&site, "203.0.113.200", KAMAU, PASSWORD).await, 429);
    assert_eq!(site.anonymous().sign_in(KAMAU, PASSWORD).await.status, 429);
}

#[tokio::test]
async fn forwarded_addresses_are_trusted_up_to_the_first_unknown_proxy() {
    let site = Site::with(&[("GREENROOM_TRUSTED_PROXIES", "127.0.0.0/8, 10.0.0.7")]).await;
    // Whatever the client wrote itself stands before what the proxies wrote.
    exhaust(&site, |number| format!("198.51.100.{number}, 203.0.113.9, 10.0.0.7")).await;
    assert_eq!(through(&site, "203.0.113.9", KAMAU, PASSWORD).await, 429);
    assert_eq!(through(&site, "203.0.113.200, 203.0.113.9", KAMAU, PASSWORD).await, 429);
    assert_eq!(through(&site, "203.0.113.10", KAMAU, PASSWORD).await, 200);
    assert_eq!(through(&site, "203.0.113.9, 203.0.113.10", KAMAU, PASSWORD).await, 200);
    assert_eq!(through(&site, "203.0.113.9, 10.0.0.8", KAMAU, PASSWORD).await, 200, "an address that isn't trusted");
    assert_eq!(site.anonymous().sign_in(KAMAU, PASSWORD).await.status, 200);
}
