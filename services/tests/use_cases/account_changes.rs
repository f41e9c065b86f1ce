//! Limits on changes of an account.

use crate::support::{Site, expect_api_error};
use model::{Account, AccountInput, ApiError};
use services::{Result, Viewer};
use std::time::Duration;

on_both! {
    changes_that_others_see_are_limited,
    other_changes_of_an_account_are_limited,
}

const MINUTE: Duration = Duration::from_secs(60);

async fn change(site: &Site, viewer: &Viewer, input: AccountInput) -> Result<Account> {
    site.greenroom.change_account(viewer, input.parse(viewer.role()).expect("a change")).await
}

fn named(name: &str) -> AccountInput {
    AccountInput { name: Some(name.to_owned()), ..AccountInput::default() }
}

fn bio(text: &str) -> AccountInput {
    // The page's form sends all of its fields.
    AccountInput { bio: Some(text.to_owned()), ..named("Name 19") }
}

async fn changes_that_others_see_are_limited(site: Site) {
    let demo = site.demo().await;
    for number in 0..20 {
        change(&site, &demo.sarah, named(&format!("Name {number}"))).await.expect("renamed");
    }
    let before = site.count_rows().await;
    let wait = ApiError::RateLimited { retry_after: 3_600 };
    let renewed = AccountInput { renew_slug: Some(true), ..AccountInput::default() };
    let craft = AccountInput { craft: Some("dj".to_owned()), ..AccountInput::default() };
    for refused in [named("Name 20"), renewed, craft] {
        assert_eq!(expect_api_error(change(&site, &demo.sarah, refused).await), wait);
    }
    assert_eq!(site.count_rows().await, before);
    let private = AccountInput { public_profile: Some(false), ..AccountInput::default() };
    change(&site, &demo.sarah, private).await.expect("no one is told");
    change(&site, &demo.kamau, named("Another")).await.expect("others may");
    site.clock.advance(60 * MINUTE);
    for number in 0..30 {
        change(&site, &demo.sarah, bio(&number.to_string())).await.expect("the same name doesn't count");
    }
    change(&site, &demo.sarah, named("Name 20")).await.expect("an hour later");
}

async fn other_changes_of_an_account_are_limited(site: Site) {
    let demo = site.demo().await;
    for wanted in [true, false].into_iter().cycle().take(60) {
        let receipts = AccountInput { receipts: Some(wanted), ..AccountInput::default() };
        change(&site, &demo.sarah, receipts).await.expect("changed");
    }
    let wait = ApiError::RateLimited { retry_after: 60 };
    assert_eq!(expect_api_error(change(&site, &demo.sarah, AccountInput::default()).await), wait);
    site.clock.advance(MINUTE);
    change(&site, &demo.sarah, AccountInput::default()).await.expect("a minute later");
}
