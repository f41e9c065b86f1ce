use super::inner;
use crate::support::{Answer, Site};
use reqwest::Method;

#[tokio::test]
async fn pages_are_kept_by_nobody() {
    let site = Site::new().await;
    let mut paths = inner(&site);
    paths.extend(["/", "/signin", "/nowhere"].map(str::to_owned));
    for actor in [site.anonymous(), site.eventpro()] {
        for path in &paths {
            let page = actor.get(path).await;
            assert_eq!(page.header("cache-control"), "no-store", "{path} {}", page.status);
            assert_eq!(page.header("set-cookie"), "", "{path}");
        }
    }
}

#[tokio::test]
async fn every_answer_keeps_browsers_from_guessing_and_framing() {
    let site = Site::new().await;
    for path in ["/", "/signin", "/nowhere", "/api/messages", "/api/nowhere", "/healthz", "/inbox"] {
        let answer = site.anonymous().get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert!(!answer.header("x-request-id").is_empty(), "{path}");
        assert_eq!(answer.header("server"), "", "{path}");
    }
}

#[tokio::test]
async fn pages_and_lists_are_compressed_for_whoever_can_read_it() {
    let site = Site::new().await;
    let thread = format!("/conversations/{}", site.launch);
    for path in [thread.as_str(), "/api/messages"] {
        for (accepts, encoding) in [("br", "br"), ("gzip", "gzip"), ("identity", ""), ("gzip;q=0", "")] {
            let request = site.sarah().request(Method::GET, path).header("accept-encoding", accepts);
            let answer = Answer::to(request).await;
            assert_eq!((answer.status, answer.header("content-encoding")), (200, encoding), "{path} {accepts}");
            assert!(answer.header("vary").contains("accept-encoding"), "{path} {accepts}");
        }
    }
}
