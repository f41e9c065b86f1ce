//! Inserts people into the database, each with an access token: registration and sign-in are slow on purpose.

use bench::{bulk_insert::BulkInsert, site::Result};
use sha2::{Digest, Sha256};
use std::time::{SystemTime, UNIX_EPOCH};
use test_support::rng::SeededRng;
use uuid::{Builder, Uuid};

/// The lifetime of their tokens, in milliseconds: longer than any run, even with a shifted clock.
const TOKEN_LIFETIME: u128 = 100 * 24 * 60 * 60 * 1_000;

/// An inserted person and their access token.
pub(crate) struct NewPerson {
    pub(crate) id: Uuid,
    pub(crate) token: String,
}

/// Inserts `count` people: first organizers, then as many talents.
pub(crate) async fn insert_people(database_url: &str, count: usize, seed: u64) -> Result<Vec<NewPerson>> {
    let mut inserts = BulkInsert::connect_to(database_url).await?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let mut rng = SeededRng::for_index(seed, usize::MAX - 1);
    let mut people = Vec::new();
    for index in 0..count {
        let person = NewPerson {
            id: Builder::from_random_bytes(rng.random_bytes()).into_uuid(),
            token: hex::encode([rng.random_bytes(), rng.random_bytes()].concat()),
        };
        let role = if index < count / 2 { "'organizer', NULL" } else { "'talent', 'dj'" };
        person.add_rows(&mut inserts, index, role, now);
        people.push(person);
    }
    inserts.flush_rows().await?;
    inserts.close().await?;
    Ok(people)
}

impl NewPerson {
    fn add_rows(&self, inserts: &mut BulkInsert, index: usize, role: &str, now: u128) {
        let (id, session) = (inserts.format_id(self.id), inserts.format_id(Uuid::from_u128(self.id.as_u128() + 1)));
        let (hash, ends) = (inserts.format_bytes(&Sha256::digest(&self.token)), now + TOKEN_LIFETIME);
        inserts.add_row(
            "person (id, email, name, role, craft, password_hash, email_verified, created_at)",
            format!("{id}, 'person{index}@example.com', 'Person {index}', {role}, '', TRUE, {now}"),
        );
        inserts.add_row("person_head (person_id, seq)", format!("{id}, 0"));
        inserts.add_row(
            "session (id, token_hash, person_id, user_agent, created_at, last_seen_at, expires_at, scope, name)",
            format!("{session}, {hash}, {id}, '', {now}, {now}, {ends}, 'write', 'chaos'"),
        );
    }
}
