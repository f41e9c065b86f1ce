//! The keys with which browsers encrypt a person's local data.

use crate::support::{Site, expect_api_error, token_draft};
use model::{ApiError, Scope};
use services::{accounts::Password, seed::PASSWORD};

on_both! {
    a_browser_key_belongs_to_one_person_and_never_changes,
    concurrent_sessions_get_the_same_browser_key,
    access_tokens_get_no_browser_key,
    deleting_an_account_deletes_its_browser_key,
}

async fn a_browser_key_belongs_to_one_person_and_never_changes(site: Site) {
    let (demo, greenroom) = (site.demo().await, &site.greenroom);
    let sarah = greenroom.load_browser_key(&demo.sarah).await.expect("a key");
    assert!(sarah.len() == 64 && sarah.bytes().all(|byte| byte.is_ascii_hexdigit()), "{sarah}");
    assert_ne!(greenroom.load_browser_key(&demo.kamau).await.expect("a key"), sarah);
    let again = site.sign_in(services::seed::SARAH.email).await.token;
    let again = greenroom.authenticate(&again).await.expect("a viewer");
    assert_eq!(
        greenroom.load_browser_key(&again).await.expect("a key"),
        sarah,
        "sessions of one person have different keys"
    );
}

async fn concurrent_sessions_get_the_same_browser_key(site: Site) {
    let (demo, greenroom) = (site.demo().await, &site.greenroom);
    let (one, other) = tokio::join!(greenroom.load_browser_key(&demo.sarah), greenroom.load_browser_key(&demo.sarah));
    assert_eq!(one.expect("a key"), other.expect("a key"));
}

async fn access_tokens_get_no_browser_key(site: Site) {
    let (demo, greenroom) = (site.demo().await, &site.greenroom);
    let made = greenroom.create_token(&demo.sarah, token_draft(Scope::Write)).await.expect("a token");
    let bot = greenroom.authenticate_token(&made.secret).await.expect("a viewer");
    assert_eq!(expect_api_error(greenroom.load_browser_key(&bot).await), ApiError::SessionRequired);
}

async fn deleting_an_account_deletes_its_browser_key(site: Site) {
    let (demo, greenroom) = (site.demo().await, &site.greenroom);
    let before = greenroom.load_browser_key(&demo.sarah).await.expect("a key");
    greenroom.delete_account(&demo.sarah, Password::new(PASSWORD.to_owned())).await.expect("deleted");
    // A request may still be in progress. The old key must be gone, so that local data stays unreadable.
    assert_ne!(greenroom.load_browser_key(&demo.sarah).await.ok(), Some(before));
}
