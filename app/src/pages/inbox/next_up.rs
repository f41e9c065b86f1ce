use super::address::InboxAddress;
use crate::{
    components::{DateBlock, Glyph, Icon, IsolatedText, StatusChip},
    reactive::memo,
    request_error::ForPerson,
    strings,
};
use leptos::{either::Either, prelude::*};
use model::{Booking, InboxFilter, InboxList, PersonId};

/// What the inbox says about what comes next.
#[derive(Clone, PartialEq)]
struct Summary {
    next: Option<Booking>,
    /// The number of conversations that need the viewer; 0 if it isn't known.
    needs_you: i64,
}

impl Summary {
    fn of(inbox: &InboxList) -> Self {
        Self { next: inbox.next_up.clone(), needs_you: inbox.current_counts().map_or(0, |counts| counts.needs_you) }
    }
}

/// What comes next, beside the inbox on a wide screen: the next agreed booking, and how many conversations need the
/// viewer.
#[component]
pub(super) fn NextUp(
    /// The inbox as it was loaded.
    first: ForPerson<InboxList>,
    /// The list that events keep up to date, once it is shown.
    list: RwSignal<Option<RwSignal<InboxList>>>,
) -> impl IntoView {
    let (me, first) = (first.me, Summary::of(&first.view));
    let summary = memo(move || list.get().and_then(|list| list.try_with(Summary::of)).unwrap_or_else(|| first.clone()));
    let next = memo(move || summary.with(|summary| summary.next.clone()));
    let needs_you = memo(move || summary.with(|summary| summary.needs_you));
    view! {
        <div class="next-up wide-only">
            {move || match next.get() {
                Some(booking) => Either::Left(view! {
                    <h2>{strings::NEXT_UP}</h2>
                    <NextTicket me booking/>
                }),
                None => Either::Right(view! {
                    <h2>{strings::CHOOSE}</h2>
                    <p class="muted">{strings::CHOOSE_LEAD}</p>
                }),
            }}
            {move || (needs_you.get() > 0).then(|| view! {
                <p><a href=InboxAddress::of(InboxFilter::NeedsYou).href(None)>
                    <Icon glyph=Glyph::Inbox/>{strings::needs_you_count(needs_you.get())}
                </a></p>
            })}
            <p><a href="/bookings">{strings::ALL_BOOKINGS}</a></p>
        </div>
    }
}

/// The next booking as a ticket.
#[component]
fn NextTicket(me: PersonId, booking: Booking) -> impl IntoView {
    let (role, href) = (booking.role_of(me), format!("/bookings/{}", booking.id));
    let name = booking.counterpart_of(me).name.clone();
    view! {
        <article class="ticket">
            <DateBlock day=booking.event_date/>
            <div class="ticket-terms">
                <h3><a href=href><IsolatedText text=booking.title/></a></h3>
                <p>{strings::with_person(&name)}</p>
                <p class="muted"><Icon glyph=Glyph::Pin/><IsolatedText text=booking.venue/></p>
                <p class="ticket-fee">{booking.fee.format_amount()}</p>
                <StatusChip status=booking.status role/>
            </div>
        </article>
    }
}
