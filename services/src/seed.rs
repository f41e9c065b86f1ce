//! Demo data: people to sign in as on a new site, with bookings and messages. Created through the ordinary use cases on
//! a clock set four days back. [`seed_town`] adds a whole town.

mod town;

pub use town::{TownSize, seed_town};

use crate::{
    Greenroom, Limits, Result, Viewer,
    accounts::{NewPerson, Requester, person_of},
    clock::{Clock, ManualClock, SystemClock},
    entity::{message, person},
};
use model::{
    ApiError, BookingInput, Conversation, ConversationId, Craft, FieldError, MessageInput, Money, NewPassword, Role,
    Timestamp,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use std::{net::Ipv4Addr, sync::Arc, time::Duration};

/// The password of all demo people.
pub const PASSWORD: &str = "greenroom-demo";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A person of the demo data.
#[derive(Clone, Copy, Debug)]
pub struct DemoPerson {
    /// The email address to sign in with.
    pub email: &'static str,
    /// The name shown to others.
    pub name: &'static str,
    /// The craft of a talent; `None` makes the person an organizer.
    pub craft: Option<Craft>,
    /// The text of a talent's profile.
    pub bio: &'static str,
}

/// An organizer who books for companies.
pub const EVENTPRO: DemoPerson =
    DemoPerson { email: "contact@eventpro.ke", name: "EventPro Kenya", craft: None, bio: "" };
/// An organizer who books for lodges.
pub const SAFARI: DemoPerson =
    DemoPerson { email: "hello@safarisounds.example.com", name: "Safari Sounds", craft: None, bio: "" };
/// A photographer with a booking by [`EVENTPRO`].
pub const SARAH: DemoPerson = DemoPerson {
    email: "sarah.photographer@example.com",
    name: "Sarah Wanjiru",
    craft: Some(Craft::Photographer),
    bio: "Weddings and product launches, in daylight where I can. Pictures for the press the same night.\n\
          Based in Nairobi, and glad to travel.",
};
/// A DJ with a booking by [`SAFARI`].
pub const KAMAU: DemoPerson = DemoPerson {
    email: "dj.kamau@example.com",
    name: "DJ Kamau",
    craft: Some(Craft::Dj),
    bio: "Afro-house at sunset, benga and rhumba after dinner. I bring my own speakers.",
};
/// An MC without a booking.
pub const ACHIENG: DemoPerson = DemoPerson {
    email: "mc.achieng@example.com",
    name: "MC Achieng",
    craft: Some(Craft::Mc),
    bio: "I keep the evening on time and the room laughing, in English, Swahili and Dholuo.",
};

/// All demo people.
pub const DEMO_PEOPLE: [DemoPerson; 5] = [EVENTPRO, SAFARI, SARAH, KAMAU, ACHIENG];

/// Seeds an empty database, or completes a seed that was interrupted. Returns `false` without changes if the database
/// has other people or all demo data.
///
/// # Errors
/// When the database fails.
pub async fn seed_demo(database_url: &str) -> Result<bool> {
    let now = SystemClock.now();
    let clock = Arc::new(ManualClock::new(Timestamp::from_millis(now.millis() - 4 * 24 * 60 * 60 * 1_000)));
    let greenroom = Greenroom::open_at(database_url, "http://localhost", Limits::default(), clock.clone()).await?;
    close_after(&greenroom, greenroom.seed_if_empty(&clock, now).await).await
}

/// Messages of both conversations, including the two opening ones.
const ALL_MESSAGES: u64 = (1 + LAUNCH.len() + 1 + SUNDOWNER.len()) as u64;

/// Returns whether the database has the demo people.
///
/// # Errors
/// When the database fails.
pub async fn is_demo(database_url: &str) -> Result<bool> {
    let greenroom = Greenroom::open(database_url, "http://localhost", Limits::default()).await?;
    close_after(&greenroom, greenroom.has_demo_people().await).await
}

/// Closes the database, and passes a result on. Connections that are only dropped stay open for a moment, in which
/// SQLite refuses others exclusive use of the file.
async fn close_after<T>(greenroom: &Greenroom, result: Result<T>) -> Result<T> {
    let closed = greenroom.close().await;
    let value = result?;
    closed.map(|()| value)
}

impl Greenroom {
    /// Seeds the database. Returns `false` without changes if it has other people or all demo data.
    async fn seed_if_empty(&self, clock: &ManualClock, today: Timestamp) -> Result<bool> {
        self.wait_for_other_seeds().await?;
        let complete = self.count_messages().await? >= ALL_MESSAGES;
        if complete || self.has_other_people().await? {
            return Ok(false);
        }
        self.seed_people(clock, today).await?;
        Ok(true)
    }

    async fn wait_for_other_seeds(&self) -> Result<()> {
        let tx = self.store.write().await?;
        crate::store::acquire_migration_lock(&tx).await?;
        tx.commit().await
    }

    async fn has_demo_people(&self) -> Result<bool> {
        let first = person::Entity::find().filter(person::Column::Email.eq(EVENTPRO.email));
        Ok(first.count(self.store.reader()).await? > 0)
    }

    /// Returns whether the database has people who aren't demo people.
    async fn has_other_people(&self) -> Result<bool> {
        let others =
            person::Entity::find().filter(person::Column::Email.is_not_in(DEMO_PEOPLE.map(|person| person.email)));
        Ok(others.count(self.store.reader()).await? > 0)
    }

    async fn count_messages(&self) -> Result<u64> {
        Ok(message::Entity::find().count(self.store.reader()).await?)
    }

    async fn seed_people(&self, clock: &ManualClock, today: Timestamp) -> Result<()> {
        let hash = self.hash_demo_password().await?;
        let mut viewers = Vec::new();
        for person in DEMO_PEOPLE {
            viewers.push(self.ensure_person(person.to_new_person(&hash)).await?);
        }
        let [eventpro, safari, sarah, kamau, _achieng] = viewers.as_slice() else { return Ok(()) };
        self.seed_conversation(clock, eventpro, sarah, &launch_conversation(today)).await?;
        self.seed_conversation(clock, safari, kamau, &sundowner_conversation(today)).await?;
        self.end_system_sessions().await
    }

    async fn hash_demo_password(&self) -> Result<String> {
        let password = NewPassword::parse(Some(PASSWORD))
            .map_err(|field_error: FieldError| ApiError::for_field("password", field_error))?;
        self.accounts.hasher.hash(Requester::Network(Ipv4Addr::LOCALHOST.into()), &password).await
    }

    /// Returns a person as a viewer. Inserts them if missing.
    async fn ensure_person(&self, new_person: NewPerson<'_>) -> Result<Viewer> {
        let tx = self.store.write().await?;
        let known = person::Entity::find().filter(person::Column::Email.eq(new_person.email)).one(&tx).await?;
        let row = match known {
            Some(row) => row,
            None => new_person.insert(&tx, self.now()).await?,
        };
        let viewer = self.begin_system_session(&tx, person_of(row)?).await?;
        tx.commit().await?;
        Ok(viewer)
    }

    /// Creates a demo conversation, or continues it after its last message.
    async fn seed_conversation(
        &self,
        clock: &ManualClock,
        organizer: &Viewer,
        talent: &Viewer,
        demo: &DemoConversation,
    ) -> Result<()> {
        let is_same = |known: &Conversation| known.counterpart.id == talent.id() && known.booking.title == demo.title;
        let existing = self.load_inbox(organizer, None).await?.conversations.into_iter().find(is_same);
        let conversation = match existing {
            Some(existing) => existing,
            None => self.open_booking(organizer, demo.booking(talent).parse(self.now())?).await?,
        };
        let sent = usize::try_from(conversation.last_seq - 1).unwrap_or_default();
        for (number, message) in demo.messages.iter().enumerate() {
            clock.advance(Duration::from_secs(60 * message.minutes));
            if number >= sent {
                let by = if message.talent { talent } else { organizer };
                self.seed_message(by, conversation.id, message.text).await?;
            }
        }
        Ok(())
    }

    async fn seed_message(&self, by: &Viewer, conversation: ConversationId, text: &str) -> Result<()> {
        let input = MessageInput {
            conversation_id: Some(conversation.to_string()),
            body: Some(text.to_owned()),
            client_id: None,
        };
        let message = self.send_message(by, input.parse()?).await?.into_message();
        self.mark_read(by, conversation, message.seq).await
    }
}

impl DemoPerson {
    fn to_new_person(self, password_hash: &str) -> NewPerson<'_> {
        let role = if self.craft.is_some() { Role::Talent } else { Role::Organizer };
        NewPerson {
            email: self.email,
            name: self.name,
            role: role.as_str(),
            craft: self.craft.map(Craft::as_str),
            bio: self.bio,
            password_hash,
            email_verified: true,
        }
    }
}

struct DemoConversation {
    title: &'static str,
    date: String,
    venue: &'static str,
    fee: i64,
    opening: &'static str,
    messages: &'static [DemoMessage],
}

impl DemoConversation {
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
struct DemoMessage {
    /// Minutes since the previous message.
    minutes: u64,
    talent: bool,
    text: &'static str,
}

const fn from_organizer(minutes: u64, text: &'static str) -> DemoMessage {
    DemoMessage { minutes, talent: false, text }
}

const fn from_talent(minutes: u64, text: &'static str) -> DemoMessage {
    DemoMessage { minutes, talent: true, text }
}

fn in_weeks(today: Timestamp, weeks: u32) -> String {
    let millis = i64::try_from((DAY * 7 * weeks).as_millis()).unwrap_or_default();
    Timestamp::from_millis(today.millis() + millis).day().to_string()
}

fn launch_conversation(today: Timestamp) -> DemoConversation {
    DemoConversation {
        title: "Savanna product launch",
        date: in_weeks(today, 12),
        venue: "KICC, Nairobi",
        fee: 4_500_000,
        opening: "Hello Sarah! We are launching a new product at the KICC and love your portraits. Are you free that day?",
        messages: &LAUNCH,
    }
}

const LAUNCH: [DemoMessage; 11] = [
    from_talent(42, "Habari! Yes, the day is free. What hours do you have in mind?"),
    from_organizer(11, "Doors open at 17:00, speeches at 18:00, and we wind down by 22:00."),
    from_talent(6, "Five hours then. Do you want posed portraits, or more of the room as it happens?"),
    from_organizer(9, "Both, please. About ten portraits of the speakers, the rest as it happens."),
    from_talent(4, "Good. I bring a second body and one softbox.\nIs there a corner with a plain wall?"),
    from_organizer(15, "There is, left of the stage. The venue's plan: https://example.com/kicc/plan"),
    from_talent(3, "Perfect, thank you."),
    from_talent(1_260, "One question: when do you need the pictures?"),
    from_organizer(35, "A dozen the same night for the press, the rest within a week."),
    from_organizer(5, "We'll keep a table for you and your laptop. And the fee stays at KES 45,000?"),
    from_talent(18, "Yes, KES 45,000 with travel inside Nairobi. Asante sana!"),
];

fn sundowner_conversation(today: Timestamp) -> DemoConversation {
    DemoConversation {
        title: "Sundowner at the lodge",
        date: in_weeks(today, 5),
        venue: "Ol Pejeta, Nanyuki",
        fee: 3_000_000,
        opening: "Kamau, we have forty guests and a terrace with a view. Two hours of easy Afro-house at sunset?",
        messages: &SUNDOWNER,
    }
}

const SUNDOWNER: [DemoMessage; 4] = [
    from_talent(25, "That sounds like my kind of evening. Is there power on the terrace?"),
    from_organizer(7, "Two sockets, and a generator for the rest."),
    from_talent(3, "Then I bring my own speakers. Sunset is around 18:30, so I would start at 17:30."),
    from_organizer(60, "Sawa. There is a room for you that night too."),
];
