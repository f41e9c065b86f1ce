//! Host checks: a request that names another site's host is refused (DNS rebinding).

use crate::support::{SARAH, Site, TestResponse, raw::raw};
use reqwest::Method;

/// Sends Sarah's request with this request line and these headers.
async fn send_request(site: &Site, line: &str, headers: &[&str]) -> TestResponse {
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let request = format!("{line}\r\n{headers}cookie: greenroom={}\r\nconnection: close\r\n\r\n", site.tokens[SARAH]);
    raw(site.addr(), request.as_bytes()).await
}

#[tokio::test]
async fn another_host_is_refused_by_every_kind_of_path() {
    let site = Site::new().await;
    let port = site.addr().port();
    for path in ["/api/messages", "/api/events", "/api/nowhere", "/inbox", "/signin", "/pkg/none.js", "/dev/mail"] {
        for host in ["evil.example", &format!("evil.example:{port}"), "127.0.0.1.evil.example", "192.168.0.7", "", "é"]
        {
            let answer = send_request(&site, &format!("GET {path} HTTP/1.1"), &[&format!("host: {host}")]).await;
            assert!(
                answer.status == 421 || answer.status == 400 && host == "é",
                "{path} at {host:?}: {}",
                answer.status
            );
            assert_eq!(answer.header("content-type"), "application/problem+json");
        }
        let sent = send_request(&site, &format!("GET {path} HTTP/1.0"), &[]).await;
        sent.problem(421, "wrong_host");
        let twice = [&*format!("host: 127.0.0.1:{port}"), &format!("host: 127.0.0.1:{port}")];
        send_request(&site, &format!("GET {path} HTTP/1.1"), &twice).await.problem(421, "wrong_host");
        let absolute = format!("GET http://evil.example{path} HTTP/1.1");
        send_request(&site, &absolute, &[&format!("host: 127.0.0.1:{port}")]).await.problem(421, "wrong_host");
    }
}

#[tokio::test]
async fn any_loopback_host_is_accepted_with_a_loopback_public_url() {
    let site = Site::new().await;
    for host in ["localhost", "LocalHost:1", "127.0.0.1:4711", "[::1]:3000"] {
        let answer = send_request(&site, "GET /api/auth/session HTTP/1.1", &[&format!("host: {host}")]).await;
        assert_eq!(answer.status, 200, "{host}");
        let absolute = format!("GET http://{host}/api/auth/session HTTP/1.1");
        assert_eq!(send_request(&site, &absolute, &[&format!("host: {host}")]).await.status, 200, "{host}");
    }
}

#[tokio::test]
async fn only_the_host_of_the_public_url_is_accepted() {
    let site = Site::with(&[("GREENROOM_URL", "https://greenroom.example")]).await;
    for (host, status) in [
        ("greenroom.example", 200),
        ("Greenroom.Example:443", 200),
        ("greenroom.example:80", 421),
        ("www.greenroom.example", 421),
        ("127.0.0.1", 421),
        ("localhost", 421),
    ] {
        let answer = send_request(&site, "GET /api/openapi.json HTTP/1.1", &[&format!("host: {host}")]).await;
        assert_eq!(answer.status, status, "{host}");
    }
}

#[tokio::test]
async fn a_probe_needs_no_host() {
    let site = Site::with(&[("GREENROOM_URL", "https://greenroom.example")]).await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(send_request(&site, &format!("GET {path} HTTP/1.0"), &[]).await.status, 200, "{path}");
        assert_eq!(
            send_request(&site, &format!("GET {path} HTTP/1.1"), &["host: 10.1.2.3:3000"]).await.status,
            200,
            "{path}"
        );
    }
}

#[tokio::test]
async fn developer_mail_is_hidden_from_forwarded_requests() {
    let site = Site::new().await;
    let shown = async |header: Option<(&str, &str)>| {
        let request = site.anonymous().request(Method::GET, "/dev/mail");
        TestResponse::to(header.iter().fold(request, |request, (name, value)| request.header(*name, *value)))
            .await
            .status
    };
    assert_eq!(shown(None).await, 200);
    for header in [
        ("x-forwarded-for", "203.0.113.9"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "127.0.0.1"),
        ("forwarded", "for=203.0.113.9"),
        ("via", "1.1 gateway"),
        ("x-real-ip", "127.0.0.1"),
        ("cf-connecting-ip", "203.0.113.9"),
        ("true-client-ip", "203.0.113.9"),
        ("x-cluster-client-ip", "203.0.113.9"),
        ("x-original-host", "greenroom.example"),
        ("header-of-a-gateway-to-come", "1"),
    ] {
        assert_eq!(shown(Some(header)).await, 404, "{header:?}");
    }
    let host = format!("host: {}", site.addr());
    let by_bare_nginx = send_request(&site, "GET /dev/mail HTTP/1.0", &[&host]).await;
    assert_eq!(by_bare_nginx.status, 404);
}

#[tokio::test]
async fn a_target_that_is_not_a_path_is_refused_without_a_panic() {
    let site = Site::new().await;
    let host = format!("host: {}", site.addr());
    for (line, status) in [
        (format!("CONNECT {} HTTP/1.1", site.addr()), 405),
        ("CONNECT evil.example:443 HTTP/1.1".to_owned(), 405),
        ("OPTIONS * HTTP/1.1".to_owned(), 404),
        (format!("GET http://{} HTTP/1.1", site.addr()), 303),
    ] {
        assert_eq!(send_request(&site, &line, &[&host]).await.status, status, "{line}");
    }
    let log = site.process.log();
    assert!(!log.contains("panic"), "{log}");
}
