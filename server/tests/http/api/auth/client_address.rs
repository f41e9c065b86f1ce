//! The rate limit of failed sign-ins per client address, and which proxies may set that address.

use crate::support::{KAMAU, PASSWORD, Site, TestResponse};
use reqwest::Method;
use serde_json::json;

/// Tries to sign in with this `X-Forwarded-For`, and returns the status.
async fn sign_in_forwarded(site: &Site, forwarded: &str, email: &str, password: &str) -> u16 {
    let request = site.anonymous().request(Method::POST, "/api/auth/callback/credentials");
    let request = request.header("x-forwarded-for", forwarded);
    TestResponse::to(request.json(&json!({ "email": email, "password": password }))).await.status
}

/// Exhausts the limit of failed sign-ins per address, over many accounts.
async fn exhaust_limit(site: &Site, forwarded: impl Fn(usize) -> String) {
    for number in 0..100 {
        let status =
            sign_in_forwarded(site, &forwarded(number), &format!("unknown{number}@example.com"), "a guess").await;
        assert_eq!(status, 401, "attempt {number}");
    }
}

#[tokio::test]
async fn only_trusted_proxies_set_the_client_address() {
    let site = Site::new().await;
    exhaust_limit(&site, |number| format!("203.0.113.{number}")).await;
    assert_eq!(sign_in_forwarded(&site, "203.0.113.200", KAMAU, PASSWORD).await, 429);
    assert_eq!(site.anonymous().sign_in(KAMAU, PASSWORD).await.status, 429);
}

#[tokio::test]
async fn forwarded_addresses_are_trusted_up_to_the_first_unknown_proxy() {
    let site = Site::with(&[("GREENROOM_TRUSTED_PROXIES", "127.0.0.0/8, 10.0.0.7")]).await;
    // Addresses that the client wrote itself precede those that proxies appended.
    exhaust_limit(&site, |number| format!("198.51.100.{number}, 203.0.113.9, 10.0.0.7")).await;
    assert_eq!(sign_in_forwarded(&site, "203.0.113.9", KAMAU, PASSWORD).await, 429);
    assert_eq!(sign_in_forwarded(&site, "203.0.113.200, 203.0.113.9", KAMAU, PASSWORD).await, 429);
    assert_eq!(sign_in_forwarded(&site, "203.0.113.10", KAMAU, PASSWORD).await, 200);
    assert_eq!(sign_in_forwarded(&site, "203.0.113.9, 203.0.113.10", KAMAU, PASSWORD).await, 200);
    assert_eq!(
        sign_in_forwarded(&site, "203.0.113.9, 10.0.0.8", KAMAU, PASSWORD).await,
        200,
        "10.0.0.8 isn't a trusted proxy"
    );
    assert_eq!(site.anonymous().sign_in(KAMAU, PASSWORD).await.status, 200);
}
