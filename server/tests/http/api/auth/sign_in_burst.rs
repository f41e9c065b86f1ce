use crate::support::{PASSWORD, SARAH, Site};
use futures::future::join_all;

/// More than the queue holds if one password is hashed at a time.
const CONCURRENT_SIGN_INS: usize = 100;

#[tokio::test]
async fn a_burst_of_sign_ins_is_rate_limited_with_retry_after() {
    let site = Site::with(&[("GREENROOM_MAX_CONCURRENT_PASSWORD_HASHES", "1")]).await;
    let anyone = site.anonymous();
    let answers = join_all((0..CONCURRENT_SIGN_INS).map(|_| anyone.sign_in(SARAH, PASSWORD))).await;
    let (welcome, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert!(welcome.len() >= 64, "{} requests found a place in the queue", welcome.len());
    assert!(!refused.is_empty(), "no request was refused");
    for answer in &refused {
        answer.problem(429, "rate_limited");
        assert_eq!(answer.header("retry-after"), "3");
    }
    assert_eq!(anyone.sign_in(SARAH, PASSWORD).await.status, 200, "after the burst");
}
