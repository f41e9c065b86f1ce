//! The bookings that clash with a request, as the talent must know before accepting it.

use crate::{platform::IN_BROWSER, reactive::effect, request_error::ForPerson, server_fns};
use leptos::{prelude::*, task::spawn_local};
use model::{Booking, BookingId, BookingStatus, PersonId, Role};
use serde::{Deserialize, Serialize};

/// The bookings that clash with a request.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Clashes {
    pub bookings: Vec<Booking>,
    /// Whether they couldn't be loaded, so that there may be others.
    pub is_unknown: bool,
}

/// A view with the clashes of its request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WithClashes<T> {
    pub for_person: ForPerson<T>,
    /// `None` if the view came without them.
    pub clashes: Option<Clashes>,
}

impl<T> WithClashes<T> {
    /// Adds the clashes to a document, which must be complete without JavaScript. In the browser the view doesn't wait
    /// for them: [`ClashCheck`] loads them.
    pub async fn load(for_person: ForPerson<T>, booking: impl Fn(&T) -> &Booking) -> Self {
        let request = request_to(for_person.me, booking(&for_person.view)).filter(|_| !IN_BROWSER);
        let clashes = match request {
            Some(request) => Some(load_clashes(request, Vec::new()).await),
            None => None,
        };
        Self { for_person, clashes }
    }
}

/// The clashes of the request on a page. Cheap to copy.
#[derive(Clone, Copy)]
pub struct ClashCheck {
    request: Option<BookingId>,
    pub found: RwSignal<Clashes>,
}

impl ClashCheck {
    /// Creates it, and loads the clashes if they aren't known.
    pub fn new(known: Option<Clashes>, me: PersonId, booking: &Booking) -> Self {
        let is_known = known.is_some();
        let check = Self { request: request_to(me, booking), found: RwSignal::new(known.unwrap_or_default()) };
        effect(move || {
            if !is_known {
                check.run();
            }
        });
        check
    }

    /// Loads the clashes: another request may have been accepted since the last time.
    pub fn run(self) {
        let Some(request) = self.request else { return };
        let known = self.found.with_untracked(|found| found.bookings.clone());
        spawn_local(async move {
            let found = load_clashes(request, known).await;
            self.found.try_set(found);
        });
    }
}

/// Returns the booking's id, if it is a request for `me` to answer.
fn request_to(me: PersonId, booking: &Booking) -> Option<BookingId> {
    (booking.status == BookingStatus::Inquiry && booking.role_of(me) == Role::Talent).then_some(booking.id)
}

/// Returns the clashes, or those that were known before if they can't be loaded: the page is of use without them.
async fn load_clashes(request: BookingId, known: Vec<Booking>) -> Clashes {
    let found = server_fns::load_clashes(request.to_string()).await;
    Clashes { is_unknown: found.is_err(), bookings: found.unwrap_or(known) }
}
