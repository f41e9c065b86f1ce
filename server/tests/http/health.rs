//! `/healthz` and `/readyz`

use crate::support::Site;

#[tokio::test]
async fn a_site_that_serves_is_healthy_and_ready_for_anybody() {
    let site = Site::new().await;
    for path in ["/healthz", "/readyz"] {
        let answer = site.anonymous().get(path).await;
        assert_eq!(answer.status, 200);
        assert!(!answer.body.is_empty() && answer.header("content-type").starts_with("text/plain"));
        assert_eq!(answer.header("set-cookie"), "");
    }
}
