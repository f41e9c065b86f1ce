//! The budget of e-mails that others can cause to one recipient.

use crate::support::{MockMailer, Site, expect_api_error, soon};
use model::{ApiError, NewPassword, RegisterInput};
use services::{
    Greenroom, Limits,
    accounts::Password,
    seed::{EVENTPRO, PASSWORD, SARAH},
};
use std::{net::Ipv4Addr, time::Duration};
use tokio::task::JoinSet;

on_both! {
    all_kinds_of_emails_share_a_budget_of_five_an_hour_and_fifteen_a_day,
    concurrent_emails_through_two_nodes_are_counted,
    an_email_change_beyond_the_budget_is_refused,
    deleting_an_account_keeps_emails_and_budgets_of_others,
    account_notices_do_not_count_against_the_budget,
    a_clock_set_back_does_not_lock_a_recipient,
}

const HOUR: Duration = Duration::from_secs(60 * 60);

async fn request_password_reset(greenroom: &Greenroom, email: &str, from: u8) {
    let from = Ipv4Addr::new(203, 0, 113, from).into();
    greenroom.forgot_password(email.parse().expect("an address"), from).await.expect("accepted");
}

async fn register(greenroom: &Greenroom, email: &str) {
    let input = RegisterInput {
        email: Some(email.to_owned()),
        password: Some("velvet drum nairobi".to_owned()),
        name: Some("Another person".to_owned()),
        role: Some("talent".to_owned()),
        craft: Some("band".to_owned()),
    };
    let registration = input.parse().expect("a registration");
    greenroom.register_account(registration, Ipv4Addr::LOCALHOST.into()).await.expect("accepted");
}

/// Causes one e-mail of every kind that an existing account can get.
async fn request_all_mails(site: &Site, email: &str, round: u8) {
    request_password_reset(&site.greenroom, email, round).await;
    register(&site.greenroom, email).await;
    let eventpro = site.demo().await.eventpro;
    // Refused once the budget is used up.
    let _ = site
        .greenroom
        .change_email(&eventpro, demo_password(), email.parse().expect("an address"), client_ip(round))
        .await;
}

fn client_ip(number: u8) -> std::net::IpAddr {
    Ipv4Addr::new(198, 51, 100, number).into()
}

fn demo_password() -> Password {
    Password::new(PASSWORD.to_owned())
}

async fn count_mails(site: &Site, email: &str) -> usize {
    site.mails_to(email).await.len()
}

async fn all_kinds_of_emails_share_a_budget_of_five_an_hour_and_fifteen_a_day(site: Site) {
    for (hour, expected) in [5, 10, 15, 15].into_iter().enumerate() {
        for round in 0..3 {
            request_all_mails(&site, SARAH.email, round).await;
        }
        assert_eq!(count_mails(&site, SARAH.email).await, expected, "in hour {hour}");
        site.clock.advance(HOUR);
    }
    // The first five are a day old by then.
    site.clock.advance(20 * HOUR);
    request_all_mails(&site, SARAH.email, 9).await;
    assert_eq!(count_mails(&site, SARAH.email).await, 18);
}

async fn concurrent_emails_through_two_nodes_are_counted(site: Site) {
    let nodes = [site.greenroom.clone(), site.open_second_node(Limits::default()).await];
    let mut tasks = JoinSet::new();
    for number in 0..30 {
        let greenroom = nodes[number % 2].clone();
        tasks.spawn(async move { request_password_reset(&greenroom, SARAH.email, number as u8).await });
    }
    soon("all requests", tasks.join_all()).await;
    assert_eq!(count_mails(&site, SARAH.email).await, 5);
}

async fn an_email_change_beyond_the_budget_is_refused(site: Site) {
    let demo = site.demo().await;
    let to = || "kept.busy@example.com".parse().expect("an address");
    for number in 0..5 {
        site.greenroom.change_email(&demo.sarah, demo_password(), to(), client_ip(number)).await.expect("accepted");
    }
    let refused = expect_api_error(site.greenroom.change_email(&demo.sarah, demo_password(), to(), client_ip(9)).await);
    assert_eq!(refused, ApiError::RateLimited { retry_after: 3_600 });
    assert_eq!(count_mails(&site, SARAH.email).await, 5, "a warning to the old address exceeds its budget");
    let token = site.link_token_for("kept.busy@example.com").await;
    site.greenroom.confirm_email(&token).await.expect("the earlier link");
}

async fn deleting_an_account_keeps_emails_and_budgets_of_others(site: Site) {
    let demo = site.demo().await;
    for number in 0..4 {
        request_password_reset(&site.greenroom, EVENTPRO.email, number).await;
    }
    let victim = EVENTPRO.email.parse().expect("an address");
    site.greenroom.change_email(&demo.sarah, demo_password(), victim, client_ip(1)).await.expect("accepted");
    assert_eq!(count_mails(&site, EVENTPRO.email).await, 5);
    site.greenroom.delete_account(&demo.sarah, demo_password()).await.expect("deleted");
    assert_eq!(count_mails(&site, EVENTPRO.email).await, 5);
    request_password_reset(&site.greenroom, EVENTPRO.email, 9).await;
    assert_eq!(count_mails(&site, EVENTPRO.email).await, 5, "deleting the account reset the budget");
    assert_eq!(count_mails(&site, SARAH.email).await, 0, "an e-mail of the deleted account is left");
}

async fn account_notices_do_not_count_against_the_budget(site: Site) {
    let demo = site.demo().await;
    for number in 0..8 {
        request_password_reset(&site.greenroom, SARAH.email, number).await;
    }
    let new = NewPassword::parse(Some("velvet drum nairobi")).expect("a password");
    site.greenroom.change_password(&demo.sarah, demo_password(), new).await.expect("changed");
    let mails = site.mails_to(SARAH.email).await;
    assert_eq!(mails.len(), 6);
    assert!(mails[0].subject.contains("was changed"), "{}", mails[0].subject);
}

async fn a_clock_set_back_does_not_lock_a_recipient(site: Site) {
    for number in 0..8 {
        request_password_reset(&site.greenroom, SARAH.email, number).await;
    }
    site.clock.set_back(HOUR);
    request_password_reset(&site.greenroom, SARAH.email, 9).await;
    let mailer = MockMailer::default();
    site.greenroom.deliver_pending(&mailer).await.expect("delivered");
    assert_eq!(
        (mailer.recipients().len(), count_mails(&site, SARAH.email).await),
        (1, 0),
        "the earlier links were revoked"
    );
}
