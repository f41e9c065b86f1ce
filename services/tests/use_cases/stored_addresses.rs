//! Accounts whose e-mail address was valid when it was stored, but wouldn't be accepted today.

use crate::support::{Site, expect_api_error, send_text, sign_in, soon, to_new_password, to_password};
use model::ApiError;
use services::seed::{EVENTPRO, KAMAU, PASSWORD, SARAH};
use std::{net::Ipv4Addr, time::Duration};

on_both! {
    an_account_of_any_stored_address_works_in_every_use_case,
    unread_messages_are_mailed_to_a_stored_address,
    two_accounts_of_one_mailbox_are_both_signed_in_to,
}

/// One address of each kind that was accepted once.
const STORED: [&str; 4] = ["achieng\u{ed}@example.com", "user@mailhost", "x@192.0.2.1", "sarah@-example.com"];
const HOME: Ipv4Addr = Ipv4Addr::LOCALHOST;

async fn store(site: &Site, of: &str, email: &str) {
    site.execute(&format!("UPDATE person SET email = '{email}' WHERE email = '{of}'")).await;
}

async fn an_account_of_any_stored_address_works_in_every_use_case(site: Site) {
    let (mut before, mut password) = (SARAH.email.to_owned(), PASSWORD.to_owned());
    for (number, stored) in STORED.into_iter().enumerate() {
        store(&site, &before, stored).await;
        let token = sign_in(&site.greenroom, &stored.to_uppercase(), &password).await.expect("signed in").token;
        let viewer = site.greenroom.authenticate(&token).await.expect("a viewer");
        let new = format!("velvet drum number {number}");
        site.greenroom.change_password(&viewer, to_password(&password), to_new_password(&new)).await.expect("changed");
        site.greenroom.forgot_password(stored.parse().expect("looked up"), HOME.into()).await.expect("accepted");
        let reset = format!("matatu rain number {number}");
        site.greenroom
            .reset_password(&site.link_token_for(stored).await, to_new_password(&reset))
            .await
            .expect("reset");
        for _ in 0..10 {
            let wrong = expect_api_error(sign_in(&site.greenroom, stored, "wrong").await);
            assert_eq!(wrong, ApiError::InvalidCredentials);
        }
        let warned = async || site.mails_to(stored).await[0].subject.contains("trying to sign in");
        soon("a warning", async { while !warned().await {} }).await;
        site.clock.advance(Duration::from_secs(60));
        let token = sign_in(&site.greenroom, stored, &reset).await.expect("signed in").token;
        let viewer = site.greenroom.authenticate(&token).await.expect("a viewer");
        let to = format!("sarah{number}@example.com");
        site.greenroom
            .change_email(&viewer, to_password(&reset), to.parse().expect("new"), HOME.into())
            .await
            .expect("accepted");
        assert!(site.mails_to(stored).await[0].subject.contains("about to change"));
        site.greenroom.confirm_email(&site.link_token_for(&to).await).await.expect("confirmed");
        assert!(site.mails_to(stored).await[0].subject.contains("was changed"));
        (before, password) = (to, reset);
    }
}

async fn unread_messages_are_mailed_to_a_stored_address(site: Site) {
    let demo = site.demo().await;
    store(&site, EVENTPRO.email, STORED[0]).await;
    send_text(&site.greenroom, &demo.sarah, demo.launch, "Habari").await;
    site.clock.advance(Duration::from_secs(5 * 60));
    site.greenroom.queue_digests().await.expect("queued");
    assert!(!site.mails_to(STORED[0]).await.is_empty());
}

async fn two_accounts_of_one_mailbox_are_both_signed_in_to(site: Site) {
    store(&site, SARAH.email, "sarah@m\u{fc}nchen.example").await;
    store(&site, KAMAU.email, "sarah@xn--mnchen-3ya.example").await;
    for (typed, name) in [("Sarah@M\u{dc}NCHEN.example", SARAH.name), ("sarah@xn--mnchen-3ya.example", KAMAU.name)] {
        assert_eq!(sign_in(&site.greenroom, typed, PASSWORD).await.expect("a session").user.name, name);
    }
}
