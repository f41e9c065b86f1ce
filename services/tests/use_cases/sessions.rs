//! Session expiry and sign-out.

use crate::support::{Site, expect_api_error};
use model::ApiError;
use sea_orm::FromQueryResult;
use services::{clock::Clock, seed::SARAH};
use std::time::Duration;

on_both! {
    every_sign_in_creates_a_session,
    session_tokens_are_stored_as_hashes,
    an_unknown_session_token_is_refused,
    a_session_ends_thirty_days_after_its_last_use,
    a_session_ends_after_ninety_days_however_often_it_is_used,
    session_use_is_recorded_every_five_minutes_at_most,
    sign_out_ends_one_session_only,
    expired_sessions_are_purged,
    purging_covers_more_than_one_batch,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MINUTE: Duration = Duration::from_secs(60);

#[derive(FromQueryResult)]
struct StoredSession {
    token_hash: Vec<u8>,
    user_agent: String,
}

async fn every_sign_in_creates_a_session(site: Site) {
    let (phone, laptop) = (site.sign_in(SARAH.email).await, site.sign_in(SARAH.email).await);
    assert_ne!(phone.token, laptop.token);
    let phone = site.greenroom.authenticate(&phone.token).await.expect("a viewer");
    let laptop = site.greenroom.authenticate(&laptop.token).await.expect("a viewer");
    assert_eq!(phone.id(), laptop.id());
    assert_ne!(phone.session(), laptop.session());
}

async fn session_tokens_are_stored_as_hashes(site: Site) {
    let token = site.sign_in(SARAH.email).await.token;
    let secret = hex::decode(&token).expect("hexadecimal");
    assert_eq!(secret.len(), 32, "256 bits");
    for stored in site.query::<StoredSession>("SELECT token_hash, user_agent FROM session").await {
        assert_eq!(stored.token_hash.len(), 32);
        assert_ne!(stored.token_hash, secret);
        assert!(token.as_bytes().windows(32).all(|part| part != stored.token_hash), "a part of the token");
        assert!(!stored.user_agent.contains(&token));
    }
}

async fn an_unknown_session_token_is_refused(site: Site) {
    let almost = site.sign_in(SARAH.email).await.token.to_uppercase();
    for token in ["", "x", "é\0", &"0".repeat(64), &almost, &"a".repeat(100_000)] {
        assert_eq!(expect_api_error(site.greenroom.authenticate(token).await), ApiError::Unauthenticated);
    }
}

async fn a_session_ends_thirty_days_after_its_last_use(site: Site) {
    let token = site.sign_in(SARAH.email).await.token;
    for _ in 0..3 {
        site.clock.advance(29 * DAY);
        assert!(site.greenroom.authenticate(&token).await.is_ok(), "a used session has expired");
    }
    site.clock.advance(30 * DAY);
    assert_eq!(expect_api_error(site.greenroom.authenticate(&token).await), ApiError::Unauthenticated);
}

async fn a_session_ends_after_ninety_days_however_often_it_is_used(site: Site) {
    let token = site.sign_in(SARAH.email).await.token;
    for _ in 0..8 {
        site.clock.advance(11 * DAY);
        assert!(site.greenroom.authenticate(&token).await.is_ok(), "a used session has expired");
    }
    let viewer = site.greenroom.authenticate(&token).await.expect("a viewer");
    assert_eq!(viewer.expires_at().millis() - site.clock.now().millis(), 2 * 86_400_000);
    site.clock.advance(2 * DAY);
    assert_eq!(expect_api_error(site.greenroom.authenticate(&token).await), ApiError::Unauthenticated);
}

async fn session_use_is_recorded_every_five_minutes_at_most(site: Site) {
    let signed_in = site.sign_in(SARAH.email).await;
    let expiry = async || {
        // The first call records the use, the second one reads it.
        site.greenroom.authenticate(&signed_in.token).await.expect("a viewer");
        site.greenroom.authenticate(&signed_in.token).await.expect("a viewer").expires_at()
    };
    site.clock.advance(4 * MINUTE);
    assert_eq!(expiry().await, signed_in.expires_at, "a read recorded a use within five minutes");
    site.clock.advance(MINUTE);
    assert_eq!(expiry().await.millis() - signed_in.expires_at.millis(), 5 * 60_000);
}

async fn sign_out_ends_one_session_only(site: Site) {
    let (phone, laptop) = (site.sign_in(SARAH.email).await, site.sign_in(SARAH.email).await);
    let viewer = site.greenroom.authenticate(&phone.token).await.expect("a viewer");
    site.greenroom.sign_out(&viewer).await.expect("signing out");
    assert_eq!(expect_api_error(site.greenroom.authenticate(&phone.token).await), ApiError::Unauthenticated);
    assert!(site.greenroom.authenticate(&laptop.token).await.is_ok());
    assert_eq!(
        expect_api_error(site.greenroom.sign_out(&viewer).await),
        ApiError::Unauthenticated,
        "the session has ended already"
    );
}

async fn expired_sessions_are_purged(site: Site) {
    site.clock.advance(31 * DAY);
    let token = site.sign_in(SARAH.email).await.token;
    site.greenroom.purge_expired().await.expect("purged");
    let left: Vec<StoredSession> = site.query("SELECT token_hash, user_agent FROM session").await;
    assert_eq!(left.len(), 1);
    assert!(site.greenroom.authenticate(&token).await.is_ok());
}

async fn purging_covers_more_than_one_batch(site: Site) {
    let hash = if site.url().starts_with("sqlite:") { "CAST(n AS blob)" } else { "convert_to(n::text, 'UTF8')" };
    site.execute(&format!(
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1200)
         INSERT INTO token (hash, person_id, purpose, payload, expires_at)
         SELECT {hash}, id, 'reset', '', 0 FROM numbers, (SELECT id FROM person LIMIT 1) AS anyone"
    ))
    .await;
    site.greenroom.purge_expired().await.expect("purged");
    assert_eq!(site.count("SELECT count(*) AS count FROM token WHERE expires_at = 0").await, 0);
}
