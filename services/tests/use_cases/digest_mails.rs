//! Digest e-mails about unread messages.

use crate::support::{MockMailer, Site, expect_api_error, link_token_in, send_text};
use model::{AccountInput, BookingAction, BookingStatus};
use services::{
    Limits, Viewer,
    accounts::Password,
    mail::OutgoingEmail,
    seed::{EVENTPRO, PASSWORD, SAFARI},
};
use std::time::Duration;

on_both! {
    a_message_unread_for_five_minutes_is_mailed_once,
    messages_read_in_time_are_not_mailed,
    a_digest_read_before_delivery_is_not_sent,
    one_digest_lists_unread_messages_by_conversation,
    the_digest_delay_is_a_personal_setting,
    one_click_unsubscribes_from_digests,
    old_notifications_are_not_mailed,
    two_processes_queue_one_digest,
    a_deleted_account_does_not_block_digests,
    a_thousand_messages_are_one_digest,
    digests_have_a_budget_per_recipient,
    a_clock_set_back_delays_no_mail,
    a_queued_digest_is_sent_to_the_new_address,
}

const MINUTE: Duration = Duration::from_secs(60);

/// Marks all messages of the demo data as read.
async fn all_read(site: &Site) -> crate::support::DemoData {
    let demo = site.demo().await;
    site.greenroom.mark_read(&demo.eventpro, demo.launch, 12).await.expect("marked read");
    site.greenroom.mark_read(&demo.sarah, demo.launch, 12).await.expect("marked read");
    demo
}

async fn digests_to_eventpro(site: &Site) -> Vec<OutgoingEmail> {
    site.greenroom.queue_digests().await.expect("queued");
    site.mails_to(EVENTPRO.email).await
}

async fn set_email_delay(site: &Site, viewer: &Viewer, delay: &str) {
    let input = AccountInput { mail_after: Some(delay.to_owned()), ..Default::default() };
    site.greenroom.change_account(viewer, input.parse(viewer.role()).expect("a change")).await.expect("changed");
}

async fn a_message_unread_for_five_minutes_is_mailed_once(site: Site) {
    let demo = all_read(&site).await;
    send_text(&site.greenroom, &demo.sarah, demo.launch, "Are the lights <b>yours</b>?").await;
    site.clock.advance(5 * MINUTE - Duration::from_secs(1));
    assert!(digests_to_eventpro(&site).await.is_empty());
    site.clock.advance(Duration::from_secs(1));
    let mails = digests_to_eventpro(&site).await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject, "Sarah Wanjiru: Savanna product launch");
    assert!(mails[0].text.contains("you have 1 unread message."), "{}", mails[0].text);
    assert_eq!(mails[0].conversation, Some(demo.launch));
    assert!(mails[0].text.contains("Are the lights <b>yours</b>?"), "{}", mails[0].text);
    assert!(mails[0].html.contains("&lt;b&gt;yours"), "{}", mails[0].html);
    let link = format!("https://greenroom.example/conversations/{}", demo.launch);
    assert!(mails[0].text.contains(&link) && mails[0].html.contains(&link));
    for _ in 0..30 {
        site.clock.advance(60 * MINUTE);
        assert_eq!(digests_to_eventpro(&site).await.len(), 1, "a second digest of the same message");
    }
    send_text(&site.greenroom, &demo.sarah, demo.launch, "Hello?").await;
    site.clock.advance(5 * MINUTE);
    let mails = digests_to_eventpro(&site).await;
    assert_eq!(mails.len(), 2);
    assert!(mails[0].text.contains("Hello?") && !mails[0].text.contains("lights"), "only new messages expected");
    let thread = |mail: &OutgoingEmail| (mail.subject.clone(), mail.conversation);
    assert_eq!(thread(&mails[0]), thread(&mails[1]), "mail programs show them as two threads");
}

async fn messages_read_in_time_are_not_mailed(site: Site) {
    let demo = all_read(&site).await;
    send_text(&site.greenroom, &demo.sarah, demo.launch, "Quick one").await;
    site.clock.advance(4 * MINUTE);
    site.greenroom.mark_read(&demo.eventpro, demo.launch, 13).await.expect("marked read");
    site.clock.advance(60 * MINUTE);
    assert!(digests_to_eventpro(&site).await.is_empty());
}

async fn a_digest_read_before_delivery_is_not_sent(site: Site) {
    let demo = all_read(&site).await;
    send_text(&site.greenroom, &demo.sarah, demo.launch, "Quick one").await;
    site.clock.advance(5 * MINUTE);
    assert_eq!(digests_to_eventpro(&site).await.len(), 1);
    site.greenroom.mark_read(&demo.eventpro, demo.launch, 13).await.expect("marked read");
    let mailer = MockMailer::default();
    site.greenroom.deliver_pending(&mailer).await.expect("delivered");
    assert!(mailer.recipients().is_empty());
    assert!(digests_to_eventpro(&site).await.is_empty());
}

async fn one_digest_lists_unread_messages_by_conversation(site: Site) {
    let demo = all_read(&site).await;
    let booking = crate::support::draft_booking(demo.kamau.id());
    let opened = site.greenroom.open_booking(&demo.eventpro, booking).await.expect("a booking");
    send_text(&site.greenroom, &demo.sarah, demo.launch, "One").await;
    site.clock.advance(MINUTE);
    send_text(&site.greenroom, &demo.kamau, opened.id, "Accepted the booking.").await;
    send_text(&site.greenroom, &demo.sarah, demo.launch, "Three").await;
    let accepted = site
        .greenroom
        .apply_booking_action(&demo.kamau, opened.booking.id, BookingAction::Accept)
        .await
        .expect("accepted");
    assert_eq!(accepted.status, BookingStatus::Accepted);
    site.clock.advance(4 * MINUTE);
    let mails = digests_to_eventpro(&site).await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject, "Sarah Wanjiru: Savanna product launch, and 1 other conversation");
    assert_eq!(mails[0].conversation, None);
    let counted = "you have 3 unread messages, and news about a booking.";
    assert!(mails[0].text.contains(counted), "a booking action counted as a message: {}", mails[0].text);
    for conversation in [demo.launch, opened.id] {
        let link = format!("<a href=\"https://greenroom.example/conversations/{conversation}\"");
        assert!(mails[0].html.contains(&link), "{}", mails[0].html);
    }
    let sarah = "Sarah Wanjiru, Savanna product launch:\n  “One”\n  “Three”\n";
    let kamau = "DJ Kamau, Harvest dinner:\n  “Accepted the booking.”\n  Accepted the booking.\n";
    assert!(mails[0].text.contains(sarah) && mails[0].text.contains(kamau), "{}", mails[0].text);
    site.clock.advance(60 * MINUTE);
    assert_eq!(digests_to_eventpro(&site).await.len(), 1);
}

async fn the_digest_delay_is_a_personal_setting(site: Site) {
    let demo = all_read(&site).await;
    for (delay, minutes) in [("hourly", 60), ("daily", 24 * 60)] {
        set_email_delay(&site, &demo.eventpro, delay).await;
        let before = digests_to_eventpro(&site).await.len();
        send_text(&site.greenroom, &demo.sarah, demo.launch, delay).await;
        site.clock.advance(minutes * MINUTE - MINUTE);
        assert_eq!(digests_to_eventpro(&site).await.len(), before, "{delay}");
        site.clock.advance(MINUTE);
        assert_eq!(digests_to_eventpro(&site).await.len(), before + 1, "{delay}");
    }
    set_email_delay(&site, &demo.eventpro, "off").await;
    send_text(&site.greenroom, &demo.sarah, demo.launch, "Off").await;
    site.clock.advance(47 * 60 * MINUTE);
    assert_eq!(digests_to_eventpro(&site).await.len(), 2);
}

async fn one_click_unsubscribes_from_digests(site: Site) {
    let demo = all_read(&site).await;
    send_text(&site.greenroom, &demo.sarah, demo.launch, "One").await;
    site.clock.advance(5 * MINUTE);
    let mail = digests_to_eventpro(&site).await.remove(0);
    let url = mail.unsubscribe.clone().expect("an unsubscribe link");
    let (path, token) = url.split_once("?token=").expect("a token");
    assert_eq!(path, "https://greenroom.example/unsubscribe");
    assert_eq!(link_token_in(&mail), token, "another token in the text");
    site.greenroom.unsubscribe(token).await.expect("unsubscribed");
    site.greenroom.unsubscribe(token).await.expect("a retry by the mail program");
    send_text(&site.greenroom, &demo.sarah, demo.launch, "Two").await;
    site.clock.advance(60 * MINUTE);
    assert_eq!(digests_to_eventpro(&site).await.len(), 1);
    assert_eq!(expect_api_error(site.greenroom.unsubscribe("x").await).code(), "token_invalid");
    assert_eq!(
        expect_api_error(site.greenroom.confirm_email(token).await).code(),
        "token_invalid",
        "the token works for another purpose"
    );
}

async fn old_notifications_are_not_mailed(site: Site) {
    let demo = all_read(&site).await;
    set_email_delay(&site, &demo.eventpro, "off").await;
    send_text(&site.greenroom, &demo.sarah, demo.launch, "Long ago").await;
    site.clock.advance(49 * 60 * MINUTE);
    set_email_delay(&site, &demo.eventpro, "five_minutes").await;
    assert!(digests_to_eventpro(&site).await.is_empty());
}

async fn two_processes_queue_one_digest(site: Site) {
    let demo = all_read(&site).await;
    send_text(&site.greenroom, &demo.sarah, demo.launch, "One").await;
    site.clock.advance(5 * MINUTE);
    let other = site.open_second_node(services::Limits::default()).await;
    let (one, two) = tokio::join!(site.greenroom.queue_digests(), other.queue_digests());
    one.and(two).expect("queued");
    assert_eq!(site.mails_to(EVENTPRO.email).await.len(), 1);
}

async fn a_deleted_account_does_not_block_digests(site: Site) {
    let demo = all_read(&site).await;
    // More than one batch of deleted accounts, each with older notifications than EventPro's.
    for number in 0..101 {
        let talent = site.insert_talent(&format!("Gone {number}"), model::Craft::Band).await;
        let booking = crate::support::draft_booking(talent);
        site.greenroom.open_booking(&demo.eventpro, booking).await.expect("a booking");
    }
    site.execute("UPDATE person SET deleted_at = 1 WHERE name LIKE 'Gone %'").await;
    site.clock.advance(Duration::from_secs(1));
    send_text(&site.greenroom, &demo.sarah, demo.launch, "One").await;
    site.clock.advance(5 * MINUTE);
    assert_eq!(digests_to_eventpro(&site).await.len(), 1);
}

async fn a_thousand_messages_are_one_digest(site: Site) {
    let demo = all_read(&site).await;
    let greenroom = site.open_second_node(Limits { sends_per_minute: 2_000, ..Limits::default() }).await;
    for number in 0..1_000 {
        send_text(&greenroom, &demo.sarah, demo.launch, &format!("Number {number}.")).await;
    }
    site.clock.advance(5 * MINUTE);
    for _ in 0..3 {
        assert_eq!(digests_to_eventpro(&site).await.len(), 1);
    }
    let text = &digests_to_eventpro(&site).await[0].text;
    assert!(text.contains("you have 1000 unread messages.") && text.contains("first 50, and 950 more"), "{text}");
    assert!(text.contains("Number 49.") && !text.contains("Number 50."), "{text}");
    send_text(&site.greenroom, &demo.sarah, demo.launch, "One more").await;
    site.clock.advance(5 * MINUTE);
    let mails = digests_to_eventpro(&site).await;
    assert_eq!(mails.len(), 2);
    assert!(mails[0].text.contains("you have 1 unread message."), "{}", mails[0].text);
}

async fn digests_have_a_budget_per_recipient(site: Site) {
    let demo = all_read(&site).await;
    site.greenroom.mark_read(&demo.safari, demo.sundowner, 5).await.expect("marked read");
    for hour in 0..24 {
        for _ in 0..12 {
            send_text(&site.greenroom, &demo.sarah, demo.launch, "Hello?").await;
            site.clock.advance(5 * MINUTE);
            digests_to_eventpro(&site).await;
        }
        let expected = std::cmp::min(15, 5 * (hour + 1));
        assert_eq!(digests_to_eventpro(&site).await.len(), expected, "in hour {hour}");
    }
    send_text(&site.greenroom, &demo.kamau, demo.sundowner, "And you?").await;
    let forgotten = EVENTPRO.email.parse().expect("an address");
    site.greenroom.forgot_password(forgotten, std::net::Ipv4Addr::LOCALHOST.into()).await.expect("accepted");
    assert_eq!(digests_to_eventpro(&site).await.len(), 16, "the password reset was mailed");
    // The first of the fifteen is a day old by then.
    site.clock.advance(5 * MINUTE);
    let mails = digests_to_eventpro(&site).await;
    assert_eq!(mails.len(), 17);
    assert!(mails[0].text.contains("more wait for you"), "the waiting messages are missing: {}", mails[0].text);
    assert_eq!(site.mails_to(SAFARI.email).await.len(), 1);
}

async fn a_clock_set_back_delays_no_mail(site: Site) {
    let demo = all_read(&site).await;
    send_text(&site.greenroom, &demo.sarah, demo.launch, "One").await;
    site.clock.set_back(60 * MINUTE);
    assert_eq!(digests_to_eventpro(&site).await.len(), 1, "mailed at once, since its age is unknown");
    site.clock.set_back(60 * MINUTE);
    let mailer = MockMailer::default();
    site.greenroom.deliver_pending(&mailer).await.expect("delivered");
    assert_eq!(mailer.recipients(), [EVENTPRO.email]);
}

async fn a_queued_digest_is_sent_to_the_new_address(site: Site) {
    let demo = all_read(&site).await;
    send_text(&site.greenroom, &demo.sarah, demo.launch, "Between us").await;
    site.clock.advance(5 * MINUTE);
    assert_eq!(digests_to_eventpro(&site).await.len(), 1);
    let new = "eventpro.new@example.com";
    let (password, from) = (Password::new(PASSWORD.to_owned()), std::net::Ipv4Addr::LOCALHOST.into());
    site.greenroom
        .change_email(&demo.eventpro, password, new.parse().expect("an address"), from)
        .await
        .expect("accepted");
    site.greenroom.confirm_email(&site.link_token_for(new).await).await.expect("confirmed");
    let mails = digests_to_eventpro(&site).await;
    assert!(mails.iter().all(|mail| !mail.text.contains("Between us")), "sent to the old address");
    assert!(site.mails_to(new).await[0].text.contains("Between us"));
}
