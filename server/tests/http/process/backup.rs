//! Tests of the commands `backup`, `restore` and `migrate-data`.

use crate::support::{
    PASSWORD, SARAH, Site,
    actor::Actor,
    postgres::Database,
    process::{Process, Settings, greenroom, settings},
};
use std::{
    path::Path,
    process::{Command, Stdio},
};

/// Runs the program to its end, and returns its stdout; its stderr if it failed.
fn run(folder: &Path, settings: &Settings, arguments: &[&str]) -> Result<String, String> {
    let output = greenroom(folder, settings).args(arguments).output().expect("the program runs");
    let decode = |bytes| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(decode(&output.stdout)) } else { Err(decode(&output.stderr)) }
}

#[tokio::test]
async fn a_backup_taken_while_serving_can_be_restored() {
    let mut site = Site::new().await;
    let (folder, none) = (site.folder(), Settings::new());
    let output_text = run(&folder, &none, &["backup", "saved.db"]).expect("a backup");
    assert_eq!(
        output_text,
        "saved.db is a backup: 5 people, 2 bookings, 2 conversations, 17 messages, 98 events, 17 notifications\n"
    );
    let error = run(&folder, &none, &["backup", "saved.db"]).expect_err("the file exists");
    assert!(error.contains("there is no backup: saved.db is there already"), "{error}");
    site.sarah().send_message(&site.launch, "Forget this").await;
    let error = run(&folder, &none, &["restore", "saved.db", "--replace"]).expect_err("the site serves");
    assert!(error.contains("is in use; stop the site first"), "{error}");
    // Killed, so that the last message is only in SQLite's WAL.
    site.process.kill();
    let error = run(&folder, &none, &["restore", "saved.db"]).expect_err("there are people");
    assert!(error.contains("holds 5 people; --replace"), "{error}");
    let output_text = run(&folder, &none, &["restore", "saved.db", "--replace"]).expect("restored");
    assert!(
        output_text.contains("The previous database is kept as")
            && output_text.contains("Restored from saved.db: 5 people"),
        "{output_text}"
    );
    site.restart().await;
    let thread = site.sarah().load_whole_thread(&site.launch).await;
    assert_eq!(thread.len(), 12, "a message sent after the backup is gone: {thread:?}");
    assert_eq!(site.sarah().send_message(&site.launch, "Where were we?").await["seq"], 13);
}

#[tokio::test]
async fn a_backup_restores_into_an_empty_folder() {
    let (site, elsewhere) = (Site::new().await, tempfile::tempdir().expect("a folder"));
    let file = elsewhere.path().join("saved.db").display().to_string();
    run(&site.folder(), &Settings::new(), &["backup", &file]).expect("a backup");
    run(elsewhere.path(), &Settings::new(), &["restore", &file]).expect("restored");
    let server = Process::serve(elsewhere.path(), &Settings::new()).await;
    let token = Actor::new(server.addr, None).sign_in(SARAH, PASSWORD).await.token();
    let sarah = Actor::new(server.addr, Some(format!("greenroom={token}")));
    assert_eq!(sarah.load_whole_thread(&site.launch).await.len(), 12);
}

#[tokio::test]
async fn backup_and_restore_refuse_postgres() {
    let (folder, database) = (tempfile::tempdir().expect("a folder"), Database::new().await);
    let postgres = settings(&[("DATABASE_URL", database.url())]);
    std::fs::write(folder.path().join("x.db"), "").expect("a file");
    for arguments in [["backup", "saved.db"], ["restore", "x.db"]] {
        let error = run(folder.path(), &postgres, &arguments).expect_err("no SQLite file");
        assert!(error.contains("for PostgreSQL there are pg_dump and pg_restore"), "{error}");
    }
}

/// Uses a limit on file sizes, because a full file system is hard to set up.
#[tokio::test]
async fn a_backup_or_restore_without_space_changes_nothing() {
    let site = Site::new().await;
    let folder = site.folder();
    run(&folder, &Settings::new(), &["backup", "saved.db"]).expect("a backup");
    let limited = |arguments: &str| {
        let program = env!("CARGO_BIN_EXE_greenroom");
        // With SIGXFSZ ignored, the write fails with EFBIG.
        let script = format!("trap '' XFSZ; ulimit -f 100; exec {program} {arguments}");
        let mut command = Command::new("sh");
        command.args(["-c", &script]).env_clear().env("GREENROOM_DATA", &folder).current_dir(&folder);
        let output = command.stdin(Stdio::null()).output().expect("a shell");
        assert!(!output.status.success(), "the file exceeds the limit");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let error = limited("backup second.db");
    assert!(error.contains("there is no backup: "), "{error}");
    let (mut site, files) = (site, || std::fs::read_dir(&folder).expect("a folder").count());
    site.process.terminate();
    site.process.exit(std::time::Duration::from_secs(10)).await;
    let before = files();
    let error = limited("restore saved.db --replace");
    assert!(error.contains("nothing was restored: ") && error.contains("greenroom.db can't be written"), "{error}");
    assert_eq!(files(), before, "no file is left behind");
    site.restart().await;
    assert_eq!(site.sarah().load_whole_thread(&site.launch).await.len(), 12);
}

#[tokio::test]
async fn data_is_moved_to_postgres() {
    let (mut site, database) = (Site::new().await, Database::new().await);
    let folder = site.folder();
    site.process.terminate();
    site.process.exit(std::time::Duration::from_secs(10)).await;
    let postgres = settings(&[("DATABASE_URL", database.url())]);
    let output_text = run(&folder, &postgres, &["migrate-data"]).expect("moved");
    let messages = output_text.lines().find(|line| line.starts_with("message ")).expect("a line for each table");
    assert_eq!(messages.split_whitespace().nth(1), Some("17"), "{output_text}");
    assert!(output_text.lines().last().is_some_and(|line| line.ends_with("is in PostgreSQL now.")), "{output_text}");
    let server = Process::serve(&folder, &postgres).await;
    let sarah = Actor::new(server.addr, Some(format!("greenroom={}", site.tokens[SARAH])));
    assert_eq!(sarah.load_whole_thread(&site.launch).await.len(), 12, "the session is still valid");
    let source = format!("sqlite://{}", folder.join("greenroom.db").display());
    let arguments = ["migrate-data", "--from", &source, "--to", database.url()];
    let error = run(&folder, &Settings::new(), &arguments).expect_err("there are people");
    assert!(error.contains("nothing was moved: the target isn't empty"), "{error}");
    let error = run(&folder, &Settings::new(), &["migrate-data"]).expect_err("no target");
    assert!(error.contains("data is moved to postgres://"), "{error}");
}
