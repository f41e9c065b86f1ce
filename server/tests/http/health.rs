//! Tests of `/healthz` and `/readyz`.

use crate::support::Site;

#[tokio::test]
async fn health_and_readiness_need_no_session() {
    let site = Site::new().await;
    for (path, expected) in [("/healthz", "ok"), ("/readyz", "ready")] {
        let answer = site.anonymous().get(path).await;
        assert_eq!((answer.status, answer.text().as_str()), (200, expected));
        assert!(answer.header("content-type").starts_with("text/plain"));
        assert_eq!(answer.header("set-cookie"), "");
    }
}
