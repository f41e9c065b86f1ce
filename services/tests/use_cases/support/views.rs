//! All views that one person can have on screen, updated by events as in a browser.

use super::event_day;
use model::{
    Agenda, AgendaPeriod, ApplyOutcome, BookingView, Envelope, Inbox, InboxFilter, InboxList, NavState,
    NotificationList, PersonId, Projection, Thread,
};
use services::{Greenroom, Viewer, messages::Window};
use std::fmt::Debug;

/// All views of one person, each with its own cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Views {
    /// `None` after an event that it can't be updated by: a browser then reloads it.
    pub(crate) inbox: Option<Inbox>,
    /// The inbox's page, with each filter; `None` like the inbox.
    pub(crate) lists: Vec<Option<InboxList>>,
    /// What a search of the inbox found; `None` like the inbox.
    pub(crate) search: Option<InboxList>,
    /// The bookings from this month on, and those of the month in which all new ones are.
    pub(crate) agendas: Vec<Agenda>,
    pub(crate) notification_list: NotificationList,
    pub(crate) nav_state: NavState,
    pub(crate) threads: Vec<Thread>,
    pub(crate) bookings: Vec<BookingView>,
}

impl Views {
    /// Loads all views, one after the other.
    pub(crate) async fn read(greenroom: &Greenroom, viewer: &Viewer) -> Self {
        let inbox = greenroom.load_inbox(viewer, None).await.expect("an inbox");
        let (mut threads, mut bookings) = (Vec::new(), Vec::new());
        for conversation in &inbox.conversations {
            threads.push(greenroom.load_thread(viewer, conversation.id, Window::Newest).await.expect("a thread"));
            bookings.push(greenroom.load_booking_view(viewer, conversation.booking.id).await.expect("a booking"));
        }
        // By id: the order of the inbox is that of the inbox view.
        threads.sort_by_key(|thread| thread.conversation.id);
        bookings.sort_by_key(|booking| booking.conversation.id);
        let notification_list = greenroom.list_notifications(viewer, None).await.expect("notifications");
        let nav_state = greenroom.load_nav_state(viewer).await.expect("a nav state");
        let (lists, agendas) = (read_lists(greenroom, viewer).await, read_agendas(greenroom, viewer).await);
        let search = greenroom.load_inbox_list(viewer, InboxFilter::All, Some("launch"), None).await.expect("a list");
        let (inbox, search) = (Some(inbox), Some(search));
        Self { inbox, lists, search, agendas, notification_list, nav_state, threads, bookings }
    }

    /// Returns the smallest cursor of the views: events after it may be missing in one of them.
    pub(crate) fn cursor(&self) -> i64 {
        let inbox = self.inbox.iter().map(Projection::cursor);
        let threads = self.threads.iter().map(Projection::cursor);
        let bookings = self.bookings.iter().map(Projection::cursor);
        let lists = self.lists.iter().flatten().chain(&self.search).map(Projection::cursor);
        let agendas = self.agendas.iter().map(Projection::cursor);
        let others = [self.notification_list.cursor(), self.nav_state.cursor()];
        inbox.chain(threads).chain(bookings).chain(lists).chain(agendas).chain(others).min().expect("at least one view")
    }

    /// Applies an event to all views; returns whether one has changed.
    pub(crate) fn apply(&mut self, me: PersonId, envelope: &Envelope) -> bool {
        let mut outcomes =
            vec![apply(&mut self.notification_list, me, envelope), apply(&mut self.nav_state, me, envelope)];
        outcomes.extend(self.threads.iter_mut().map(|thread| apply(thread, me, envelope)));
        outcomes.extend(self.bookings.iter_mut().map(|booking| apply(booking, me, envelope)));
        outcomes.extend(self.agendas.iter_mut().map(|agenda| apply(agenda, me, envelope)));
        assert!(!outcomes.contains(&ApplyOutcome::Gap), "only the inbox can have a gap: {envelope:?}");
        for list in self.lists.iter_mut().chain([&mut self.search]) {
            let outcome = list.as_mut().map(|list| apply(list, me, envelope));
            if outcome == Some(ApplyOutcome::Gap) {
                *list = None;
            }
            outcomes.extend(outcome);
        }
        let inbox = self.inbox.as_mut().map(|inbox| apply(inbox, me, envelope));
        if inbox == Some(ApplyOutcome::Gap) {
            self.inbox = None;
        }
        inbox.is_some_and(|outcome| outcome != ApplyOutcome::Unchanged)
            || outcomes.iter().any(|outcome| *outcome != ApplyOutcome::Unchanged)
    }

    /// Truncates the views to the pages of a fresh read: events only make lists longer.
    pub(crate) fn truncated_to(mut self, fresh: &Self) -> Self {
        if let (Some(inbox), Some(fresh)) = (&mut self.inbox, &fresh.inbox) {
            inbox.conversations.truncate(fresh.conversations.len());
            inbox.next_page.clone_from(&fresh.next_page);
        }
        if fresh.notification_list.next_page.is_some() {
            self.notification_list.notifications.truncate(fresh.notification_list.notifications.len());
            self.notification_list.next_page.clone_from(&fresh.notification_list.next_page);
        }
        for (list, fresh) in self.lists.iter_mut().zip(&fresh.lists) {
            if let (Some(list), Some(fresh)) = (list, fresh) {
                if fresh.next_page.is_some() {
                    list.entries.truncate(fresh.entries.len());
                }
                list.next_page = fresh.next_page;
            }
        }
        if let (Some(search), Some(fresh)) = (&mut self.search, &fresh.search) {
            // Events neither add to what was found nor move it, and the counts aren't kept up to date.
            search.entries.clone_from(&fresh.entries);
            search.counts.clone_from(&fresh.counts);
            search.next_page = fresh.next_page;
        }
        self.clear_unless_same_day(fresh);
        for (thread, fresh) in self.threads.iter_mut().zip(&fresh.threads) {
            if fresh.has_more {
                let surplus = thread.messages.len().saturating_sub(fresh.messages.len());
                thread.messages.drain(..surplus);
                thread.has_more = true;
            }
        }
        self
    }

    /// Keeps only the views that `earlier` has, too: a conversation created later has a thread that wasn't on screen.
    pub(crate) fn only_threads_of(mut self, earlier: &Self) -> Self {
        let on_screen: Vec<_> = earlier.threads.iter().map(|thread| thread.conversation.id).collect();
        self.threads.retain(|thread| on_screen.contains(&thread.conversation.id));
        self.bookings.retain(|booking| on_screen.contains(&booking.conversation.id));
        if earlier.inbox.is_none() {
            self.inbox = None;
        }
        if earlier.search.is_none() {
            self.search = None;
        }
        for (list, earlier) in self.lists.iter_mut().zip(&earlier.lists) {
            match (&mut *list, earlier) {
                // An entry that events moved down is on a page that wasn't on screen.
                (Some(list), Some(earlier)) if earlier.next_page.is_some() => {
                    list.entries.truncate(earlier.entries.len());
                }
                (Some(_), None) => *list = None,
                _ => {}
            }
        }
        self.clear_unless_same_day(earlier);
        self
    }

    /// Drops the views that depend on the day, if a day ended between this reading and the other: a browser loads them
    /// again then.
    fn clear_unless_same_day(&mut self, other: &Self) {
        let today = |views: &Self| views.agendas.first().map(|agenda| agenda.today.day);
        if today(self) != today(other) {
            self.lists.clear();
            self.search = None;
            self.agendas.clear();
        }
    }
}

/// Applies an event, and checks that a view without a change says so: a page renders nothing then.
fn apply<T: Projection + Clone + PartialEq + Debug>(view: &mut T, me: PersonId, envelope: &Envelope) -> ApplyOutcome {
    let mut before = view.clone();
    let outcome = view.apply(me, envelope);
    if outcome == ApplyOutcome::Unchanged {
        before.set_cursor(view.cursor());
        assert_eq!(*view, before, "changed without saying so: {envelope:?}");
    }
    outcome
}

async fn read_lists(greenroom: &Greenroom, viewer: &Viewer) -> Vec<Option<InboxList>> {
    let mut lists = Vec::new();
    for filter in InboxFilter::ALL {
        lists.push(Some(greenroom.load_inbox_list(viewer, *filter, None, None).await.expect("a list")));
    }
    lists
}

async fn read_agendas(greenroom: &Greenroom, viewer: &Viewer) -> Vec<Agenda> {
    let mut agendas = Vec::new();
    for period in [AgendaPeriod::Upcoming, AgendaPeriod::Month(event_day().month())] {
        agendas.push(greenroom.load_agenda(viewer, period).await.expect("an agenda"));
    }
    agendas
}
