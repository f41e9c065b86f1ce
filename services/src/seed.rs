//! The demo cast: people to sign in as on a new site. Put in through the same use cases as everything
//! else, on a clock that tells the past.

use crate::{
    Greenroom, Limits, Result, Viewer,
    accounts::{NewPerson, Requester, person_of},
    clock::{Clock, SetClock, SystemClock},
    entity::{message, person},
};
use model::{
    BookingInput, Conversation, ConversationId, Craft, Fault, Instant, MessageInput, Money, NewPassword, Refusal, Role,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use std::{net::Ipv4Addr, sync::Arc, time::Duration};

/// Everybody's.
pub const PASSWORD: &str = "greenroom-demo";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Somebody of the cast.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Their address.
    pub email: &'static str,
    /// Their name.
    pub name: &'static str,
    /// Talent have one.
    pub craft: Option<Craft>,
}

/// Books for companies.
pub const EVENTPRO: Member = Member { email: "contact@eventpro.ke", name: "EventPro Kenya", craft: None };
/// Books for lodges.
pub const SAFARI: Member = Member { email: "hello@safarisounds.example.com", name: "Safari Sounds", craft: None };
/// Takes pictures.
pub const SARAH: Member =
    Member { email: "sarah.photographer@example.com", name: "Sarah Wanjiru", craft: Some(Craft::Photographer) };
/// Plays records.
pub const KAMAU: Member = Member { email: "dj.kamau@example.com", name: "DJ Kamau", craft: Some(Craft::Dj) };
/// Leads through the evening; has no booking yet.
pub const ACHIENG: Member = Member { email: "mc.achieng@example.com", name: "MC Achieng", craft: Some(Craft::Mc) };

/// The whole cast.
pub const CAST: [Member; 5] = [EVENTPRO, SAFARI, SARAH, KAMAU, ACHIENG];

/// Puts the cast into an empty database, or takes up where an earlier start was stopped in the middle.
/// Does nothing, and says so with `false`, where there are other people, or the cast is all there.
///
/// # Errors
/// When the database fails.
pub async fn seed(database_url: &str) -> Result<bool> {
    let now = SystemClock.now();
    let clock = Arc::new(SetClock::new(Instant::from_millis(now.millis() - 4 * 24 * 60 * 60 * 1_000)));
    let greenroom = Greenroom::open_at(database_url, "http://localhost", Limits::default(), clock.clone()).await?;
    let turn = greenroom.store.write().await?;
    crate::store::acquire_migration_lock(&turn).await?;
    turn.commit().await?;
    let complete = greenroom.count_messages().await? >= ALL_LINES;
    if complete || greenroom.has_guests().await? {
        return Ok(false);
    }
    greenroom.put_in_cast(&clock, now).await?;
    Ok(true)
}

/// The messages of both scenes.
const ALL_LINES: u64 = (1 + LAUNCH.len() + 1 + SUNDOWNER.len()) as u64;

/// Whether the demo cast can sign in here.
///
/// # Errors
/// When the database fails.
pub async fn is_demo(database_url: &str) -> Result<bool> {
    let greenroom = Greenroom::open(database_url, "http://localhost", Limits::default()).await?;
    let first = person::Entity::find().filter(person::Column::Email.eq(EVENTPRO.email));
    Ok(first.count(greenroom.store.reader()).await? > 0)
}

impl Greenroom {
    /// Whether there is anybody who isn't of the cast.
    async fn has_guests(&self) -> Result<bool> {
        let guests = person::Entity::find().filter(person::Column::Email.is_not_in(CAST.map(|member| member.email)));
        Ok(guests.count(self.store.reader()).await? > 0)
    }

    async fn count_messages(&self) -> Result<u64> {
        Ok(message::Entity::find().count(self.store.reader()).await?)
    }

    async fn put_in_cast(&self, clock: &SetClock, today: Instant) -> Result<()> {
        let password = NewPassword::parse(Some(PASSWORD)).map_err(|fault: Fault| Refusal::field("password", fault))?;
        let hash = self.hasher.hash(Requester::Network(Ipv4Addr::LOCALHOST.into()), &password).await?;
        let mut cast = Vec::new();
        for member in CAST {
            cast.push(self.enrol(member, &hash).await?);
        }
        let [eventpro, safari, sarah, kamau, _achieng] = cast.as_slice() else { return Ok(()) };
        self.play(clock, eventpro, sarah, &launch(today)).await?;
        self.play(clock, safari, kamau, &sundowner(today)).await?;
        self.end_system_sessions().await
    }

    /// Somebody of the cast as a viewer, added with a confirmed address where they are missing.
    async fn enrol(&self, member: Member, password_hash: &str) -> Result<Viewer> {
        let tx = self.store.write().await?;
        let known = person::Entity::find().filter(person::Column::Email.eq(member.email)).one(&tx).await?;
        let row = match known {
            Some(row) => row,
            None => member.person(password_hash).insert(&tx, self.now()).await?,
        };
        let viewer = self.begin_system_session(&tx, person_of(row)?).await?;
        tx.commit().await?;
        Ok(viewer)
    }

    /// Plays a scene, from where it was left.
    async fn play(&self, clock: &SetClock, organizer: &Viewer, talent: &Viewer, scene: &Scene) -> Result<()> {
        let of_scene = |known: &Conversation| known.counterpart.id == talent.id() && known.booking.title == scene.title;
        let begun = self.load_inbox(organizer, None).await?.conversations.into_iter().find(of_scene);
        let conversation = match begun {
            Some(begun) => begun,
            None => self.open_booking(organizer, scene.booking(talent).parse(self.now())?).await?,
        };
        let said = usize::try_from(conversation.last_seq - 1).unwrap_or_default();
        for (number, line) in scene.lines.iter().enumerate() {
            clock.advance(Duration::from_secs(60 * line.minutes));
            if number >= said {
                let by = if line.talent { talent } else { organizer };
                self.say(by, conversation.id, line.text).await?;
            }
        }
        Ok(())
    }

    async fn say(&self, by: &Viewer, conversation: ConversationId, text: &str) -> Result<()> {
        let input = MessageInput {
            conversation_id: Some(conversation.to_string()),
            body: Some(text.to_owned()),
            client_id: None,
        };
        let message = self.send_message(by, input.parse()?).await?.into_message();
        self.mark_read(by, conversation, message.seq).await
    }
}

impl Member {
    fn person(self, password_hash: &str) -> NewPerson<'_> {
        let role = if self.craft.is_some() { Role::Talent } else { Role::Organizer };
        NewPerson {
            email: self.email,
            name: self.name,
            role: role.as_str(),
            craft: self.craft.map(Craft::as_str),
            password_hash,
            email_verified: true,
        }
    }
}

struct Scene {
    title: &'static str,
    date: String,
    venue: &'static str,
    fee: i64,
    opening: &'static str,
    lines: &'static [Line],
}

impl Scene {
    fn booking(&self, talent: &Viewer) -> BookingInput {
        BookingInput {
            talent_id: Some(talent.id().to_string()),
            title: Some(self.title.to_owned()),
            event_date: Some(self.date.clone()),
            venue: Some(self.venue.to_owned()),
            fee: Some(Money { amount: self.fee, currency: "KES".to_owned() }),
            message: Some(self.opening.to_owned()),
            client_id: None,
        }
    }
}

#[derive(Clone, Copy)]
struct Line {
    /// Minutes after the one before.
    minutes: u64,
    talent: bool,
    text: &'static str,
}

const fn organizer(minutes: u64, text: &'static str) -> Line {
    Line { minutes, talent: false, text }
}

const fn talent(minutes: u64, text: &'static str) -> Line {
    Line { minutes, talent: true, text }
}

fn in_weeks(today: Instant, weeks: u32) -> String {
    let millis = i64::try_from((DAY * 7 * weeks).as_millis()).unwrap_or_default();
    Instant::from_millis(today.millis() + millis).day().to_string()
}

fn launch(today: Instant) -> Scene {
    Scene {
        title: "Savanna product launch",
        date: in_weeks(today, 12),
        venue: "KICC, Nairobi",
        fee: 4_500_000,
        opening: "Hello Sarah! We are launching a new product at the KICC and love your portraits. Are you free that day?",
        lines: &LAUNCH,
    }
}

const LAUNCH: [Line; 11] = [
    talent(42, "Habari! Yes, the day is free. What hours do you have in mind?"),
    organizer(11, "Doors open at 17:00, speeches at 18:00, and we wind down by 22:00."),
    talent(6, "Five hours then. Do you want posed portraits, or more of the room as it happens?"),
    organizer(9, "Both, please. About ten portraits of the speakers, the rest as it happens."),
    talent(4, "Good. I bring a second body and one softbox.\nIs there a corner with a plain wall?"),
    organizer(15, "There is, left of the stage. The venue's plan: https://example.com/kicc/plan"),
    talent(3, "Perfect, thank you."),
    talent(1_260, "One question: when do you need the pictures?"),
    organizer(35, "A dozen the same night for the press, the rest within a week."),
    organizer(5, "We'll keep a table for you and your laptop. And the fee stays at KES 45,000?"),
    talent(18, "Yes, KES 45,000 with travel inside Nairobi. Asante sana!"),
];

fn sundowner(today: Instant) -> Scene {
    Scene {
        title: "Sundowner at the lodge",
        date: in_weeks(today, 5),
        venue: "Ol Pejeta, Nanyuki",
        fee: 3_000_000,
        opening: "Kamau, we have forty guests and a terrace with a view. Two hours of easy Afro-house at sunset?",
        lines: &SUNDOWNER,
    }
}

const SUNDOWNER: [Line; 4] = [
    talent(25, "That sounds like my kind of evening. Is there power on the terrace?"),
    organizer(7, "Two sockets, and a generator for the rest."),
    talent(3, "Then I bring my own speakers. Sunset is around 18:30, so I would start at 17:30."),
    organizer(60, "Sawa. There is a room for you that night too."),
];
