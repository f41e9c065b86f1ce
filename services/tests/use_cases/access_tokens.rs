//! Access tokens and their scopes.

use crate::support::{Site, draft, draft_booking, expect_api_error, token_draft};
use model::{AccountChange, AccountInput, ApiError, BookingAction, NewPassword, Role, Scope, TokenDraft};
use services::{Resume, Viewer, accounts::Password, notifications::NotificationSelection, seed::PASSWORD};
use std::{net::Ipv4Addr, time::Duration};

on_both! {
    a_read_scope_token_reads_all_and_writes_nothing,
    a_write_scope_token_writes,
    access_tokens_cannot_change_the_account,
    tokens_and_cookies_are_not_interchangeable,
    revoking_a_token_ends_its_streams,
    devices_and_tokens_are_listed_separately,
    a_session_of_another_person_cannot_be_ended,
    using_a_token_does_not_prolong_it,
}

async fn authenticate_token_with(site: &Site, owner: &Viewer, scope: Scope) -> (Viewer, String) {
    let made = site.greenroom.create_token(owner, token_draft(scope)).await.expect("a token");
    (site.greenroom.authenticate_token(&made.secret).await.expect("a viewer"), made.secret)
}

async fn a_read_scope_token_reads_all_and_writes_nothing(site: Site) {
    let (demo, greenroom) = (site.demo().await, &site.greenroom);
    let (bot, _) = authenticate_token_with(&site, &demo.eventpro, Scope::Read).await;
    assert_eq!(greenroom.load_inbox(&bot, None).await.expect("an inbox").conversations.len(), 1);
    assert!(greenroom.subscribe(&bot, Resume::Live, false).await.is_ok());
    let booking = greenroom.load_conversation(&bot, demo.launch).await.expect("a conversation").0.booking;
    let before = site.count_rows().await;
    for refused in [
        expect_api_error(greenroom.send_message(&bot, draft(demo.launch, "No")).await),
        expect_api_error(greenroom.mark_read(&bot, demo.launch, 12).await),
        expect_api_error(greenroom.open_booking(&bot, draft_booking(demo.achieng.id())).await),
        expect_api_error(greenroom.apply_booking_action(&bot, booking.id, BookingAction::Cancel).await),
        expect_api_error(greenroom.mark_notifications_seen(&bot, NotificationSelection::All).await),
    ] {
        assert_eq!(refused, ApiError::InsufficientScope);
    }
    assert_eq!(site.count_rows().await, before);
}

async fn a_write_scope_token_writes(site: Site) {
    let demo = site.demo().await;
    let (bot, _) = authenticate_token_with(&site, &demo.sarah, Scope::Write).await;
    let message =
        site.greenroom.send_message(&bot, draft(demo.launch, "Sent by a program")).await.expect("sent").into_message();
    assert_eq!((message.sender.id, message.seq), (demo.sarah.id(), 13));
}

async fn access_tokens_cannot_change_the_account(site: Site) {
    let (demo, greenroom) = (site.demo().await, &site.greenroom);
    let (bot, _) = authenticate_token_with(&site, &demo.sarah, Scope::Write).await;
    let password = || Password::new(PASSWORD.to_owned());
    let new = NewPassword::parse(Some("velvet drum nairobi")).expect("a password");
    let change: AccountChange = AccountInput::default().parse(Role::Talent).expect("a change");
    let address = "bot@example.com".parse().expect("an address");
    for refused in [
        expect_api_error(greenroom.change_account(&bot, change).await),
        expect_api_error(greenroom.change_password(&bot, password(), new).await),
        expect_api_error(greenroom.change_email(&bot, password(), address, Ipv4Addr::LOCALHOST.into()).await),
        expect_api_error(greenroom.delete_account(&bot, password()).await),
        expect_api_error(greenroom.list_devices(&bot).await),
        expect_api_error(greenroom.list_access_tokens(&bot).await),
        expect_api_error(greenroom.create_token(&bot, token_draft(Scope::Write)).await),
        expect_api_error(greenroom.end_session(&bot, demo.sarah.session()).await),
        expect_api_error(greenroom.export_data(&bot)),
    ] {
        assert_eq!(refused, ApiError::SessionRequired);
    }
}

async fn tokens_and_cookies_are_not_interchangeable(site: Site) {
    let demo = site.demo().await;
    let (_, secret) = authenticate_token_with(&site, &demo.sarah, Scope::Write).await;
    assert_eq!(expect_api_error(site.greenroom.authenticate(&secret).await), ApiError::Unauthenticated);
    let cookie = site.sign_in(services::seed::SARAH.email).await.token;
    assert_eq!(expect_api_error(site.greenroom.authenticate_token(&cookie).await), ApiError::Unauthenticated);
}

async fn revoking_a_token_ends_its_streams(site: Site) {
    let demo = site.demo().await;
    let (bot, secret) = authenticate_token_with(&site, &demo.sarah, Scope::Read).await;
    let mut stream = crate::support::Stream::ready(&site.greenroom, &bot, Resume::Live).await.0;
    site.greenroom.end_session(&demo.sarah, bot.session()).await.expect("revoked");
    assert_eq!(stream.next_frame().await.event, "session-ended");
    stream.wait_end().await;
    assert_eq!(expect_api_error(site.greenroom.authenticate_token(&secret).await), ApiError::Unauthenticated);
}

async fn devices_and_tokens_are_listed_separately(site: Site) {
    let demo = site.demo().await;
    let before = site.greenroom.list_devices(&demo.sarah).await.expect("devices");
    assert_eq!(before.iter().filter(|device| device.current).count(), 1);
    let (bot, _) = authenticate_token_with(&site, &demo.sarah, Scope::Read).await;
    assert_eq!(site.greenroom.list_devices(&demo.sarah).await.expect("devices").len(), before.len());
    let tokens = site.greenroom.list_access_tokens(&demo.sarah).await.expect("tokens");
    assert_eq!(tokens.len(), 1);
    assert_eq!((tokens[0].id, tokens[0].name.as_str(), tokens[0].scope), (bot.session(), "bot", Scope::Read));
}

async fn a_session_of_another_person_cannot_be_ended(site: Site) {
    let demo = site.demo().await;
    let refused = expect_api_error(site.greenroom.end_session(&demo.kamau, demo.sarah.session()).await);
    assert_eq!(refused, ApiError::NotFound);
    assert_eq!(
        site.greenroom.list_devices(&demo.sarah).await.expect("devices").iter().filter(|it| it.current).count(),
        1
    );
}

async fn using_a_token_does_not_prolong_it(site: Site) {
    let demo = site.demo().await;
    let day = Duration::from_secs(24 * 60 * 60);
    let made = site.greenroom.create_token(&demo.sarah, TokenDraft { days: 7, ..token_draft(Scope::Read) }).await;
    let made = made.expect("a token");
    let listed = site.greenroom.list_access_tokens(&demo.sarah).await.expect("tokens").remove(0);
    assert_eq!(listed.expires_at.millis() - listed.created_at.millis(), 7 * 86_400_000);
    for _ in 0..6 {
        site.clock.advance(day);
        let bot = site.greenroom.authenticate_token(&made.secret).await.expect("a viewer");
        assert_eq!(bot.expires_at(), listed.expires_at);
    }
    site.clock.advance(day);
    assert_eq!(expect_api_error(site.greenroom.authenticate_token(&made.secret).await), ApiError::Unauthenticated);
}
