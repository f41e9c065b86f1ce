//! Databases that live for one test, copied from a template with the demo data.

use super::site::open_process;
use sea_orm::{ConnectOptions, ConnectionTrait, Database as SeaOrm, DatabaseConnection};
use services::{
    Limits,
    accounts::{Credentials, Password},
    clock::{Clock, ManualClock, SystemClock},
    seed,
};
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr},
    path::Path,
    sync::Arc,
};
use tempfile::TempDir;
use test_support::postgres::PostgresDatabase;
use tokio::sync::OnceCell;

/// The kind of database that a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// The database of one test. Deleted on drop.
pub(crate) struct Database {
    pub(crate) url: String,
    _resource: Resource,
}

/// Resources to release when the test is over.
enum Resource {
    Folder { _folder: TempDir },
    Database { _database: PostgresDatabase },
}

/// Session tokens of the demo people, by e-mail address. Hashing passwords is slow on purpose, so each signs in only
/// once, in the template.
pub(crate) type Tokens = HashMap<&'static str, String>;

struct SqliteTemplate {
    file: Vec<u8>,
    tokens: Tokens,
}

struct PostgresTemplate {
    database: PostgresDatabase,
    tokens: Tokens,
}

static SQLITE: OnceCell<SqliteTemplate> = OnceCell::const_new();
static POSTGRES: OnceCell<PostgresTemplate> = OnceCell::const_new();

impl Database {
    /// Creates a database with the demo data, in which all demo people are signed in.
    pub(crate) async fn seeded(kind: Kind) -> (Self, &'static Tokens) {
        match kind {
            Kind::Sqlite => {
                let template = SQLITE.get_or_init(sqlite_template).await;
                let database = Self::empty_file();
                std::fs::write(path_of(&database.url), &template.file).expect("a copy of the template");
                (database, &template.tokens)
            }
            Kind::Postgres => {
                let template = POSTGRES.get_or_init(postgres_template).await;
                let database = PostgresDatabase::create_copy(&template.database).await.expect("a copy of the template");
                (Self::on_server(database), &template.tokens)
            }
        }
    }

    /// Creates a database without any table.
    pub(crate) async fn empty(kind: Kind) -> Self {
        match kind {
            Kind::Sqlite => Self::empty_file(),
            Kind::Postgres => Self::on_server(PostgresDatabase::create().await.expect("a database")),
        }
    }

    fn empty_file() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("greenroom.db").display());
        Self { url, _resource: Resource::Folder { _folder: folder } }
    }

    fn on_server(database: PostgresDatabase) -> Self {
        Self { url: database.url().to_owned(), _resource: Resource::Database { _database: database } }
    }
}

/// Opens a second connection, to inspect the database. To be closed before something else needs the database alone: if
/// it is only dropped, it stays open for a moment.
pub(crate) async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    SeaOrm::connect(options).await.expect("a connection to the database")
}

async fn sqlite_template() -> SqliteTemplate {
    let database = Database::empty_file();
    let tokens = migrate_and_seed(&database.url).await;
    let copy = path_of(&database.url).with_file_name("template.db");
    let connection = connect(&database.url).await;
    // Includes writes that are still in the write-ahead log.
    connection.execute_unprepared(&format!("VACUUM INTO '{}'", copy.display())).await.expect("a copy");
    connection.close().await.expect("closing");
    SqliteTemplate { file: std::fs::read(copy).expect("the copy"), tokens }
}

async fn postgres_template() -> PostgresTemplate {
    let database = PostgresDatabase::create().await.expect("a database");
    let tokens = migrate_and_seed(database.url()).await;
    PostgresTemplate { database, tokens }
}

async fn migrate_and_seed(url: &str) -> Tokens {
    services::migrate(url).await.expect("migrating");
    assert!(seed::seed_demo(url).await.expect("seeding"), "the template had data already");
    let clock = Arc::new(ManualClock::new(SystemClock.now()));
    let greenroom = open_process(url, Limits::default(), clock).await;
    let mut tokens = Tokens::new();
    for person in seed::DEMO_PEOPLE {
        let credentials =
            Credentials { email: person.email.parse().ok(), password: Password::new(seed::PASSWORD.to_owned()) };
        let signed_in = greenroom.sign_in(credentials, IpAddr::from(Ipv4Addr::LOCALHOST), "a test").await;
        tokens.insert(person.email, signed_in.expect("demo people can sign in").token);
    }
    // PostgreSQL can't copy a template with open connections.
    greenroom.close().await.expect("closing");
    tokens
}

/// Returns the path of an SQLite database.
pub(crate) fn path_of(url: &str) -> &Path {
    Path::new(url.trim_start_matches("sqlite://").trim_end_matches("?mode=rwc"))
}
