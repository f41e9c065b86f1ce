//! Registration: an account works once its address is confirmed, and never reveals whether an address has an account.

use crate::support::{Kind, Site, expect_api_error, link_token_in, sign_in};
use model::{ApiError, Craft, FieldError, NewPassword, Profile, RegisterInput, Registration, Role};
use services::{
    accounts::{Confirmation, LinkOpener},
    seed::SARAH,
    talents::TalentSearch,
};
use std::{net::Ipv4Addr, time::Duration};

on_both! {
    an_account_works_after_email_confirmation,
    a_link_works_once_and_for_two_days,
    only_the_registering_browser_is_signed_in_by_its_link,
    link_tokens_are_stored_as_hashes,
    registering_a_known_address_mails_its_owner,
    claiming_an_address_first_gains_no_access,
    filling_the_inbox_first_gains_no_access,
    registering_again_mails_another_link,
    only_pending_registrations_get_another_link,
    a_common_password_is_refused,
    unconfirmed_talent_cannot_be_booked,
    a_clock_set_back_does_not_extend_the_duplicate_window,
    registrations_per_ip_are_limited,
    unconfirmed_accounts_are_purged,
    one_purge_deletes_all_unconfirmed_accounts,
}

const WAMBUI: &str = "wambui@example.com";
const PASSWORD: &str = "matatu rain velvet";
/// Chosen by the reader of the e-mail.
const CHOSEN: &str = "chosen by the reader";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn registration(email: &str, password: &str, name: &str) -> Registration {
    let input = RegisterInput {
        email: Some(email.to_owned()),
        password: Some(password.to_owned()),
        name: Some(name.to_owned()),
        role: Some("talent".to_owned()),
        craft: Some("band".to_owned()),
    };
    input.parse().expect("a registration")
}

async fn register(site: &Site, email: &str, password: &str, name: &str) -> String {
    let registration = registration(email, password, name);
    site.greenroom.register_account(registration, Ipv4Addr::LOCALHOST.into()).await.expect("accepted")
}

/// Creates a confirmation in which the reader of the link enters their profile.
fn confirmation_with_profile(token: &str) -> Confirmation {
    let password = NewPassword::parse(Some(CHOSEN)).expect("a password");
    let profile = Profile { password, name: "Wambui herself".to_owned(), role: Role::Talent, craft: None };
    Confirmation { token: token.to_owned(), profile: Some(profile), by: LinkOpener::Program, from: None }
}

async fn an_account_works_after_email_confirmation(site: Site) {
    register(&site, "Wambui@Example.com", PASSWORD, "Wambui").await;
    assert_eq!(expect_api_error(sign_in(&site.greenroom, WAMBUI, PASSWORD).await), ApiError::EmailUnverified);
    assert_eq!(expect_api_error(sign_in(&site.greenroom, WAMBUI, "wrong").await), ApiError::InvalidCredentials);
    let mail = site.mails_to(WAMBUI).await.remove(0);
    assert!(mail.text.contains("https://greenroom.example/verify?token="), "{}", mail.text);
    assert!(mail.html.contains(&link_token_in(&mail)), "the parts have different links");
    site.greenroom.confirm_email(&link_token_in(&mail)).await.expect("confirmed");
    let user = sign_in(&site.greenroom, WAMBUI, PASSWORD).await.expect("a session").user;
    assert_eq!((user.name.as_str(), user.role, user.email_verified), ("Wambui", Role::Talent, true));
}

async fn only_the_registering_browser_is_signed_in_by_its_link(site: Site) {
    let browser = register(&site, WAMBUI, PASSWORD, "Wambui").await;
    let opened = async |token: String, by, profile| {
        let confirmation = Confirmation { token, profile, by, from: None };
        let confirmed = site.greenroom.confirm_email(confirmation).await.expect("confirmed");
        site.greenroom.begin_registrant_session(&confirmed, "a test", Ipv4Addr::LOCALHOST.into()).await
    };
    let token = site.link_token_for(WAMBUI).await;
    let signed_in = opened(token, LinkOpener::Browser(Some(browser)), None).await.expect("a session");
    let viewer = site.greenroom.authenticate(&signed_in.token).await.expect("a viewer");
    assert_eq!((viewer.person().name.as_str(), signed_in.user.email.as_str()), ("Wambui", WAMBUI));
    assert!(!site.greenroom.is_confirmed(&viewer), "the password wasn't typed for this session");
    assert_eq!(expect_api_error(site.greenroom.export_data(&viewer)), ApiError::PasswordRequired);

    // A program, another browser, and the registering browser after a conflict.
    let profile = || confirmation_with_profile("").profile;
    register(&site, "a@example.com", PASSWORD, "Wambui").await;
    assert!(opened(site.link_token_for("a@example.com").await, LinkOpener::Program, None).await.is_none());
    register(&site, "b@example.com", PASSWORD, "Wambui").await;
    let stranger = LinkOpener::Browser(None);
    assert!(opened(site.link_token_for("b@example.com").await, stranger, profile()).await.is_none());
    let browser = register(&site, "c@example.com", PASSWORD, "Wambui").await;
    register(&site, "c@example.com", "the attacker's own", "Not Wambui").await;
    let contested = LinkOpener::Browser(Some(browser));
    assert!(opened(site.link_token_for("c@example.com").await, contested, profile()).await.is_none());
}

async fn a_link_works_once_and_for_two_days(site: Site) {
    let browser = register(&site, WAMBUI, PASSWORD, "Wambui").await;
    let token = site.link_token_for(WAMBUI).await;
    site.clock.advance(2 * DAY);
    assert_eq!(
        expect_api_error(site.greenroom.confirm_email(&token).await).field_error("token"),
        Some(FieldError::TokenInvalid)
    );
    site.greenroom
        .resend_link(WAMBUI.parse().expect("an address"), Some(browser), Ipv4Addr::LOCALHOST.into())
        .await
        .expect("sent");
    let token = site.link_token_for(WAMBUI).await;
    site.clock.advance(2 * DAY - Duration::from_secs(1));
    site.greenroom.confirm_email(&token).await.expect("confirmed");
    assert_eq!(expect_api_error(site.greenroom.confirm_email(&token).await).code(), "token_invalid");
    for never in ["", "x", &"0".repeat(64), &"é".repeat(10_000)] {
        assert_eq!(expect_api_error(site.greenroom.confirm_email(never).await).code(), "token_invalid");
    }
}

#[derive(sea_orm::FromQueryResult)]
struct StoredToken {
    hash: Vec<u8>,
    payload: String,
}

async fn link_tokens_are_stored_as_hashes(site: Site) {
    register(&site, WAMBUI, PASSWORD, "Wambui").await;
    let token = site.link_token_for(WAMBUI).await;
    let stored = site.query::<StoredToken>("SELECT hash, payload FROM token").await.pop().expect("a token");
    assert_eq!(stored.hash.len(), 32);
    let text = String::from_utf8_lossy(&stored.hash).into_owned();
    assert!(!text.contains(&token) && !stored.payload.contains(&token) && !stored.payload.contains(PASSWORD));
}

async fn registering_a_known_address_mails_its_owner(site: Site) {
    register(&site, SARAH.email, PASSWORD, "Another").await;
    let mail = site.mails_to(SARAH.email).await.remove(0);
    assert!(mail.subject.contains("already") && !mail.text.contains("token="), "{}", mail.text);
    assert_eq!(expect_api_error(sign_in(&site.greenroom, SARAH.email, PASSWORD).await), ApiError::InvalidCredentials);
    assert_eq!(site.sign_in(SARAH.email).await.user.name, SARAH.name);
}

async fn claiming_an_address_first_gains_no_access(site: Site) {
    register(&site, WAMBUI, "the attacker's own", "Not Wambui").await;
    let first = site.link_token_for(WAMBUI).await;
    register(&site, WAMBUI, PASSWORD, "Wambui").await;
    for password in ["the attacker's own", PASSWORD] {
        assert_eq!(expect_api_error(sign_in(&site.greenroom, WAMBUI, password).await), ApiError::InvalidCredentials);
    }
    let second = site.link_token_for(WAMBUI).await;
    assert_eq!(
        expect_api_error(site.greenroom.confirm_email(&first).await).code(),
        "token_invalid",
        "the first link still works"
    );
    assert_eq!(
        expect_api_error(site.greenroom.confirm_email(&second).await),
        Profile::required(),
        "the second link must ask for the profile"
    );
    site.greenroom.confirm_email(confirmation_with_profile(&second)).await.expect("confirmed");
    let user = sign_in(&site.greenroom, WAMBUI, CHOSEN).await.expect("a session").user;
    assert_eq!(user.name, "Wambui herself");
    assert_eq!(
        expect_api_error(sign_in(&site.greenroom, WAMBUI, "the attacker's own").await),
        ApiError::InvalidCredentials
    );
}

async fn filling_the_inbox_first_gains_no_access(site: Site) {
    for number in 0..14 {
        register(&site, WAMBUI, &format!("the attacker's own {number}"), "Not Wambui").await;
    }
    register(&site, WAMBUI, PASSWORD, "Wambui").await;
    for mail in site.mails_to(WAMBUI).await.iter().skip(1) {
        assert_eq!(expect_api_error(site.greenroom.confirm_email(&link_token_in(mail)).await).code(), "token_invalid");
    }
    let newest = site.link_token_for(WAMBUI).await;
    site.greenroom.confirm_email(confirmation_with_profile(&newest)).await.expect("the newest still works");
    assert!(sign_in(&site.greenroom, WAMBUI, CHOSEN).await.is_ok());
    for number in 0..14 {
        let guess = format!("the attacker's own {number}");
        let refused = expect_api_error(sign_in(&site.greenroom, WAMBUI, &guess).await);
        assert!(matches!(refused, ApiError::InvalidCredentials | ApiError::RateLimited { .. }), "{refused:?}");
    }
}

async fn registering_again_mails_another_link(site: Site) {
    register(&site, WAMBUI, PASSWORD, "Wambui").await;
    let first = site.link_token_for(WAMBUI).await;
    site.clock.advance(Duration::from_secs(60));
    register(&site, WAMBUI, PASSWORD, "Wambui").await;
    assert_eq!(expect_api_error(sign_in(&site.greenroom, WAMBUI, PASSWORD).await), ApiError::EmailUnverified);
    let second = site.link_token_for(WAMBUI).await;
    assert_eq!(
        expect_api_error(site.greenroom.confirm_email(&first).await).code(),
        "token_invalid",
        "the older link still works"
    );
    site.greenroom.confirm_email(&second).await.expect("confirmed");
    assert!(sign_in(&site.greenroom, WAMBUI, PASSWORD).await.is_ok());
}

async fn only_pending_registrations_get_another_link(site: Site) {
    register(&site, WAMBUI, PASSWORD, "Wambui").await;
    site.link_token_for(WAMBUI).await;
    for email in [WAMBUI, SARAH.email, "unknown@example.com"] {
        let email = email.parse().expect("an address");
        site.greenroom.resend_link(email, None, Ipv4Addr::LOCALHOST.into()).await.expect("the same response");
    }
    assert_eq!(site.mails_to(WAMBUI).await.len(), 2);
    assert_eq!(site.mails_to(SARAH.email).await.len(), 0);
    assert_eq!(site.mails_to("unknown@example.com").await.len(), 0);
    site.greenroom
        .confirm_email(confirmation_with_profile(&site.link_token_for(WAMBUI).await))
        .await
        .expect("confirmed");
    assert!(sign_in(&site.greenroom, WAMBUI, CHOSEN).await.is_ok());
}

async fn a_common_password_is_refused(site: Site) {
    let common = registration(WAMBUI, "password123", "Wambui");
    let refused = expect_api_error(site.greenroom.register_account(common, Ipv4Addr::LOCALHOST.into()).await);
    assert_eq!(refused.code(), "password_too_common");
    assert_eq!(site.mails_to(WAMBUI).await.len(), 0);
}

async fn unconfirmed_talent_cannot_be_booked(site: Site) {
    let demo = site.demo().await;
    register(&site, WAMBUI, PASSWORD, "Wambui").await;
    let bands = || TalentSearch { craft: Some(Craft::Band), ..TalentSearch::default() };
    assert!(site.greenroom.search_talents(&demo.eventpro, bands()).await.expect("talents").talents.is_empty());
    site.greenroom.confirm_email(&site.link_token_for(WAMBUI).await).await.expect("confirmed");
    let found = site.greenroom.search_talents(&demo.eventpro, bands()).await.expect("talents").talents;
    assert_eq!(found.first().map(|talent| talent.name.as_str()), Some("Wambui"));
}

async fn registrations_per_ip_are_limited(site: Site) {
    let from = Ipv4Addr::new(203, 0, 113, 9).into();
    for number in 0..20 {
        let email = format!("a{number}@example.com").parse().expect("an address");
        site.greenroom.forgot_password(email, from).await.expect("accepted");
    }
    let refused =
        expect_api_error(site.greenroom.register_account(registration(WAMBUI, PASSWORD, "Wambui"), from).await);
    assert!(matches!(refused, ApiError::RateLimited { retry_after: 3_590..=3_600 }), "{refused:?}");
    register(&site, WAMBUI, PASSWORD, "Wambui").await;
}

async fn unconfirmed_accounts_are_purged(site: Site) {
    register(&site, WAMBUI, PASSWORD, "Wambui").await;
    site.clock.advance(6 * DAY);
    site.greenroom.purge_expired().await.expect("purged");
    assert_eq!(expect_api_error(sign_in(&site.greenroom, WAMBUI, PASSWORD).await), ApiError::EmailUnverified);
    site.clock.advance(2 * DAY);
    site.greenroom.purge_expired().await.expect("purged");
    assert_eq!(expect_api_error(sign_in(&site.greenroom, WAMBUI, PASSWORD).await), ApiError::InvalidCredentials);
    assert!(site.sign_in(SARAH.email).await.user.email_verified, "confirmed accounts are kept");
}

async fn a_clock_set_back_does_not_extend_the_duplicate_window(site: Site) {
    for _ in 0..2 {
        register(&site, WAMBUI, PASSWORD, "Wambui").await;
    }
    assert_eq!(site.mails_to(WAMBUI).await.len(), 1);
    site.clock.set_back(Duration::from_secs(60 * 60));
    register(&site, WAMBUI, PASSWORD, "Wambui").await;
    assert_eq!(site.mails_to(WAMBUI).await.len(), 2);
}

async fn one_purge_deletes_all_unconfirmed_accounts(site: Site) {
    let id = match site.kind {
        Kind::Sqlite => "randomblob(16)",
        Kind::Postgres => "gen_random_uuid()",
    };
    let many = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 450) \
         INSERT INTO person (id, email, name, role, password_hash, email_verified, created_at) \
         SELECT {id}, 'p' || i || '@example.com', 'Unconfirmed', 'talent', '', false, 0 FROM n"
    );
    site.execute(&many).await;
    site.greenroom.purge_expired().await.expect("purged");
    let left = "SELECT count(*) AS count FROM person WHERE name = 'Unconfirmed'";
    assert_eq!(site.count(left).await, 0);
}
