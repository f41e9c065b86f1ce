//! Profile settings, data export, and account deletion.

use crate::support::{
    Site, Stream, audit_event_log, draft, draft_booking, expect_api_error, load_last_seq, send_text, sign_in,
};
use model::{AccountInput, ApiError, BookingStatus, Craft, EmailDelay, Event, FieldError, Role};
use services::{
    Resume, Viewer,
    accounts::Password,
    messages::Window,
    seed::{PASSWORD, SARAH},
    talents::TalentSearch,
};

on_both! {
    a_new_name_is_published_to_counterparts,
    omitted_account_fields_stay_unchanged,
    an_export_is_complete,
    an_export_ends_with_its_session,
    an_export_includes_conversations_reordered_during_it,
    a_deleted_person_is_anonymised_and_messages_stay,
    a_deleted_account_has_no_access,
    deleting_an_account_needs_the_password,
}

async fn change_account(site: &Site, viewer: &Viewer, input: AccountInput) -> model::Account {
    let change = input.parse(viewer.role()).expect("a change");
    site.greenroom.change_account(viewer, change).await.expect("changed")
}

async fn a_new_name_is_published_to_counterparts(site: Site) {
    let demo = site.demo().await;
    let mut organizer_stream = Stream::ready(&site.greenroom, &demo.eventpro, Resume::Live).await.0;
    change_account(&site, &demo.sarah, AccountInput { name: Some("Sarah W.".to_owned()), ..Default::default() }).await;
    let Event::PersonUpdated { person } = organizer_stream.next_event().await.event else { panic!("not published") };
    assert_eq!((person.id, person.name.as_str()), (demo.sarah.id(), "Sarah W."));
    // The viewer was loaded with the old name; the message must carry the new one.
    let message = send_text(&site.greenroom, &demo.sarah, demo.launch, "It's me").await;
    assert_eq!(message.sender.name, "Sarah W.");
    let last_seq = load_last_seq(&site.greenroom, &demo.kamau).await;
    assert!(
        audit_event_log(&site.greenroom, &demo.kamau)
            .await
            .iter()
            .all(|envelope| envelope.event.name() != "person.updated"),
        "{last_seq}"
    );
}

async fn omitted_account_fields_stay_unchanged(site: Site) {
    let demo = site.demo().await;
    let input = AccountInput { bio: Some("Weddings and portraits.\nNairobi.".to_owned()), ..Default::default() };
    let account = change_account(&site, &demo.sarah, input).await;
    assert_eq!((account.user.name.as_str(), account.craft), (SARAH.name, Some(Craft::Photographer)));
    let input = AccountInput { mail_after: Some("off".to_owned()), craft: Some(String::new()), ..Default::default() };
    let account = change_account(&site, &demo.sarah, input).await;
    assert_eq!(account.bio, "Weddings and portraits.\nNairobi.");
    assert_eq!((account.mail_after, account.craft), (EmailDelay::Off, None));
    assert_eq!(site.greenroom.load_account(&demo.sarah).await.expect("an account"), account);
    let nothing = change_account(&site, &demo.sarah, AccountInput::default()).await;
    assert_eq!(nothing, account);
}

async fn an_export_is_complete(site: Site) {
    let demo = site.demo().await;
    for number in 0..230 {
        send_text(&site.greenroom, &demo.sarah, demo.launch, &format!("\"{number}\"")).await;
    }
    let mut export = site.greenroom.export_data(&demo.eventpro).expect("an export");
    let mut text = Vec::new();
    while let Some(piece) = export.next().await {
        text.extend(piece.expect("a piece"));
    }
    let whole: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    assert_eq!(whole["account"]["user"]["email"], "contact@eventpro.ke");
    let fields: Vec<_> = whole.as_object().expect("an object").keys().map(String::as_str).collect();
    for field in ["account", "times", "sessions", "notifications", "emails", "conversations", "leftOut"] {
        assert!(fields.contains(&field), "{field} in {fields:?}");
    }
    assert!(whole["times"]["joinedAt"].is_string() && whole["leftOut"][0]["why"].is_string());
    let messages = whole["conversations"][0]["messages"].as_array().expect("messages");
    assert_eq!((messages.len(), &messages[241]["body"]), (242, &"\"229\"".into()));
    assert_eq!(whole["notifications"].as_array().map(Vec::len), Some(236));
    let text = String::from_utf8(text).expect("UTF-8");
    assert!(!text.contains("argon2") && !text.contains("Hash"), "secrets in the export");
}

async fn an_export_ends_with_its_session(site: Site) {
    let demo = site.demo().await;
    for number in 0..230 {
        send_text(&site.greenroom, &demo.sarah, demo.launch, &format!("\"{number}\"")).await;
    }
    let device = site.greenroom.authenticate(&site.sign_in(SARAH.email).await.token).await.expect("a viewer");
    let mut export = site.greenroom.export_data(&device).expect("an export");
    let mut text = String::new();
    // Stop while the first of three windows of messages is being written.
    while !text.contains("\"seq\":2,") {
        let piece = export.next().await.expect("more").expect("a piece");
        text.push_str(std::str::from_utf8(&piece).expect("UTF-8"));
    }
    site.greenroom.end_session(&demo.sarah, device.session()).await.expect("revoked");
    let mut failed = None;
    while let Some(piece) = export.next().await {
        match piece {
            Ok(piece) => text.push_str(std::str::from_utf8(&piece).expect("UTF-8")),
            Err(error) => failed = Some(error.into_api_error()),
        }
    }
    assert_eq!(failed, Some(ApiError::Unauthenticated));
    assert!(!text.contains("\"seq\":201,"), "the export went on after its session ended");
}

async fn an_export_includes_conversations_reordered_during_it(site: Site) {
    let demo = site.demo().await;
    for _ in 0..40 {
        site.greenroom.open_booking(&demo.eventpro, draft_booking(demo.kamau.id())).await.expect("a booking");
    }
    let mut export = site.greenroom.export_data(&demo.eventpro).expect("an export");
    let mut text = Vec::new();
    while !text.ends_with(b"\"conversations\":[") {
        text.extend(export.next().await.expect("more").expect("a piece"));
    }
    // This moves the oldest conversation to another page of the inbox than the one being exported.
    send_text(&site.greenroom, &demo.sarah, demo.launch, "Still there?").await;
    while let Some(piece) = export.next().await {
        text.extend(piece.expect("a piece"));
    }
    let whole: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    let conversations = whole["conversations"].as_array().expect("conversations");
    let ids: std::collections::HashSet<_> =
        conversations.iter().map(|one| one["conversation"]["id"].as_str().expect("an id").to_owned()).collect();
    assert_eq!((conversations.len(), ids.len()), (41, 41));
    assert!(ids.contains(&demo.launch.to_string()));
}

async fn a_deleted_person_is_anonymised_and_messages_stay(site: Site) {
    let demo = site.demo().await;
    let mut organizer_stream = Stream::ready(&site.greenroom, &demo.eventpro, Resume::Live).await.0;
    site.greenroom.delete_account(&demo.sarah, Password::new(PASSWORD.to_owned())).await.expect("deleted");
    let expected = ["booking.updated", "message.created", "notification.created", "person.updated"];
    assert_eq!(organizer_stream.event_names(4).await, expected);
    let thread = site.greenroom.load_thread(&demo.eventpro, demo.launch, Window::Newest).await.expect("a thread");
    assert_eq!(thread.conversation.counterpart.name, "Former member");
    assert_eq!(thread.conversation.booking.status, BookingStatus::Cancelled);
    assert_eq!(thread.messages.len(), 13);
    assert!(thread.messages.iter().all(|message| message.sender.name != SARAH.name));
    let found = site.greenroom.search_talents(&demo.eventpro, TalentSearch::default()).await.expect("talents").talents;
    assert!(found.iter().all(|talent| talent.id != demo.sarah.id()), "still listed as a talent");
    let left = "SELECT (SELECT count(*) FROM person WHERE email LIKE 'sarah%' OR name LIKE 'Sarah%') \
        + (SELECT count(*) FROM session WHERE person_id = (SELECT id FROM person WHERE name = 'Former member')) \
        + (SELECT count(*) FROM notification WHERE person_id = (SELECT id FROM person WHERE name = 'Former member')) AS count";
    assert_eq!(site.count(left).await, 0);
}

async fn a_deleted_account_has_no_access(site: Site) {
    let demo = site.demo().await;
    let mut own = Stream::ready(&site.greenroom, &demo.sarah, Resume::Live).await.0;
    site.greenroom.delete_account(&demo.sarah, Password::new(PASSWORD.to_owned())).await.expect("deleted");
    assert_eq!(own.next_frame().await.data["reason"], "account_deleted");
    own.wait_end().await;
    assert_eq!(expect_api_error(sign_in(&site.greenroom, SARAH.email, PASSWORD).await), ApiError::InvalidCredentials);
    // A request whose session was loaded before the deletion.
    let late = expect_api_error(site.greenroom.send_message(&demo.sarah, draft(demo.launch, "Too late")).await);
    assert_eq!(late, ApiError::Unauthenticated);
}

async fn deleting_an_account_needs_the_password(site: Site) {
    let demo = site.demo().await;
    let refused = expect_api_error(site.greenroom.delete_account(&demo.sarah, Password::new("wrong".to_owned())).await);
    assert_eq!(refused.field_error("password"), Some(FieldError::WrongPassword));
    assert_eq!(demo.sarah.role(), Role::Talent);
    assert!(sign_in(&site.greenroom, SARAH.email, PASSWORD).await.is_ok());
}
