use super::{Contents, Trouble, check::check_own, file};
use sea_orm::sqlx;
use std::path::Path;
use tempfile::NamedTempFile;

/// Copies the SQLite database of a site, which may be serving meanwhile, into a file that isn't there yet, and says
/// what is in it. The copy is of one moment, and is checked and on the disk before it gets its name.
///
/// # Errors
/// A sentence for whoever asked; then there is no such file.
pub async fn backup(database_url: &str, to: &Path) -> Result<Contents, Trouble> {
    let from = file::path_of(database_url)?;
    let unwritable = |error| Trouble::Unwritable(to.to_owned(), error);
    if to.symlink_metadata().is_ok() {
        return Err(Trouble::Taken(to.to_owned()));
    }
    let folder = file::folder_of(to);
    let part = file::begin_in(folder).map_err(unwritable)?;
    copy(&from, part.path(), to).await?;
    let contents = check_own(part.path(), &from).await?;
    part.as_file().sync_all().map_err(unwritable)?;
    name(part, to)?;
    file::flush_folder(folder).map_err(unwritable)?;
    Ok(contents)
}

/// One statement, in which SQLite reads one moment, while others read and write.
async fn copy(from: &Path, part: &Path, to: &Path) -> Result<(), Trouble> {
    let mut database = file::look_into(from).await?;
    let name = part.to_str().ok_or_else(|| {
        let error = std::io::Error::other("SQLite wants names in UTF-8");
        Trouble::Unwritable(to.to_owned(), error)
    })?;
    let copied = sqlx::query("VACUUM INTO ?").bind(name).execute(&mut database).await;
    match copied {
        Ok(_) => Ok(()),
        Err(error) if file::why(&error) == file::No::Full => Err(file::trouble(to, error)),
        Err(error) => Err(file::trouble(from, error)),
    }
}

fn name(part: NamedTempFile, to: &Path) -> Result<(), Trouble> {
    part.persist_noclobber(to).map(drop).map_err(|failed| match failed.error.kind() {
        std::io::ErrorKind::AlreadyExists => Trouble::Taken(to.to_owned()),
        _ => Trouble::Unwritable(to.to_owned(), failed.error),
    })
}
