//! One response of each kind.

use crate::support::{PASSWORD, SARAH, Site, TestResponse, actor::form};
use reqwest::Method;
use serde_json::json;

const FORM: &str = "application/x-www-form-urlencoded";

/// Kinds of responses, as a browser treats them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// A page of the app.
    Page,
    /// The error page for a 5xx.
    BrokenPage,
    /// Any other response.
    NoPage,
}

pub(super) struct Sample {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) answer: TestResponse,
}

/// Creates a folder with the files of a built site.
fn build() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("pkg")).expect("a folder");
    for name in ["icon.svg", "pkg/greenroom.abc.js"] {
        std::fs::write(folder.path().join(name), "").expect("a file");
    }
    folder
}

/// Starts a site with these settings and requests a response of each kind. Breaks the site at the end.
pub(super) async fn of_every_kind(pairs: &[(&str, &str)]) -> Vec<Sample> {
    let folder = build();
    let root = folder.path().display().to_string();
    let site = Site::with(&[pairs, &[("LEPTOS_SITE_ROOT", &root)]].concat()).await;
    let mut samples = pages(&site).await;
    samples.extend(no_pages(&site).await);
    samples.extend(broken(&site).await);
    samples
}

async fn pages(site: &Site) -> Vec<Sample> {
    let (anyone, sarah) = (site.anonymous(), site.sarah());
    let thread = format!("/conversations/{}", site.launch);
    let mut samples = Vec::new();
    for (name, status, actor, path) in [
        ("the start page", 200, &anyone, "/"),
        ("sign-in", 200, &anyone, "/signin"),
        ("an anonymous 404", 404, &anyone, "/nowhere"),
        ("a 404 of a file", 404, &anyone, "/nowhere/at/all.js"),
        ("the inbox", 200, &sarah, "/inbox"),
        ("a thread", 200, &sarah, &thread),
        ("a 404 within a page", 404, &sarah, "/conversations/not-an-id"),
    ] {
        let answer = actor.get(path).await;
        assert_eq!(answer.status, status, "{name}");
        samples.push(Sample { name, kind: Kind::Page, answer });
    }
    samples
}

async fn no_pages(site: &Site) -> Vec<Sample> {
    let (anyone, sarah) = (site.anonymous(), site.sarah());
    let wrong = json!({ "email": SARAH, "password": "wrong" });
    let right = form(&[("email", SARAH), ("password", PASSWORD)]);
    let foreign = anyone.request(Method::POST, "/api/auth/session").header("sec-fetch-site", "cross-site");
    let plain = anyone.request(Method::POST, "/fn/sign-in").header("accept", "text/html");
    let plain = plain.header("content-type", FORM).body(right);
    let samples = [
        ("JSON of the API", 200, sarah.get("/api/messages").await),
        ("an anonymous API request", 401, anyone.get("/api/messages").await),
        ("a refused sign-in", 401, anyone.post("/api/auth/callback/credentials", &wrong).await),
        ("an unknown API path", 404, anyone.get("/api/nowhere").await),
        ("a cross-site request", 403, TestResponse::to(foreign).await),
        ("health", 200, anyone.get("/healthz").await),
        ("a redirect to sign-in", 303, anyone.get("/inbox").await),
        ("a redirect from sign-in", 303, sarah.get("/signin").await),
        ("a form's redirect", 302, TestResponse::to(plain).await),
        ("a function's result", 200, sarah.send(Method::POST, "/fn/frame", FORM, sarah.form_of_page("")).await),
        ("a function's error", 401, anyone.send(Method::POST, "/fn/frame", FORM, "").await),
        ("a file", 200, anyone.get("/icon.svg").await),
        ("a built file", 200, anyone.get("/pkg/greenroom.abc.js").await),
        ("a removed built file", 404, anyone.get("/pkg/greenroom.old.js").await),
        ("a stream", 200, stream(site).await),
    ];
    let sample = |(name, status, answer): (&'static str, u16, TestResponse)| {
        assert_eq!(answer.status, status, "{name}: {}", answer.text());
        Sample { name, kind: Kind::NoPage, answer }
    };
    samples.into_iter().map(sample).collect()
}

/// Returns the head of a stream, whose body never ends.
async fn stream(site: &Site) -> TestResponse {
    let headers = site.sarah().follow("/api/events").await.headers;
    TestResponse { status: 200, headers, body: Vec::new() }
}

async fn broken(site: &Site) -> Vec<Sample> {
    site.execute("DROP TABLE session").await;
    let page = site.sarah().request(Method::GET, "/inbox").header("accept", "text/html");
    let samples = [
        ("an error page", Kind::BrokenPage, TestResponse::to(page).await),
        ("a 500 of the API", Kind::NoPage, site.sarah().get("/api/messages").await),
    ];
    let sample = |(name, kind, answer): (&'static str, Kind, TestResponse)| {
        assert!(answer.status >= 500, "{name}: {}", answer.status);
        Sample { name, kind, answer }
    };
    samples.into_iter().map(sample).collect()
}
