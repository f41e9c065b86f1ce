//! `/healthz` and `/readyz`

use crate::support::Site;

#[tokio::test]
async fn a_site_that_serves_is_healthy_and_ready_for_anybody() {
    let site = Site::new().await;
    for (path, said) in [("/healthz", "ok"), ("/readyz", "ready")] {
        let answer = site.anonymous().get(path).await;
        assert_eq!((answer.status, answer.text().as_str()), (200, said));
        assert!(answer.header("content-type").starts_with("text/plain"));
        assert_eq!(answer.header("set-cookie"), "");
    }
}
