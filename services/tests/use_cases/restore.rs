//! Restoring backups.

use crate::support::{DemoData, Kind, Site, Stream, load_last_seq, path_of, send_text};
use services::{
    Greenroom, Limits, Resume,
    backup::{BackupError, create_backup, restore_backup},
};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// A backup, and the database it was made of, which has one more message. The site has it open until it is closed.
struct RestoreFixture {
    site: Site,
    demo: DemoData,
    backup: PathBuf,
    folder: TempDir,
}

impl RestoreFixture {
    async fn new() -> Self {
        let (site, folder) = (Site::new(Kind::Sqlite).await, tempfile::tempdir().expect("a folder"));
        let file = folder.path().join("backup.db");
        create_backup(site.url(), &file).await.expect("a backup");
        let demo = site.demo().await;
        send_text(&site.greenroom, &demo.sarah, demo.launch, "One more thing").await;
        Self { site, demo, backup: file, folder }
    }

    /// Creates a fixture and closes its site.
    async fn stopped() -> Self {
        let fixture = Self::new().await;
        fixture.site.greenroom.close().await.expect("closing");
        fixture
    }

    fn database(&self) -> &Path {
        path_of(self.site.url())
    }

    /// Creates a file with these contents.
    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let file = self.folder.path().join(name);
        fs::write(&file, bytes).expect("a file");
        file
    }

    /// Lists the files beside the database, except SQLite's own ones.
    fn list_other_files(&self) -> Vec<String> {
        let folder = fs::read_dir(self.database().parent().expect("a folder")).expect("a folder");
        let names = folder.map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned());
        names.filter(|name| !["greenroom.db", "greenroom.db-wal", "greenroom.db-shm"].contains(&&**name)).collect()
    }
}

async fn messages(database: &Path) -> i64 {
    let copies = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}", database.display());
    create_backup(&url, &copies.path().join("copy.db")).await.expect("a consistent database").messages
}

#[tokio::test]
async fn restore_replaces_the_database_and_keeps_the_old_one() {
    let fixture = RestoreFixture::stopped().await;
    let url = fixture.site.url();
    assert!(matches!(restore_backup(&fixture.backup, url, false).await, Err(BackupError::HasPeople(_, 5))));
    assert_eq!(messages(fixture.database()).await, 18);
    let restored = restore_backup(&fixture.backup, url, true).await.expect("restored");
    assert_eq!(restored.contents.messages, 17);
    assert_eq!(messages(fixture.database()).await, 17);
    assert_eq!(messages(&restored.replaced_path.expect("the old database")).await, 18);
    let greenroom = Greenroom::open(url, "https://greenroom.example", Limits::default()).await.expect("a Greenroom");
    let seq = send_text(&greenroom, &fixture.demo.sarah, fixture.demo.launch, "Where were we?").await.seq;
    assert_eq!(seq, 13, "the numbers don't continue after the backup's");
}

/// Sequence numbers issued after the backup would otherwise be reused.
#[tokio::test]
async fn clients_with_cursors_from_before_a_restore_are_reset() {
    let fixture = RestoreFixture::new().await;
    let (demo, url) = (&fixture.demo, fixture.site.url());
    let cursor = load_last_seq(&fixture.site.greenroom, &demo.sarah).await;
    fixture.site.greenroom.close().await.expect("closing");
    restore_backup(&fixture.backup, url, true).await.expect("restored");
    let greenroom = Greenroom::open(url, "https://greenroom.example", Limits::default()).await.expect("a Greenroom");
    let last_seq = load_last_seq(&greenroom, &demo.sarah).await;
    let (mut live, _) = Stream::ready(&greenroom, &demo.sarah, Resume::After(last_seq)).await;
    for body in ["Never seen", "by clients that reconnect late"] {
        send_text(&greenroom, &demo.sarah, demo.launch, body).await;
    }
    assert_eq!(live.event_names(2).await, ["message.created", "message.created"]);
    let first = Stream::open(&greenroom, &demo.sarah, Resume::After(cursor)).await.next_frame().await;
    assert_eq!((first.event.as_str(), first.cursor()), ("reset", Some(last_seq + 2)));
}

#[tokio::test]
async fn restore_into_an_empty_database_needs_no_replace() {
    let fixture = RestoreFixture::stopped().await;
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("new.db");
    let url = format!("sqlite://{}?mode=rwc", database.display());
    assert_eq!(restore_backup(&fixture.backup, &url, false).await.expect("restored").replaced_path, None);
    assert_eq!(messages(&database).await, 17);
    fs::remove_file(&database).expect("a file");
    services::migrate(&url).await.expect("an empty database");
    assert_eq!(restore_backup(&fixture.backup, &url, false).await.expect("restored").replaced_path, None);
    assert_eq!(messages(&database).await, 17);
}

#[tokio::test]
async fn restore_detects_a_running_site() {
    let fixture = RestoreFixture::new().await;
    for replace in [false, true] {
        let refused = restore_backup(&fixture.backup, fixture.site.url(), replace).await;
        assert!(matches!(refused, Err(BackupError::InUse(_))), "{refused:?}");
    }
    send_text(&fixture.site.greenroom, &fixture.demo.eventpro, fixture.demo.launch, "Still here").await;
    assert_eq!(messages(fixture.database()).await, 19);
}

#[tokio::test]
async fn restore_removes_sidecars_of_a_killed_site() {
    let fixture = RestoreFixture::new().await;
    // As after SIGKILL: the newest message is only in the log, and no process has the database open.
    let killed = tempfile::tempdir().expect("a folder");
    let database = killed.path().join("greenroom.db");
    let copy = |suffix: &str| {
        let name = format!("{}{suffix}", fixture.database().display());
        fs::copy(name, format!("{}{suffix}", database.display())).expect("a copy")
    };
    copy("");
    assert!(copy("-wal") > 0, "the log is empty");
    let url = format!("sqlite://{}", database.display());
    let restored = restore_backup(&fixture.backup, &url, true).await.expect("restored");
    assert_eq!(messages(&database).await, 17);
    assert_eq!(messages(&restored.replaced_path.expect("the old database")).await, 18, "without the log");
    // As if the database had been deleted by hand, without its log.
    fs::remove_file(&database).expect("a file");
    copy("-wal");
    restore_backup(&fixture.backup, &url, false).await.expect("restored");
    assert_eq!(messages(&database).await, 17);
}

#[tokio::test]
async fn restore_replaces_a_damaged_database() {
    let fixture = RestoreFixture::stopped().await;
    let broken = [b"no database any more".as_slice(); 400].concat();
    fs::write(fixture.database(), &broken).expect("a broken database");
    assert!(matches!(
        restore_backup(&fixture.backup, fixture.site.url(), false).await,
        Err(BackupError::Unrecognised(..))
    ));
    let restored = restore_backup(&fixture.backup, fixture.site.url(), true).await.expect("restored");
    assert_eq!(fs::read(restored.replaced_path.expect("the old database")).expect("a file"), broken);
    assert_eq!(messages(fixture.database()).await, 17);
}

#[tokio::test]
async fn an_invalid_backup_changes_nothing() {
    let fixture = RestoreFixture::stopped().await;
    let bytes = fs::read(&fixture.backup).expect("a backup");
    let mut scratched = bytes.clone();
    scratched[20_000..24_000].fill(7);
    for (file, expected) in [
        (fixture.folder.path().join("nowhere.db"), "there is no file"),
        (fixture.folder.path().to_owned(), "can't be read: it isn't a file"),
        (fixture.file("empty.db", ""), "is no database of Greenroom"),
        (fixture.file("text.db", "Dear diary"), "is no database of Greenroom"),
        (fixture.file("cut.db", &bytes[..bytes.len() / 2]), "is damaged"),
        (fixture.file("scratched.db", scratched), "is damaged"),
        (fixture.database().to_owned(), "is there already"),
    ] {
        let sentence = restore_backup(&file, fixture.site.url(), true).await.expect_err(expected).to_string();
        assert!(sentence.contains(expected) && sentence.contains(&*file.to_string_lossy()), "{sentence}");
        assert_eq!(messages(fixture.database()).await, 18, "{sentence}");
        assert_eq!(fixture.list_other_files(), [""; 0], "{sentence}");
    }
}

#[tokio::test]
async fn a_database_in_use_is_not_restored_from() {
    let (fixture, other) = (RestoreFixture::stopped().await, RestoreFixture::new().await);
    let refused = restore_backup(other.database(), fixture.site.url(), true).await;
    assert!(matches!(refused, Err(BackupError::Unfinished(..))), "{refused:?}");
}
