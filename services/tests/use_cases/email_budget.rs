//! The budget of e-mails that others can cause to one recipient.

use crate::support::{MockMailer, Site, expect_api_error, with_timeout};
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
    a_change_of_address_that_would_get_no_email_is_refused,
    deleting_an_account_keeps_emails_and_budgets_of_others,
    account_notices_do_not_count_against_the_budget,
    a_clock_set_back_does_not_lock_a_recipient,
}

const HOUR: Duration = Duration::from_secs(60 * 60);

async fn forgot(greenroom: &Greenroom, email: &str, from: u8) {
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
async fn bother(site: &Site, email: &str, round: u8) {
    forgot(&site.greenroom, email, round).await;
    register(&site.greenroom, email).await;
    let eventpro = site.cast().await.eventpro;
    // Refused once the budget is used up.
    let _ = site.greenroom.change_email(&eventpro, password(), email.parse().expect("an address"), from(round)).await;
}

fn from(number: u8) -> std::net::IpAddr {
    Ipv4Addr::new(198, 51, 100, number).into()
}

fn password() -> Password {
    Password::new(PASSWORD.to_owned())
}

async fn sent(site: &Site, email: &str) -> usize {
    site.mails_to(email).await.len()
}

async fn all_kinds_of_emails_share_a_budget_of_five_an_hour_and_fifteen_a_day(site: Site) {
    for (hour, expected) in [5, 10, 15, 15].into_iter().enumerate() {
        for round in 0..3 {
            bother(&site, SARAH.email, round).await;
        }
        assert_eq!(sent(&site, SARAH.email).await, expected, "in hour {hour}");
        site.clock.advance(HOUR);
    }
    // The first five are a day old by then.
    site.clock.advance(20 * HOUR);
    bother(&site, SARAH.email, 9).await;
    assert_eq!(sent(&site, SARAH.email).await, 18);
}

async fn concurrent_emails_through_two_nodes_are_counted(site: Site) {
    let nodes = [site.greenroom.clone(), site.open_second_node(Limits::default()).await];
    let mut asking = JoinSet::new();
    for number in 0..30 {
        let greenroom = nodes[number % 2].clone();
        asking.spawn(async move { forgot(&greenroom, SARAH.email, number as u8).await });
    }
    with_timeout(asking.join_all()).await;
    assert_eq!(sent(&site, SARAH.email).await, 5);
}

async fn a_change_of_address_that_would_get_no_email_is_refused(site: Site) {
    let cast = site.cast().await;
    let to = || "kept.busy@example.com".parse().expect("an address");
    for number in 0..5 {
        site.greenroom.change_email(&cast.sarah, password(), to(), from(number)).await.expect("accepted");
    }
    let refused = expect_api_error(site.greenroom.change_email(&cast.sarah, password(), to(), from(9)).await);
    assert_eq!(refused, ApiError::RateLimited { retry_after: 3_600 });
    assert_eq!(sent(&site, SARAH.email).await, 5, "the old address was told of the refused change");
    let token = site.link_token_for("kept.busy@example.com").await;
    site.greenroom.confirm_email(&token).await.expect("the earlier link");
}

async fn deleting_an_account_keeps_emails_and_budgets_of_others(site: Site) {
    let cast = site.cast().await;
    for number in 0..4 {
        forgot(&site.greenroom, EVENTPRO.email, number).await;
    }
    let victim = EVENTPRO.email.parse().expect("an address");
    site.greenroom.change_email(&cast.sarah, password(), victim, from(1)).await.expect("accepted");
    assert_eq!(sent(&site, EVENTPRO.email).await, 5);
    site.greenroom.delete_account(&cast.sarah, password()).await.expect("deleted");
    assert_eq!(sent(&site, EVENTPRO.email).await, 5);
    forgot(&site.greenroom, EVENTPRO.email, 9).await;
    assert_eq!(sent(&site, EVENTPRO.email).await, 5, "deleting the account reset the budget");
    assert_eq!(sent(&site, SARAH.email).await, 0, "an e-mail of the deleted account is left");
}

async fn account_notices_do_not_count_against_the_budget(site: Site) {
    let cast = site.cast().await;
    for number in 0..8 {
        forgot(&site.greenroom, SARAH.email, number).await;
    }
    let new = NewPassword::parse(Some("velvet drum nairobi")).expect("a password");
    site.greenroom.change_password(&cast.sarah, password(), new).await.expect("changed");
    let letters = site.mails_to(SARAH.email).await;
    assert_eq!(letters.len(), 6);
    assert!(letters[0].subject.contains("was changed"), "{}", letters[0].subject);
}

async fn a_clock_set_back_does_not_lock_a_recipient(site: Site) {
    for number in 0..8 {
        forgot(&site.greenroom, SARAH.email, number).await;
    }
    site.clock.set_back(HOUR);
    forgot(&site.greenroom, SARAH.email, 9).await;
    let office = MockMailer::default();
    site.greenroom.deliver_pending(&office).await.expect("delivered");
    assert_eq!((office.recipients().len(), sent(&site, SARAH.email).await), (1, 0), "the earlier links were revoked");
}
