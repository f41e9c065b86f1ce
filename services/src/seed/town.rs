//! A whole town, for looking at full pages and for measuring: people, bookings in all states, and months of messages.
//!
//! Reproducible: the same day gives the same town. Its days are replayed in order on a clock of their own. People,
//! bookings, actions and read markers go through the ordinary use cases; the messages of a day are inserted together.

mod plan;
mod rng;
mod words;

use super::{DEMO_PEOPLE, close_after, launch_conversation, sundowner_conversation};
use crate::{
    Error, Greenroom, Limits, Result, Viewer,
    accounts::NewPerson,
    bookings::BookingRow,
    clock::{Clock, ManualClock, SystemClock},
    entity::{booking, conversation},
    messages::{NewMessage, generate_client_id, insert_messages_at},
    realtime::EventRecorder,
};
use model::{
    AccountInput, BookingId, BookingInput, BookingStatus, ConversationId, Event, MessageBody, MessageDraft, Money,
    NotificationKind, Role, Timestamp,
};
use plan::{PlannedBooking, PlannedMessage, PlannedPerson, TownPlan};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use std::{sync::Arc, time::Duration};

const MINUTE_MILLIS: i64 = 60 * 1_000;
const HOUR_MILLIS: i64 = 60 * MINUTE_MILLIS;
const DAY_MILLIS: i64 = 24 * HOUR_MILLIS;
/// The town's time zone is three hours ahead of UTC.
const ZONE_MILLIS: i64 = 3 * HOUR_MILLIS;
/// Days after which the system sessions are replaced: they would expire during the replay.
const SESSION_DAYS: i32 = 20;
/// The day of the demo conversations, counted from today.
const DEMO_DAY: i32 = -4;

/// The size of a town.
#[derive(Clone, Copy, Debug)]
pub struct TownSize {
    /// People, the demo people included. At most 40, which is the number of names.
    pub people: usize,
    /// Bookings, in addition to the two of the demo people.
    pub bookings: usize,
    /// Messages, all together.
    pub messages: usize,
}

impl Default for TownSize {
    fn default() -> Self {
        Self { people: 40, bookings: 200, messages: 30_000 }
    }
}

/// Adds the town to an empty database, or to one with the demo people only. Returns `false` without changes if there are
/// other people.
///
/// # Errors
/// When the database fails.
pub async fn seed_town(database_url: &str, size: TownSize) -> Result<bool> {
    let today = Today::at(SystemClock.now());
    let clock = Arc::new(ManualClock::new(today.opening_time(plan::FIRST_DAY)));
    let limits = Limits {
        sends_per_minute: 1_000_000,
        inquiries_per_day: 1_000_000,
        open_inquiries_per_pair: 1_000_000,
        ..Limits::default()
    };
    let greenroom = Greenroom::open_at(database_url, "http://localhost", limits, clock.clone()).await?;
    close_after(&greenroom, greenroom.seed_town_if_empty(clock, today, size).await).await
}

/// The day on which the town is seeded; all other days are counted from it.
#[derive(Clone, Copy)]
struct Today {
    now: Timestamp,
    midnight: i64,
}

impl Today {
    fn at(now: Timestamp) -> Self {
        Self { now, midnight: (now.millis() + ZONE_MILLIS).div_euclid(DAY_MILLIS) * DAY_MILLIS - ZONE_MILLIS }
    }

    /// Returns when people begin to write on a day: at eight, or today an hour before [`closing_time`](Self::closing_time).
    fn opening_time(self, day: i32) -> Timestamp {
        let eight = self.midnight + i64::from(day) * DAY_MILLIS + 8 * HOUR_MILLIS;
        Timestamp::from_millis(eight.min(self.closing_time(day).millis() - HOUR_MILLIS))
    }

    /// Returns when they stop: at eight in the evening, today ten minutes ago.
    fn closing_time(self, day: i32) -> Timestamp {
        let eight = self.midnight + i64::from(day) * DAY_MILLIS + 20 * HOUR_MILLIS;
        Timestamp::from_millis(eight.min(self.now.millis() - 10 * MINUTE_MILLIS))
    }

    /// Returns the calendar day as text.
    fn date(self, day: i32) -> String {
        Timestamp::from_millis(self.midnight + ZONE_MILLIS + i64::from(day) * DAY_MILLIS).day().to_string()
    }

    /// Returns the time of a message within its day.
    fn moment(self, message: &PlannedMessage) -> Timestamp {
        let (from, until) = (self.opening_time(message.day).millis(), self.closing_time(message.day).millis());
        Timestamp::from_millis(from + (until - from) * i64::from(message.moment) / i64::from(plan::MOMENTS))
    }
}

/// The replay of a town's days.
struct Town {
    greenroom: Greenroom,
    clock: Arc<ManualClock>,
    today: Today,
    plan: TownPlan,
    /// The people of the plan, in its order.
    viewers: Vec<Viewer>,
    /// The bookings of the plan, in its order, as far as they are opened.
    opened: Vec<Option<OpenedBooking>>,
}

#[derive(Clone, Copy)]
struct OpenedBooking {
    id: BookingId,
    conversation: ConversationId,
    last_seq: i64,
}

impl Greenroom {
    async fn seed_town_if_empty(&self, clock: Arc<ManualClock>, today: Today, size: TownSize) -> Result<bool> {
        self.wait_for_other_seeds().await?;
        if self.has_other_people().await? {
            return Ok(false);
        }
        let plan = TownPlan::new(size);
        let opened = vec![None; plan.bookings.len()];
        let mut town = Town { greenroom: self.clone(), clock, today, plan, viewers: Vec::new(), opened };
        town.settle_people().await?;
        for day in plan::FIRST_DAY..=0 {
            town.replay_day(day).await?;
        }
        self.end_system_sessions().await?;
        Ok(true)
    }
}

impl Town {
    /// Inserts the people. Those of the town get no mails about unread messages: their addresses don't exist.
    async fn settle_people(&mut self) -> Result<()> {
        let hash = self.greenroom.hash_demo_password().await?;
        for person in DEMO_PEOPLE {
            self.viewers.push(self.greenroom.ensure_person(person.to_new_person(&hash)).await?);
        }
        for person in &self.plan.people[DEMO_PEOPLE.len()..] {
            let viewer = self.greenroom.ensure_person(person.to_new_person(&hash)).await?;
            let mail_after = Some("off".to_owned());
            let change = AccountInput { mail_after, ..Default::default() }.parse(viewer.role())?;
            self.greenroom.change_account(&viewer, change).await?;
            self.viewers.push(viewer);
        }
        Ok(())
    }

    async fn replay_day(&mut self, day: i32) -> Result<()> {
        if (day - plan::FIRST_DAY) % SESSION_DAYS == 0 {
            self.renew_sessions().await?;
        }
        self.advance_to(self.today.opening_time(day));
        for index in 0..self.plan.bookings.len() {
            if self.plan.bookings[index].opened == day {
                self.open_booking(index).await?;
            }
        }
        if day == DEMO_DAY {
            self.replay_demo_conversations().await?;
        }
        self.advance_to(self.today.closing_time(day));
        self.insert_messages_of(day).await?;
        for index in 0..self.plan.bookings.len() {
            self.close_day_of(index, day).await?;
        }
        Ok(())
    }

    /// Sets the clock forward to a time, unless it is past it.
    fn advance_to(&self, time: Timestamp) {
        let ahead = time.millis() - self.clock.now().millis();
        self.clock.advance(Duration::from_millis(u64::try_from(ahead).unwrap_or_default()));
    }

    async fn renew_sessions(&mut self) -> Result<()> {
        self.greenroom.end_system_sessions().await?;
        let tx = self.greenroom.store.write().await?;
        for viewer in &mut self.viewers {
            *viewer = self.greenroom.begin_system_session(&tx, viewer.person().clone()).await?;
        }
        tx.commit().await
    }

    async fn replay_demo_conversations(&self) -> Result<()> {
        let [eventpro, safari, sarah, kamau, ..] = self.viewers.as_slice() else { return Ok(()) };
        let before = self.clock.now();
        let (launch, sundowner) = (launch_conversation(self.today.now), sundowner_conversation(self.today.now));
        self.greenroom.seed_conversation(&self.clock, eventpro, sarah, &launch).await?;
        self.greenroom.seed_conversation(&self.clock, safari, kamau, &sundowner).await?;
        // They take a day, which the others don't wait for.
        let taken = self.clock.now().millis() - before.millis();
        self.clock.set_back(Duration::from_millis(u64::try_from(taken).unwrap_or_default()));
        Ok(())
    }

    async fn open_booking(&mut self, index: usize) -> Result<()> {
        let planned = &self.plan.bookings[index];
        let input = BookingInput {
            talent_id: Some(self.viewers[planned.talent].id().to_string()),
            title: Some(planned.title.clone()),
            event_date: Some(self.today.date(planned.event)),
            venue: Some(planned.venue.to_owned()),
            fee: Some(Money { amount: planned.fee * 100, currency: "KES".to_owned() }),
            message: Some(planned.opening.to_owned()),
            client_id: None,
        };
        let organizer = &self.viewers[planned.organizer];
        let opened = self.greenroom.open_booking(organizer, input.parse(self.clock.now())?).await?;
        self.opened[index] =
            Some(OpenedBooking { id: opened.booking.id, conversation: opened.id, last_seq: opened.last_seq });
        Ok(())
    }

    /// Inserts all messages of a day in the order of their times, in one transaction.
    async fn insert_messages_of(&mut self, day: i32) -> Result<()> {
        let mut sent: Vec<(Timestamp, usize, &PlannedMessage)> = Vec::new();
        for (index, planned) in self.plan.bookings.iter().enumerate() {
            let of_day = planned.messages.iter().filter(|message| message.day == day);
            sent.extend(of_day.map(|message| (self.today.moment(message), index, message)));
        }
        // Stable, so that messages of a conversation at the same millisecond keep their order.
        sent.sort_by_key(|(at, ..)| *at);
        let mut new_messages = Vec::with_capacity(sent.len());
        for (at, index, message) in sent {
            let Some(opened) = &mut self.opened[index] else { continue };
            opened.last_seq += 1;
            let body = MessageBody::parse(&message.text).map_err(|error| Error::for_field("body", error))?;
            new_messages.push((self.plan.bookings[index].new_message(*opened, message, body, &self.viewers), at));
        }
        let tx = self.greenroom.store.write().await?;
        for opened in self.opened.iter().flatten() {
            let of_conversation = |message: &NewMessage| message.draft.conversation_id == opened.conversation;
            let last = new_messages.iter().rfind(|(message, _)| of_conversation(message));
            let Some((message, at)) = last else { continue };
            conversation::Entity::update_many()
                .col_expr(conversation::Column::LastSeq, Expr::value(message.seq))
                .col_expr(conversation::Column::UpdatedAt, Expr::value(at.millis()))
                .filter(conversation::Column::Id.eq(opened.conversation.0))
                .exec(&tx)
                .await?;
        }
        let mut recorder = EventRecorder::default();
        insert_messages_at(&tx, new_messages, &mut recorder).await?;
        recorder.commit(tx, &self.greenroom.realtime.hub, self.clock.now()).await
    }

    /// Does what happens to a booking in the evening: its action, and that people read their messages.
    async fn close_day_of(&mut self, index: usize, day: i32) -> Result<()> {
        let Some(opened) = self.opened[index] else { return Ok(()) };
        let planned = &self.plan.bookings[index];
        let [organizer, talent] = [planned.organizer, planned.talent].map(|person| &self.viewers[person]);
        let steps: Vec<_> = planned.actions.iter().filter(|(at, ..)| *at == day).collect();
        for (_, role, action) in &steps {
            let by = if *role == Role::Talent { talent } else { organizer };
            self.clock.advance(Duration::from_secs(1));
            self.greenroom.apply_booking_action(by, opened.id, *action).await?;
        }
        let last_seq = opened.last_seq + i64::try_from(steps.len()).unwrap_or_default();
        if planned.is_active_on(day) {
            for viewer in planned.readers(day, [organizer, talent]) {
                self.greenroom.mark_read(viewer, opened.conversation, last_seq).await?;
            }
        }
        if planned.completes && day == planned.event + 1 {
            self.complete(opened.id).await?;
        }
        self.opened[index] = Some(OpenedBooking { last_seq, ..opened });
        Ok(())
    }

    /// Marks a booking as completed, which no action does.
    async fn complete(&self, id: BookingId) -> Result<()> {
        let tx = self.greenroom.store.write().await?;
        booking::Entity::update_many()
            .col_expr(booking::Column::Status, Expr::value(BookingStatus::Completed.as_str()))
            .filter(booking::Column::Id.eq(id.0))
            .exec(&tx)
            .await?;
        let row = BookingRow::select_all().filter(booking::Column::Id.eq(id.0)).into_model::<BookingRow>();
        let booking = row.one(&tx).await?.ok_or_else(|| Error::corrupt("booking"))?.into_model()?;
        let mut recorder = EventRecorder::default();
        for person in [booking.organizer.id, booking.talent.id] {
            recorder.record(person, Event::BookingUpdated { booking: booking.clone() });
        }
        recorder.commit(tx, &self.greenroom.realtime.hub, self.clock.now()).await
    }
}

impl PlannedPerson {
    fn to_new_person<'a>(&'a self, password_hash: &'a str) -> NewPerson<'a> {
        let role = if self.craft.is_some() { Role::Talent } else { Role::Organizer };
        NewPerson {
            email: &self.email,
            name: &self.name,
            role: role.as_str(),
            craft: self.craft.map(model::Craft::as_str),
            // Organizers have no bio.
            bio: if self.craft.is_some() { self.bio } else { "" },
            password_hash,
            email_verified: true,
        }
    }
}

impl PlannedBooking {
    fn new_message(
        &self,
        opened: OpenedBooking,
        message: &PlannedMessage,
        body: MessageBody,
        viewers: &[Viewer],
    ) -> NewMessage {
        let [organizer, talent] = [self.organizer, self.talent].map(|person| &viewers[person]);
        let (sender, recipient) = if message.by_talent { (talent, organizer) } else { (organizer, talent) };
        NewMessage {
            draft: MessageDraft::new(opened.conversation, body),
            client_id: generate_client_id(),
            booking: opened.id,
            seq: opened.last_seq,
            sender: sender.person().clone(),
            recipient: recipient.id(),
            kind: NotificationKind::Message,
            booking_status: None,
            summary: None,
        }
    }
}
