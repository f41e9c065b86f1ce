//! Any path and method below `/api` gets a response for programs, never a page or a redirect.

use crate::support::{
    Actor, Site, TestResponse, UNKNOWN_ID,
    raw::{raw, raw_line},
};
use reqwest::Method;

const METHODS: [Method; 7] =
    [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS];

/// Paths with their allowed methods, as in `Allow`; an unknown path has none.
const ROUTES: [(&str, &str); 17] = [
    ("/api/auth/callback/credentials", "POST"),
    ("/api/auth/session", "GET,HEAD"),
    ("/api/auth/signout", "POST"),
    ("/api/messages", "GET,HEAD,POST"),
    ("/api/talent/messages", "GET,HEAD,POST"),
    ("/api/organizer/messages", "GET,HEAD,POST"),
    ("/api/conversations/ID", "GET,HEAD"),
    ("/api/conversations/ID/messages", "GET,HEAD"),
    ("/api/conversations/ID/read", "PUT"),
    ("/api/notifications", "GET,HEAD"),
    ("/api/talents", "GET,HEAD"),
    ("/api/talents/ID", "GET,HEAD"),
    ("/api/bookings", "GET,HEAD,POST"),
    ("/api/bookings/ID", "GET,HEAD"),
    ("/api/events", "GET,HEAD"),
    ("/api/websocket", "GET,HEAD"),
    ("/api/nowhere", ""),
];

const UNKNOWN_PATHS: [&str; 21] = [
    "/api",
    "/api/",
    "/api//",
    "/api/nowhere",
    "/api/auth",
    "/api/auth/",
    "/api/auth/session/",
    "/api/messages/",
    "/api/messages/x",
    "/api//messages",
    "/api/events/",
    "/api/talent",
    "/api/conversations",
    "/api/conversations/",
    "/api/conversations/x/nowhere",
    "/api/bookings/",
    "/api/index.html",
    "/api/icon.svg",
    "/api/%00",
    "/api/%ff%fe",
    "/api/h%C3%A9llo?next=/inbox",
];

/// Paths with an invalid id.
const INVALID_IDS: [&str; 8] = [
    "/api/conversations/not-an-id",
    "/api/conversations/%ff",
    "/api/conversations/%E2%82",
    "/api/conversations/%00/messages",
    "/api/conversations/%2Finbox",
    "/api/bookings/1",
    "/api/bookings/'%20OR%201=1--",
    "/api/bookings/%F0%9F%92%83",
];

fn assert_not_html(answer: &TestResponse, asked: &str) {
    assert!(!(300..400).contains(&answer.status), "{asked} redirects");
    assert!(!answer.header("content-type").contains("html"), "{asked} is a page");
    assert!(!answer.text().contains("<html") && !answer.text().contains("<!DOCTYPE"), "{asked} is a page");
}

async fn as_a_browser(actor: &Actor, method: &Method, path: &str) -> TestResponse {
    let answer = TestResponse::to(actor.request(method.clone(), path).header("accept", "text/html")).await;
    assert_not_html(&answer, &format!("{method} {path}"));
    answer
}

#[tokio::test]
async fn nothing_under_api_is_a_page_or_a_redirect() {
    let site = Site::new().await;
    for actor in [site.anonymous(), site.eventpro()] {
        for path in UNKNOWN_PATHS {
            for method in METHODS {
                let answer = as_a_browser(&actor, &method, path).await;
                assert_eq!(answer.status, 404, "{method} {path}");
                if method != Method::HEAD {
                    answer.problem(404, "not_found");
                }
            }
        }
        for path in INVALID_IDS {
            let answer = as_a_browser(&actor, &Method::GET, path).await;
            assert!([401, 404].contains(&answer.status), "{path}: {}", answer.status);
            answer.any_problem();
        }
    }
}

#[tokio::test]
async fn a_wrong_method_gets_405_with_allow() {
    let site = Site::new().await;
    for actor in [site.anonymous(), site.eventpro()] {
        for (path, allowed) in ROUTES.iter().filter(|(_, allowed)| !allowed.is_empty()) {
            let path = path.replace("ID", UNKNOWN_ID);
            for method in METHODS.iter().filter(|method| !allowed.split(',').any(|allowed| allowed == method.as_str()))
            {
                let answer = as_a_browser(&actor, method, &path).await;
                assert_eq!(answer.status, 405, "{method} {path}");
                if method != Method::HEAD {
                    answer.problem(405, "method_not_allowed");
                }
                let mut allowed_methods: Vec<&str> = answer.header("allow").split(',').map(str::trim).collect();
                allowed_methods.sort_unstable();
                assert_eq!(allowed_methods.join(","), *allowed, "{method} {path}");
            }
        }
    }
}

#[tokio::test]
async fn a_head_is_answered_as_its_get_without_the_body() {
    let site = Site::new().await;
    for actor in [site.anonymous(), site.eventpro()] {
        for (path, allowed) in ROUTES.iter().filter(|(_, allowed)| allowed.contains("GET")) {
            let path = path.replace("ID", &site.launch);
            if allowed.contains("HEAD") && !["/api/events", "/api/websocket"].contains(&path.as_str()) {
                let head = as_a_browser(&actor, &Method::HEAD, &path).await;
                let get = as_a_browser(&actor, &Method::GET, &path).await;
                assert_eq!(head.status, get.status, "{path}");
                assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
                assert!(head.body.is_empty());
            }
        }
    }
}

#[tokio::test]
async fn targets_no_browser_sends_are_answered_for_programs_too() {
    let site = Site::new().await;
    for target in ["/api/../inbox", "/api/./messages", "/api/%", "/api/%zz", "/api/messages;x=1", "/api/messages%2F"] {
        let answer = raw_line(site.addr(), "GET", target).await;
        assert_not_html(&answer, target);
        assert_eq!(answer.status, 404, "{target}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{target}");
    }
    let absolute = raw_line(site.addr(), "GET", &format!("http://{}/api/nowhere", site.addr())).await;
    assert_eq!((absolute.status, absolute.header("content-type")), (404, "application/problem+json"));
    let brew = raw_line(site.addr(), "BREW", "/api/messages").await;
    assert_eq!((brew.status, brew.header("content-type")), (405, "application/problem+json"));
    let broken_query = raw_line(site.addr(), "GET", "/api/messages?%&&=%ff&page=%").await;
    assert_eq!(broken_query.status, 401);
}

#[tokio::test]
async fn an_overlong_path_is_refused_without_a_page() {
    let site = Site::new().await;
    for length in [2_048, 9_000, 60_000] {
        let long = format!("/api/conversations/{}", "x".repeat(length));
        site.eventpro().get(&long).await.problem(414, "target_too_long");
        let page = site.anonymous().get(&format!("/{}", "x".repeat(length))).await;
        assert_eq!(page.status, 414);
    }
    let log = site.process.log();
    assert!(log.lines().all(|line| line.len() < 1_000), "a path fills the log: {} bytes", log.len());
    for target in [format!("/api/{}", "x".repeat(70_000)), format!("/api/messages?page={}", "y".repeat(70_000))] {
        let answer = raw_line(site.addr(), "GET", &target).await;
        assert_not_html(&answer, "an endless path");
        assert!([414, 431].contains(&answer.status), "{}", answer.status);
    }
    let headers = format!("GET /api/messages HTTP/1.1\r\nhost: x\r\nx-long: {}\r\n\r\n", "z".repeat(1_000_000));
    let answer = raw(site.addr(), headers.as_bytes()).await;
    assert_not_html(&answer, "an endless header");
    assert_eq!(answer.status, 431);
    site.eventpro().get("/api/messages").await.ok(200);
}

#[tokio::test]
async fn every_request_has_an_id_and_a_problem_repeats_it() {
    let site = Site::new().await;
    let first = site.anonymous().get("/api/nowhere").await;
    let second = site.anonymous().get("/api/nowhere").await;
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
    let odd = site.anonymous().request(Method::GET, "/api/nowhere").header("x-request-id", &b"caf\xe9"[..]);
    let odd = TestResponse::to(odd).await;
    assert_eq!(odd.status, 404);
    let request_id = odd.headers.get("x-request-id").map(http::HeaderValue::as_bytes).unwrap_or_default();
    assert_eq!(
        odd.json()["requestId"].as_str().map(str::as_bytes),
        Some(request_id),
        "also after an invalid request id"
    );
}
