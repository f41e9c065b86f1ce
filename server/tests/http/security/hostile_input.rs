//! Text that no database takes, in each text parameter of each route: NUL, which PostgreSQL refuses, bytes that aren't
//! UTF-8, and text that is longer than an index takes. A route that binds such text unparsed answers with 500.
//!
//! Parameters are those of the access matrix, of the OpenAPI document, and of the server functions' signatures.

use super::{API, FORM, FUNCTIONS, PAGES, Row, between, source, sources};
use crate::support::{
    Actor, EVENTPRO, PASSWORD, SARAH, UNKNOWN_ID,
    actions::event_day,
    new_id,
    postgres::Database,
    process::{Process, Settings, run, settings},
    soon,
};
use form_urlencoded::{Serializer, parse};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use reqwest::header;
use serde_json::{Value, json};
use std::{collections::BTreeSet, iter};
use tempfile::TempDir;

/// Parameters of pages. A page ignores those of others.
const PAGE_PARAMS: [&str; 22] = [
    "__err", "__path", "after", "again", "at", "before", "craft", "done", "email", "form", "from", "month", "next",
    "page", "person", "q", "query", "role", "sent", "show", "talent", "token",
];

/// Limits that the walk would reach, and answers then don't come from the use case.
const LIMITS: [&str; 6] = [
    "GREENROOM_SENDS_PER_MINUTE",
    "GREENROOM_FAILED_SIGN_INS_PER_ACCOUNT",
    "GREENROOM_FAILED_SIGN_INS_PER_IP",
    "GREENROOM_ACCOUNT_MAILS_PER_IP",
    "GREENROOM_INQUIRIES_PER_DAY",
    "GREENROOM_OPEN_INQUIRIES_PER_PAIR",
];

/// Returns the texts; the last one is long, and no compression makes it short enough for an index.
fn hostile_texts(length: usize) -> [Vec<u8>; 3] {
    let mut number = 1_u32;
    let noise = iter::repeat_with(|| {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b'a' + u8::try_from((number >> 16) % 26).unwrap_or_default()
    });
    [b"a\0b".into(), b"caf\xe9\xff".into(), noise.take(length).collect()]
}

fn encode(text: &[u8]) -> String {
    percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// A site with its two people, and what its answers were.
struct Walk {
    process: Process,
    _folder: TempDir,
    actors: [Actor; 3],
    placeholders: Vec<(&'static str, String)>,
    requests: usize,
    broken: BTreeSet<String>,
}

impl Walk {
    async fn begin(database: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let limits = LIMITS.iter().map(|name| (*name, "100000"));
        let settings: Settings = settings(&database.iter().copied().chain(limits).collect::<Vec<_>>());
        assert!(run(folder.path(), &settings, "seed").status.success());
        let process = Process::serve(folder.path(), &settings).await;
        let (organizer, talent) = (sign_in(&process, EVENTPRO).await, sign_in(&process, SARAH).await);
        let conversation = organizer.get("/api/messages").await.ok(200)["conversations"][0].clone();
        let talents = organizer.get("/api/talents").await.ok(200)["talents"].clone();
        let achieng = talents.as_array().expect("talents").iter().find(|talent| talent["name"] == "MC Achieng");
        let placeholders = vec![
            ("{launch}", id_of(&conversation)),
            ("{booking}", id_of(&conversation["booking"])),
            ("{achieng}", id_of(achieng.expect("a talent"))),
            ("{session}", UNKNOWN_ID.to_owned()),
            ("{unknown}", UNKNOWN_ID.to_owned()),
            ("{day}", event_day()),
        ];
        let actors = [Actor::new(process.addr, None), talent, organizer];
        Self { process, _folder: folder, actors, placeholders, requests: 0, broken: BTreeSet::new() }
    }

    fn substitute(&self, text: &str) -> String {
        let known = self.placeholders.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value));
        known.replace("{new}", &new_id())
    }

    /// Sends a request as each actor whom the route serves, and records answers that are the server's fault. Pages take
    /// longest, and read their parameters alike for all: one actor is enough there.
    async fn send(&mut self, row: &Row, what: &str, path: &str, body: Option<(&str, String)>) {
        // The first of the matrix's actors are these.
        let same = row.expected.iter().all(|status| *status == row.expected[0]);
        let served =
            self.actors.iter().zip(row.expected).filter(|(_, status)| same || ![303, 401, 403].contains(status));
        let is_page = !["/api/", "/fn/"].iter().any(|prefix| row.path.starts_with(prefix));
        for (actor, _) in served.take(if is_page { 1 } else { usize::MAX }) {
            let mut request = actor.request(row.method.parse().expect("a method"), path);
            if let Some((kind, text)) = &body {
                let text = if *kind == FORM { actor.form_of_page(text) } else { text.clone() };
                request = request.header(header::CONTENT_TYPE, *kind).body(text);
            }
            let status = soon("an answer", request.send()).await.expect("an answer").status().as_u16();
            self.requests += 1;
            if status >= 500 {
                self.broken.insert(format!("{} {} with {what}: {status}", row.method, row.path));
            }
        }
    }

    /// Puts the texts into the path's parameter.
    async fn walk_path(&mut self, row: &Row) {
        let Some((start, rest)) = row.path.split_once(['{', ':']) else { return };
        let end = rest.find('/').map_or("", |slash| &rest[slash..]);
        let body = match row.path.starts_with("/api/") && !row.body.is_empty() {
            true => Some(("application/json", self.substitute(row.body))),
            false => None,
        };
        for text in hostile_texts(1_900) {
            self.send(row, "a parameter of the path", &format!("{start}{}{end}", encode(&text)), body.clone()).await;
        }
    }

    async fn walk_query(&mut self, row: &Row, names: &[String]) {
        let path = self.substitute(row.at.unwrap_or(row.path));
        let path = path.split('?').next().unwrap_or_default();
        for name in names {
            for text in hostile_texts(8_000) {
                self.send(row, name, &format!("{path}?{name}={}", encode(&text)), None).await;
            }
        }
    }

    async fn walk_form(&mut self, row: &Row, names: &[String]) {
        let body = self.substitute(row.body);
        let own: Vec<(String, String)> = parse(body.as_bytes()).into_owned().collect();
        for name in names {
            let others = own.iter().filter(|(other, _)| other != name);
            let others = Serializer::new(String::new()).extend_pairs(others).finish();
            for text in hostile_texts(20_000) {
                let form = format!("{others}&{name}={}", encode(&text));
                self.send(row, name, row.path, Some((FORM, form.trim_start_matches('&').to_owned()))).await;
            }
        }
    }

    async fn walk_json(&mut self, row: &Row, names: &[String]) {
        let path = self.substitute(row.at.unwrap_or(row.path));
        let body = self.substitute(row.body);
        for name in names {
            for text in hostile_texts(20_000) {
                let mut body: Value = serde_json::from_str(&body).unwrap_or_else(|_| json!({}));
                body[name] = String::from_utf8_lossy(&text).into();
                self.send(row, name, &path, Some(("application/json", body.to_string()))).await;
            }
        }
    }

    async fn walk_all(mut self) {
        let document = self.actors[0].get("/api/openapi.json").await.json();
        for row in &API {
            self.walk_path(row).await;
            self.walk_query(row, &query_params(&document, row)).await;
            self.walk_json(row, &body_fields(&document, row)).await;
        }
        for row in &FUNCTIONS {
            self.walk_form(row, &text_arguments(row.path)).await;
        }
        let params = PAGE_PARAMS.map(str::to_owned);
        for row in &PAGES {
            self.walk_path(row).await;
            self.walk_query(row, &params).await;
        }
        assert!(self.requests > 1_500, "the test no longer finds the parameters: {} requests", self.requests);
        assert!(self.broken.is_empty(), "{:#?}", self.broken);
        let log = self.process.log();
        let errors: Vec<&str> = log.lines().filter(|line| line.contains("ERROR")).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

async fn sign_in(process: &Process, email: &str) -> Actor {
    let answer = Actor::new(process.addr, None).sign_in(email, PASSWORD).await;
    let person = id_of(&answer.ok(200)["user"]);
    Actor::new(process.addr, Some(format!("greenroom={}", answer.token()))).on_page_of(&person)
}

fn id_of(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

fn operation<'a>(document: &'a Value, row: &Row) -> &'a Value {
    &document["paths"][row.path][row.method.to_lowercase()]
}

fn query_params(document: &Value, row: &Row) -> Vec<String> {
    let params = operation(document, row)["parameters"].as_array().cloned().unwrap_or_default();
    let in_query = params.iter().filter(|param| param["in"] == "query");
    in_query.map(|param| param["name"].as_str().expect("a name").to_owned()).collect()
}

/// Returns the fields of a JSON body, also those that aren't text.
fn body_fields(document: &Value, row: &Row) -> Vec<String> {
    let schema = &operation(document, row)["requestBody"]["content"]["application/json"]["schema"];
    let reference = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    let schema = reference.map_or(schema, |pointer| document.pointer(pointer).expect(pointer));
    schema["properties"].as_object().map(|fields| fields.keys().cloned().collect()).unwrap_or_default()
}

/// Returns the names of a server function's arguments, which are the fields of its form.
fn text_arguments(path: &str) -> Vec<String> {
    let all = sources("../app/src/server_fns").into_iter().chain([source("../app/src/server_fns.rs")]);
    let endpoint = format!("endpoint = \"{}\"", path.trim_start_matches("/fn/"));
    let text = all.into_iter().find(|text| text.contains(&endpoint)).expect(path);
    let (_, after) = text.split_once(&endpoint).expect(path);
    let (_, signature) = after.split_once("pub async fn ").expect(path);
    let (arguments, _) = signature.split_once(") ->").expect(path);
    let arguments = arguments.split_once('(').expect(path).1.replace("#[server(default)]", "");
    arguments.split(',').filter_map(|argument| Some(argument.split_once(':')?.0.trim().to_owned())).collect()
}

#[tokio::test]
async fn no_parameter_reaches_sqlite_unparsed() {
    Walk::begin(&[]).await.walk_all().await;
}

#[tokio::test]
async fn no_parameter_reaches_postgres_unparsed() {
    let database = Database::new().await;
    Walk::begin(&[("DATABASE_URL", database.url())]).await.walk_all().await;
}

#[test]
fn every_parameter_of_a_page_is_in_the_list() {
    let readers = ["../app/src/pages", "../app/src/components"];
    let named = readers.iter().flat_map(|folder| sources(folder)).flat_map(|text| {
        let mut names = between(&text, "query.get(\"");
        names.extend(between(&text, "page_of_query(\""));
        names
    });
    let missing: BTreeSet<String> = named.filter(|name| !PAGE_PARAMS.contains(&name.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
