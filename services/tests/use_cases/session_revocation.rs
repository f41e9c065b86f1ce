//! A session that is revoked after it was loaded writes nothing.

use crate::support::{DemoData, Site, connect, draft, draft_booking, expect_api_error, sign_in, soon, token_draft};
use model::{AccountInput, ApiError, BookingAction, FieldError, NewPassword, Role, Scope};
use sea_orm::{ConnectionTrait, FromQueryResult, TransactionTrait};
use services::{
    Limits, Viewer,
    accounts::Password,
    notifications::NotificationSelection,
    seed::{KAMAU, PASSWORD, SARAH},
};
use std::{net::Ipv4Addr, time::Duration};
use tokio::task::JoinSet;

on_both! {
    a_revoked_session_writes_nothing,
    an_expired_session_writes_nothing,
    a_revoked_access_token_writes_nothing,
    no_write_commits_after_an_answered_revocation,
    sessions_revoking_each_other_do_not_deadlock,
    deleting_an_account_while_sending_does_not_deadlock,
    a_password_change_in_flight_does_not_undo_a_reset,
}

#[derive(Debug, PartialEq, Eq, FromQueryResult)]
struct Account {
    name: String,
    password_hash: String,
    sessions: i64,
    tokens: i64,
}

async fn load_account_row(site: &Site) -> Account {
    let sql = format!(
        "SELECT name, password_hash, (SELECT count(*) FROM session WHERE person_id = person.id) AS sessions, \
         (SELECT count(*) FROM token WHERE person_id = person.id) AS tokens FROM person WHERE email = '{}'",
        SARAH.email
    );
    site.query(&sql).await.pop().expect("a person")
}

fn demo_password() -> Password {
    Password::new(PASSWORD.to_owned())
}

/// Runs every write of a talent once; returns the errors.
async fn try_all_writes(site: &Site, demo: &DemoData, viewer: &Viewer) -> Vec<(&'static str, ApiError)> {
    let greenroom = &site.greenroom;
    let booking = greenroom.load_conversation(&demo.sarah, demo.launch).await.expect("a conversation").0.booking.id;
    vec![
        ("send_message", expect_api_error(greenroom.send_message(viewer, draft(demo.launch, "No")).await)),
        ("mark_read", expect_api_error(greenroom.mark_read(viewer, demo.launch, 12).await)),
        ("mark_delivered", expect_api_error(greenroom.mark_delivered(viewer, demo.launch, 12).await)),
        ("mark_unread", expect_api_error(greenroom.mark_unread(viewer, demo.launch, 1).await)),
        (
            "mark_notifications_seen",
            expect_api_error(greenroom.mark_notifications_seen(viewer, NotificationSelection::All).await),
        ),
        (
            "apply_booking_action",
            expect_api_error(greenroom.apply_booking_action(viewer, booking, BookingAction::Accept).await),
        ),
    ]
}

/// Runs every write to the viewer's own account; returns the errors.
async fn try_account_writes(site: &Site, viewer: &Viewer) -> Vec<(&'static str, ApiError)> {
    let greenroom = &site.greenroom;
    let name = AccountInput { name: Some("Mallory".to_owned()), ..AccountInput::default() };
    let change = name.parse(Role::Talent).expect("a change");
    let new = NewPassword::parse(Some("velvet drum nairobi")).expect("a password");
    let address = "mallory@example.com".parse().expect("an address");
    vec![
        ("change_account", expect_api_error(greenroom.change_account(viewer, change).await)),
        ("change_password", expect_api_error(greenroom.change_password(viewer, demo_password(), new).await)),
        (
            "change_email",
            expect_api_error(
                greenroom.change_email(viewer, demo_password(), address, Ipv4Addr::LOCALHOST.into()).await,
            ),
        ),
        ("create_token", expect_api_error(greenroom.create_token(viewer, token_draft(Scope::Write)).await)),
        ("end_session", expect_api_error(greenroom.end_session(viewer, viewer.session()).await)),
        ("delete_account", expect_api_error(greenroom.delete_account(viewer, demo_password()).await)),
        ("sign_out", expect_api_error(greenroom.sign_out(viewer).await)),
    ]
}

async fn assert_nothing_written(site: &Site, demo: &DemoData, stolen: &Viewer) {
    let before = (site.count_rows().await, load_account_row(site).await);
    let mut tried = try_all_writes(site, demo, stolen).await;
    tried.extend(try_account_writes(site, stolen).await);
    for (name, refused) in tried {
        assert_eq!(refused, ApiError::Unauthenticated, "{name}");
    }
    assert_eq!((site.count_rows().await, load_account_row(site).await), before);
}

async fn a_revoked_session_writes_nothing(site: Site) {
    let demo = site.demo().await;
    let stolen = site.greenroom.authenticate(&site.sign_in(SARAH.email).await.token).await.expect("a viewer");
    site.greenroom.end_session(&demo.sarah, stolen.session()).await.expect("revoked");
    assert_nothing_written(&site, &demo, &stolen).await;
    // Also for organizers.
    let (_, organizer) = (site.greenroom.sign_out(&demo.eventpro).await.expect("signed out"), &demo.eventpro);
    let refused = expect_api_error(site.greenroom.open_booking(organizer, draft_booking(demo.achieng.id())).await);
    assert_eq!(refused, ApiError::Unauthenticated);
}

async fn an_expired_session_writes_nothing(site: Site) {
    let demo = site.demo().await;
    let stolen = site.greenroom.authenticate(&site.sign_in(SARAH.email).await.token).await.expect("a viewer");
    site.clock.advance(Duration::from_secs(31 * 24 * 60 * 60));
    assert_nothing_written(&site, &demo, &stolen).await;
}

async fn a_revoked_access_token_writes_nothing(site: Site) {
    let demo = site.demo().await;
    let made = site.greenroom.create_token(&demo.sarah, token_draft(Scope::Write)).await.expect("a token");
    let bot = site.greenroom.authenticate_token(&made.secret).await.expect("a viewer");
    site.greenroom.end_session(&demo.sarah, bot.session()).await.expect("revoked");
    let before = site.count_rows().await;
    for (name, refused) in try_all_writes(&site, &demo, &bot).await {
        assert_eq!(refused, ApiError::Unauthenticated, "{name}");
    }
    assert_eq!(site.count_rows().await, before);
}

/// A revocation waits for writes in progress, or they find no session.
async fn no_write_commits_after_an_answered_revocation(site: Site) {
    let demo = site.demo().await;
    let second = site.open_second_node(Limits::default()).await;
    for round in 0..8 {
        let stolen = site.greenroom.authenticate(&site.sign_in(SARAH.email).await.token).await.expect("a viewer");
        let mut sends = JoinSet::new();
        for number in 0..16 {
            let greenroom = if number % 2 == 0 { site.greenroom.clone() } else { second.clone() };
            let (stolen, draft) = (stolen.clone(), draft(demo.launch, &format!("{round}: {number}")));
            sends.spawn(async move { greenroom.send_message(&stolen, draft).await.is_ok() });
        }
        tokio::task::yield_now().await;
        soon("the revocation", site.greenroom.end_session(&demo.sarah, stolen.session())).await.expect("revoked");
        let then = site.count_rows().await;
        soon("all sends", sends.join_all()).await;
        assert_eq!(site.count_rows().await, then, "written after the revocation was answered");
    }
}

async fn sessions_revoking_each_other_do_not_deadlock(site: Site) {
    for _ in 0..6 {
        let mut viewers = Vec::new();
        for _ in 0..2 {
            viewers.push(site.greenroom.authenticate(&site.sign_in(SARAH.email).await.token).await.expect("a viewer"));
        }
        let (one, other) = (&viewers[0], &viewers[1]);
        let (first, second) = soon("both revocations", async {
            tokio::join!(
                site.greenroom.end_session(one, other.session()),
                site.greenroom.end_session(other, one.session())
            )
        })
        .await;
        assert_eq!([first.is_ok(), second.is_ok()].iter().filter(|ended| **ended).count(), 1, "not exactly one");
    }
}

async fn deleting_an_account_while_sending_does_not_deadlock(site: Site) {
    let demo = site.demo().await;
    let second = site.open_second_node(Limits::default()).await;
    let mut sends = JoinSet::new();
    for number in 0..40 {
        let greenroom = if number % 2 == 0 { site.greenroom.clone() } else { second.clone() };
        let by = if number % 3 == 0 { demo.eventpro.clone() } else { demo.sarah.clone() };
        let draft = draft(demo.launch, "Still there?");
        sends.spawn(async move { greenroom.send_message(&by, draft).await.map_err(services::Error::into_api_error) });
    }
    soon("the deletion", site.greenroom.delete_account(&demo.sarah, demo_password())).await.expect("deleted");
    for posted in soon("all sends", sends.join_all()).await {
        assert!(matches!(posted, Ok(_) | Err(ApiError::Unauthenticated | ApiError::RateLimited { .. })), "{posted:?}");
    }
}

/// The hash of a password that no person knows.
const RESET: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The old password is verified before the reset; the new one must not be written after it.
async fn a_password_change_in_flight_does_not_undo_a_reset(site: Site) {
    let demo = site.demo().await;
    let greenroom = site.open_second_node(Limits { max_concurrent_password_hashes: 1, ..Limits::default() }).await;
    let connection = connect(site.url()).await;
    let reset = connection.begin().await.expect("a transaction");
    let sql = format!("UPDATE person SET password_hash = '{RESET}' WHERE email = '{}'", SARAH.email);
    reset.execute_unprepared(&sql).await.expect("a reset");
    let new = NewPassword::parse(Some("velvet drum nairobi")).expect("a password");
    let (thief, changing) = (demo.sarah.clone(), greenroom.clone());
    let change = tokio::spawn(async move { changing.change_password(&thief, demo_password(), new).await });
    // Hashing is serialised: once these have failed, the old password has been verified.
    for _ in 0..3 {
        expect_api_error(sign_in(&greenroom, KAMAU.email, "wrong").await);
    }
    reset.commit().await.expect("committed");
    let refused = expect_api_error(soon("the change", change).await.expect("no panic"));
    assert_eq!(refused, ApiError::for_field("current", FieldError::WrongPassword));
    assert_eq!(load_account_row(&site).await.password_hash, RESET);
}
