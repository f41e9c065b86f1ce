//! Tests of `/api/account/export`.

use crate::support::{Site, TestResponse};
use reqwest::Method;

#[tokio::test]
async fn the_export_is_complete_with_and_without_compression() {
    let site = Site::new().await;
    for encoding in ["identity", "gzip", "br"] {
        let request = site.sarah().request(Method::GET, "/api/account/export").header("accept-encoding", encoding);
        let answer = TestResponse::to(request).await;
        assert_eq!(answer.status, 200, "{encoding}");
        assert_eq!(answer.header("content-encoding"), if encoding == "identity" { "" } else { encoding });
        assert!(!answer.body.is_empty(), "{encoding}");
    }
}

#[tokio::test]
async fn the_export_is_refused_to_another_persons_page() {
    let site = Site::new().await;
    let of = |person: &str| format!("/api/account/export?person={person}");
    site.sarah().get(&of(&site.people.kamau)).await.problem(409, "other_person");
    site.sarah().get(&of("")).await.problem(409, "other_person");
    assert_eq!(site.sarah().get(&of(&site.people.sarah)).await.status, 200);
}
