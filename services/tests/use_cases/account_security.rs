//! Account security: rejecting guessable passwords, notices of sign-ins, and asking for the password again before
//! access tokens are created or data is exported.

use crate::support::{Kind, Site, expect_api_error, sign_in, to_new_password, to_password, token_draft};
use model::{ApiError, FieldError, Scope};
use services::{
    Result, SignInResult,
    accounts::Credentials,
    seed::{PASSWORD, SARAH},
};
use std::{net::IpAddr, time::Duration};

on_both! {
    passwords_are_compared_in_unicode_normal_form,
    a_password_made_of_the_own_name_is_refused,
    a_sign_in_from_a_new_device_is_mailed_once,
    sign_ins_from_many_new_devices_are_a_few_mails,
    the_first_known_device_of_an_old_account_is_mailed,
    tokens_and_exports_need_a_recent_password,
    an_older_address_is_found_in_canonical_form,
}

const HOUR: Duration = Duration::from_secs(60 * 60);

async fn sign_in_from(site: &Site, user_agent: &str, from: &str) -> Result<SignInResult> {
    let credentials = Credentials { email: SARAH.email.parse().ok(), password: to_password(PASSWORD) };
    let from: IpAddr = from.parse().expect("an address");
    site.greenroom.sign_in(credentials, from, user_agent).await
}

async fn passwords_are_compared_in_unicode_normal_form(site: Site) {
    let sarah = site.demo().await.sarah;
    site.greenroom
        .change_password(&sarah, to_password(PASSWORD), to_new_password("cafe\u{301} ya asubuhi"))
        .await
        .expect("changed");
    for written in ["cafe\u{301} ya asubuhi", "café ya asubuhi"] {
        assert!(sign_in(&site.greenroom, SARAH.email, written).await.is_ok(), "{written}");
    }
}

async fn a_password_made_of_the_own_name_is_refused(site: Site) {
    let sarah = site.demo().await.sarah;
    site.greenroom
        .forgot_password(SARAH.email.parse().expect("an address"), std::net::Ipv4Addr::LOCALHOST.into())
        .await
        .expect("accepted");
    let token = site.link_token_for(SARAH.email).await;
    for guessed in ["Wanjiru2026!", "greenroom1", "Password2026!", "letmein123", "sarah.photographer1"] {
        let changed = site.greenroom.change_password(&sarah, to_password(PASSWORD), to_new_password(guessed)).await;
        assert_eq!(expect_api_error(changed).field_error("password"), Some(FieldError::PasswordTooCommon), "{guessed}");
        let reset = site.greenroom.reset_password(&token, to_new_password(guessed)).await;
        assert_eq!(expect_api_error(reset).field_error("password"), Some(FieldError::PasswordTooCommon), "{guessed}");
    }
}

async fn a_sign_in_from_a_new_device_is_mailed_once(site: Site) {
    let count_mails = async || site.mails_to(SARAH.email).await.len();
    sign_in_from(&site, "a test", "127.0.0.1").await.expect("a session");
    assert_eq!(count_mails().await, 0, "the device is known");
    sign_in_from(&site, "Firefox/144 <b>", "203.0.113.7").await.expect("a session");
    let mail = site.mails_to(SARAH.email).await.remove(0);
    assert_eq!(mail.subject, "A new sign-in to your account");
    assert!(mail.text.contains("Firefox/144") && !mail.html.contains("<b>"), "{}", mail.html);
    sign_in_from(&site, "Firefox/145 <b>", "203.0.113.9").await.expect("a session");
    assert_eq!(count_mails().await, 1, "the same device with a newer browser");
    sign_in_from(&site, "Firefox/145 <b>", "198.51.100.7").await.expect("a session");
    assert_eq!(count_mails().await, 2, "from another network");
    site.clock.advance(HOUR);
    site.greenroom.purge_expired().await.expect("purged");
    sign_in_from(&site, "Firefox/145 <b>", "198.51.100.7").await.expect("a session");
    assert_eq!(count_mails().await, 2);
}

async fn sign_ins_from_many_new_devices_are_a_few_mails(site: Site) {
    let hash = match site.kind {
        Kind::Sqlite => "randomblob(32)",
        Kind::Postgres => "decode(md5(i::text) || md5(i::text), 'hex')",
    };
    let many = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) \
         INSERT INTO known_device (person_id, fingerprint, seen_at) \
         SELECT person.id, {hash}, person.created_at - i FROM n, person WHERE person.email = '{}'",
        SARAH.email
    );
    site.execute(&many).await;
    for name in ["Firefox", "Chrome", "Safari", "Opera", "Lynx", "Links", "w3m"] {
        sign_in_from(&site, name, "203.0.113.7").await.expect("a session");
    }
    assert_eq!(site.mails_to(SARAH.email).await.len(), 5);
    let known = format!(
        "SELECT count(*) AS count FROM known_device WHERE person_id = (SELECT id FROM person WHERE email = '{}')",
        SARAH.email
    );
    assert_eq!(site.count(&known).await, 200);
    sign_in_from(&site, "Firefox", "203.0.113.7").await.expect("a session");
    assert_eq!(site.count(&known).await, 200, "only the newest are kept");
}

async fn the_first_known_device_of_an_old_account_is_mailed(site: Site) {
    // As after the update that introduced known devices.
    site.execute("DELETE FROM known_device").await;
    sign_in_from(&site, "a test", "127.0.0.1").await.expect("a session");
    assert_eq!(site.mails_to(SARAH.email).await.len(), 0, "no notice for a new account");
    site.execute("DELETE FROM known_device").await;
    site.clock.advance(8 * 24 * HOUR);
    sign_in_from(&site, "a test", "127.0.0.1").await.expect("a session");
    assert_eq!(site.mails_to(SARAH.email).await.len(), 1);
}

async fn tokens_and_exports_need_a_recent_password(site: Site) {
    let token = sign_in(&site.greenroom, SARAH.email, PASSWORD).await.expect("a session").token;
    let viewer = async || site.greenroom.authenticate(&token).await.expect("a viewer");
    site.greenroom.export_data(&viewer().await).expect("a recent sign-in");
    site.clock.advance(HOUR);
    assert_eq!(expect_api_error(site.greenroom.export_data(&viewer().await)), ApiError::PasswordRequired);
    let made = site.greenroom.create_token(&viewer().await, token_draft(Scope::Read)).await;
    assert_eq!(expect_api_error(made), ApiError::PasswordRequired);
    let wrong = site.greenroom.confirm_password(&viewer().await, to_password("wrong")).await;
    assert_eq!(expect_api_error(wrong).field_error("password"), Some(FieldError::WrongPassword));
    site.greenroom.confirm_password(&viewer().await, to_password(PASSWORD)).await.expect("her password");
    site.greenroom.create_token(&viewer().await, token_draft(Scope::Read)).await.expect("a token");
    site.greenroom.export_data(&viewer().await).expect("a document");
}

async fn an_older_address_is_found_in_canonical_form(site: Site) {
    site.execute(&format!("UPDATE person SET email = 'sarah@münchen.example' WHERE email = '{}'", SARAH.email)).await;
    site.execute("DELETE FROM seaql_migrations WHERE version = 'm2026_11_28_canonical_addresses'").await;
    services::migrate(site.url()).await.expect("migrated");
    let user = sign_in(&site.greenroom, "Sarah@MÜNCHEN.example", PASSWORD).await.expect("a session").user;
    assert_eq!((user.name.as_str(), user.email.as_str()), (SARAH.name, "sarah@xn--mnchen-3ya.example"));
}
