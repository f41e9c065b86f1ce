use crate::support::{
    Actor, EVENTPRO, PASSWORD, SARAH, new_id,
    postgres::Database,
    process::{Process, run, settings},
    stream::gapless,
    within,
};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use std::time::Duration;

const FORM: &str = "application/x-www-form-urlencoded";

/// The session ends while the read waits for a lock in the database.
#[tokio::test]
async fn the_session_is_checked_again_after_a_slow_read() {
    let pair = Pair::new().await;
    let [reader, other] = pair.sign_in(SARAH).await;
    let conversation = reader.load_first_conversation_id().await;
    let path = format!("/api/conversations/{conversation}/messages");
    let person = reader.get("/api/auth/session").await.ok(200)["user"]["id"].as_str().expect("an id").to_owned();
    let page = reader.clone().on_page_of(&person);
    let mut lock = PgConnection::connect(pair.database.url()).await.expect("the database");
    sqlx::raw_sql("BEGIN; LOCK TABLE message IN ACCESS EXCLUSIVE MODE").execute(&mut lock).await.expect("a lock");
    let reading = tokio::spawn(async move { reader.get(&path).await });
    let form = page.form_of_page(&format!("id={conversation}"));
    let asking = tokio::spawn(async move { page.send(Method::POST, "/fn/thread", FORM, form).await });
    let waits = "SELECT count(*) FROM pg_locks WHERE relation = 'message'::regclass AND NOT granted";
    within(Duration::from_secs(30), "readers that wait", async { while pair.database.count(waits).await < 2 {} }).await;
    // Longer than the 500 ms after which a read checks the session again.
    tokio::time::sleep(Duration::from_millis(600)).await;
    other.post("/api/auth/signout", &json!({})).await.empty();
    sqlx::raw_sql("COMMIT").execute(&mut lock).await.expect("an end");
    reading.await.expect("no panic").problem(401, "unauthenticated");
    let asked = asking.await.expect("no panic");
    assert_eq!(asked.status, 401);
    assert!(asked.text().contains("unauthenticated") && !asked.text().contains("body"), "{}", asked.text());
}

/// Two servers that were started at the same time on one empty database.
struct Pair {
    servers: [Process; 2],
    database: Database,
    _folder: tempfile::TempDir,
}

impl Pair {
    async fn new() -> Self {
        let (folder, database) = (tempfile::tempdir().expect("a folder"), Database::new().await);
        let settings = settings(&[("DATABASE_URL", database.url())]);
        let (one, other) =
            tokio::join!(Process::serve(folder.path(), &settings), Process::serve(folder.path(), &settings));
        let seeded = run(folder.path(), &settings, "seed");
        assert!(seeded.status.success(), "{}", String::from_utf8_lossy(&seeded.stderr));
        Self { servers: [one, other], database, _folder: folder }
    }

    /// Signs in at one server, and returns an actor of the session at each.
    async fn sign_in(&self, email: &str) -> [Actor; 2] {
        let token = Actor::new(self.servers[0].addr, None).sign_in(email, PASSWORD).await.token();
        let at = |server: &Process| Actor::new(server.addr, Some(format!("greenroom={token}")));
        [at(&self.servers[0]), at(&self.servers[1])]
    }
}

/// In a rolling update, a node of the previous version may have to restart.
#[tokio::test]
async fn an_older_program_starts_on_a_newer_schema() {
    let (folder, database) = (tempfile::tempdir().expect("a folder"), Database::new().await);
    let settings = settings(&[("DATABASE_URL", database.url())]);
    assert!(run(folder.path(), &settings, "migrate").status.success());
    database.run("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m2999_01_01_later', 0)").await;
    let server = Process::serve(folder.path(), &settings).await;
    assert_eq!(Actor::new(server.addr, None).get("/readyz").await.status, 200);
}

#[tokio::test]
async fn two_servers_share_one_database() {
    let pair = Pair::new().await;
    let [eventpro_here, eventpro_there] = pair.sign_in(EVENTPRO).await;
    let [_, sarah_there] = pair.sign_in(SARAH).await;
    let launch = eventpro_here.load_first_conversation_id().await;
    assert_eq!(launch, sarah_there.load_first_conversation_id().await, "a session of one server is valid at the other");

    let mut hers = sarah_there.follow("/api/events").await;
    let mut own = eventpro_there.follow("/api/events").await;
    let mut sent: Vec<Value> = Vec::new();
    for number in 0..10 {
        sent.push(eventpro_here.send_message(&launch, &format!("Here {number}")).await);
        sent.push(sarah_there.send_message(&launch, &format!("There {number}")).await);
    }
    // No later write at the other server reveals this message: it is found only by polling.
    sent.push(eventpro_here.send_message(&launch, "Here at last").await);
    assert_eq!(sarah_there.load_whole_thread(&launch).await[12..], sent, "the other server reads all messages at once");
    let receive = async |stream: &mut crate::support::Stream| {
        let mut frames = Vec::new();
        while frames.iter().filter(|frame: &&crate::support::SseEvent| frame.event == "message.created").count()
            < sent.len()
        {
            frames.push(stream.next().await.expect("the stream goes on"));
        }
        frames
    };
    let received =
        within(Duration::from_secs(25), "a poll", async { tokio::join!(receive(&mut hers), receive(&mut own)) }).await;
    for (stream, frames) in [(&hers, received.0), (&own, received.1)] {
        gapless(stream.cursor(), &frames);
        let messages: Vec<&Value> = frames
            .iter()
            .filter(|frame| frame.event == "message.created")
            .map(|frame| &frame.data["message"])
            .collect();
        assert_eq!(messages, sent.iter().collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_message_sent_to_two_servers_at_once_is_stored_once() {
    let pair = Pair::new().await;
    let eventpro = pair.sign_in(EVENTPRO).await;
    let launch = eventpro[0].load_first_conversation_id().await;
    for round in 0..10 {
        let asked = json!({ "conversationId": launch, "body": format!("Round {round}"), "clientId": new_id() });
        let (one, other) =
            tokio::join!(eventpro[0].post("/api/messages", &asked), eventpro[1].post("/api/messages", &asked));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 201]);
        assert_eq!(one.json()["message"], other.json()["message"]);
    }
    assert_eq!(pair.database.count("SELECT count(*) FROM message WHERE body LIKE 'Round %'").await, 10);
}

#[tokio::test]
async fn signing_out_at_one_server_ends_the_session_at_the_other() {
    let pair = Pair::new().await;
    let sarah = pair.sign_in(SARAH).await;
    let mut stream = sarah[1].follow("/api/events").await;
    sarah[0].post("/api/auth/signout", &json!({})).await.empty();
    sarah[1].get("/api/auth/session").await.problem(401, "unauthenticated");
    let last = stream.next().await.expect("a last event, with the heartbeat at the latest");
    assert_eq!((last.event.as_str(), &last.data), ("session-ended", &json!({ "reason": "signed_out" })));
    assert_eq!(stream.next().await, None);
}
