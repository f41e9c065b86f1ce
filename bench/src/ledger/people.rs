//! Who is there. People are put into the database as they are, each with an access token: to register and to sign in
//! takes long on purpose.

use bench::{dice::Dice, site::Result};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend};
use sha2::{Digest, Sha256};
use std::time::{SystemTime, UNIX_EPOCH};
use uuid::{Builder, Uuid};

/// How long their tokens last, in milliseconds: longer than any run, even where clocks are wrong.
const LIFE: u128 = 100 * 24 * 60 * 60 * 1_000;

/// Somebody new.
pub(crate) struct Newcomer {
    pub(crate) id: Uuid,
    pub(crate) token: String,
}

/// Puts in so many people: organizers first, then as many talent.
pub(crate) async fn put_in(database_url: &str, count: usize, seed: u64) -> Result<Vec<Newcomer>> {
    let connection = Database::connect(database_url).await?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let mut dice = Dice::of(seed, usize::MAX - 1);
    let mut people = Vec::new();
    for number in 0..count {
        let role = if number < count / 2 { "'organizer', NULL" } else { "'talent', 'dj'" };
        let newcomer = Newcomer {
            id: Builder::from_random_bytes(dice.bytes()).into_uuid(),
            token: [dice.bytes(), dice.bytes()].concat().iter().map(|byte| format!("{byte:02x}")).collect(),
        };
        for statement in newcomer.statements(connection.get_database_backend(), number, role, now) {
            connection.execute_unprepared(&statement).await?;
        }
        people.push(newcomer);
    }
    close(connection).await?;
    Ok(people)
}

impl Newcomer {
    fn statements(&self, backend: DbBackend, number: usize, role: &str, now: u128) -> [String; 3] {
        let (id, session) = (uuid(backend, self.id), uuid(backend, Uuid::from_u128(self.id.as_u128() + 1)));
        let hash = bytes(backend, &Sha256::digest(self.token.as_bytes()));
        [
            format!(
                "INSERT INTO person (id, email, name, role, craft, password_hash, email_verified, created_at) \
                 VALUES ({id}, 'person{number}@example.com', 'Person {number}', {role}, '', TRUE, {now})"
            ),
            format!("INSERT INTO person_head (person_id, seq) VALUES ({id}, 0)"),
            format!(
                "INSERT INTO session \
                 (id, token_hash, person_id, user_agent, created_at, last_seen_at, expires_at, scope, name) \
                 VALUES ({session}, {hash}, {id}, '', {now}, {now}, {}, 'write', 'ledger')",
                now + LIFE
            ),
        ]
    }
}

/// An id as the database has it.
pub(crate) fn uuid(backend: DbBackend, id: Uuid) -> String {
    match backend {
        DbBackend::Sqlite => bytes(backend, id.as_bytes()),
        _ => format!("'{id}'"),
    }
}

fn bytes(backend: DbBackend, bytes: &[u8]) -> String {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    match backend {
        DbBackend::Sqlite => format!("x'{hex}'"),
        _ => format!("'\\x{hex}'"),
    }
}

/// Closes it properly: on SQLite what is left open would keep the log from being cleared.
pub(crate) async fn close(connection: DatabaseConnection) -> Result<()> {
    Ok(connection.close().await?)
}
