//! Backups of a database in use.

use crate::support::{Kind, Site, path_of, send_text};
use model::Timestamp;
use services::{
    Greenroom, Limits,
    backup::{BackupError, create_backup},
    clock::{Clock, ManualClock},
};
use std::{fs, path::PathBuf, sync::Arc, time::Duration};
use tempfile::TempDir;

/// A temporary folder for backups.
struct BackupFolder(TempDir);

impl BackupFolder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Counts the files, except SQLite's own ones. Includes hidden files.
    fn count(&self) -> usize {
        let names = fs::read_dir(self.0.path()).expect("a folder").map(|entry| entry.expect("a file").file_name());
        names.filter(|name| !["-wal", "-shm"].iter().any(|end| name.to_string_lossy().ends_with(end))).count()
    }
}

async fn expect_backup_error(site: &Site, backups: &BackupFolder, fault: &str) -> String {
    let before = backups.count();
    let error = create_backup(site.url(), &backups.file("refused.db")).await.expect_err(fault);
    assert_eq!(backups.count(), before, "a partial file is left behind");
    error.to_string()
}

#[tokio::test]
async fn a_backup_is_a_consistent_snapshot_during_writes() {
    let (site, backups) = (Site::new(Kind::Sqlite).await, BackupFolder::new());
    let demo = site.demo().await;
    let writing = async {
        for number in 0..60 {
            send_text(&site.greenroom, &demo.sarah, demo.launch, &format!("Number {number}")).await;
        }
    };
    let copying = async {
        let mut counts = Vec::new();
        for number in 0..6 {
            let contents = create_backup(site.url(), &backups.file(&format!("{number}.db"))).await.expect("a backup");
            counts.push(contents.messages);
        }
        counts
    };
    let ((), counts) = tokio::join!(writing, copying);
    assert!(counts.is_sorted() && counts[0] < counts[5], "not made during the writes: {counts:?}");
    let last = create_backup(site.url(), &backups.file("last.db")).await.expect("a backup");
    assert_eq!((last.people, last.conversations, last.messages), (5, 2, 77));
    assert_eq!(backups.count(), 7, "files other than the backups");
}

#[tokio::test]
async fn a_backup_is_private_and_never_overwritten() {
    use std::os::unix::fs::PermissionsExt;
    let (site, backups) = (Site::new(Kind::Sqlite).await, BackupFolder::new());
    let file = backups.file("greenroom.db");
    create_backup(site.url(), &file).await.expect("a backup");
    let (bytes, mode) = (fs::read(&file).expect("a file"), fs::metadata(&file).expect("a file").permissions().mode());
    assert_eq!(mode & 0o777, 0o600, "a backup holds e-mail addresses and credentials");
    assert!(matches!(create_backup(site.url(), &file).await, Err(BackupError::AlreadyExists(_))));
    assert_eq!(fs::read(&file).expect("a file"), bytes);
    let link = backups.file("link.db");
    std::os::unix::fs::symlink(backups.file("nowhere.db"), &link).expect("a link");
    assert!(
        matches!(create_backup(site.url(), &link).await, Err(BackupError::AlreadyExists(_))),
        "a dangling link was overwritten"
    );
}

#[tokio::test]
async fn inconsistent_sequences_make_no_backup() {
    for (fault, expected) in [
        ("DELETE FROM message WHERE seq = 4", "2 conversations whose messages aren't numbered"),
        ("UPDATE conversation SET last_seq = last_seq + 1", "2 conversations whose messages aren't numbered"),
        ("DELETE FROM event WHERE seq = 2", "people whose events have a gap"),
        ("UPDATE person_head SET seq = seq + 1 WHERE seq > 0", "4 people whose events have a gap"),
        ("DELETE FROM person_head WHERE seq = 0", "1 people without a sequence"),
        ("UPDATE conversation SET talent_read_seq = 100", "2 conversations that were read past"),
        ("UPDATE booking SET talent_id = organizer_id", "2 conversations between others"),
        ("PRAGMA foreign_keys = off; UPDATE notification SET actor_id = x'00'", "17 rows point to others"),
        ("DROP TABLE seaql_migrations", "is no database of Greenroom"),
        ("INSERT INTO seaql_migrations VALUES ('m2999_better', 0)", "a newer Greenroom than this one"),
    ] {
        let (site, backups) = (Site::new(Kind::Sqlite).await, BackupFolder::new());
        site.execute(fault).await;
        let sentence = expect_backup_error(&site, &backups, fault).await;
        assert!(sentence.contains(expected) && sentence.contains("greenroom.db"), "{fault}: {sentence}");
    }
}

#[tokio::test]
async fn a_purged_event_log_passes_verification() {
    let (site, backups) = (Site::new(Kind::Sqlite).await, BackupFolder::new());
    site.execute("DELETE FROM event WHERE seq < 9").await;
    create_backup(site.url(), &backups.file("pruned.db")).await.expect("a backup");
    site.execute("DELETE FROM event").await;
    create_backup(site.url(), &backups.file("empty.db")).await.expect("a backup");
}

#[tokio::test]
async fn errors_of_a_backup_are_reported() {
    let (backups, site) = (BackupFolder::new(), Site::new(Kind::Sqlite).await);
    for url in ["postgres://localhost/greenroom", "sqlite::memory:"] {
        assert!(matches!(create_backup(url, &backups.file("x.db")).await, Err(BackupError::NotSqlite)), "{url}");
    }
    let nowhere = format!("sqlite://{}", backups.file("nowhere.db").display());
    assert!(matches!(create_backup(&nowhere, &backups.file("x.db")).await, Err(BackupError::Missing(_))));
    assert!(matches!(create_backup(site.url(), &backups.file("no/folder.db")).await, Err(BackupError::Unwritable(..))));
    let bytes = fs::read(path_of(site.url())).expect("a database");
    let cut = backups.file("cut.db");
    fs::write(&cut, &bytes[..bytes.len() / 2]).expect("half a database");
    let url = format!("sqlite://{}", cut.display());
    assert!(matches!(create_backup(&url, &backups.file("x.db")).await, Err(BackupError::Damaged(..))));
    assert_eq!(backups.count(), 1, "a partial file is left behind");
}

/// Events aren't always written in the order of their timestamps: the clock may be moved back, or a transaction may
/// wait.
#[tokio::test]
async fn purging_leaves_no_gap_in_the_event_log() {
    let (site, backups) = (Site::new(Kind::Sqlite).await, BackupFolder::new());
    let (demo, keep) = (site.demo().await, Limits::default().keep_events);
    let ahead = Timestamp::from_millis(site.clock.now().millis() + 60_000);
    let early = Greenroom::open_at(
        site.url(),
        "https://greenroom.example",
        Limits::default(),
        Arc::new(ManualClock::new(ahead)),
    )
    .await;
    send_text(&early.expect("a Greenroom"), &demo.sarah, demo.launch, "Ahead of its time").await;
    send_text(&site.greenroom, &demo.sarah, demo.launch, "A minute before").await;
    site.clock.advance(keep + Duration::from_secs(30));
    site.greenroom.purge_expired().await.expect("purged");
    create_backup(site.url(), &backups.file("swept.db")).await.expect("a consistent database");
}
