//! Signing in, and its limits.

use crate::support::{Site, expect_api_error, soon};
use model::{ApiError, Craft, NewPassword, Role};
use services::{
    Greenroom, Limits, Result, SignInResult,
    accounts::{Credentials, Origin, Password, ResetLink},
    seed::{KAMAU, PASSWORD, SARAH},
};
use std::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

on_both! {
    the_right_password_begins_a_session,
    email_addresses_are_case_insensitive,
    a_wrong_password_and_an_unknown_address_get_the_same_answer,
    an_unconfirmed_address_cannot_sign_in,
    ten_failures_lock_the_account_for_a_network,
    a_password_reset_lifts_the_limit_for_its_network,
    sign_ins_to_an_unconfirmed_account_are_limited,
    a_known_device_is_not_locked_out,
    a_revoked_device_is_not_known,
    guesses_from_many_networks_lock_with_growing_delay,
    reauthentication_failures_are_counted_per_session,
    the_owner_is_warned_of_guessing_once_a_day,
    a_clock_set_back_does_not_extend_lockouts,
    successful_sign_ins_are_not_counted,
    failed_sign_ins_per_ip_are_limited,
    concurrent_sign_ins_survive_a_rehash,
    database_errors_do_not_count_as_failed_sign_ins,
}

const HOME: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const CAFE: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 7);

async fn sign_in(greenroom: &Greenroom, email: &str, password: &str, from: Ipv4Addr) -> Result<SignInResult> {
    let credentials = Credentials { email: email.parse().ok(), password: Password::new(password.to_owned()) };
    greenroom.sign_in(credentials, IpAddr::from(from), "a test").await
}

async fn the_right_password_begins_a_session(site: Site) {
    let signed_in = sign_in(&site.greenroom, SARAH.email, PASSWORD, HOME).await.expect("a session");
    assert_eq!(signed_in.user.name, "Sarah Wanjiru");
    assert_eq!((signed_in.user.role, signed_in.user.email_verified), (Role::Talent, true));

    let viewer = site.greenroom.authenticate(&signed_in.token).await.expect("a viewer");
    assert_eq!(viewer.id(), signed_in.user.id);
    assert_eq!(viewer.person().craft, Some(Craft::Photographer));
    assert_eq!(viewer.expires_at(), signed_in.expires_at);
    assert_eq!(site.greenroom.load_user(&viewer).await.expect("a user"), signed_in.user);
}

async fn email_addresses_are_case_insensitive(site: Site) {
    let shouted = format!(" {} ", SARAH.email.to_uppercase());
    let signed_in = sign_in(&site.greenroom, &shouted, PASSWORD, HOME).await.expect("a session");
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
        ("unknown@example.com", PASSWORD),
        ("no address", PASSWORD),
        ("", ""),
        ("' OR 1=1 --@example.com", PASSWORD),
    ];
    for (email, password) in tries {
        let answer = expect_api_error(sign_in(&site.greenroom, email, password, HOME).await);
        assert_eq!(answer, ApiError::InvalidCredentials, "{email} {password}");
    }
}

async fn an_unconfirmed_address_cannot_sign_in(site: Site) {
    site.execute(&format!("UPDATE person SET email_verified = false WHERE email = '{}'", SARAH.email)).await;
    let wrong = expect_api_error(sign_in(&site.greenroom, SARAH.email, "wrong", HOME).await);
    assert_eq!(wrong, ApiError::InvalidCredentials, "reveals that the account is unconfirmed");
    let right = expect_api_error(sign_in(&site.greenroom, SARAH.email, PASSWORD, HOME).await);
    assert_eq!(right, ApiError::EmailUnverified);
}

async fn ten_failures_lock_the_account_for_a_network(site: Site) {
    for _ in 0..10 {
        assert_eq!(
            expect_api_error(sign_in(&site.greenroom, SARAH.email, "wrong", HOME).await),
            ApiError::InvalidCredentials
        );
    }
    let closed = ApiError::RateLimited { retry_after: 60 };
    assert_eq!(expect_api_error(sign_in(&site.greenroom, SARAH.email, "wrong", HOME).await), closed);
    assert!(sign_in(&site.greenroom, SARAH.email, PASSWORD, CAFE).await.is_ok(), "other networks are locked, too");
    assert_eq!(
        expect_api_error(sign_in(&site.greenroom, SARAH.email, PASSWORD, HOME).await),
        closed,
        "the right password is not refused"
    );
    assert!(sign_in(&site.greenroom, KAMAU.email, PASSWORD, HOME).await.is_ok(), "another account is locked, too");

    site.clock.advance(Duration::from_secs(59));
    let soon = ApiError::RateLimited { retry_after: 1 };
    assert_eq!(expect_api_error(sign_in(&site.greenroom, SARAH.email, PASSWORD, HOME).await), soon);
    site.clock.advance(Duration::from_secs(1));
    assert!(sign_in(&site.greenroom, SARAH.email, PASSWORD, HOME).await.is_ok());
}

async fn successful_sign_ins_are_not_counted(site: Site) {
    let greenroom = site
        .open_second_node(Limits { failed_sign_ins_per_account: 2, failed_sign_ins_per_ip: 2, ..Limits::default() })
        .await;
    assert_eq!(expect_api_error(sign_in(&greenroom, SARAH.email, "wrong", HOME).await), ApiError::InvalidCredentials);
    for _ in 0..3 {
        assert!(sign_in(&greenroom, SARAH.email, PASSWORD, HOME).await.is_ok());
    }
    assert_eq!(expect_api_error(sign_in(&greenroom, SARAH.email, "wrong", HOME).await), ApiError::InvalidCredentials);
    let third = expect_api_error(sign_in(&greenroom, SARAH.email, PASSWORD, HOME).await);
    assert_eq!(third, ApiError::RateLimited { retry_after: 60 }, "successes have reset the two failures");
}

async fn failed_sign_ins_per_ip_are_limited(site: Site) {
    let greenroom = site.open_second_node(Limits { failed_sign_ins_per_ip: 3, ..Limits::default() }).await;
    for email in ["one@example.com", "two@example.com", SARAH.email] {
        assert_eq!(expect_api_error(sign_in(&greenroom, email, "wrong", HOME).await), ApiError::InvalidCredentials);
    }
    let refused = expect_api_error(sign_in(&greenroom, KAMAU.email, PASSWORD, HOME).await);
    assert_eq!(refused, ApiError::RateLimited { retry_after: 60 });
    assert!(sign_in(&greenroom, KAMAU.email, PASSWORD, CAFE).await.is_ok(), "another IP address is limited, too");

    site.clock.advance(Duration::from_secs(60));
    assert!(sign_in(&greenroom, KAMAU.email, PASSWORD, HOME).await.is_ok());
}

/// The hash of the demo password, with fewer passes than today.
const OUTDATED: &str = "$argon2id$v=19$m=16,t=1,p=1$Z3JlZW5yb29tc2FsdDEyMw$sYuR8Q/Uo13TEGAWhh2aFXnksqMZNZbP45mYegHoNQg";

async fn concurrent_sign_ins_survive_a_rehash(site: Site) {
    let greenroom = site.open_second_node(Limits { max_concurrent_password_hashes: 4, ..Limits::default() }).await;
    let sarah = site.demo().await.sarah;
    let password = || Password::new(PASSWORD.to_owned());
    for _ in 0..4 {
        site.execute(&format!("UPDATE person SET password_hash = '{OUTDATED}' WHERE email = '{}'", SARAH.email)).await;
        let (one, other, confirmed) = tokio::join!(
            sign_in(&greenroom, SARAH.email, PASSWORD, HOME),
            sign_in(&greenroom, SARAH.email, PASSWORD, CAFE),
            greenroom.confirm_password(&sarah, password()),
        );
        one.and(other).expect("the right password");
        confirmed.expect("her password");
    }
}

async fn database_errors_do_not_count_as_failed_sign_ins(site: Site) {
    site.execute("ALTER TABLE person RENAME TO away").await;
    for _ in 0..12 {
        let failed = expect_api_error(sign_in(&site.greenroom, SARAH.email, PASSWORD, HOME).await);
        assert!(!matches!(failed, ApiError::RateLimited { .. }), "{failed:?}");
    }
    site.execute("ALTER TABLE away RENAME TO person").await;
    assert!(sign_in(&site.greenroom, SARAH.email, PASSWORD, HOME).await.is_ok());
}

async fn fail_sign_ins(site: &Site, from: Ipv4Addr, times: usize) {
    for number in 0..times {
        let refused = expect_api_error(sign_in(&site.greenroom, SARAH.email, "wrong", from).await);
        assert_eq!(refused, ApiError::InvalidCredentials, "{from}, {number}");
    }
}

fn ip_in_network(number: u8) -> Ipv4Addr {
    Ipv4Addr::new(203, 0, 113, number)
}

async fn sign_in_with_cookie(site: &Site, password: &str, cookie: &str, from: Ipv4Addr) -> Result<SignInResult> {
    let credentials = Credentials { email: SARAH.email.parse().ok(), password: Password::new(password.to_owned()) };
    let origin = Origin { address: from.into(), cookie: Some(cookie.to_owned()) };
    site.greenroom.sign_in(credentials, origin, "a test").await
}

async fn sign_ins_to_an_unconfirmed_account_are_limited(site: Site) {
    site.execute(&format!("UPDATE person SET email_verified = false WHERE email = '{}'", SARAH.email)).await;
    for _ in 0..10 {
        assert_eq!(
            expect_api_error(sign_in(&site.greenroom, SARAH.email, PASSWORD, HOME).await),
            ApiError::EmailUnverified
        );
    }
    let refused = expect_api_error(sign_in(&site.greenroom, SARAH.email, PASSWORD, HOME).await);
    assert_eq!(refused, ApiError::RateLimited { retry_after: 60 });
}

async fn a_known_device_is_not_locked_out(site: Site) {
    let phone = site.sign_in(SARAH.email).await.token;
    let other = site.sign_in(KAMAU.email).await.token;
    let viewer = site.greenroom.authenticate(&phone).await.expect("a viewer");
    fail_sign_ins(&site, HOME, 10).await;
    let closed = ApiError::RateLimited { retry_after: 60 };
    assert_eq!(expect_api_error(sign_in(&site.greenroom, SARAH.email, PASSWORD, HOME).await), closed);
    assert_eq!(
        expect_api_error(sign_in_with_cookie(&site, PASSWORD, &other, HOME).await),
        closed,
        "a device of another account"
    );
    assert_eq!(expect_api_error(sign_in_with_cookie(&site, PASSWORD, "made up", HOME).await), closed);
    assert!(sign_in_with_cookie(&site, PASSWORD, &phone, HOME).await.is_ok(), "a known device is locked out");
    // The device stays known after its session has expired or was ended elsewhere.
    site.execute("DELETE FROM session").await;
    assert!(site.greenroom.authenticate(&phone).await.is_err());
    assert!(sign_in_with_cookie(&site, PASSWORD, &phone, HOME).await.is_ok());
    for _ in 0..10 {
        let wrong = expect_api_error(sign_in_with_cookie(&site, "wrong", &phone, CAFE).await);
        assert_eq!(wrong, ApiError::InvalidCredentials);
    }
    assert_eq!(
        expect_api_error(sign_in_with_cookie(&site, PASSWORD, &phone, CAFE).await),
        closed,
        "a known device has its own limit"
    );
    assert_eq!(viewer.person().name, SARAH.name);
}

async fn a_revoked_device_is_not_known(site: Site) {
    let stolen = site.sign_in(SARAH.email).await.token;
    let own = site.greenroom.authenticate(&site.sign_in(SARAH.email).await.token).await.expect("a viewer");
    let session = site.greenroom.authenticate(&stolen).await.expect("a viewer").session();
    site.greenroom.end_session(&own, session).await.expect("revoked");
    fail_sign_ins(&site, HOME, 10).await;
    let refused = expect_api_error(sign_in_with_cookie(&site, PASSWORD, &stolen, HOME).await);
    assert_eq!(refused, ApiError::RateLimited { retry_after: 60 });
}

async fn guesses_from_many_networks_lock_with_growing_delay(site: Site) {
    let phone = site.sign_in(SARAH.email).await.token;
    for number in 0..5 {
        fail_sign_ins(&site, ip_in_network(number), 10).await;
    }
    for (number, wait) in [(6, 1), (7, 2), (8, 4)] {
        let closed = ApiError::RateLimited { retry_after: wait };
        assert_eq!(
            expect_api_error(sign_in(&site.greenroom, SARAH.email, "wrong", ip_in_network(number)).await),
            closed
        );
        assert_eq!(
            expect_api_error(sign_in(&site.greenroom, SARAH.email, PASSWORD, CAFE).await),
            closed,
            "not locked from every network"
        );
        site.clock.advance(Duration::from_secs(wait));
        fail_sign_ins(&site, ip_in_network(number), 1).await;
    }
    assert!(sign_in_with_cookie(&site, PASSWORD, &phone, CAFE).await.is_ok(), "her own device is locked out");
    assert!(sign_in(&site.greenroom, KAMAU.email, PASSWORD, CAFE).await.is_ok(), "another account is locked, too");
    site.clock.advance(Duration::from_secs(8));
    assert!(sign_in(&site.greenroom, SARAH.email, PASSWORD, CAFE).await.is_ok());
}

async fn reauthentication_failures_are_counted_per_session(site: Site) {
    let open = site.greenroom.authenticate(&site.sign_in(SARAH.email).await.token).await.expect("a viewer");
    let other = site.greenroom.authenticate(&site.sign_in(SARAH.email).await.token).await.expect("a viewer");
    for number in 0..5 {
        fail_sign_ins(&site, ip_in_network(number), 10).await;
    }
    let password = |text: &str| Password::new(text.to_owned());
    let new = || model::NewPassword::parse(Some("velvet drum nairobi")).expect("a password");
    for _ in 0..10 {
        let wrong = expect_api_error(site.greenroom.change_password(&other, password("wrong"), new()).await);
        assert_eq!(wrong.code(), "wrong_password");
    }
    let closed = expect_api_error(site.greenroom.change_password(&other, password(PASSWORD), new()).await);
    assert_eq!(closed, ApiError::RateLimited { retry_after: 60 }, "guesses in an open session aren't limited");
    site.greenroom.change_password(&open, password(PASSWORD), new()).await.expect("changed all the same");
}

async fn the_owner_is_warned_of_guessing_once_a_day(site: Site) {
    let count_warnings = async || {
        let mails = site.mails_to(SARAH.email).await;
        mails.iter().filter(|mail| mail.subject.contains("trying to sign in")).count()
    };
    fail_sign_ins(&site, HOME, 9).await;
    fail_sign_ins(&site, CAFE, 9).await;
    assert_eq!(count_warnings().await, 0, "a warning after a few mistakes");
    fail_sign_ins(&site, HOME, 1).await;
    soon("a warning", async {
        while count_warnings().await == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    site.clock.advance(Duration::from_secs(60 * 60));
    fail_sign_ins(&site, HOME, 10).await;
    fail_sign_ins(&site, CAFE, 10).await;
    site.clock.advance(Duration::from_secs(24 * 60 * 60));
    fail_sign_ins(&site, HOME, 10).await;
    soon("another warning", async {
        while count_warnings().await < 2 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(count_warnings().await, 2);
}

async fn a_clock_set_back_does_not_extend_lockouts(site: Site) {
    fail_sign_ins(&site, HOME, 10).await;
    site.clock.set_back(Duration::from_secs(60 * 60));
    let closed = ApiError::RateLimited { retry_after: 60 };
    assert_eq!(expect_api_error(sign_in(&site.greenroom, SARAH.email, PASSWORD, HOME).await), closed);
    site.clock.advance(Duration::from_secs(60));
    assert!(sign_in(&site.greenroom, SARAH.email, PASSWORD, HOME).await.is_ok());
}

async fn a_password_reset_lifts_the_limit_for_its_network(site: Site) {
    fail_sign_ins(&site, HOME, 10).await;
    assert!(matches!(
        expect_api_error(sign_in(&site.greenroom, SARAH.email, PASSWORD, HOME).await),
        ApiError::RateLimited { .. }
    ));
    site.greenroom.forgot_password(SARAH.email.parse().expect("an address"), HOME.into()).await.expect("accepted");
    let link = ResetLink { token: site.link_token_for(SARAH.email).await, from: Some(HOME.into()) };
    let chosen = NewPassword::parse(Some("velvet drum nairobi")).expect("a password");
    site.greenroom.reset_password(link, chosen).await.expect("set");
    sign_in(&site.greenroom, SARAH.email, "velvet drum nairobi", HOME).await.expect("a session");
}
