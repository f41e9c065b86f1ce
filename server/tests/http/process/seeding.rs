use crate::support::{
    PASSWORD, SARAH,
    actor::Actor,
    postgres::Database,
    process::{Process, Settings, greenroom, run, settings},
};
use std::process::Stdio;

#[tokio::test]
async fn seeding_twice_is_seeding_once() {
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
async fn a_site_serves_without_any_cast() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Process::serve(folder.path(), &Settings::new()).await;
    let anyone = Actor::new(server.addr, None);
    assert_eq!(anyone.get("/readyz").await.status, 200);
    anyone.sign_in(SARAH, PASSWORD).await.problem(401, "invalid_credentials");
    for _ in 0..2 {
        assert!(run(folder.path(), &Settings::new(), "migrate").status.success(), "beside a server that runs");
    }
}

#[test]
fn two_that_seed_at_once_put_in_one_cast() {
    let folder = tempfile::tempdir().expect("a folder");
    seed_at_once(folder.path(), &Settings::new());
}

#[tokio::test]
async fn two_that_seed_at_once_put_in_one_cast_on_postgres() {
    let (folder, database) = (tempfile::tempdir().expect("a folder"), Database::new().await);
    seed_at_once(folder.path(), &settings(&[("DATABASE_URL", &database.url())]));
    assert_eq!(database.count("SELECT count(*) FROM person").await, 5);
    assert_eq!(database.count("SELECT count(*) FROM message").await, 18);
}

fn seed_at_once(folder: &std::path::Path, settings: &Settings) {
    let start = || greenroom(folder, settings).arg("seed").stderr(Stdio::piped()).spawn().expect("the program starts");
    let seeders = [start(), start(), start()];
    for seeder in seeders {
        let output = seeder.wait_with_output().expect("its end");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
