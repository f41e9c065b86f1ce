use super::{ApplyOutcome, Projection};
use crate::{
    agenda_period::{AgendaPeriod, AgendaPosition},
    booking::{Booking, BookingStatus},
    event::{Envelope, Event},
    id::PersonId,
    money::Money,
    time::{CurrentDay, Day, Month},
};
use serde::{Deserialize, Serialize};

/// A person's bookings by day, as far as one page has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Agenda {
    /// Where the list begins.
    pub from: AgendaPosition,
    /// Where it ends; `None` if all later bookings are listed.
    pub until: Option<AgendaPosition>,
    /// The day by which bookings are past.
    pub today: CurrentDay,
    /// By day and id.
    pub bookings: Vec<Booking>,
    /// The day of the last booking before `from`.
    pub earlier: Option<Day>,
    /// The day of the first booking after `until`.
    pub later: Option<Day>,
    /// `seq` of the last event that this view includes.
    pub cursor: i64,
}

impl Agenda {
    /// Returns whether all bookings of a month are listed.
    pub fn has_all_of(&self, month: Month) -> bool {
        let [start, end] = [month, month.next()].map(|month| AgendaPosition::start_of(month.first_day()));
        self.from <= start && self.until.is_none_or(|until| until >= end)
    }

    /// Returns the sums of the agreed fees of a month, by currency.
    pub fn agreed_fees(&self, month: Month) -> Vec<Money> {
        let mut sums = Vec::<Money>::new();
        let agreed = |booking: &&Booking| matches!(booking.status, BookingStatus::Accepted | BookingStatus::Completed);
        let of_month = self.bookings.iter().filter(|booking| booking.event_date.month() == month);
        for Booking { fee, .. } in of_month.filter(agreed) {
            match sums.iter_mut().find(|sum| sum.currency == fee.currency) {
                Some(sum) => sum.amount = sum.amount.saturating_add(fee.amount),
                None => sums.push(fee.clone()),
            }
        }
        sums
    }

    /// Returns the page of the bookings after those listed: where the list was cut, the rest of it, else the next month
    /// that has one.
    pub fn later_page(&self) -> Option<AgendaPeriod> {
        let (until, later) = (self.until?, self.later?);
        let is_cut = until != AgendaPosition::start_of(until.day.month().first_day());
        Some(if is_cut { AgendaPeriod::From(until) } else { AgendaPeriod::Month(later.month()) })
    }

    fn is_listed(&self, booking: &Booking) -> bool {
        let position = AgendaPosition::after(booking.event_date, booking.id);
        position > self.from && self.until.is_none_or(|until| position <= until)
    }

    fn add(&mut self, booking: &Booking) -> ApplyOutcome {
        let day = booking.event_date;
        if self.is_listed(booking) {
            let key = |booking: &Booking| (booking.event_date, booking.id);
            match self.bookings.binary_search_by_key(&key(booking), key) {
                Ok(_) => return ApplyOutcome::Unchanged,
                Err(index) => self.bookings.insert(index, booking.clone()),
            }
        } else if AgendaPosition::after(day, booking.id) <= self.from {
            self.earlier = self.earlier.max(Some(day));
        } else {
            self.later = Some(self.later.map_or(day, |later| later.min(day)));
        }
        ApplyOutcome::Changed
    }

    fn update(&mut self, booking: &Booking) -> ApplyOutcome {
        let is_listed = self.is_listed(booking);
        match self.bookings.iter_mut().find(|known| known.id == booking.id) {
            Some(known) if known.event_date == booking.event_date => {
                *known = booking.clone();
                ApplyOutcome::Changed
            }
            // Moved within the list, or out of it or into it: the days around it are unknown.
            Some(_) => ApplyOutcome::Gap,
            None if is_listed => ApplyOutcome::Gap,
            None => ApplyOutcome::Unchanged,
        }
    }
}

impl Projection for Agenda {
    fn cursor(&self) -> i64 {
        self.cursor
    }

    fn apply_event(&mut self, _me: PersonId, envelope: &Envelope) -> ApplyOutcome {
        match &envelope.event {
            Event::ConversationCreated { conversation } => self.add(&conversation.booking),
            Event::BookingUpdated { booking } => self.update(booking),
            Event::PersonUpdated { person } => {
                for booking in &mut self.bookings {
                    booking.organizer.update_from(person);
                    booking.talent.update_from(person);
                }
                ApplyOutcome::Changed
            }
            Event::MessageCreated { .. }
            | Event::ConversationRead { .. }
            | Event::ConversationDelivered { .. }
            | Event::NotificationCreated { .. }
            | Event::NotificationRead { .. }
            | Event::Unknown => ApplyOutcome::Unchanged,
        }
    }

    fn set_cursor(&mut self, seq: i64) {
        self.cursor = seq;
    }
}
