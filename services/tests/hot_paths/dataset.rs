//! A large site with years of history, inserted directly into SQLite.

use sea_orm::{ConnectOptions, ConnectionTrait, Database};

/// People have consecutive ids; half of them are organizers. One booking in ten is EventPro's, another one in ten
/// Sarah's.
const INSERTS: [&str; 10] = [
    // Ids are the numbers as 16 bytes, so that they sort alike.
    "INSERT INTO person (id, email, name, role, password_hash, email_verified, created_at) \
        SELECT unhex(printf('%032x', i)), 'p' || i || '@example.com', 'Person ' || i, \
        iif(i % 2, 'talent', 'organizer'), '', 1, i FROM (SELECT value AS i FROM numbers LIMIT 20000)",
    "INSERT INTO person_head SELECT unhex(printf('%032x', i)), 20 FROM (SELECT value AS i FROM numbers LIMIT 20000)",
    "INSERT INTO session (id, token_hash, person_id, user_agent, created_at, last_seen_at, expires_at) \
        SELECT unhex(printf('01%030x', i)), unhex(printf('%064x', i)), unhex(printf('%032x', i)), '', 0, 0, \
        9999999999999 FROM (SELECT value AS i FROM numbers LIMIT 20000)",
    "INSERT INTO booking (id, organizer_id, talent_id, title, event_date, venue, fee_amount, fee_currency, status, \
        created_at) SELECT unhex(printf('02%030x', i)), \
        iif(i % 10 = 0, (SELECT id FROM person WHERE email = 'contact@eventpro.ke'), \
            unhex(printf('%032x', i * 2 % 20000))), \
        iif(i % 10 = 1, (SELECT id FROM person WHERE email = 'sarah.photographer@example.com'), \
            unhex(printf('%032x', i * 2 % 20000 + 1))), \
        'Booking ' || i, '2027-01-01', 'Nairobi', 100, 'KES', 'inquiry', i \
        FROM (SELECT value AS i FROM numbers LIMIT 20000)",
    "INSERT INTO conversation (id, booking_id, organizer_id, talent_id, last_seq, organizer_read_seq, talent_read_seq, \
        updated_at) SELECT id, id, organizer_id, talent_id, 50, 40, 45, created_at FROM booking WHERE title LIKE 'Booking %'",
    "INSERT INTO message (id, conversation_id, seq, sender_id, client_id, body, created_at) \
        SELECT unhex(printf('03%030x', value)), unhex(printf('02%030x', value / 50)), value % 50 + 1, \
        unhex(printf('%032x', value / 50 * 2 % 20000)), unhex(printf('03%030x', value)), 'Message ' || value, value \
        FROM numbers",
    "INSERT INTO notification (id, person_id, kind, conversation_id, booking_id, actor_id, message_seq, preview, \
        created_at, read_at) SELECT unhex(printf('04%030x', value)), unhex(printf('%032x', value % 20000)), 'message', \
        unhex(printf('02%030x', value % 20000)), unhex(printf('02%030x', value % 20000)), \
        unhex(printf('%032x', (value + 1) % 20000)), 1, '', value, iif(value % 20, value, NULL) \
        FROM (SELECT value FROM numbers LIMIT 200000)",
    "INSERT INTO event SELECT unhex(printf('%032x', value / 20)), value % 20 + 1, 'person.updated', '{}', \
        unixepoch() * 1000 FROM (SELECT value FROM numbers LIMIT 400000)",
    "INSERT INTO mail SELECT unhex(printf('05%030x', value)), 'p' || value || '@example.com', 'unread', '', '', '', NULL, \
        unixepoch() * 1000, 0, 1, iif(value % 10, 1, NULL), NULL, NULL, NULL, NULL FROM (SELECT value FROM numbers LIMIT 20000)",
    "INSERT INTO visit SELECT id, 0 FROM person",
];

/// Inserts a million messages between twenty thousand people. Runs no ANALYZE, since a site doesn't either.
pub(crate) async fn insert_rows(url: &str) {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let database = Database::connect(options).await.expect("a database");
    let setup = "PRAGMA journal_mode = off; PRAGMA synchronous = off; PRAGMA foreign_keys = off; \
        PRAGMA cache_size = -400000; PRAGMA temp_store = memory; CREATE TEMP TABLE numbers (value integer PRIMARY KEY); \
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999999) \
        INSERT INTO numbers SELECT i FROM n";
    database.execute_unprepared(setup).await.expect(setup);
    for insert in INSERTS {
        database.execute_unprepared(insert).await.expect(insert);
    }
    database.close().await.expect("closing");
}
