use super::{
    Contents, Trouble,
    check::{check_own, people},
    file::{self, BESIDE, beside},
};
use crate::clock::{Clock, SystemClock};
use sea_orm::sqlx::{self, Connection, SqliteConnection};
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// What was put into place.
#[derive(Debug)]
pub struct Restored {
    /// What the backup holds.
    pub contents: Contents,
    /// Where what stood there before is now.
    pub aside: Option<PathBuf>,
}

/// The place that a backup is to take, kept from everybody else.
struct Place {
    path: PathBuf,
    /// Holds the lock on what stands there: until it has another name, no site begins to serve from it.
    _hold: Option<SqliteConnection>,
    /// Another name for what stands there, where it may be worth something.
    aside: Option<PathBuf>,
}

/// Puts a backup into the place of a site's SQLite database, and says what is in it. What is put there is a copy that
/// was checked; a database that holds people makes room only where `replace` says so, and is kept beside.
///
/// # Errors
/// A sentence for whoever asked; then everything is as it was.
pub async fn restore(from: &Path, database_url: &str, replace: bool) -> Result<Restored, Trouble> {
    let target = file::path_of(database_url)?;
    // The name may be a link to another place, which is the one to be taken.
    let target = target.canonicalize().unwrap_or(target);
    file::open(from)?;
    if from.canonicalize().is_ok_and(|from| from == target) {
        return Err(Trouble::Taken(target));
    }
    let place = make_room(target, replace).await?;
    let copy = copy(from, &place)?;
    let contents = check_own(copy.path(), from).await?;
    begin_logs_anew(copy.path()).await.map_err(|error| file::trouble(&place.path, error))?;
    place.take(copy).map_err(|error| Trouble::Unwritable(place.path.clone(), error))?;
    Ok(Restored { contents, aside: place.aside })
}

/// Makes sure that nobody uses what stands in the place, and that it may go.
async fn make_room(path: PathBuf, replace: bool) -> Result<Place, Trouble> {
    if !path.exists() {
        return Ok(Place { path, _hold: None, aside: None });
    }
    let name = format!(".replaced-{}", SystemClock.now()).replace(':', "");
    let aside = beside(&path, &name);
    match hold(&path).await {
        Ok((0, hold)) => Ok(Place { path, _hold: Some(hold), aside: None }),
        Ok((_, hold)) if replace => Ok(Place { path, _hold: Some(hold), aside: Some(aside) }),
        Ok((people, _)) => Err(Trouble::Inhabited(path, people)),
        Err(error) if file::why(&error) == file::No::Busy => Err(Trouble::InUse(path)),
        // A broken database is what backups are for.
        Err(_) if replace => Ok(Place { path, _hold: None, aside: Some(aside) }),
        Err(error) => Err(Trouble::Unclear(path, file::said(&error))),
    }
}

/// Takes a database for itself, and counts the people in it. A write-ahead log is written into the file on the way:
/// that can't be while anybody else has it open, so a site that serves is noticed.
async fn hold(path: &Path) -> Result<(i64, SqliteConnection), sqlx::Error> {
    let mut database = file::take_hold(path).await?;
    sqlx::query("PRAGMA journal_mode = delete").execute(&mut database).await?;
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut database).await?;
    Ok((people(&mut database).await?, database))
}

/// Copies a backup beside its place. One whose newest writes stand in another file is none.
fn copy(from: &Path, place: &Place) -> Result<NamedTempFile, Trouble> {
    for log in BESIDE.map(|suffix| beside(from, suffix)) {
        if fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
            return Err(Trouble::Unfinished(from.to_owned(), log));
        }
    }
    let mut source = file::open(from)?;
    let folder = file::folder_of(&place.path);
    let copied = file::begin_in(folder).and_then(|mut part| {
        io::copy(&mut source, &mut part)?;
        Ok(part)
    });
    copied.map_err(|error| Trouble::Unwritable(place.path.clone(), error))
}

/// Lets nobody go on from a number of what was there before: given again, it would stand for something else. So all logs
/// go on far behind whatever was given, and empty, and whoever comes back begins anew.
async fn begin_logs_anew(path: &Path) -> Result<(), sqlx::Error> {
    let mut copy = file::take_hold(path).await?;
    let mut tx = copy.begin().await?;
    sqlx::query("DELETE FROM event").execute(&mut *tx).await?;
    // Nobody is told of as much as one thing in each millisecond, so that the moment lies behind every number, also where
    // a backup is restored for the second time.
    let far = SystemClock.now().millis();
    sqlx::query("UPDATE person_head SET seq = seq + ?").bind(far).execute(&mut *tx).await?;
    tx.commit().await?;
    copy.close().await
}

impl Place {
    /// Puts the copy there in one step. Whatever of the old database stands beside goes first: SQLite would write it
    /// into the new one.
    fn take(&self, copy: NamedTempFile) -> io::Result<()> {
        let folder = file::folder_of(&self.path);
        let like = if self.path.exists() { &self.path } else { folder };
        file::give_to_owner_of(copy.path(), like)?;
        if self.path.exists() {
            fs::set_permissions(copy.path(), fs::metadata(&self.path)?.permissions())?;
        }
        copy.as_file().sync_all()?;
        if let Some(aside) = &self.aside {
            fs::hard_link(&self.path, aside)?;
        }
        for suffix in BESIDE {
            let old = beside(&self.path, suffix);
            if old.exists() {
                if let Some(aside) = &self.aside {
                    fs::hard_link(&old, beside(aside, suffix))?;
                }
                fs::remove_file(old)?;
            }
        }
        file::flush_folder(folder)?;
        copy.persist(&self.path).map_err(|failed| failed.error)?;
        file::flush_folder(folder)
    }
}
