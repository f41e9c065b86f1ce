//! Accepting, declining and cancelling a booking.

use crate::support::{Site, Stream, audit_event_log, draft_booking, expect_api_error};
use model::{ApiError, BookingAction, BookingId, BookingStatus, Event, NotificationKind};
use services::{Resume, messages::Window};

on_both! {
    accepting_is_published_and_added_to_the_thread,
    an_action_the_status_does_not_allow_changes_nothing,
    only_the_talent_answers,
    a_stranger_cannot_access_a_booking,
    of_two_concurrent_actions_one_is_applied,
    reading_the_thread_marks_the_action_seen,
    only_the_talent_sees_that_the_day_is_taken,
}

async fn demo_booking_id(site: &Site) -> BookingId {
    let demo = site.demo().await;
    site.greenroom.load_conversation(&demo.sarah, demo.launch).await.expect("a conversation").0.booking.id
}

async fn accepting_is_published_and_added_to_the_thread(site: Site) {
    let (demo, id) = (site.demo().await, demo_booking_id(&site).await);
    let mut organizer_stream = Stream::ready(&site.greenroom, &demo.eventpro, Resume::Live).await.0;
    let mut talent_stream = Stream::ready(&site.greenroom, &demo.sarah, Resume::Live).await.0;
    let accepted = site.greenroom.apply_booking_action(&demo.sarah, id, BookingAction::Accept).await.expect("accepted");
    assert_eq!(accepted.status, BookingStatus::Accepted);
    let Event::BookingUpdated { booking } = organizer_stream.next_event().await.event else { panic!("no booking") };
    assert_eq!(booking, accepted);
    let Event::MessageCreated { message } = organizer_stream.next_event().await.event else { panic!("no message") };
    assert_eq!(
        (message.seq, message.booking_status, message.sender.id),
        (13, Some(BookingStatus::Accepted), demo.sarah.id())
    );
    let Event::NotificationCreated { notification } = organizer_stream.next_event().await.event else {
        panic!("no notice")
    };
    assert_eq!(notification.kind, NotificationKind::BookingAccepted);
    assert_eq!(talent_stream.event_names(2).await, ["booking.updated", "message.created"]);
    let thread = site.greenroom.load_thread(&demo.eventpro, demo.launch, Window::Newest).await.expect("a thread");
    assert_eq!(thread.conversation.booking, accepted);
    assert_eq!((thread.messages.last(), thread.conversation.last_message.as_ref()), (Some(&message), Some(&message)));
    audit_event_log(&site.greenroom, &demo.eventpro).await;
}

async fn an_action_the_status_does_not_allow_changes_nothing(site: Site) {
    let (demo, id) = (site.demo().await, demo_booking_id(&site).await);
    site.greenroom.apply_booking_action(&demo.sarah, id, BookingAction::Decline).await.expect("declined");
    let before = site.count_rows().await;
    for action in [BookingAction::Accept, BookingAction::Decline, BookingAction::Cancel] {
        assert_eq!(
            expect_api_error(site.greenroom.apply_booking_action(&demo.sarah, id, action).await),
            ApiError::WrongStatus
        );
    }
    assert_eq!(
        expect_api_error(site.greenroom.apply_booking_action(&demo.eventpro, id, BookingAction::Cancel).await),
        ApiError::WrongStatus
    );
    assert_eq!(site.count_rows().await, before);
}

async fn only_the_talent_answers(site: Site) {
    let (demo, id) = (site.demo().await, demo_booking_id(&site).await);
    for step in [BookingAction::Accept, BookingAction::Decline] {
        assert_eq!(
            expect_api_error(site.greenroom.apply_booking_action(&demo.eventpro, id, step).await),
            ApiError::WrongRole
        );
    }
    let cancelled = site
        .greenroom
        .apply_booking_action(&demo.eventpro, id, BookingAction::Cancel)
        .await
        .expect("either may cancel");
    assert_eq!(cancelled.status, BookingStatus::Cancelled);
}

async fn a_stranger_cannot_access_a_booking(site: Site) {
    let (demo, id) = (site.demo().await, demo_booking_id(&site).await);
    for step in [BookingAction::Accept, BookingAction::Decline, BookingAction::Cancel] {
        assert_eq!(
            expect_api_error(site.greenroom.apply_booking_action(&demo.kamau, id, step).await),
            ApiError::NotFound
        );
    }
    assert_eq!(
        expect_api_error(site.greenroom.apply_booking_action(&demo.safari, id, BookingAction::Cancel).await),
        ApiError::NotFound
    );
}

async fn of_two_concurrent_actions_one_is_applied(site: Site) {
    let (demo, id) = (site.demo().await, demo_booking_id(&site).await);
    let accept = site.greenroom.apply_booking_action(&demo.sarah, id, BookingAction::Accept);
    let decline = site.greenroom.apply_booking_action(&demo.sarah, id, BookingAction::Decline);
    let (accept, decline) = tokio::join!(accept, decline);
    assert_ne!(accept.is_ok(), decline.is_ok(), "{accept:?}, {decline:?}");
    let thread = site.greenroom.load_thread(&demo.eventpro, demo.launch, Window::Newest).await.expect("a thread");
    assert_eq!(thread.messages.iter().filter(|message| message.booking_status.is_some()).count(), 1);
}

async fn reading_the_thread_marks_the_action_seen(site: Site) {
    let (demo, id) = (site.demo().await, demo_booking_id(&site).await);
    site.greenroom.apply_booking_action(&demo.sarah, id, BookingAction::Accept).await.expect("accepted");
    site.greenroom.mark_read(&demo.eventpro, demo.launch, 13).await.expect("marked read");
    assert_eq!(site.greenroom.load_nav_state(&demo.eventpro).await.expect("a nav state").unread, 0);
}

async fn only_the_talent_sees_that_the_day_is_taken(site: Site) {
    let demo = site.demo().await;
    let request = draft_booking(demo.achieng.id());
    let taken = site.greenroom.open_booking(&demo.eventpro, request.clone()).await.expect("a booking").booking;
    let wanted = site.greenroom.open_booking(&demo.safari, request).await.expect("a booking").booking;
    let clashes = async |id| site.greenroom.find_clashes(&demo.achieng, id).await.expect("the clashes");
    assert_eq!(clashes(wanted.id).await, [], "the other request is unanswered, too");

    let accept = BookingAction::Accept;
    let accepted = site.greenroom.apply_booking_action(&demo.achieng, taken.id, accept).await.expect("accepted");
    assert_eq!(clashes(wanted.id).await, [accepted]);
    assert_eq!(clashes(taken.id).await, [], "it is answered");
    assert_eq!(site.greenroom.find_clashes(&demo.safari, wanted.id).await.expect("the clashes"), []);
    for stranger in [&demo.eventpro, &demo.kamau] {
        assert_eq!(expect_api_error(site.greenroom.find_clashes(stranger, wanted.id).await), ApiError::NotFound);
    }
}
