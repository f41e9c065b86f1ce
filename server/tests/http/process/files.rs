//! Tests of file permissions: only the owner may read the site's files.

use crate::support::{
    Actor, PASSWORD, SARAH,
    process::{Process, Settings, greenroom, run, settings},
};
use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::Path,
};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode() & 0o7777
}

/// Returns the files below a folder that group or others can access, each with its mode.
fn open_to_others(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if mode(&path) & 0o077 != 0 {
            found.push(format!("{} {:o}", path.display(), mode(&path)));
        }
        if path.is_dir() {
            found.extend(open_to_others(&path));
        }
    }
    found
}

#[tokio::test]
async fn created_files_are_private_to_their_owner() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("kept/data");
    let settings = settings(&[("GREENROOM_DATA", &data.display().to_string())]);
    assert!(run(folder.path(), &settings, "seed").status.success());
    let server = Process::serve(folder.path(), &settings).await;
    Actor::new(server.addr, None).sign_in(SARAH, PASSWORD).await.ok(200);
    let backup = greenroom(folder.path(), &settings).args(["backup", "saved.db"]).status().expect("the program runs");
    assert!(backup.success());
    for (path, expected) in [
        ("kept", 0o700),
        ("kept/data", 0o700),
        ("kept/data/greenroom.db", 0o600),
        ("kept/data/greenroom.db-wal", 0o600),
        ("kept/data/greenroom.db-shm", 0o600),
        ("saved.db", 0o600),
    ] {
        assert_eq!(mode(&folder.path().join(path)), expected, "{path}");
    }
    assert_eq!(open_to_others(folder.path()), Vec::<String>::new());
}

#[tokio::test]
async fn existing_files_are_made_private() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(run(folder.path(), &Settings::new(), "seed").status.success());
    let database = folder.path().join("greenroom.db");
    for (path, open) in [(&database, 0o644), (&folder.path().to_owned(), 0o755)] {
        fs::set_permissions(path, Permissions::from_mode(open)).expect("permissions");
    }
    let server = Process::serve(folder.path(), &Settings::new()).await;
    Actor::new(server.addr, None).sign_in(SARAH, PASSWORD).await.ok(200);
    assert_eq!(open_to_others(folder.path()), Vec::<String>::new());
    assert_eq!(mode(folder.path()), 0o700);
}

#[test]
fn a_shared_folder_keeps_its_permissions() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o1777)).expect("permissions");
    assert!(run(folder.path(), &Settings::new(), "migrate").status.success());
    assert_eq!(mode(folder.path()), 0o1777);
    assert_eq!(mode(&folder.path().join("greenroom.db")), 0o600);
}
