//! Paths and URLs of the database.

use super::DATABASE_FILE;
use std::path::{Path, PathBuf};

/// Returns the database's URL; by default SQLite in the data folder. Creates the folder of an SQLite file.
pub(super) fn database_url(url: Option<String>, data: &Path) -> Result<String, String> {
    let Some(url) = url.filter(|url| !url.is_empty()) else {
        create_folder(data)?;
        return Ok(format!("sqlite://{}?mode=rwc", data.join(DATABASE_FILE).display()));
    };
    if let Some(file) = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")) {
        let path = PathBuf::from(file.split('?').next().unwrap_or_default());
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            create_folder(folder)?;
        }
        return Ok(url);
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(url);
    }
    Err("DATABASE_URL must begin with sqlite: or postgres://".to_owned())
}

/// Returns the SQLite database's file, and the data folder if no URL is set: only then the folder is the site's own.
pub(super) fn storage_paths(url: Option<&str>, data: &Path) -> (Option<PathBuf>, Option<PathBuf>) {
    let Some(url) = url.filter(|url| !url.is_empty()) else {
        return (Some(data.join(DATABASE_FILE)), Some(data.to_owned()));
    };
    let file = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"));
    let file = file.and_then(|file| file.split('?').next()).filter(|file| !file.is_empty() && *file != ":memory:");
    (file.map(PathBuf::from), None)
}

fn create_folder(folder: &Path) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| format!("can't create the folder {}: {error}", folder.display()))
}
