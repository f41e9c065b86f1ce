//! Tests of `/api/openapi.json` and `/api/docs`.

use crate::support::{
    Site, TestResponse, UNKNOWN_ID,
    process::{Settings, run},
};
use reqwest::Method;
use serde_json::Value;
use std::{collections::BTreeSet, path::Path};

/// The paths and methods that the API guarantees; a `?` marks public operations.
const CONTRACT_ROUTES: [(&str, &[&str]); 31] = [
    ("/api/auth/callback/credentials", &["post?"]),
    ("/api/auth/session", &["get"]),
    ("/api/auth/signout", &["post"]),
    ("/api/auth/register", &["post?"]),
    ("/api/auth/verify", &["post?"]),
    ("/api/auth/password/forgot", &["post?"]),
    ("/api/auth/password/reset", &["post?"]),
    ("/api/auth/sessions", &["get"]),
    ("/api/auth/sessions/{id}", &["delete"]),
    ("/api/messages", &["get", "post"]),
    ("/api/talent/messages", &["get", "post"]),
    ("/api/organizer/messages", &["get", "post"]),
    ("/api/conversations/{id}", &["get"]),
    ("/api/conversations/{id}/messages", &["get"]),
    ("/api/conversations/{id}/read", &["put"]),
    ("/api/conversations/{id}/delivered", &["put"]),
    ("/api/conversations/{id}/typing", &["put"]),
    ("/api/notifications", &["get"]),
    ("/api/notifications/read", &["post"]),
    ("/api/talents", &["get"]),
    ("/api/talents/{id}", &["get?"]),
    ("/api/bookings", &["get", "post"]),
    ("/api/bookings/{id}", &["get"]),
    ("/api/bookings/{id}/accept", &["post"]),
    ("/api/bookings/{id}/decline", &["post"]),
    ("/api/bookings/{id}/cancel", &["post"]),
    ("/api/events", &["get"]),
    ("/api/websocket", &["get"]),
    ("/api/openapi.json", &["get?"]),
    ("/healthz", &["get?"]),
    ("/readyz", &["get?"]),
];

async fn document(site: &Site) -> Value {
    let answer = site.anonymous().get("/api/openapi.json").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    answer.json()
}

/// Returns path, method and specification of each operation.
fn operations(document: &Value) -> Vec<(String, Method, Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let all = paths.iter().flat_map(|(path, item)| {
        item.as_object().expect("an item").iter().map(|(method, operation)| {
            let method = method.to_uppercase().parse().expect("a method");
            (path.clone(), method, operation.clone())
        })
    });
    let all: Vec<_> = all.collect();
    assert!(all.len() > 20, "the test no longer sees the operations");
    all
}

fn is_for_anyone(operation: &Value) -> bool {
    operation["security"] == serde_json::json!([{}])
}

#[tokio::test]
async fn every_contract_route_is_in_the_openapi_document() {
    let site = Site::new().await;
    let document = document(&site).await;
    assert_eq!(document["openapi"].as_str().map(|version| &version[..4]), Some("3.1."));
    for (path, methods) in CONTRACT_ROUTES {
        let documented = document["paths"][path].as_object().into_iter().flatten();
        let documented = documented
            .map(|(method, documented)| if is_for_anyone(documented) { format!("{method}?") } else { method.clone() });
        assert_eq!(documented.collect::<BTreeSet<_>>(), methods.iter().map(ToString::to_string).collect(), "{path}");
    }
    assert_eq!(document["security"], serde_json::json!([{ "session": [] }, { "token": [] }]));
    let schemes = &document["components"]["securitySchemes"];
    assert_eq!(
        (schemes["session"]["in"].as_str(), schemes["token"]["scheme"].as_str()),
        (Some("cookie"), Some("bearer"))
    );
}

#[tokio::test]
async fn every_operation_has_a_summary_and_a_unique_id() {
    let site = Site::new().await;
    let document = document(&site).await;
    let tags: Vec<&Value> = document["tags"].as_array().expect("tags").iter().map(|tag| &tag["name"]).collect();
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let about = format!("{method} {path}");
        assert!(ids.insert(operation["operationId"].to_string()), "{about} has a duplicate id");
        assert!(operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{about} has no summary");
        assert!(tags.contains(&&operation["tags"][0]), "{about} has no declared tag");
        let answers = operation["responses"].as_object().expect("responses");
        assert!(answers.keys().any(|status| status.starts_with('2')), "{about} has no success response");
        assert!(is_for_anyone(&operation) || answers.contains_key("401"), "{about} has no 401 response");
        for (status, answer) in answers.iter().filter(|(status, _)| status.as_str() >= "400") {
            let shared = answer["$ref"].as_str().expect("an error is a shared response");
            let content = &document.pointer(&shared[1..]).expect(shared)["content"];
            assert!(content["application/problem+json"].is_object(), "{about}: {status}");
        }
    }
}

#[tokio::test]
async fn every_schema_reference_resolves() {
    let site = Site::new().await;
    let document = document(&site).await;
    let text = document.to_string();
    let references: BTreeSet<&str> =
        text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(references.len() > 20, "the test no longer sees the references");
    // Doc comments become descriptions; links to Rust items mean nothing to readers of the API.
    assert!(!text.contains("[`"), "a rustdoc link");
    let lost: Vec<_> = references.into_iter().filter(|reference| document.pointer(reference).is_none()).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

#[tokio::test]
async fn anonymous_requests_get_401_exactly_where_the_document_says() {
    let site = Site::new().await;
    for (path, method, operation) in operations(&document(&site).await) {
        let request = site.anonymous().request(method.clone(), &path.replace("{id}", UNKNOWN_ID));
        let answer = TestResponse::to(request.header("content-type", "application/json").body("{}")).await;
        let refused = answer.status == 401 && answer.json()["code"] == "unauthenticated";
        assert_eq!(refused, !is_for_anyone(&operation), "{method} {path}: {}", answer.status);
    }
}

#[tokio::test]
async fn the_openapi_command_prints_the_served_document() {
    let site = Site::new().await;
    let served = site.anonymous().get("/api/openapi.json").await;
    assert_eq!(served.header("cache-control"), "public, max-age=300");
    assert_eq!(served.header("set-cookie"), "");
    let folder = tempfile::tempdir().expect("a folder");
    let wrong = Settings::from([("DATABASE_URL".to_owned(), "postgres://127.0.0.1:1/nothing".to_owned())]);
    let printed = run(folder.path(), &wrong, "openapi");
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    assert_eq!(String::from_utf8_lossy(&printed.stdout).trim_end(), served.text().trim_end());
    assert!(folder.path().read_dir().expect("the folder").next().is_none(), "no file was created");
}

#[tokio::test]
async fn the_docs_page_shows_every_operation_without_scripts() {
    let site = Site::new().await;
    let answer = site.anonymous().get("/api/docs").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(answer.header("content-security-policy").starts_with("default-src 'none'; style-src 'self';"));
    let html = answer.text();
    for forbidden in ["<script", "<style", "style=", " onclick", "http://", "https://"] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    for (path, method, operation) in operations(&document(&site).await) {
        let id = operation["operationId"].as_str().expect("an id");
        assert!(html.contains(&format!("<article id=\"{id}\">")), "{id}");
        assert!(html.contains(&format!("<b>{method}</b> {path}")), "{method} {path}");
    }
    let anchors = html.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next());
    let lost: BTreeSet<_> = anchors.filter(|anchor| !html.contains(&format!("id=\"{anchor}\""))).collect();
    assert!(lost.is_empty(), "{lost:?}");
    let style = html.split("rel=\"stylesheet\" href=\"/").nth(1).and_then(|rest| rest.split('"').next());
    let style = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public").join(style.expect("a stylesheet"));
    assert!(style.exists(), "{}", style.display());
}
