//! Restricts the site's files to their owner: they hold e-mail addresses, password hashes and all messages.

use std::{
    fs::{self, Permissions},
    io,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// Suffixes of the files that SQLite keeps beside a database.
const SIDECARS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Sets the umask so that new files get mode 0600 and folders 0700, also SQLite's. Call it before any thread starts.
pub(crate) fn restrict_new_files() {
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

/// Restricts files that an earlier version created or that were copied there: the database, its sidecar files, and the
/// data folder. Leaves a folder that is shared with other programs, like /tmp, unchanged. Logs errors.
pub(crate) fn restrict_existing_files(database: &Path, data: Option<&Path>) {
    let beside = SIDECARS.iter().map(|suffix| {
        let mut name = database.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    });
    for path in beside.chain([database.to_owned()]).chain(data.map(Path::to_owned)) {
        if let Err(error) = restrict_path(&path) {
            tracing::warn!(path = %path.display(), %error, "can't restrict the permissions of this file");
        }
    }
}

/// Removes the permissions of group and others. Skips sticky folders, and files of another user.
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
    tracing::info!(path = %path.display(), "restricted to its owner");
    Ok(())
}
