//! What the site keeps is for its owner alone: addresses, hashes of passwords, and everything that people said.

use std::{
    fs::{self, Permissions},
    io,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// What SQLite has beside a database.
const SIDECARS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// From now on files are made 0600 and folders 0700, SQLite's among them. Before any thread begins.
pub(crate) fn restrict_new_files() {
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

/// Closes to others what an earlier version made, or a copy that was put there: the database, what SQLite has beside it,
/// and the data folder. A folder that is shared with other programs, such as /tmp, is left as it is.
pub(crate) fn restrict_existing_files(database: &Path, data: Option<&Path>) {
    let beside = SIDECARS.iter().map(|suffix| {
        let mut name = database.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    });
    for path in beside.chain([database.to_owned()]).chain(data.map(Path::to_owned)) {
        if let Err(error) = restrict_path(&path) {
            tracing::warn!(path = %path.display(), %error, "others may read this, and it can't be changed");
        }
    }
}

/// Takes away what the group and others may do. What belongs to another user is not ours to change.
fn restrict_path(path: &Path) -> io::Result<()> {
    let found = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        found => found?,
    };
    let mode = found.mode() & 0o7777;
    let shared = found.is_dir() && mode & 0o1000 != 0;
    if mode & 0o077 == 0 || shared || found.uid() != rustix::process::geteuid().as_raw() {
        return Ok(());
    }
    fs::set_permissions(path, Permissions::from_mode(mode & !0o077))?;
    tracing::info!(path = %path.display(), "closed to other users of this machine");
    Ok(())
}
