use crate::support::{
    PASSWORD, SARAH,
    actor::Actor,
    postgres::Database,
    process::{Process, Settings, greenroom, run, settings},
};
use std::process::Stdio;

#[tokio::test]
async fn seeding_is_idempotent() {
    let folder = tempfile::tempdir().expect("a folder");
    for _ in 0..2 {
        assert!(run(folder.path(), &Settings::new(), "seed").status.success());
    }
    let server = Process::serve(folder.path(), &Settings::new()).await;
    let answer = Actor::new(server.addr, None).sign_in(SARAH, PASSWORD).await;
    let sarah = Actor::new(server.addr, Some(format!("greenroom={}", answer.token())));
    let talents = sarah.get("/api/talents").await.ok(200);
    assert_eq!(talents["talents"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn a_site_serves_without_demo_people() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Process::serve(folder.path(), &Settings::new()).await;
    let anyone = Actor::new(server.addr, None);
    assert_eq!(anyone.get("/readyz").await.status, 200);
    anyone.sign_in(SARAH, PASSWORD).await.problem(401, "invalid_credentials");
    for _ in 0..2 {
        assert!(run(folder.path(), &Settings::new(), "migrate").status.success(), "while a server is running");
    }
}

#[tokio::test]
async fn concurrent_seeds_insert_the_demo_once() {
    let (folder, database) = (tempfile::tempdir().expect("a folder"), Database::new().await);
    let settings = settings(&[("DATABASE_URL", database.url())]);
    let seed = || greenroom(folder.path(), &settings).arg("seed").stderr(Stdio::piped()).spawn();
    for seeder in [seed(), seed(), seed()] {
        let output = seeder.expect("the program starts").wait_with_output().expect("its end");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(database.count("SELECT count(*) FROM person").await, 5);
    assert_eq!(database.count("SELECT count(*) FROM message").await, 17);
}
