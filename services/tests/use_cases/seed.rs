//! Migrating and seeding a new database.

use crate::support::{Database, Kind, Site, expect_api_error, path_of, sign_in};
use model::ApiError;
use services::{Greenroom, Limits, seed, seed::ACHIENG};

on_both! {
    demo_people_can_sign_in_and_find_their_conversations,
    an_empty_database_is_seeded_once,
}

async fn demo_people_can_sign_in_and_find_their_conversations(site: Site) {
    for (person, messages) in seed::DEMO_PEOPLE.into_iter().zip([12, 5, 12, 5, 0]) {
        let token = site.sign_in(person.email).await.token;
        let viewer = site.greenroom.authenticate(&token).await.expect("a viewer");
        assert_eq!((viewer.person().name.as_str(), viewer.person().craft), (person.name, person.craft));
        let inbox = site.greenroom.load_inbox(&viewer, None).await.expect("an inbox");
        assert_eq!(inbox.conversations.iter().map(|conversation| conversation.last_seq).sum::<i64>(), messages);
    }
}

async fn an_empty_database_is_seeded_once(site: Site) {
    let database = Database::empty(site.kind).await;
    services::migrate(&database.url).await.expect("migrating");
    let greenroom =
        Greenroom::open(&database.url, "https://greenroom.example", Limits::default()).await.expect("a Greenroom");
    greenroom.check_ready().await.expect("a ready database");
    assert!(seed::seed_demo(&database.url).await.expect("seeding"));
    assert!(!seed::seed_demo(&database.url).await.expect("seeding again does nothing"));
    services::migrate(&database.url).await.expect("migrating again does nothing");
    let wrong = sign_in(&greenroom, ACHIENG.email, "wrong").await;
    assert_eq!(expect_api_error(wrong), ApiError::InvalidCredentials);
    assert!(sign_in(&greenroom, ACHIENG.email, seed::PASSWORD).await.is_ok());
}

/// A dropped connection stays open for a moment, in which SQLite refuses others exclusive use.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seeding_leaves_no_connection_open() {
    let database = Database::empty(Kind::Sqlite).await;
    services::migrate(&database.url).await.expect("migrating");
    // SQLite deletes the write-ahead log when the last connection is closed.
    let is_open = || path_of(&database.url).with_extension("db-wal").exists();
    for is_first in [true, false] {
        assert_eq!(seed::seed_demo(&database.url).await.expect("seeding"), is_first);
        assert!(!is_open(), "seed_demo left a connection open");
    }
    assert!(seed::is_demo(&database.url).await.expect("demo people"));
    assert!(!is_open(), "is_demo left a connection open");
}

/// Several processes that share a PostgreSQL database start at the same moment. With SQLite there is one process.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_starts_on_postgres_migrate_and_seed_once() {
    let database = Database::empty(Kind::Postgres).await;
    let start = async || {
        services::migrate(&database.url).await.expect("migrating");
        seed::seed_demo(&database.url).await.expect("seeding")
    };
    let seeded = tokio::join!(start(), start(), start(), start());
    let seeded = [seeded.0, seeded.1, seeded.2, seeded.3];
    assert_eq!(seeded.into_iter().filter(|first| *first).count(), 1, "{seeded:?}");
}
