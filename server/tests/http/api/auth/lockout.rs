//! The lockout of an account after failed sign-ins.

use crate::support::{KAMAU, PASSWORD, SARAH, Site};

#[tokio::test]
async fn an_account_is_locked_out_after_ten_failures() {
    let site = Site::new().await;
    for _ in 0..10 {
        site.anonymous().sign_in(SARAH, "a guess").await.problem(401, "invalid_credentials");
    }
    site.anonymous().sign_in(SARAH, "a guess").await.rate_limited();
    site.anonymous().sign_in(SARAH, PASSWORD).await.rate_limited();
    site.anonymous().sign_in(" SARAH.photographer@example.com", PASSWORD).await.rate_limited();
    let form = [("email", SARAH), ("password", PASSWORD)];
    let page = site.anonymous().post_form("/fn/sign-in", "/signin", &form).await;
    assert_eq!(page.header("set-cookie"), "", "the form has the same limit");
    site.anonymous().sign_in(KAMAU, PASSWORD).await.ok(200);
    site.sarah().get("/api/auth/session").await.ok(200);
}

#[tokio::test]
async fn an_unknown_account_is_locked_out_too() {
    let site = Site::new().await;
    for _ in 0..10 {
        site.anonymous().sign_in("unknown@example.com", "a guess").await.problem(401, "invalid_credentials");
    }
    site.anonymous().sign_in("unknown@example.com", "a guess").await.rate_limited();
}

#[tokio::test]
async fn concurrent_guesses_are_counted() {
    let site = Site::new().await;
    let guesses = (0..25).map(|_| {
        let anyone = site.anonymous();
        tokio::spawn(async move { anyone.sign_in(SARAH, "a guess").await.status })
    });
    let statuses = futures::future::join_all(guesses).await;
    let looked_at = statuses.into_iter().filter(|status| matches!(status, Ok(401))).count();
    assert_eq!(looked_at, 10);
}

#[tokio::test]
async fn successful_sign_ins_are_not_counted() {
    let site = Site::new().await;
    for _ in 0..8 {
        site.anonymous().sign_in(SARAH, "a guess").await.problem(401, "invalid_credentials");
    }
    for _ in 0..12 {
        site.anonymous().sign_in(SARAH, PASSWORD).await.ok(200);
    }
    for _ in 0..2 {
        site.anonymous().sign_in(SARAH, "a guess").await.problem(401, "invalid_credentials");
    }
    site.anonymous().sign_in(SARAH, PASSWORD).await.rate_limited();
}
