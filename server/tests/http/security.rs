//! The access matrix: each route is requested by each actor, and its status compared with the table.
//!
//! A route that isn't in the table fails these tests, so that each new route declares who may use it.

mod hostile_input;
mod hostile_text;
mod page_owner;
mod revoked;
mod table;

use crate::support::{Actor, SARAH, Site, TestResponse, UNKNOWN_ID, actions::event_day, new_id, soon};
use reqwest::{Method, header};
use serde_json::json;
use std::{collections::BTreeSet, path::Path};
use table::{ACTORS, API, FUNCTIONS, PAGES, Row};

const FORM: &str = "application/x-www-form-urlencoded";

/// Values of the placeholders in the table's paths and bodies.
struct Placeholders {
    pairs: Vec<(&'static str, String)>,
}

impl Placeholders {
    async fn load(site: &Site) -> Self {
        let session = site.eventpro().get("/api/auth/sessions").await.ok(200)["sessions"][0]["id"].clone();
        let pairs = vec![
            ("{launch}", site.launch.clone()),
            ("{booking}", site.launch_booking.clone()),
            ("{achieng}", site.people.achieng.clone()),
            ("{session}", session.as_str().expect("an id").to_owned()),
            ("{unknown}", UNKNOWN_ID.to_owned()),
            ("{day}", event_day()),
        ];
        Self { pairs }
    }

    fn substitute(&self, text: &str) -> String {
        let known = self.pairs.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value));
        known.replace("{new}", &new_id())
    }
}

/// Returns the paths of the pages that require a session and that an actor of the table may open: those of a
/// conversation, its booking, and a talent to book.
pub(crate) fn private_pages(actor: &str, conversation: &str, booking: &str, talent: &str) -> Vec<String> {
    let pairs = [("{launch}", conversation), ("{booking}", booking), ("{achieng}", talent)];
    let placeholders = Placeholders { pairs: pairs.map(|(name, value)| (name, value.to_owned())).into() };
    let number = ACTORS.iter().position(|known| *known == actor).expect("an actor of the table");
    let rows = PAGES.iter().filter(|row| (row.expected[0], row.expected[number]) == (303, 200));
    rows.map(|row| placeholders.substitute(row.at.unwrap_or(row.path))).collect()
}

/// Returns the actor with this index, on a separate site, so that one actor's changes don't affect the next.
async fn actor_site(number: usize) -> (Site, Actor) {
    let site = Site::new().await;
    let actor = match ACTORS[number] {
        "anonymous" => site.anonymous(),
        "talent" => site.sarah(),
        "organizer" => site.eventpro(),
        "other talent" => site.kamau(),
        "other organizer" => site.safari(),
        "unverified" => {
            site.execute("UPDATE person SET email_verified = false WHERE email = 'mc.achieng@example.com'").await;
            site.achieng()
        }
        "token that reads" => token_actor(&site, "read").await,
        "token that writes" => token_actor(&site, "write").await,
        other => panic!("unknown actor {other}"),
    };
    (site, actor)
}

async fn token_actor(site: &Site, scope: &str) -> Actor {
    let made = site.eventpro().post("/api/auth/tokens", &json!({ "name": "bot", "scope": scope })).await;
    let bot = Actor::with_token(site.addr(), made.ok(201)["secret"].as_str().expect("a secret"));
    bot.on_page_of(&site.people.eventpro)
}

/// Sends a row's request and returns its status, without the body: a stream's body never ends.
async fn status(actor: &Actor, row: &Row, placeholders: &Placeholders, form: bool) -> u16 {
    let path = placeholders.substitute(row.at.unwrap_or(row.path));
    let mut request = actor.request(row.method.parse::<Method>().expect("a method"), &path);
    if form || !row.body.is_empty() {
        let body = placeholders.substitute(row.body);
        let (kind, body) = if form { (FORM, actor.form_of_page(&body)) } else { ("application/json", body) };
        request = request.header(header::CONTENT_TYPE, kind).body(body);
    }
    soon("an answer", request.send()).await.expect("an answer").status().as_u16()
}

/// Sends each row's request as each actor, in the order of the table; panics with all statuses that differ.
async fn check_rows(rows: &[Row], form: bool) {
    let mut wrong = Vec::new();
    for (number, name) in ACTORS.iter().enumerate() {
        let (site, actor) = actor_site(number).await;
        let placeholders = Placeholders::load(&site).await;
        for row in rows {
            let seen = status(&actor, row, &placeholders, form).await;
            if seen != row.expected[number] {
                wrong.push(format!("{} {} by {name}: {seen}, not {}", row.method, row.path, row.expected[number]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn the_api_answers_every_actor_as_in_the_table() {
    check_rows(&API, false).await;
}

#[tokio::test]
async fn server_functions_answer_every_actor_as_in_the_table() {
    check_rows(&FUNCTIONS, true).await;
}

#[tokio::test]
async fn pages_answer_every_actor_as_in_the_table() {
    check_rows(&PAGES, false).await;
}

#[tokio::test]
async fn the_table_lists_every_api_route() {
    let site = Site::new().await;
    let document = site.anonymous().get("/api/openapi.json").await.json();
    let paths = document["paths"].as_object().expect("paths");
    let there = paths.iter().flat_map(|(path, item)| {
        item.as_object().expect("an item").keys().map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    let written = API.iter().map(|row| format!("{} {}", row.method, row.path));
    assert_eq!(written.collect::<BTreeSet<_>>(), there.collect::<BTreeSet<_>>());
}

#[test]
fn the_table_lists_every_server_function() {
    let there: BTreeSet<String> = sources("../app/src/server_fns")
        .iter()
        .chain([&source("../app/src/server_fns.rs")])
        .flat_map(|text| between(text, "endpoint = \"").into_iter().map(|name| format!("/fn/{name}")))
        .collect();
    assert!(there.len() > 20, "the test no longer sees the functions: {there:?}");
    assert_eq!(FUNCTIONS.iter().map(|row| row.path.to_owned()).collect::<BTreeSet<_>>(), there);
}

#[test]
fn the_table_lists_every_page() {
    let there: BTreeSet<String> =
        between(&source("../app/src/shell.rs"), "path!(\"").into_iter().filter(|path| !path.is_empty()).collect();
    assert!(there.len() > 10, "the test no longer sees the pages: {there:?}");
    let written = PAGES.iter().filter(|row| row.method == "GET").map(|row| row.path.to_owned());
    let beside = ["/api/docs", "/dev/mail"];
    assert_eq!(written.filter(|path| !beside.contains(&path.as_str())).collect::<BTreeSet<_>>(), there);
}

/// Returns the rows of state-changing requests.
fn changes() -> impl Iterator<Item = &'static Row> {
    API.iter().chain(&FUNCTIONS).chain(&PAGES).filter(|row| row.method != "GET")
}

async fn send_row(site: &Site, placeholders: &Placeholders, row: &Row, headers: &[(&str, &str)]) -> TestResponse {
    let path = placeholders.substitute(row.at.unwrap_or(row.path));
    let request = site.eventpro().request(row.method.parse().expect("a method"), &path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    TestResponse::to(request.body(placeholders.substitute(row.body))).await
}

#[tokio::test]
async fn no_changing_route_accepts_a_cross_site_request() {
    let site = Site::new().await;
    let placeholders = Placeholders::load(&site).await;
    for row in changes() {
        for header in [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "null")] {
            let kind = if row.path.starts_with("/fn/") { FORM } else { "application/json" };
            send_row(&site, &placeholders, row, &[header, ("content-type", kind)]).await.problem(403, "cross_site");
        }
    }
    site.eventpro().get("/api/auth/session").await.ok(200);
}

#[tokio::test]
async fn no_changing_route_accepts_a_plain_form_or_get() {
    let site = Site::new().await;
    let placeholders = Placeholders::load(&site).await;
    let before = site.count("SELECT sum(seq) FROM person_head").await;
    for row in changes().filter(|row| !row.body.is_empty()) {
        let answer = send_row(&site, &placeholders, row, &[("content-type", "text/plain")]).await;
        assert_eq!(answer.status, 415, "text/plain to {}", row.path);
    }
    for row in changes() {
        let also_read = |other: &Row| other.method == "GET" && other.path == row.path;
        if !API.iter().chain(&PAGES).any(also_read) {
            let answer = site.eventpro().get(&placeholders.substitute(row.at.unwrap_or(row.path))).await;
            assert!([404, 405].contains(&answer.status), "GET {}: {}", row.path, answer.status);
        }
    }
    assert_eq!(site.count("SELECT sum(seq) FROM person_head").await, before);
    site.eventpro().get("/api/auth/session").await.ok(200);
}

#[tokio::test]
async fn database_errors_reveal_no_internals() {
    let site = Site::new().await;
    let placeholders = Placeholders::load(&site).await;
    for table in ["booking", "conversation", "message", "notification", "event", "person_head", "token", "mail"] {
        let mut database = site.database().await;
        let broken = format!("ALTER TABLE {table} RENAME TO broken_{table}");
        sqlx::query(sqlx::AssertSqlSafe(broken)).execute(&mut database).await.expect("a broken table");
        sqlx::Connection::close(database).await.expect("closing");
    }
    let mut broken = BTreeSet::new();
    // An export fails after its head, so it has no error status.
    for row in API.iter().filter(|row| row.path != "/api/account/export") {
        let kind = [("content-type", "application/json")];
        let answer = send_row(&site, &placeholders, row, &kind).await;
        if answer.status >= 500 {
            let problem = answer.any_problem().to_string().to_lowercase();
            let internals = ["sql", "table", "database", "column", "broken_", "services", ".rs"];
            assert!(internals.iter().all(|word| !problem.contains(word)), "{} {}: {problem}", row.method, row.path);
            broken.insert(row.path);
        }
    }
    assert!(broken.len() > 15, "the test no longer causes errors: {broken:?}");
    // The log has the reason.
    site.process.wait_for_log("no such table").await;
}

#[tokio::test]
async fn an_access_token_counts_before_a_cookie() {
    let site = Site::new().await;
    let cookie = format!("greenroom={}", site.tokens[SARAH]);
    for authorization in ["Bearer x", "Bearer ", "Basic c2FyYWg6eA==", &format!("Bearer {}", site.tokens[SARAH])] {
        let request = site.anonymous().request(Method::GET, "/api/auth/session").header("cookie", &cookie);
        let answer = TestResponse::to(request.header("authorization", authorization)).await;
        answer.problem(401, "unauthenticated");
    }
}

fn source(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path)
}

/// Returns the files of a folder and of the folders in it.
fn sources(folder: &str) -> Vec<String> {
    files_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
}

fn files_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file").path());
    entries.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![read(&path)] }).collect()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("text")
}

/// Returns each text between `start` and the next quote.
fn between(text: &str, start: &str) -> Vec<String> {
    text.split(start).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect()
}
