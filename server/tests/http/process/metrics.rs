use crate::support::{Answer, SARAH, Site};
use serde_json::json;
use std::net::{SocketAddr, TcpListener};

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port")
}

#[tokio::test]
async fn whoever_watches_sees_mails_that_wait_and_streams_that_are_open() {
    let (metrics, nobody) = (free(), free());
    let smtp = format!("smtp://{nobody}");
    let site = Site::with(&[("METRICS_ADDR", &metrics.to_string()), ("SMTP_URL", &smtp)]).await;
    let numbers = async || {
        let answer = Answer::to(reqwest::Client::new().get(format!("http://{metrics}/metrics"))).await;
        assert_eq!(answer.status, 200);
        answer.text()
    };
    assert!(numbers().await.contains("\ngreenroom_mail_queued 0\n"));
    let _stream = site.sarah().follow("/api/events").await;
    site.anonymous().post("/api/auth/password/forgot", &json!({ "email": SARAH })).await;
    let told = numbers().await;
    for line in ["greenroom_mail_queued 1", "greenroom_mail_parked 0", "greenroom_streams 1"] {
        assert!(told.lines().any(|told| told == line), "{line} in {told}");
    }
    assert_eq!(site.anonymous().get("/metrics").await.status, 404, "the site itself has no such page");
}
