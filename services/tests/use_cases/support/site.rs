//! A Greenroom instance with a database of its own.

use super::database::{Database, Kind, Tokens, connect};
use model::{ConversationId, Craft, PersonId};
use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult, Statement,
    sea_query::{Expr, Query},
};
use services::{
    Greenroom, Limits, Result, SignInResult, SiteConfig, Viewer,
    accounts::{Credentials, Password},
    clock::{Clock, ManualClock, SystemClock},
    seed::{ACHIENG, DemoPerson, EVENTPRO, KAMAU, PASSWORD, SAFARI, SARAH},
    time_zone::TimeZone,
};
use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};
use uuid::Uuid;

/// The time zone of the site: three hours east of UTC, all year.
const SITE_ZONE: &str = "Africa/Nairobi";
/// Base of the links in e-mails.
pub(crate) const PUBLIC_URL: &str = "https://greenroom.example";

/// A Greenroom instance with demo data, and a clock that moves only when set.
pub(crate) struct Site {
    pub(crate) greenroom: Greenroom,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) kind: Kind,
    tokens: &'static Tokens,
    database: Database,
}

/// The demo people, signed in, and their conversations.
pub(crate) struct DemoData {
    pub(crate) eventpro: Viewer,
    pub(crate) safari: Viewer,
    pub(crate) sarah: Viewer,
    pub(crate) kamau: Viewer,
    pub(crate) achieng: Viewer,
    /// The conversation of EventPro and Sarah: 12 messages.
    pub(crate) launch: ConversationId,
    /// The conversation of Safari Sounds and DJ Kamau: 5 messages.
    pub(crate) sundowner: ConversationId,
}

/// Row counts and sums, read directly from the database.
#[derive(Debug, PartialEq, Eq, FromQueryResult)]
pub(crate) struct RowCounts {
    pub(crate) bookings: i64,
    pub(crate) messages: i64,
    pub(crate) events: i64,
    pub(crate) notifications: i64,
    /// Sum over all conversations.
    pub(crate) last_seqs: i64,
    /// Sum over all people's event sequences.
    pub(crate) event_seqs: i64,
}

impl Site {
    pub(crate) async fn new(kind: Kind) -> Self {
        let (database, tokens) = Database::seeded(kind).await;
        let clock = Arc::new(ManualClock::new(SystemClock.now()));
        // Raised, because unrelated tests open many bookings.
        let limits = Limits { inquiries_per_day: 1_000, open_inquiries_per_pair: 1_000, ..Limits::default() };
        Self { greenroom: open_process(&database.url, limits, clock.clone()).await, clock, kind, tokens, database }
    }

    /// Opens another process on the same database, with the same clock.
    pub(crate) async fn open_second_node(&self, limits: Limits) -> Greenroom {
        open_process(&self.database.url, limits, self.clock.clone()).await
    }

    pub(crate) fn url(&self) -> &str {
        &self.database.url
    }

    pub(crate) async fn demo(&self) -> DemoData {
        let eventpro = self.viewer(EVENTPRO).await;
        let safari = self.viewer(SAFARI).await;
        DemoData {
            launch: self.only_conversation(&eventpro).await,
            sundowner: self.only_conversation(&safari).await,
            sarah: self.viewer(SARAH).await,
            kamau: self.viewer(KAMAU).await,
            achieng: self.viewer(ACHIENG).await,
            eventpro,
            safari,
        }
    }

    async fn viewer(&self, person: DemoPerson) -> Viewer {
        self.greenroom.authenticate(&self.tokens[person.email]).await.expect("a session of the template")
    }

    async fn only_conversation(&self, viewer: &Viewer) -> ConversationId {
        self.greenroom
            .load_inbox(viewer, None)
            .await
            .expect("an inbox")
            .conversations
            .first()
            .expect("a conversation")
            .id
    }

    /// Signs a person in with the password of all demo people.
    pub(crate) async fn sign_in(&self, email: &str) -> SignInResult {
        sign_in(&self.greenroom, email, PASSWORD).await.expect("a session")
    }

    /// Inserts a talent with the demo password as an older version would: searches find the name after
    /// [`Self::fold_texts`].
    pub(crate) async fn insert_talent(&self, name: &str, craft: Craft) -> PersonId {
        let (id, connection) = (Uuid::now_v7(), connect(&self.database.url).await);
        let hash =
            Query::select().column("password_hash").from("person").and_where(Expr::col("email").eq(SARAH.email)).take();
        let person = Query::insert()
            .into_table("person")
            .columns(["id", "email", "name", "role", "craft", "password_hash", "email_verified", "created_at"])
            .values_panic([
                id.into(),
                format!("{id}@example.com").into(),
                name.into(),
                "talent".into(),
                craft.as_str().into(),
                Expr::expr(hash),
                true.into(),
                0_i64.into(),
            ])
            .take();
        let sequence = Query::insert()
            .into_table("person_head")
            .columns(["person_id", "seq"])
            .values_panic([id.into(), 0_i64.into()])
            .take();
        connection.execute(&person).await.expect("a person");
        connection.execute(&sequence).await.expect("a sequence");
        connection.close().await.expect("closing");
        PersonId(id)
    }

    /// Folds the names that an older version wrote, as the next start does.
    pub(crate) async fn fold_texts(&self) {
        services::migrate(&self.database.url).await.expect("a start");
    }

    /// Requests a link to reset the password of this address, from 127.0.0.1.
    pub(crate) async fn request_password_reset(&self, email: &str) {
        let email = email.parse().expect("an address");
        self.greenroom.forgot_password(email, Ipv4Addr::LOCALHOST.into()).await.expect("accepted");
    }

    /// Changes the database directly.
    pub(crate) async fn execute(&self, sql: &str) {
        let connection = connect(&self.database.url).await;
        connection.execute_unprepared(sql).await.expect(sql);
        connection.close().await.expect("closing");
    }

    /// Queries the database directly.
    pub(crate) async fn query<T: FromQueryResult>(&self, sql: &str) -> Vec<T> {
        let connection = connect(&self.database.url).await;
        let statement = Statement::from_string(connection.get_database_backend(), sql);
        let rows = T::find_by_statement(statement).all(&connection).await.expect(sql);
        connection.close().await.expect("closing");
        rows
    }

    /// Returns the single number that a query selects as `count`.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        #[derive(FromQueryResult)]
        struct Count {
            count: i64,
        }
        self.query::<Count>(sql).await.pop().expect("a row").count
    }

    pub(crate) async fn count_rows(&self) -> RowCounts {
        let counts = "SELECT (SELECT count(*) FROM booking) AS bookings, \
            (SELECT count(*) FROM message) AS messages, \
            (SELECT count(*) FROM event) AS events, \
            (SELECT count(*) FROM notification) AS notifications, \
            (SELECT CAST(sum(last_seq) AS bigint) FROM conversation) AS last_seqs, \
            (SELECT CAST(sum(seq) AS bigint) FROM person_head) AS event_seqs";
        self.query(counts).await.pop().expect("a row")
    }
}

impl DemoData {
    pub(crate) fn all(&self) -> [&Viewer; 5] {
        [&self.eventpro, &self.safari, &self.sarah, &self.kamau, &self.achieng]
    }
}

/// Opens a process on a database. It hashes passwords with the least memory.
pub(crate) async fn open_process(url: &str, limits: Limits, clock: Arc<ManualClock>) -> Greenroom {
    let limits = Limits { password_hash_kib: 8, ..limits };
    let time_zone = SITE_ZONE.parse().ok().and_then(|name| TimeZone::find(&name)).expect("a time zone");
    Greenroom::open_at(url, SiteConfig { url: PUBLIC_URL, time_zone }, limits, clock).await.expect("a Greenroom")
}

/// Signs in from 127.0.0.1.
pub(crate) async fn sign_in(greenroom: &Greenroom, email: &str, password: &str) -> Result<SignInResult> {
    let credentials = Credentials { email: email.parse().ok(), password: Password::new(password.to_owned()) };
    greenroom.sign_in(credentials, IpAddr::from(Ipv4Addr::LOCALHOST), "a test").await
}
