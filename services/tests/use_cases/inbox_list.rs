//! The inbox's page: filters, counts, search, and consistency across its pages.

use crate::support::{DemoData, Site, audit_event_log, draft, draft_booking, expect_api_error, send_text, test_rng};
use model::{ApplyOutcome, BookingAction, ConversationId, FieldError, InboxFilter, InboxList, Projection};
use services::Viewer;

on_both! {
    what_needs_the_viewer_comes_first,
    filters_follow_the_booking,
    a_search_finds_names_and_titles,
    a_search_finds_titles_with_and_without_accents,
    a_search_follows_the_next_booking,
    paging_yields_every_conversation_once,
    a_forged_page_token_is_refused,
    a_paged_list_plus_later_events_equals_the_current_list,
}

async fn load(site: &Site, viewer: &Viewer, filter: InboxFilter) -> InboxList {
    site.greenroom.load_inbox_list(viewer, filter, None, None).await.expect("a list")
}

async fn load_page(site: &Site, viewer: &Viewer, after: &InboxList) -> InboxList {
    let page = after.next_page.expect("another page").to_string();
    site.greenroom.load_inbox_list(viewer, after.filter, None, Some(&page)).await.expect("a page")
}

fn ids(list: &InboxList) -> Vec<ConversationId> {
    list.entries.iter().map(|entry| entry.conversation.id).collect()
}

async fn open(site: &Site, organizer: &Viewer, talent: &Viewer) -> ConversationId {
    site.greenroom.open_booking(organizer, draft_booking(talent.id())).await.expect("a booking").id
}

async fn act(site: &Site, by: &Viewer, id: ConversationId, action: BookingAction) {
    let booking = site.greenroom.load_conversation(by, id).await.expect("a conversation").0.booking.id;
    site.greenroom.apply_booking_action(by, booking, action).await.expect("done");
}

async fn what_needs_the_viewer_comes_first(site: Site) {
    let demo = site.demo().await;
    let (first, second) =
        (open(&site, &demo.eventpro, &demo.achieng).await, open(&site, &demo.safari, &demo.achieng).await);
    for id in [first, second] {
        site.greenroom.mark_read(&demo.achieng, id, 1).await.expect("read");
    }
    let list = load(&site, &demo.achieng, InboxFilter::All).await;
    assert_eq!((ids(&list), list.counts.needs_you), (vec![second, first], 2), "unanswered requests need the talent");
    act(&site, &demo.achieng, second, BookingAction::Accept).await;
    let list = load(&site, &demo.achieng, InboxFilter::All).await;
    assert_eq!((ids(&list), list.counts.needs_you), (vec![first, second], 1), "an answered one doesn't");
    assert_eq!(ids(&load(&site, &demo.achieng, InboxFilter::NeedsYou).await), [first]);
    send_text(&site.greenroom, &demo.safari, second, "Thank you").await;
    let list = load(&site, &demo.achieng, InboxFilter::NeedsYou).await;
    assert_eq!((ids(&list), list.counts.needs_you), (vec![second, first], 2), "unread messages need the viewer");
    let organizers = load(&site, &demo.eventpro, InboxFilter::NeedsYou).await;
    assert!(!ids(&organizers).contains(&first), "a request needs the talent only");
}

async fn filters_follow_the_booking(site: Site) {
    let demo = site.demo().await;
    let [agreed, declined] =
        [open(&site, &demo.eventpro, &demo.achieng).await, open(&site, &demo.safari, &demo.achieng).await];
    act(&site, &demo.achieng, agreed, BookingAction::Accept).await;
    act(&site, &demo.achieng, declined, BookingAction::Decline).await;
    for viewer in [&demo.eventpro, &demo.achieng] {
        let list = load(&site, viewer, InboxFilter::Agreed).await;
        assert_eq!((ids(&list), list.counts.agreed), (vec![agreed], 1));
        assert_eq!(list.next_up.map(|booking| booking.id), Some(list.entries[0].conversation.booking.id));
    }
    assert_eq!(ids(&load(&site, &demo.achieng, InboxFilter::Past).await), [declined]);
    // Two years later both days are past.
    site.clock.advance(std::time::Duration::from_secs(2 * 366 * 24 * 60 * 60));
    let greenroom = &site.greenroom;
    let list = greenroom.load_inbox_list(&demo.achieng, InboxFilter::Agreed, None, None).await.expect("a list");
    assert_eq!((ids(&list), list.counts.agreed, list.next_up), (vec![], 0, None));
    assert_eq!(load(&site, &demo.achieng, InboxFilter::Past).await.entries.len(), 2);
}

async fn a_search_finds_names_and_titles(site: Site) {
    let demo = site.demo().await;
    let opened = open(&site, &demo.eventpro, &demo.kamau).await;
    let search = async |query| {
        let found = site.greenroom.load_inbox_list(&demo.eventpro, InboxFilter::All, Some(query), None).await;
        ids(&found.expect("a list"))
    };
    assert_eq!(search("KAMAU").await, [opened]);
    assert_eq!(search("harvest").await, [opened]);
    assert_eq!(search(" wanjir\u{fa} ").await, [demo.launch], "the talent's name, without accents");
    assert_eq!(search("eventpro").await, [], "the viewer's own name");
    assert_eq!(search("%").await, []);
    assert_eq!(search(" ").await.len(), 2);
    let answer = expect_api_error(
        site.greenroom.load_inbox_list(&demo.eventpro, InboxFilter::All, Some(&"x".repeat(101)), None).await,
    );
    assert_eq!(answer.field_error("query"), Some(FieldError::TooLong));
}

async fn a_search_finds_titles_with_and_without_accents(site: Site) {
    let demo = site.demo().await;
    let booking = model::BookingDraft { title: "ÉLITE Gala à Kilifi".to_owned(), ..draft_booking(demo.kamau.id()) };
    let opened = site.greenroom.open_booking(&demo.eventpro, booking).await.expect("a booking").id;
    let search = async |query| {
        let found = site.greenroom.load_inbox_list(&demo.eventpro, InboxFilter::All, Some(query), None).await;
        ids(&found.expect("a list"))
    };
    for query in ["ÉLITE Gala à Kilifi", "élite", "elite gala", "ELITE", "E\u{301}lite", "gala a kilifi"] {
        assert_eq!(search(query).await, [opened], "{query}");
    }
    site.execute("UPDATE booking SET title = 'Soirée', search_title = NULL WHERE title LIKE '%Gala%'").await;
    assert_eq!(search("soiree").await, [], "written by an older node");
    site.fold_texts().await;
    assert_eq!(search("SOIRÉE").await, [opened]);
}

async fn a_search_follows_the_next_booking(site: Site) {
    let demo = site.demo().await;
    let opened = open(&site, &demo.eventpro, &demo.achieng).await;
    let search = site.greenroom.load_inbox_list(&demo.achieng, InboxFilter::All, Some("nowhere"), None);
    let mut found = search.await.expect("a list");
    assert_eq!((ids(&found), found.next_up.is_some()), (vec![], false));
    for (action, outcome) in
        [(BookingAction::Accept, ApplyOutcome::Changed), (BookingAction::Cancel, ApplyOutcome::Gap)]
    {
        act(&site, &demo.achieng, opened, action).await;
        let log = audit_event_log(&site.greenroom, &demo.achieng).await;
        let greatest = log.iter().map(|envelope| found.apply(demo.achieng.id(), envelope)).max();
        assert_eq!((greatest, found.next_up.is_some()), (Some(outcome), action == BookingAction::Accept));
    }
}

/// Opens bookings between EventPro and MC Achieng: more than two pages. A third has unread messages for EventPro; of
/// the requests to MC Achieng, every other one has been read.
async fn open_many(site: &Site, demo: &DemoData) -> Vec<ConversationId> {
    let mut opened = Vec::new();
    for number in 0..66 {
        let id = open(site, &demo.eventpro, &demo.achieng).await;
        if number % 3 == 0 {
            send_text(&site.greenroom, &demo.achieng, id, "Which hall is it?").await;
        }
        if number % 2 == 0 {
            site.greenroom.mark_read(&demo.achieng, id, 9).await.expect("read");
        }
        opened.push(id);
    }
    opened
}

async fn paging_yields_every_conversation_once(site: Site) {
    let demo = site.demo().await;
    open_many(&site, &demo).await;
    for (viewer, needs_you) in [(&demo.eventpro, 22), (&demo.achieng, 66)] {
        let mut whole = load(&site, viewer, InboxFilter::All).await;
        let mut in_order = ids(&whole);
        while whole.next_page.is_some() {
            let next = load_page(&site, viewer, &whole).await;
            in_order.extend(ids(&next));
            whole.extend(viewer.id(), next);
        }
        let needed = |list: &InboxList| {
            list.entries.iter().filter(|entry| entry.conversation.needs(viewer.id(), list.today.day)).count() as i64
        };
        let first_others =
            whole.entries.partition_point(|entry| entry.conversation.needs(viewer.id(), whole.today.day));
        assert_eq!(in_order, ids(&whole), "the browser sorts differently");
        assert!(whole.entries.len() >= 66 && first_others as i64 == whole.counts.needs_you);
        assert!(needed(&whole) == whole.counts.needs_you && whole.counts.needs_you >= needs_you);
        let past = load(&site, viewer, InboxFilter::Past).await;
        assert_eq!((past.entries.len(), past.next_page), (0, None));
    }
}

async fn a_forged_page_token_is_refused(site: Site) {
    let demo = site.demo().await;
    for page in ["", "2", "1.2", "2.1.00000000000000000000000000000007", "1.1.0000000000000000000000000000000z"] {
        let answer = site.greenroom.load_inbox_list(&demo.eventpro, InboxFilter::All, None, Some(page)).await;
        assert_eq!(expect_api_error(answer).field_error("page"), Some(FieldError::Invalid), "{page}");
    }
}

/// Lists of one and of two pages, read at random moments, all of whose events are applied.
async fn a_paged_list_plus_later_events_equals_the_current_list(site: Site) {
    let demo = site.demo().await;
    let opened = open_many(&site, &demo).await;
    let (mut rng, mut lists, mut survived) = (test_rng(), Vec::new(), 0);
    for step in 0..60 {
        let by = if rng.random_index(2) == 0 { &demo.eventpro } else { &demo.achieng };
        // Mostly those at the top, as people do: others are on no loaded page, and leave a gap.
        let span = if rng.random_index(30) == 0 { opened.len() } else { 12 };
        let id = opened[opened.len() - 1 - rng.random_index(span)];
        match rng.random_index(7) {
            0..=1 => drop(site.greenroom.send_message(by, draft(id, "Yes")).await.expect("sent")),
            2..=3 => site.greenroom.mark_read(by, id, 9).await.expect("read"),
            4 => site.greenroom.mark_unread(by, id, 1).await.expect("unread"),
            5 => {
                let booking = site.greenroom.load_conversation(by, id).await.expect("a conversation").0.booking.id;
                // The status may not allow it.
                let _ = site.greenroom.apply_booking_action(by, booking, BookingAction::ALL[step % 3]).await;
            }
            _ => drop(open(&site, &demo.eventpro, &demo.achieng).await),
        }
        if step % 2 == 0 {
            // Soon after it was loaded, a list survives more often than at the end.
            if let Some((by, list)) = lists.last().cloned() {
                survived += usize::from(check_list(&site, by, list).await);
            }
            let filter = InboxFilter::ALL[rng.random_index(4)];
            let mut list = load(&site, by, filter).await;
            if step % 4 == 0 && list.next_page.is_some() {
                let next = load_page(&site, by, &list).await;
                list.extend(by.id(), next);
            }
            lists.push((by, list));
        }
    }
    for (by, list) in lists {
        survived += usize::from(check_list(&site, by, list).await);
    }
    assert!(survived > 3, "nearly every list had a gap: {survived}");
}

/// Checks that a list with the later events applied equals the current list. Returns `false` if an event left a gap.
async fn check_list(site: &Site, by: &Viewer, mut list: InboxList) -> bool {
    let log = audit_event_log(&site.greenroom, by).await;
    if log.iter().any(|envelope| list.apply(by.id(), envelope) == ApplyOutcome::Gap) {
        return false;
    }
    let mut current = load(site, by, list.filter).await;
    while let (Some(_), true) = (current.next_page, current.entries.len() < list.entries.len()) {
        let next = load_page(site, by, &current).await;
        current.extend(by.id(), next);
    }
    let shown = if list.next_page.is_some() { list.entries.len() } else { usize::MAX };
    current.entries.truncate(shown);
    list.entries.truncate(if current.next_page.is_some() { current.entries.len() } else { usize::MAX });
    list.next_page = current.next_page;
    assert_eq!(list, current, "{}", by.person().name);
    true
}
