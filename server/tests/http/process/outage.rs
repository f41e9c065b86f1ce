use crate::support::{
    Actor, PASSWORD, SARAH, TestResponse,
    metrics_page::{METRICS_ON, MetricsPage},
    postgres::Database,
    process::{Process, run, settings},
};
use reqwest::Method;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn a_database_outage_is_reported_and_recovers() {
    let (folder, database) = (tempfile::tempdir().expect("a folder"), Database::new().await);
    let settings = settings(&[("DATABASE_URL", database.url()), METRICS_ON]);
    assert!(run(folder.path(), &settings, "seed").status.success());
    let server = Process::serve(folder.path(), &settings).await;
    let anyone = Actor::new(server.addr, None);
    let token = anyone.sign_in(SARAH, PASSWORD).await.token();
    let sarah = Actor::new(server.addr, Some(format!("greenroom={token}")));
    let launch = sarah.get("/api/messages").await.ok(200)["conversations"][0]["id"].clone();
    let message = json!({ "conversationId": launch, "body": "Are you there?", "clientId": crate::support::new_id() });

    database.reachable(false).await;
    assert_eq!(anyone.get("/healthz").await.status, 200, "the process is alive");
    anyone.get("/readyz").await.problem(503, "no_database");
    assert_eq!(
        MetricsPage::fetch(&server).await.get("greenroom_database_up"),
        0.0,
        "metrics are served without the database"
    );
    for path in ["/api/messages", "/api/auth/session", "/api/events"] {
        sarah.get(path).await.problem(503, "unavailable");
    }
    sarah.post("/api/messages", &message).await.problem(503, "unavailable");
    let sign_in = anyone.sign_in(SARAH, PASSWORD).await;
    assert!([500, 503].contains(&sign_in.status));
    let problem = sign_in.any_problem().to_string().to_lowercase();
    assert!(!problem.contains("sql") && !problem.contains("database") && !problem.contains("connect"), "{problem}");
    let page = TestResponse::to(sarah.request(Method::GET, "/inbox").header("accept", "text/html")).await;
    assert_eq!((page.status, page.header("content-type")), (503, "text/html; charset=utf-8"));
    assert!(page.text().contains("<h1>") && !page.text().to_lowercase().contains("sql"), "{}", page.text());
    assert_eq!(anyone.get("/signin").await.status, 200, "anonymous pages need no database");

    database.reachable(true).await;
    server.wait_readiness(200, Duration::from_secs(10)).await;
    sarah.post("/api/messages", &message).await.ok(201);
    assert_eq!(MetricsPage::fetch(&server).await.get("greenroom_database_up"), 1.0);
    sarah.follow("/api/events").await;
}
