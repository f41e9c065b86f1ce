use super::{DateBlock, DayLine, Glyph, Icon, IsolatedText, StatusChip, booking_terms::term, locale::Locale};
use crate::{reactive::memo, strings};
use leptos::{either::Either, prelude::*};
use leptos_router::location::Url;
use model::{Booking, BookingStatus, Day, Role};

/// A booking as a ticket: the day, the place, the fee, and how far it has come. Its terms never change, only its
/// status and the names do.
#[component]
pub fn Ticket(
    #[prop(into)] booking: Signal<Booking>,
    /// The viewer's role in the booking.
    role: Role,
    /// Whether its title is the heading of the page.
    #[prop(optional)]
    is_page: bool,
    /// The entries of its menu.
    children: Children,
) -> impl IntoView {
    let Booking { title, event_date, venue, fee, .. } = booking.get_untracked();
    let status = memo(move || booking.with(|booking| booking.status));
    let map = format!("https://www.openstreetmap.org/search?query={}", Url::escape(&venue));
    let title = view! { <IsolatedText text=title/> };
    let organizer = move || booking.with(|booking| view! { <IsolatedText text=booking.organizer.name.clone()/> });
    let talent = move || {
        booking.with(|booking| {
            let craft = booking.talent.craft.map(|craft| format!(", {}", strings::craft_label(craft)));
            view! { <IsolatedText text=booking.talent.name.clone()/>{craft} }
        })
    };
    view! {
        <section class="ticket" class:unanswered=move || status.get() == BookingStatus::Inquiry>
            <div class="ticket-event">
                <DateBlock day=event_date hidden=true/>
                <div class="ticket-title">
                    {if is_page { Either::Left(view! { <h1>{title}</h1> }) } else { Either::Right(view! { <h2>{title}</h2> }) }}
                    <p><DayLine day=event_date/></p>
                </div>
                <details class="menu">
                    <summary aria-label=strings::MORE><Icon glyph=Glyph::More/></summary>
                    <div class="menu-entries">{children()}</div>
                </details>
            </div>
            <a class="ticket-place" href=map target="_blank" rel="noopener noreferrer">
                <Icon glyph=Glyph::Pin/> <IsolatedText text=venue/>
            </a>
            <div class="ticket-stub">
                <p class="ticket-fee"><span class="visually-hidden">{strings::FEE}</span><strong>{fee.format_amount()}</strong></p>
                <p id="booking-status" tabindex="-1">{move || view! { <StatusChip status=status.get() role day=event_date/> }}</p>
                <BookingProgress day=event_date status/>
                <dl class="details">
                    {term(strings::ORGANIZER, organizer)}
                    {term(strings::TALENT, talent)}
                </dl>
            </div>
        </section>
    }
}

/// How far the booking has come; nothing once it is declined or cancelled.
#[component]
fn BookingProgress(day: Day, status: Memo<BookingStatus>) -> impl IntoView {
    let locale = Locale::current();
    let current = memo(move || match status.get() {
        BookingStatus::Inquiry => Some(0),
        BookingStatus::Accepted if locale.today() >= day => Some(2),
        BookingStatus::Accepted => Some(1),
        BookingStatus::Completed => Some(3),
        BookingStatus::Declined | BookingStatus::Cancelled => None,
    });
    move || {
        current.get().map(|current| {
            let stages = strings::STAGES.into_iter().enumerate().map(|(index, stage)| {
                let is_done = index < current;
                view! { <li class:done=is_done aria-current=(index == current).then_some("step")>{stage}</li> }
            });
            view! { <ol class="progress" role="list" aria-label=strings::PROGRESS>{stages.collect_view()}</ol> }
        })
    }
}
