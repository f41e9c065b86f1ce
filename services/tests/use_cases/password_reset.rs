//! Resetting a forgotten password, and changing the password or address.

use crate::support::{Kind, Site, connect, expect_api_error, sign_in, soon, to_new_password, to_password, token_draft};
use model::{ApiError, Event, FieldError, NotificationKind, Scope};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use services::{
    Resume, Viewer,
    accounts::{Credentials, Origin},
    seed::{EVENTPRO, PASSWORD, SARAH},
};
use std::{net::Ipv4Addr, time::Duration};

on_both! {
    a_link_sets_a_new_password_once_and_ends_every_session,
    a_reset_link_expires_after_an_hour,
    a_refused_password_keeps_the_reset_link,
    an_unknown_address_gets_no_mail,
    changing_the_password_ends_the_other_sessions_and_tokens,
    a_wrong_password_changes_nothing_and_is_counted,
    a_new_address_works_once_confirmed_and_the_old_is_mailed,
    an_address_in_use_cannot_be_taken,
    an_unconfirmed_address_can_be_taken,
    a_new_password_revokes_a_change_of_address,
    links_to_the_old_address_are_revoked,
    a_session_ended_by_a_new_password_writes_nothing,
    an_invalid_link_costs_no_password_hash,
    changing_an_address_does_not_block_readers,
    chosen_passwords_are_rate_limited,
    a_password_change_deletes_other_devices,
}

const NEW: &str = "velvet drum nairobi";

async fn a_link_sets_a_new_password_once_and_ends_every_session(site: Site) {
    let before = site.sign_in(SARAH.email).await.token;
    let viewer = site.greenroom.authenticate(&before).await.expect("a viewer");
    let mut stream = crate::support::Stream::ready(&site.greenroom, &viewer, Resume::Live).await.0;
    site.request_password_reset(SARAH.email).await;
    let other = site.link_token_for(SARAH.email).await;
    site.request_password_reset(SARAH.email).await;
    let token = site.link_token_for(SARAH.email).await;
    let refused = expect_api_error(site.greenroom.reset_password(&other, to_new_password(NEW)).await);
    assert_eq!(refused.field_error("token"), Some(FieldError::TokenInvalid), "a newer link was mailed");
    assert!(site.greenroom.authenticate(&before).await.is_ok(), "the request alone ended a session");
    site.greenroom.reset_password(&token, to_new_password(NEW)).await.expect("set");
    assert_eq!(expect_api_error(site.greenroom.authenticate(&before).await), ApiError::Unauthenticated);
    assert_eq!(stream.next_event().await.event.name(), "notification.created");
    assert_eq!(stream.next_frame().await.event, "session-ended");
    stream.wait_end().await;
    assert_eq!(expect_api_error(sign_in(&site.greenroom, SARAH.email, PASSWORD).await), ApiError::InvalidCredentials);
    assert!(sign_in(&site.greenroom, SARAH.email, NEW).await.is_ok());
    for used in [token, other] {
        let refused = expect_api_error(site.greenroom.reset_password(&used, to_new_password("another one")).await);
        assert_eq!(refused.field_error("token"), Some(FieldError::TokenInvalid), "a link is left");
    }
    assert!(site.mails_to(SARAH.email).await[0].subject.contains("was changed"));
}

async fn a_reset_link_expires_after_an_hour(site: Site) {
    site.request_password_reset(SARAH.email).await;
    let token = site.link_token_for(SARAH.email).await;
    site.clock.advance(Duration::from_secs(60 * 60));
    assert_eq!(
        expect_api_error(site.greenroom.reset_password(&token, to_new_password(NEW)).await).code(),
        "token_invalid"
    );
    assert_eq!(
        expect_api_error(site.greenroom.confirm_email(&token).await).code(),
        "token_invalid",
        "the token works for another purpose"
    );
}

async fn a_refused_password_keeps_the_reset_link(site: Site) {
    site.request_password_reset(SARAH.email).await;
    let token = site.link_token_for(SARAH.email).await;
    let refused = expect_api_error(site.greenroom.reset_password(&token, to_new_password("password123")).await);
    assert_eq!(refused.code(), "password_too_common");
    assert_eq!(expect_api_error(site.greenroom.confirm_email(&token).await).code(), "token_invalid");
    site.greenroom.reset_password(&token, to_new_password(NEW)).await.expect("the same link");
}

async fn an_unknown_address_gets_no_mail(site: Site) {
    site.request_password_reset("unknown@example.com").await;
    assert!(site.greenroom.list_queued_mail().await.expect("e-mails").is_empty());
}

async fn sign_in_viewer(site: &Site, email: &str) -> (Viewer, String) {
    let token = site.sign_in(email).await.token;
    (site.greenroom.authenticate(&token).await.expect("a viewer"), token)
}

async fn changing_the_password_ends_the_other_sessions_and_tokens(site: Site) {
    let (here, here_token) = sign_in_viewer(&site, SARAH.email).await;
    let (_, there_token) = sign_in_viewer(&site, SARAH.email).await;
    let program = site.greenroom.create_token(&here, token_draft(Scope::Read)).await.expect("a token");
    site.greenroom.change_password(&here, to_password(PASSWORD), to_new_password(NEW)).await.expect("changed");
    assert!(site.greenroom.authenticate(&here_token).await.is_ok());
    assert_eq!(expect_api_error(site.greenroom.authenticate(&there_token).await), ApiError::Unauthenticated);
    assert_eq!(expect_api_error(site.greenroom.authenticate_token(&program.secret).await), ApiError::Unauthenticated);
    assert!(sign_in(&site.greenroom, SARAH.email, NEW).await.is_ok());
    let notification_list = site.greenroom.list_notifications(&here, None).await.expect("notifications");
    let kinds: Vec<_> = notification_list.notifications.iter().take(2).map(|notification| notification.kind).collect();
    assert_eq!(kinds, [NotificationKind::PasswordChanged, NotificationKind::TokenCreated]);
    assert_eq!(site.mails_to(SARAH.email).await.len(), 1);
}

async fn a_wrong_password_changes_nothing_and_is_counted(site: Site) {
    let (sarah, _) = sign_in_viewer(&site, SARAH.email).await;
    for _ in 0..10 {
        let refused =
            expect_api_error(site.greenroom.change_password(&sarah, to_password("wrong"), to_new_password(NEW)).await);
        assert_eq!(refused.field_error("current"), Some(FieldError::WrongPassword));
    }
    let refused =
        expect_api_error(site.greenroom.change_password(&sarah, to_password(PASSWORD), to_new_password(NEW)).await);
    assert!(matches!(refused, ApiError::RateLimited { .. }), "guesses in an open session aren't limited: {refused:?}");
    site.clock.advance(Duration::from_secs(60));
    assert!(sign_in(&site.greenroom, SARAH.email, PASSWORD).await.is_ok());
}

async fn a_new_address_works_once_confirmed_and_the_old_is_mailed(site: Site) {
    let (sarah, token) = sign_in_viewer(&site, SARAH.email).await;
    let address = || "sarah.new@example.com".parse().expect("an address");
    let from = Ipv4Addr::LOCALHOST.into();
    site.greenroom.change_email(&sarah, to_password(PASSWORD), address(), from).await.expect("accepted");
    assert!(sign_in(&site.greenroom, SARAH.email, PASSWORD).await.is_ok(), "changed before its confirmation");
    let mut stream = crate::support::Stream::ready(&site.greenroom, &sarah, Resume::Live).await.0;
    site.greenroom.confirm_email(&site.link_token_for("sarah.new@example.com").await).await.expect("confirmed");
    assert_eq!(expect_api_error(sign_in(&site.greenroom, SARAH.email, PASSWORD).await), ApiError::InvalidCredentials);
    assert!(sign_in(&site.greenroom, "sarah.new@example.com", PASSWORD).await.is_ok());
    assert!(site.greenroom.authenticate(&token).await.is_ok(), "the session has ended");
    assert!(site.mails_to(SARAH.email).await[0].subject.contains("was changed"));
    let Event::NotificationCreated { notification } = stream.next_event().await.event else {
        panic!("no notification")
    };
    assert_eq!((notification.kind, notification.conversation_id), (NotificationKind::EmailChanged, None));
}

async fn an_address_in_use_cannot_be_taken(site: Site) {
    let (sarah, _) = sign_in_viewer(&site, SARAH.email).await;
    let taken = EVENTPRO.email.parse().expect("an address");
    let from = Ipv4Addr::LOCALHOST.into();
    site.greenroom.change_email(&sarah, to_password(PASSWORD), taken, from).await.expect("the same response");
    let refused = expect_api_error(site.greenroom.confirm_email(&site.link_token_for(EVENTPRO.email).await).await);
    assert_eq!(refused.code(), "token_invalid");
    assert_eq!(site.sign_in(EVENTPRO.email).await.user.name, EVENTPRO.name);
}

async fn an_unconfirmed_address_can_be_taken(site: Site) {
    let (sarah, _) = sign_in_viewer(&site, SARAH.email).await;
    let input = model::RegisterInput {
        email: Some("sarah.new@example.com".to_owned()),
        password: Some("not hers at all".to_owned()),
        name: Some("Not Sarah".to_owned()),
        role: Some("talent".to_owned()),
        craft: None,
    };
    let from = Ipv4Addr::LOCALHOST.into();
    site.greenroom.register_account(input.parse().expect("a registration"), from).await.expect("accepted");
    let address = "sarah.new@example.com".parse().expect("an address");
    site.greenroom.change_email(&sarah, to_password(PASSWORD), address, from).await.expect("accepted");
    site.greenroom.confirm_email(&site.link_token_for("sarah.new@example.com").await).await.expect("confirmed");
    let user = sign_in(&site.greenroom, "sarah.new@example.com", PASSWORD).await.expect("a session").user;
    assert_eq!(user.name, SARAH.name);
}

async fn request_email_change(site: &Site, viewer: &Viewer, to: &str) {
    let address = to.parse().expect("an address");
    site.greenroom
        .change_email(viewer, to_password(PASSWORD), address, Ipv4Addr::LOCALHOST.into())
        .await
        .expect("accepted");
}

async fn a_new_password_revokes_a_change_of_address(site: Site) {
    let (thief, _) = sign_in_viewer(&site, SARAH.email).await;
    request_email_change(&site, &thief, "thief@example.com").await;
    assert!(site.mails_to(SARAH.email).await[0].subject.contains("about to change"), "the owner got no warning");
    site.request_password_reset(SARAH.email).await;
    site.greenroom.reset_password(&site.link_token_for(SARAH.email).await, to_new_password(NEW)).await.expect("set");
    let refused = expect_api_error(site.greenroom.confirm_email(&site.link_token_for("thief@example.com").await).await);
    assert_eq!(refused.code(), "token_invalid");
    assert!(sign_in(&site.greenroom, SARAH.email, NEW).await.is_ok());
}

async fn links_to_the_old_address_are_revoked(site: Site) {
    let (sarah, _) = sign_in_viewer(&site, SARAH.email).await;
    site.request_password_reset(SARAH.email).await;
    let old = site.link_token_for(SARAH.email).await;
    request_email_change(&site, &sarah, "sarah.new@example.com").await;
    site.greenroom.confirm_email(&site.link_token_for("sarah.new@example.com").await).await.expect("confirmed");
    assert_eq!(
        expect_api_error(site.greenroom.reset_password(&old, to_new_password(NEW)).await).code(),
        "token_invalid"
    );
}

async fn a_session_ended_by_a_new_password_writes_nothing(site: Site) {
    let (thief, _) = sign_in_viewer(&site, SARAH.email).await;
    let (sarah, _) = sign_in_viewer(&site, SARAH.email).await;
    site.greenroom.change_password(&sarah, to_password(PASSWORD), to_new_password(NEW)).await.expect("changed");
    // A request whose session was loaded before the change.
    let token = expect_api_error(site.greenroom.create_token(&thief, token_draft(Scope::Write)).await);
    assert_eq!(token, ApiError::Unauthenticated);
    let address = "thief@example.com".parse().expect("an address");
    let confirmed = site.greenroom.change_email(&thief, to_password(NEW), address, Ipv4Addr::LOCALHOST.into()).await;
    assert_eq!(expect_api_error(confirmed), ApiError::Unauthenticated);
    let name = model::AccountInput { name: Some("Thief".to_owned()), ..Default::default() };
    let renamed = site.greenroom.change_account(&thief, name.parse(thief.role()).expect("a change")).await;
    assert_eq!(expect_api_error(renamed), ApiError::Unauthenticated);
}

async fn an_invalid_link_costs_no_password_hash(site: Site) {
    // A common password is refused before it is hashed. Here, not even that check is reached.
    let refused = expect_api_error(site.greenroom.reset_password("x", to_new_password("password123")).await);
    assert_eq!(refused.code(), "token_invalid");
}

async fn changing_an_address_does_not_block_readers(site: Site) {
    let demo = site.demo().await;
    let conversation = site.greenroom.load_inbox(&demo.sarah, None).await.expect("an inbox").conversations[0].id;
    for round in 0..12 {
        let to = format!("sarah{round}@example.com");
        request_email_change(&site, &demo.sarah, &to).await;
        let message = crate::support::send_text(&site.greenroom, &demo.eventpro, conversation, "Habari").await;
        let token = site.link_token_for(&to).await;
        let (confirmed, seen, read, sent) = tokio::join!(
            site.greenroom.confirm_email(&token),
            site.greenroom.mark_notifications_seen(&demo.sarah, services::notifications::NotificationSelection::All),
            site.greenroom.mark_read(&demo.sarah, conversation, message.seq),
            site.greenroom.send_message(&demo.sarah, crate::support::draft(conversation, "Nzuri")),
        );
        confirmed.and(seen).and(read).expect("no deadlock");
        sent.expect("no deadlock");
        site.clock.advance(Duration::from_secs(3_600));
    }
}

async fn chosen_passwords_are_rate_limited(site: Site) {
    let (sarah, _) = sign_in_viewer(&site, SARAH.email).await;
    site.request_password_reset(SARAH.email).await;
    let token = site.link_token_for(SARAH.email).await;
    let changes =
        (0..25).map(|_| site.greenroom.change_password(&sarah, to_password(PASSWORD), to_new_password("password123")));
    let refused: Vec<_> = futures::future::join_all(changes).await.into_iter().map(expect_api_error).collect();
    let (common, limited): (Vec<_>, Vec<_>) = refused.iter().partition(|one| one.code() == "password_too_common");
    assert_eq!((common.len(), limited.len()), (10, 15), "{refused:?}");
    assert!(limited.iter().all(|one| **one == ApiError::RateLimited { retry_after: 3_600 }), "{limited:?}");
    for _ in 0..9 {
        let refused = expect_api_error(site.greenroom.reset_password(&token, to_new_password("password123")).await);
        assert_eq!(refused.code(), "password_too_common", "links have a limit of their own");
    }
    site.greenroom.reset_password(&token, to_new_password(NEW)).await.expect("the tenth");
    site.clock.advance(Duration::from_secs(60 * 60));
    let token = sign_in(&site.greenroom, SARAH.email, NEW).await.expect("a session").token;
    let sarah = site.greenroom.authenticate(&token).await.expect("a viewer");
    site.greenroom
        .change_password(&sarah, to_password(NEW), to_new_password("seven drums at dawn"))
        .await
        .expect("an hour later");
}

async fn sign_in_with_cookie(site: &Site, with: &str, cookie: &str) -> services::Result<services::SignInResult> {
    let origin = Origin { address: Ipv4Addr::new(203, 0, 113, 9).into(), cookie: Some(cookie.to_owned()) };
    let credentials = Credentials { email: SARAH.email.parse().ok(), password: to_password(with) };
    site.greenroom.sign_in(credentials, origin, "a test").await
}

async fn a_password_change_deletes_other_devices(site: Site) {
    let (_, stolen) = sign_in_viewer(&site, SARAH.email).await;
    let (here, own) = sign_in_viewer(&site, SARAH.email).await;
    site.greenroom.change_password(&here, to_password(PASSWORD), to_new_password(NEW)).await.expect("changed");
    for _ in 0..10 {
        let wrong = expect_api_error(sign_in_with_cookie(&site, PASSWORD, &stolen).await);
        assert_eq!(wrong, ApiError::InvalidCredentials);
    }
    let refused = expect_api_error(sign_in_with_cookie(&site, NEW, &stolen).await);
    assert_eq!(refused, ApiError::RateLimited { retry_after: 60 }, "like any unknown device");
    sign_in_with_cookie(&site, NEW, &own).await.expect("the device that changed it is known");
    site.request_password_reset(SARAH.email).await;
    site.greenroom
        .reset_password(&site.link_token_for(SARAH.email).await, to_new_password("seven drums at dawn"))
        .await
        .expect("set");
    let refused = expect_api_error(sign_in_with_cookie(&site, "seven drums at dawn", &own).await);
    assert_eq!(refused, ApiError::RateLimited { retry_after: 60 }, "a device is still known after a reset");
    site.clock.advance(Duration::from_secs(8 * 24 * 60 * 60));
    sign_in_with_cookie(&site, "seven drums at dawn", &own).await.expect("a session");
    assert_eq!(site.mails_to(SARAH.email).await[0].subject, "A new sign-in to your account");
}

/// A change of the password locks the person before it deletes links. Using a link must lock in the same order.
#[tokio::test]
async fn consuming_a_link_on_postgres_does_not_deadlock_with_a_password_change() {
    let site = Site::new(Kind::Postgres).await;
    site.request_password_reset(SARAH.email).await;
    let token = site.link_token_for(SARAH.email).await;
    let change = connect(site.url()).await;
    let lock = format!("BEGIN; SELECT 1 FROM person WHERE email = '{}' FOR NO KEY UPDATE", SARAH.email);
    change.execute_unprepared(&lock).await.expect("a lock");
    let greenroom = site.greenroom.clone();
    let following = tokio::spawn(async move { greenroom.reset_password(&token, to_new_password(NEW)).await });
    let waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let waits = Statement::from_string(DbBackend::Postgres, waits);
    let watching = connect(site.url()).await;
    soon("a waiting lock", async {
        while watching.query_one_raw(waits.clone()).await.expect("an answer").is_none() {}
    })
    .await;
    change.execute_unprepared("DELETE FROM token; COMMIT").await.expect("no deadlock");
    let refused = expect_api_error(following.await.expect("no panic"));
    assert_eq!(refused.field_error("token"), Some(FieldError::TokenInvalid), "the links were deleted");
}
