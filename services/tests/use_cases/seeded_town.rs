//! The town of `greenroom seed --town`, scaled down.

use crate::support::{Database, Site, audit_event_log, connect, open_process, sign_in};
use sea_orm::{FromQueryResult, Statement};
use services::{
    Limits,
    clock::{Clock, ManualClock, SystemClock},
    seed::{DEMO_PEOPLE, EVENTPRO, PASSWORD, TownSize, seed_demo, seed_town},
};
use std::sync::Arc;

on_both! {
    a_town_is_as_if_its_people_had_written_it,
    a_town_needs_a_database_without_other_people,
}

const SMALL: TownSize = TownSize { people: 12, bookings: 40, messages: 600 };

#[derive(Debug, FromQueryResult)]
struct TownCounts {
    people: i64,
    bookings: i64,
    states: i64,
    messages: i64,
    unread: i64,
    sessions: i64,
}

async fn count_rows(url: &str) -> TownCounts {
    let counts = "SELECT (SELECT count(*) FROM person) AS people, (SELECT count(*) FROM booking) AS bookings, \
        (SELECT count(DISTINCT status) FROM booking) AS states, (SELECT count(*) FROM message) AS messages, \
        (SELECT count(*) FROM notification WHERE read_at IS NULL) AS unread, (SELECT count(*) FROM session) AS sessions";
    let connection = connect(url).await;
    let statement = Statement::from_string(connection.get_database_backend(), counts);
    let found = TownCounts::find_by_statement(statement).one(&connection).await.expect(counts);
    connection.close().await.expect("closing");
    found.expect("a row")
}

async fn a_town_is_as_if_its_people_had_written_it(site: Site) {
    let database = Database::empty(site.kind).await;
    services::migrate(&database.url).await.expect("migrating");
    assert!(seed_town(&database.url, SMALL).await.expect("a town"));
    let counts = count_rows(&database.url).await;
    assert_eq!((counts.people, counts.bookings, counts.states, counts.messages), (12, 42, 5, 600), "{counts:?}");
    assert!(counts.unread > 5 && counts.sessions == 0, "{counts:?}");
    let clock = Arc::new(ManualClock::new(SystemClock.now()));
    let greenroom = open_process(&database.url, Limits::default(), clock).await;
    let demo = DEMO_PEOPLE.map(|person| person.email.to_owned());
    for email in demo.into_iter().chain((1..=7).map(|number| format!("town.{number}@example.com"))) {
        let token = sign_in(&greenroom, &email, PASSWORD).await.expect("a session").token;
        let viewer = greenroom.authenticate(&token).await.expect("a viewer");
        audit_event_log(&greenroom, &viewer).await;
        let inbox = greenroom.load_inbox(&viewer, None).await.expect("an inbox");
        if email == EVENTPRO.email {
            assert!(inbox.conversations.len() > 5 && inbox.total_unread() > 0, "an account with little in it");
        }
    }
    greenroom.close().await.expect("closing");
}

async fn a_town_needs_a_database_without_other_people(site: Site) {
    let tiny = TownSize { people: 6, bookings: 2, messages: 30 };
    let database = Database::empty(site.kind).await;
    services::migrate(&database.url).await.expect("migrating");
    assert!(seed_demo(&database.url).await.expect("the demo people"));
    assert!(seed_town(&database.url, tiny).await.expect("a town around the demo people"));
    let counts = count_rows(&database.url).await;
    assert_eq!((counts.people, counts.bookings, counts.messages), (6, 4, 30), "{counts:?}");
    assert!(!seed_town(&database.url, tiny).await.expect("nothing to do"));
    assert!(!seed_demo(&database.url).await.expect("nothing to do"));
    assert_eq!(count_rows(&database.url).await.messages, 30);
}
