//! All views that one person can have on screen, updated by events as in a browser.

use model::{ApplyOutcome, BookingView, Envelope, Inbox, NavState, NotificationList, PersonId, Projection, Thread};
use services::{Greenroom, Viewer, messages::Window};

/// All views of one person, each with its own cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Views {
    /// `None` after an event that it can't be updated by: a browser then reloads it.
    pub(crate) inbox: Option<Inbox>,
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
        Self { inbox: Some(inbox), notification_list, nav_state, threads, bookings }
    }

    /// Returns the smallest cursor of the views: events after it may be missing in one of them.
    pub(crate) fn cursor(&self) -> i64 {
        let inbox = self.inbox.iter().map(Projection::cursor);
        let threads = self.threads.iter().map(Projection::cursor);
        let bookings = self.bookings.iter().map(Projection::cursor);
        let others = [self.notification_list.cursor(), self.nav_state.cursor()];
        inbox.chain(threads).chain(bookings).chain(others).min().expect("at least one view")
    }

    /// Applies an event to all views; returns whether one has changed.
    pub(crate) fn apply(&mut self, me: PersonId, envelope: &Envelope) -> bool {
        let mut outcomes = vec![self.notification_list.apply(me, envelope), self.nav_state.apply(me, envelope)];
        outcomes.extend(self.threads.iter_mut().map(|thread| thread.apply(me, envelope)));
        outcomes.extend(self.bookings.iter_mut().map(|booking| booking.apply(me, envelope)));
        assert!(!outcomes.contains(&ApplyOutcome::Gap), "only the inbox can have a gap: {envelope:?}");
        let inbox = self.inbox.as_mut().map(|inbox| inbox.apply(me, envelope));
        if inbox == Some(ApplyOutcome::Gap) {
            self.inbox = None;
        }
        inbox.is_some_and(|outcome| outcome != ApplyOutcome::Unchanged) || outcomes.contains(&ApplyOutcome::Changed)
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
        self
    }
}
