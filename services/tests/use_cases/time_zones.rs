//! The time zone of a person's device.

use crate::support::{Site, expect_api_error, token_draft};
use model::{ApiError, FieldError, Scope, TimeZoneName};
use services::{
    accounts::Password,
    seed::{PASSWORD, SARAH},
};

on_both! {
    a_reported_time_zone_applies_to_all_sessions,
    an_unknown_time_zone_is_refused,
    access_tokens_set_no_time_zone,
    a_time_zone_is_exported_and_deleted_with_the_account,
}

fn zone(name: &str) -> TimeZoneName {
    name.parse().expect("a name")
}

async fn a_reported_time_zone_applies_to_all_sessions(site: Site) {
    let (demo, greenroom) = (site.demo().await, &site.greenroom);
    assert_eq!(demo.sarah.time_zone(), None);
    greenroom.set_time_zone(&demo.sarah, zone("Europe/London")).await.expect("stored");
    greenroom.set_time_zone(&demo.sarah, zone("Asia/Dubai")).await.expect("stored");
    let other = greenroom.authenticate(&site.sign_in(SARAH.email).await.token).await.expect("a viewer");
    assert_eq!(other.time_zone(), Some(&zone("Asia/Dubai")));
    assert_eq!(site.demo().await.kamau.time_zone(), None, "stored for another person");
}

async fn an_unknown_time_zone_is_refused(site: Site) {
    let (demo, greenroom) = (site.demo().await, &site.greenroom);
    let error = expect_api_error(greenroom.set_time_zone(&demo.sarah, zone("Africa/Nowhere")).await);
    assert_eq!(error.field_error("time_zone"), Some(FieldError::Invalid));
    assert_eq!(site.demo().await.sarah.time_zone(), None);
}

async fn access_tokens_set_no_time_zone(site: Site) {
    let (demo, greenroom) = (site.demo().await, &site.greenroom);
    let made = greenroom.create_token(&demo.sarah, token_draft(Scope::Write)).await.expect("a token");
    let bot = greenroom.authenticate_token(&made.secret).await.expect("a viewer");
    assert_eq!(expect_api_error(greenroom.set_time_zone(&bot, zone("UTC")).await), ApiError::SessionRequired);
}

async fn a_time_zone_is_exported_and_deleted_with_the_account(site: Site) {
    let (demo, greenroom) = (site.demo().await, &site.greenroom);
    greenroom.set_time_zone(&demo.sarah, zone("Asia/Dubai")).await.expect("stored");
    let mut export = greenroom.export_data(&demo.sarah).expect("an export");
    let mut text = Vec::new();
    while let Some(piece) = export.next().await {
        text.extend(piece.expect("a piece"));
    }
    let whole: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    assert_eq!(whole["times"]["timeZone"], "Asia/Dubai");
    greenroom.delete_account(&demo.sarah, Password::new(PASSWORD.to_owned())).await.expect("deleted");
    assert_eq!(site.count("SELECT count(time_zone) AS count FROM person").await, 0);
}
