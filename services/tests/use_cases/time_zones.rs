//! The time zone of a person's device.

use crate::support::{Site, expect_api_error, token_draft};
use model::{ApiError, FieldError, Scope, TimeZoneName};
use services::{
    accounts::Password,
    seed::{PASSWORD, SARAH},
};

on_both! {
    a_reported_time_zone_is_that_of_its_session,
    only_changes_of_a_time_zone_are_stored_and_limited,
    an_unknown_time_zone_is_refused,
    access_tokens_set_no_time_zone,
    a_time_zone_is_exported_and_deleted_with_the_account,
}

fn zone(name: &str) -> TimeZoneName {
    name.parse().expect("a name")
}

/// A laptop in London must not change the times of a phone in Dubai.
async fn a_reported_time_zone_is_that_of_its_session(site: Site) {
    let (demo, greenroom) = (site.demo().await, &site.greenroom);
    assert_eq!(demo.sarah.time_zone(), None);
    greenroom.set_time_zone(&demo.sarah, zone("Europe/London")).await.expect("stored");
    let token = site.sign_in(SARAH.email).await.token;
    let phone = greenroom.authenticate(&token).await.expect("a viewer");
    assert_eq!(phone.time_zone(), None, "of another device");
    greenroom.set_time_zone(&phone, zone("Asia/Dubai")).await.expect("stored");
    let phone = greenroom.authenticate(&token).await.expect("a viewer");
    assert_eq!(phone.time_zone(), Some(&zone("Asia/Dubai")));
    let demo = site.demo().await;
    assert_eq!((demo.sarah.time_zone(), demo.kamau.time_zone()), (Some(&zone("Europe/London")), None));
}

async fn only_changes_of_a_time_zone_are_stored_and_limited(site: Site) {
    let greenroom = &site.greenroom;
    greenroom.set_time_zone(&site.demo().await.sarah, zone("Europe/London")).await.expect("stored");
    for number in 1..20 {
        let name = ["Europe/London", "Asia/Dubai"][number % 2];
        greenroom.set_time_zone(&site.demo().await.sarah, zone(name)).await.expect("stored");
    }
    let sarah = site.demo().await.sarah;
    greenroom.set_time_zone(&sarah, zone("Asia/Dubai")).await.expect("nothing to do");
    let refused = expect_api_error(greenroom.set_time_zone(&sarah, zone("Europe/London")).await);
    assert!(matches!(refused, ApiError::RateLimited { .. }), "{refused:?}");
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
    assert_eq!(whole["times"]["timeZones"], serde_json::json!(["Asia/Dubai"]));
    greenroom.delete_account(&demo.sarah, Password::new(PASSWORD.to_owned())).await.expect("deleted");
    assert_eq!(site.count("SELECT count(time_zone) AS count FROM session").await, 0);
}
