//! Inserts people straight into the database: registering thousands would take hours of password hashing.
//!
//! People are numbered. Each pair shares a booking and its conversation: the organizer has an even number, the talent
//! the next one.

use crate::{bulk_insert::BulkInsert, site::Result};
use model::{Craft, Person, PersonId, Role};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Thirty days, in milliseconds.
const SESSION_LIFETIME: i64 = 30 * 24 * 60 * 60 * 1_000;

/// Kinds of ids. Each has its own prefix, so that an id shows its kind.
#[derive(Clone, Copy)]
pub(crate) enum EntityKind {
    Person = 1,
    Booking = 2,
    Conversation = 3,
    Session = 4,
}

/// Returns the id of the entity with this number.
pub(crate) fn entity_id(kind: EntityKind, number: usize) -> Uuid {
    Uuid::from_fields(kind as u32, 0, 0x7000, &(0x8000_0000_0000_0000 | number as u64).to_be_bytes())
}

/// Returns the person with this number.
pub fn person(number: usize) -> Person {
    let talent = number % 2 == 1;
    Person {
        id: PersonId(entity_id(EntityKind::Person, number)),
        name: format!("Person {number}"),
        role: if talent { Role::Talent } else { Role::Organizer },
        craft: talent.then_some(Craft::Photographer),
    }
}

/// Returns the conversation of a pair, by the number of either person.
pub fn conversation_id(person: usize) -> Uuid {
    entity_id(EntityKind::Conversation, person / 2)
}

/// Returns the secret of a person's session, which its cookie carries.
pub fn session_secret(person: usize, session: usize) -> String {
    format!("{:060x}{session:04x}", person + 1)
}

/// Returns the cookie of a person's session.
pub fn session_cookie(person: usize, session: usize) -> String {
    format!("greenroom={}", session_secret(person, session))
}

/// Inserts people with sessions into a migrated database.
///
/// # Errors
/// Fails if the database rejects a row.
pub async fn insert_people(inserts: &mut BulkInsert, people: usize, sessions: usize) -> Result<()> {
    let now = now_millis();
    for number in 0..people {
        let person = person(number);
        let (role, craft) = (person.role.as_str(), person.craft.map_or("", Craft::as_str));
        let id = inserts.format_id(person.id.0);
        let craft = if craft.is_empty() { "NULL".to_owned() } else { format!("'{craft}'") };
        let (email, name) = (format!("person{number}@example.com"), &person.name);
        inserts.add_row(
            "person (id, email, name, role, craft, password_hash, email_verified, created_at, mail_after)",
            format!("{id}, '{email}', '{name}', '{role}', {craft}, '', TRUE, {now}, 'off'"),
        );
        inserts.add_row("person_head (person_id, seq)", format!("{id}, 0"));
        for session in 0..sessions {
            let hash = inserts.format_bytes(&Sha256::digest(session_secret(number, session)));
            let key = inserts.format_id(entity_id(EntityKind::Session, number * 256 + session));
            inserts.add_row(
                "session (id, token_hash, person_id, user_agent, created_at, last_seen_at, expires_at)",
                format!("{key}, {hash}, {id}, 'bench', {now}, {now}, {}", now + SESSION_LIFETIME),
            );
        }
        inserts.flush_if_full().await?;
    }
    inserts.flush_rows().await?;
    for pair in 0..people / 2 {
        add_booking(inserts, pair, now);
        inserts.flush_if_full().await?;
    }
    inserts.flush_rows().await
}

/// Adds the booking of a pair, and its empty conversation.
fn add_booking(inserts: &mut BulkInsert, pair: usize, now: i64) {
    let organizer = inserts.format_id(entity_id(EntityKind::Person, 2 * pair));
    let talent = inserts.format_id(entity_id(EntityKind::Person, 2 * pair + 1));
    let booking = inserts.format_id(entity_id(EntityKind::Booking, pair));
    let conversation = inserts.format_id(entity_id(EntityKind::Conversation, pair));
    inserts.add_row("booking (id, organizer_id, talent_id, title, event_date, venue, fee_amount, fee_currency, status, created_at)",
        format!("{booking}, {organizer}, {talent}, 'Booking {pair}', '2099-12-31', 'Nairobi', 1000000, 'KES', 'accepted', {now}"));
    inserts.add_row("conversation (id, booking_id, organizer_id, talent_id, last_seq, organizer_read_seq, talent_read_seq, updated_at)",
        format!("{conversation}, {booking}, {organizer}, {talent}, 0, 0, 0, {now}"));
}

/// Returns the current time in milliseconds since 1970.
pub(crate) fn now_millis() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
