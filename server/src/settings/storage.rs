//! Paths and URLs of the database, and the folder of the site's files.

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

/// Returns `site` beside the program, if it is there; else the folder that `bin/build` writes.
pub(super) fn default_site_root() -> PathBuf {
    let beside = std::env::current_exe().ok().and_then(|program| Some(program.parent()?.join("site")));
    beside.filter(|folder| folder.is_dir()).unwrap_or_else(|| PathBuf::from("target/site"))
}

fn create_folder(folder: &Path) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| format!("can't create the folder {}: {error}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::config;

    #[test]
    fn invalid_settings_create_no_data_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let arguments = |networks| ["--data", data.to_str().expect("a path"), "--trusted-proxies", networks];
        config(&arguments("10.0.0.0/33")).expect_err("no network");
        assert!(!data.exists());
        config(&arguments("10.0.0.0/8")).expect("settings");
        assert!(data.is_dir());
    }
}
