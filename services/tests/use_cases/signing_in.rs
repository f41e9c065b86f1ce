//! Signing in, and how often one may fail at it.

use crate::support::{Site, refusal};
use model::{Craft, Refusal, Role};
use services::{
    Greenroom, Limits, Result, SignedIn,
    accounts::{Credentials, Password},
    seed::{KAMAU, PASSWORD, SARAH},
};
use std::{net::Ipv4Addr, time::Duration};

on_both! {
    the_right_password_begins_a_session,
    an_address_is_read_without_regard_to_case,
    a_wrong_password_and_an_unknown_address_get_the_same_answer,
    an_address_that_was_never_confirmed_may_not_sign_in,
    ten_failures_close_an_account_for_a_minute,
    success_is_not_counted,
    a_network_address_that_fails_too_often_is_refused_for_any_account,
}

const HOME: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const CAFE: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 7);

async fn sign_in(house: &Greenroom, email: &str, password: &str, from: Ipv4Addr) -> Result<SignedIn> {
    let credentials = Credentials { email: email.parse().ok(), password: Password::new(password.to_owned()) };
    house.sign_in(credentials, from.into(), "a test").await
}

async fn the_right_password_begins_a_session(site: Site) {
    let signed_in = sign_in(&site.house, SARAH.email, PASSWORD, HOME).await.expect("a session");
    assert_eq!(signed_in.user.name, "Sarah Wanjiru");
    assert_eq!((signed_in.user.role, signed_in.user.email_verified), (Role::Talent, true));

    let viewer = site.house.viewer(&signed_in.token).await.expect("the token's holder");
    assert_eq!(viewer.id(), signed_in.user.id);
    assert_eq!(viewer.person().craft, Some(Craft::Photographer));
    assert_eq!(viewer.expires_at(), signed_in.expires_at);
    assert_eq!(site.house.user(&viewer).await.expect("herself"), signed_in.user);
}

async fn an_address_is_read_without_regard_to_case(site: Site) {
    let shouted = format!(" {} ", SARAH.email.to_uppercase());
    let signed_in = sign_in(&site.house, &shouted, PASSWORD, HOME).await.expect("a session");
    assert_eq!(signed_in.user.email, SARAH.email);
}

async fn a_wrong_password_and_an_unknown_address_get_the_same_answer(site: Site) {
    let too_long = "x".repeat(300);
    let tries = [
        (SARAH.email, "greenroom"),
        (SARAH.email, ""),
        (SARAH.email, "GREENROOM-DEMO"),
        (SARAH.email, " greenroom-demo"),
        (SARAH.email, &too_long),
        ("nobody@example.com", PASSWORD),
        ("no address", PASSWORD),
        ("", ""),
        ("' OR 1=1 --@example.com", PASSWORD),
    ];
    for (email, password) in tries {
        let answer = refusal(sign_in(&site.house, email, password, HOME).await);
        assert_eq!(answer, Refusal::InvalidCredentials, "{email} {password}");
    }
}

async fn an_address_that_was_never_confirmed_may_not_sign_in(site: Site) {
    site.execute(&format!("UPDATE person SET email_verified = false WHERE email = '{}'", SARAH.email)).await;
    let wrong = refusal(sign_in(&site.house, SARAH.email, "wrong", HOME).await);
    assert_eq!(wrong, Refusal::InvalidCredentials, "a stranger learns nothing about the account");
    let right = refusal(sign_in(&site.house, SARAH.email, PASSWORD, HOME).await);
    assert_eq!(right, Refusal::EmailUnverified);
}

async fn ten_failures_close_an_account_for_a_minute(site: Site) {
    for _ in 0..10 {
        assert_eq!(refusal(sign_in(&site.house, SARAH.email, "wrong", HOME).await), Refusal::InvalidCredentials);
    }
    let closed = Refusal::RateLimited { retry_after: 60 };
    assert_eq!(refusal(sign_in(&site.house, SARAH.email, "wrong", CAFE).await), closed);
    assert_eq!(refusal(sign_in(&site.house, SARAH.email, PASSWORD, HOME).await), closed, "the right one too");
    assert!(sign_in(&site.house, KAMAU.email, PASSWORD, HOME).await.is_ok(), "nobody else is kept out");

    site.clock.advance(Duration::from_secs(59));
    let soon = Refusal::RateLimited { retry_after: 1 };
    assert_eq!(refusal(sign_in(&site.house, SARAH.email, PASSWORD, HOME).await), soon);
    site.clock.advance(Duration::from_secs(1));
    assert!(sign_in(&site.house, SARAH.email, PASSWORD, HOME).await.is_ok());
}

async fn success_is_not_counted(site: Site) {
    let house =
        site.another_house(Limits { failures_per_account: 2, failures_per_address: 2, ..Limits::default() }).await;
    assert_eq!(refusal(sign_in(&house, SARAH.email, "wrong", HOME).await), Refusal::InvalidCredentials);
    for _ in 0..3 {
        assert!(sign_in(&house, SARAH.email, PASSWORD, HOME).await.is_ok());
    }
    assert_eq!(refusal(sign_in(&house, SARAH.email, "wrong", HOME).await), Refusal::InvalidCredentials);
    let third = refusal(sign_in(&house, SARAH.email, PASSWORD, HOME).await);
    assert_eq!(third, Refusal::RateLimited { retry_after: 60 }, "two failures stand, however often it went well");
}

async fn a_network_address_that_fails_too_often_is_refused_for_any_account(site: Site) {
    let house = site.another_house(Limits { failures_per_address: 3, ..Limits::default() }).await;
    for email in ["one@example.com", "two@example.com", SARAH.email] {
        assert_eq!(refusal(sign_in(&house, email, "wrong", HOME).await), Refusal::InvalidCredentials);
    }
    let refused = refusal(sign_in(&house, KAMAU.email, PASSWORD, HOME).await);
    assert_eq!(refused, Refusal::RateLimited { retry_after: 60 });
    assert!(sign_in(&house, KAMAU.email, PASSWORD, CAFE).await.is_ok(), "elsewhere all is well");

    site.clock.advance(Duration::from_secs(60));
    assert!(sign_in(&house, KAMAU.email, PASSWORD, HOME).await.is_ok());
}
