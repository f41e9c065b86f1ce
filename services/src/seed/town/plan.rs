//! Who lives in the town, what they book, and what they write. Days are counted from today.

use super::{super::DEMO_PEOPLE, TownSize, rng::TownRng, words};
use crate::Viewer;
use model::{BookingAction, Craft, Role};

/// The day on which the replay begins.
pub(super) const FIRST_DAY: i32 = -60;
/// The moments of a day at which a message may be sent.
pub(super) const MOMENTS: u32 = 100_000;
/// Share of a day in which people write to one another.
const BURST: u32 = MOMENTS / 4;
/// Messages of the demo conversations.
const DEMO_MESSAGES: usize = super::super::ALL_MESSAGES as usize;
/// The booking with the long thread; it has one message in so many of all.
const LONG_THREAD: usize = 13;
const LONG_THREAD_SHARE: usize = 15;
/// Messages of a thread that are written within one day, about.
const MESSAGES_PER_DAY: usize = 25;

/// The plan of a town.
pub(super) struct TownPlan {
    /// The demo people first, in their order.
    pub(super) people: Vec<PlannedPerson>,
    pub(super) bookings: Vec<PlannedBooking>,
}

pub(super) struct PlannedPerson {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) craft: Option<Craft>,
    pub(super) bio: &'static str,
}

/// A booking with its conversation. People are indexes into those of the plan.
pub(super) struct PlannedBooking {
    pub(super) organizer: usize,
    pub(super) talent: usize,
    pub(super) title: String,
    pub(super) venue: &'static str,
    /// In shillings.
    pub(super) fee: i64,
    pub(super) opening: &'static str,
    pub(super) opened: i32,
    pub(super) event: i32,
    /// By the talent or the organizer, on a day.
    pub(super) actions: Vec<(i32, Role, BookingAction)>,
    pub(super) completes: bool,
    /// In the order of time.
    pub(super) messages: Vec<PlannedMessage>,
    /// Whether the other person hasn't read the last message.
    unread: bool,
}

pub(super) struct PlannedMessage {
    pub(super) day: i32,
    /// Below [`MOMENTS`].
    pub(super) moment: u32,
    pub(super) by_talent: bool,
    pub(super) text: String,
}

impl TownPlan {
    pub(super) fn new(size: TownSize) -> Self {
        let mut rng = TownRng::new();
        let people = plan_people(size.people);
        let mut bookings: Vec<_> = (0..size.bookings).map(|index| plan_booking(&mut rng, index, &people)).collect();
        let counts = count_messages(&mut rng, &bookings, size.messages);
        for (booking, count) in bookings.iter_mut().zip(counts) {
            booking.messages = plan_messages(&mut rng, booking, count);
            let is_recent = booking.last_day() >= -3;
            booking.unread = rng.percent(if is_recent { 70 } else { 5 });
        }
        Self { people, bookings }
    }
}

fn plan_people(count: usize) -> Vec<PlannedPerson> {
    let demo = DEMO_PEOPLE.iter().map(|person| PlannedPerson {
        name: person.name.to_owned(),
        email: person.email.to_owned(),
        craft: person.craft,
        bio: "",
    });
    let others = words::PEOPLE.iter().enumerate().map(|(index, (name, craft))| PlannedPerson {
        name: (*name).to_owned(),
        email: format!("town.{}@example.com", index + 1),
        craft: *craft,
        bio: if craft.is_some() { words::BIOS[index % words::BIOS.len()] } else { "" },
    });
    demo.chain(others).take(count.max(DEMO_PEOPLE.len())).collect()
}

fn plan_booking(rng: &mut TownRng, index: usize, people: &[PlannedPerson]) -> PlannedBooking {
    let (organizer, talent) = pick_parties(rng, index, people);
    let (opened, event) = pick_days(rng, index);
    let answered = opened + rng.day(1, 3);
    let accepted = (answered, Role::Talent, BookingAction::Accept);
    let canceller = if rng.percent(50) { Role::Talent } else { Role::Organizer };
    let cancelled = (answered + rng.day(0, 1), canceller, BookingAction::Cancel);
    let actions = match index % 20 {
        7 | 18 => vec![(answered, Role::Talent, BookingAction::Decline)],
        9 | 12 | 16 | 17 => Vec::new(),
        19 if index % 40 < 20 => vec![cancelled],
        8 | 19 => vec![accepted, cancelled],
        _ => vec![accepted],
    };
    let kind = rng.pick(&words::OCCASIONS);
    PlannedBooking {
        organizer,
        talent,
        title: if rng.percent(15) {
            rng.pick(&words::LONG_TITLES).to_owned()
        } else {
            format!("{} {kind}", rng.pick(&words::HOSTS))
        },
        venue: rng.pick(&words::VENUES),
        fee: 5_000 * i64::from(rng.day(1, 40)),
        opening: rng.pick(&words::OPENINGS),
        opened,
        event,
        actions,
        completes: index % 20 < 7,
        messages: Vec::new(),
        unread: false,
    }
}

/// The demo people have more bookings than others, so that their accounts are full.
fn pick_parties(rng: &mut TownRng, index: usize, people: &[PlannedPerson]) -> (usize, usize) {
    let (talents, organizers): (Vec<usize>, Vec<usize>) =
        (0..people.len()).partition(|person| people[*person].craft.is_some());
    let busy = |list: &[usize], percent: usize, rng: &mut TownRng| {
        if rng.percent(percent) { list[0] } else { rng.pick(list) }
    };
    let parties = (busy(&organizers, 20, rng), busy(&talents, 15, rng));
    if index == LONG_THREAD { (organizers[0], talents[0]) } else { parties }
}

/// Returns the day on which the booking is opened, and that of the event: 10 of 20 are past, 3 are in this week.
fn pick_days(rng: &mut TownRng, index: usize) -> (i32, i32) {
    match index % 20 {
        0..10 => {
            let event = rng.day(-45, -1);
            ((event - rng.day(6, 20)).max(FIRST_DAY), event)
        }
        10 | 11 => (rng.day(-25, -5), rng.day(0, 6)),
        12 => (rng.day(-3, 0), rng.day(1, 6)),
        16 | 17 => (rng.day(-6, 0), rng.day(7, 200)),
        _ if index == LONG_THREAD => (FIRST_DAY, 12),
        _ => (rng.day(-40, -4), rng.day(7, 200)),
    }
}

/// Distributes the messages that neither open a booking nor come from an action: a long thread, a few messages where
/// nothing was agreed, and the rest by chance among the others.
fn count_messages(rng: &mut TownRng, bookings: &[PlannedBooking], all: usize) -> Vec<usize> {
    let fixed: usize = bookings.iter().map(|booking| 1 + booking.actions.len()).sum();
    let written = all.saturating_sub(fixed + DEMO_MESSAGES);
    let is_agreed = |booking: &PlannedBooking| matches!(booking.actions.as_slice(), [(.., BookingAction::Accept)]);
    let weights: Vec<usize> =
        bookings.iter().map(|booking| if is_agreed(booking) { 1 + rng.below(20) } else { 0 }).collect();
    let mut counts: Vec<usize> = weights.iter().map(|weight| if *weight == 0 { rng.below(7) } else { 0 }).collect();
    let long = bookings.len().min(LONG_THREAD + 1) - 1;
    let shared = written.saturating_sub(counts.iter().sum::<usize>() + written / LONG_THREAD_SHARE);
    let parts: usize = weights.iter().enumerate().filter(|(index, _)| *index != long).map(|(_, weight)| weight).sum();
    for (index, weight) in weights.iter().enumerate().filter(|(index, weight)| *index != long && **weight > 0) {
        counts[index] = shared * weight / parts.max(1);
    }
    counts[long] = 0;
    counts[long] = written.saturating_sub(counts.iter().sum());
    counts
}

/// Returns the messages of a booking, in bursts on some of the days on which it is talked about.
fn plan_messages(rng: &mut TownRng, booking: &PlannedBooking, count: usize) -> Vec<PlannedMessage> {
    let until = match booking.actions.last() {
        Some((_, _, BookingAction::Accept)) => booking.event + 1,
        Some((day, ..)) => *day,
        None => booking.opened + 2,
    };
    let days = 1 + count / MESSAGES_PER_DAY;
    let mut bursts: Vec<(i32, u32)> =
        (0..days).map(|_| (rng.day(booking.opened, until.min(0)), moment(rng, MOMENTS - BURST))).collect();
    bursts.sort_unstable();
    let mut times: Vec<(i32, u32)> = (0..count)
        .map(|number| {
            let (day, from) = bursts[number * days / count];
            (day, from + moment(rng, BURST))
        })
        .collect();
    times.sort_unstable();
    let mut by_talent = true;
    let write = |(day, moment)| {
        by_talent ^= rng.percent(60);
        PlannedMessage { day, moment, by_talent, text: words::message(rng) }
    };
    times.into_iter().map(write).collect()
}

/// Returns a moment between 1 and `end`.
fn moment(rng: &mut TownRng, end: u32) -> u32 {
    1 + u32::try_from(rng.below(end as usize - 1)).unwrap_or_default()
}

impl PlannedBooking {
    /// Returns whether something is written or done about it on a day.
    pub(super) fn is_active_on(&self, day: i32) -> bool {
        self.opened == day
            || self.actions.iter().any(|(at, ..)| *at == day)
            || self.messages.iter().any(|message| message.day == day)
    }

    fn last_day(&self) -> i32 {
        let action = self.actions.last().map_or(self.opened, |(day, ..)| *day);
        self.messages.last().map_or(action, |message| message.day.max(action))
    }

    /// Returns those who have read everything in the evening of a day.
    pub(super) fn readers<'a>(&self, day: i32, [organizer, talent]: [&'a Viewer; 2]) -> Vec<&'a Viewer> {
        if !self.unread || day != self.last_day() {
            return vec![organizer, talent];
        }
        // Messages of a day come before its actions.
        let action = self.actions.iter().rfind(|(at, ..)| *at == day).map(|(_, role, _)| *role == Role::Talent);
        let by_talent = action.or(self.messages.last().map(|message| message.by_talent)).unwrap_or_default();
        vec![if by_talent { talent } else { organizer }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_has_its_size_and_is_reproducible() {
        let plan = TownPlan::new(TownSize::default());
        let messages = |plan: &TownPlan| {
            let counts = plan.bookings.iter().map(|booking| 1 + booking.actions.len() + booking.messages.len());
            counts.sum::<usize>() + DEMO_MESSAGES
        };
        assert_eq!((plan.people.len(), plan.bookings.len(), messages(&plan)), (40, 200, 30_000));
        assert!((1_900..2_200).contains(&plan.bookings[LONG_THREAD].messages.len()));
        let this_week = plan.bookings.iter().filter(|booking| (0..7).contains(&booking.event));
        assert!(this_week.filter(|booking| !booking.actions.is_empty()).count() >= 20);
        let same = TownPlan::new(TownSize::default());
        for (one, other) in plan.bookings.iter().zip(&same.bookings) {
            assert_eq!((one.opened, one.event, &one.actions), (other.opened, other.event, &other.actions));
            assert!(one.messages.iter().map(|message| &message.text).eq(other.messages.iter().map(|same| &same.text)));
        }
    }

    #[test]
    fn names_and_titles_are_within_their_limits() {
        let plan = TownPlan::new(TownSize::default());
        assert!(plan.people.iter().all(|person| person.name.chars().count() <= model::person::NAME_LIMIT));
        assert!(plan.people.iter().all(|person| person.bio.chars().count() <= model::account::BIO_LIMIT));
        for booking in &plan.bookings {
            assert!(booking.title.chars().count() <= model::booking::TITLE_LIMIT, "{}", booking.title);
            assert!(booking.opened <= booking.event && booking.last_day() <= 0, "{}", booking.title);
        }
    }
}
