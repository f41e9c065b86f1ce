//! People in numbers, put straight into the database: to register thousands would take hours of hashing passwords.
//!
//! Two and two share a booking and its conversation: the organizer has an even number, the talent the next one.

use crate::{fill::Fill, site::Result};
use model::{Craft, Person, PersonId, Role};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Thirty days, in milliseconds.
const MONTH: i64 = 30 * 24 * 60 * 60 * 1_000;

/// What ids are of. Each kind has its own range, so that an id tells what it is of.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Person = 1,
    Booking = 2,
    Conversation = 3,
    Session = 4,
}

/// The id of a thing by its number.
pub(crate) fn id_of(kind: Kind, number: usize) -> Uuid {
    Uuid::from_fields(kind as u32, 0, 0x7000, &(0x8000_0000_0000_0000 | number as u64).to_be_bytes())
}

/// Somebody by their number.
pub fn person(number: usize) -> Person {
    let talent = number % 2 == 1;
    Person {
        id: PersonId(id_of(Kind::Person, number)),
        name: format!("Person {number}"),
        role: if talent { Role::Talent } else { Role::Organizer },
        craft: talent.then_some(Craft::Photographer),
    }
}

/// The conversation of two people, by the number of either.
pub fn conversation(person: usize) -> Uuid {
    id_of(Kind::Conversation, person / 2)
}

/// The secret of somebody's session, by which the site knows them.
pub fn secret(person: usize, session: usize) -> String {
    format!("{:060x}{session:04x}", person + 1)
}

/// The cookie of somebody's session.
pub fn cookie(person: usize, session: usize) -> String {
    format!("greenroom={}", secret(person, session))
}

/// Settles so many people, each with so many sessions, in a database that has its tables.
///
/// # Errors
/// When the database refuses.
pub async fn settle(fill: &mut Fill, people: usize, sessions: usize) -> Result<()> {
    let now = now();
    for number in 0..people {
        let person = person(number);
        let (role, craft) = (person.role.as_str(), person.craft.map_or("", Craft::as_str));
        let id = fill.id(person.id.0);
        let craft = if craft.is_empty() { "NULL".to_owned() } else { format!("'{craft}'") };
        let (email, name) = (format!("person{number}@example.com"), &person.name);
        fill.add(
            "person (id, email, name, role, craft, password_hash, email_verified, created_at, mail_after)",
            format!("{id}, '{email}', '{name}', '{role}', {craft}, '', TRUE, {now}, 'off'"),
        );
        fill.add("person_head (person_id, seq)", format!("{id}, 0"));
        for session in 0..sessions {
            let hash = fill.bytes(&Sha256::digest(secret(number, session)));
            let key = fill.id(id_of(Kind::Session, number * 256 + session));
            fill.add(
                "session (id, token_hash, person_id, user_agent, created_at, last_seen_at, expires_at)",
                format!("{key}, {hash}, {id}, 'bench', {now}, {now}, {}", now + MONTH),
            );
        }
        fill.write_when_full().await?;
    }
    fill.write().await?;
    for pair in 0..people / 2 {
        introduce(fill, pair, now);
        fill.write_when_full().await?;
    }
    fill.write().await
}

/// The booking of two people, and their conversation, still empty.
fn introduce(fill: &mut Fill, pair: usize, now: i64) {
    let organizer = fill.id(id_of(Kind::Person, 2 * pair));
    let talent = fill.id(id_of(Kind::Person, 2 * pair + 1));
    let booking = fill.id(id_of(Kind::Booking, pair));
    let conversation = fill.id(id_of(Kind::Conversation, pair));
    fill.add("booking (id, organizer_id, talent_id, title, event_date, venue, fee_amount, fee_currency, status, created_at)",
        format!("{booking}, {organizer}, {talent}, 'Booking {pair}', '2099-12-31', 'Nairobi', 1000000, 'KES', 'accepted', {now}"));
    fill.add("conversation (id, booking_id, organizer_id, talent_id, last_seq, organizer_read_seq, talent_read_seq, updated_at)",
        format!("{conversation}, {booking}, {organizer}, {talent}, 0, 0, 0, {now}"));
}

/// This moment, in milliseconds.
pub(crate) fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
