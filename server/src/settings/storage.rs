//! Paths and URLs of the database, and the folder of the site's files.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use services::backup::sqlite_path;
use std::path::{Path, PathBuf};

/// The SQLite database's file name in the data folder.
pub(super) const DATABASE_FILE: &str = "greenroom.db";
/// What a path must not contain in an SQLite URL, because it would end there or be decoded.
const RESERVED: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#');

/// Returns the database's URL; by default SQLite in the data folder. Creates the folder of an SQLite file.
pub(super) fn database_url(url: Option<String>, data: &Path) -> Result<String, String> {
    let Some(url) = url.filter(|url| !url.is_empty()) else {
        create_folder(data)?;
        let file = data.join(DATABASE_FILE).display().to_string();
        return Ok(format!("sqlite://{}?mode=rwc", utf8_percent_encode(&file, RESERVED)));
    };
    let known = ["sqlite:", "postgres://", "postgresql://"];
    if !known.iter().any(|scheme| url.starts_with(scheme)) {
        return Err("DATABASE_URL must begin with sqlite: or postgres://".to_owned());
    }
    let folder = sqlite_path(&url).and_then(|file| file.parent().map(Path::to_owned));
    folder.filter(|folder| !folder.as_os_str().is_empty()).map_or(Ok(()), |folder| create_folder(&folder))?;
    Ok(url)
}

/// Returns the SQLite database's file, and the data folder if no URL is set: only then the folder is the site's own.
pub(super) fn storage_paths(url: Option<&str>, data: &Path) -> (Option<PathBuf>, Option<PathBuf>) {
    match url.filter(|url| !url.is_empty()) {
        Some(url) => (sqlite_path(url), None),
        None => (Some(data.join(DATABASE_FILE)), Some(data.to_owned())),
    }
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
    use super::{super::tests::config, *};

    #[test]
    fn a_percent_encoded_path_names_the_same_file_everywhere() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("50% of #1?");
        let url = database_url(None, &data).expect("a URL");
        assert!(data.is_dir());
        assert_eq!(sqlite_path(&url), storage_paths(None, &data).0);
        let spaced = format!("sqlite://{}/green%20room/site.db?mode=rwc", folder.path().display());
        database_url(Some(spaced.clone()), &data).expect("a URL");
        assert!(folder.path().join("green room").is_dir());
        assert_eq!(storage_paths(Some(&spaced), &data), (Some(folder.path().join("green room/site.db")), None));
    }

    #[test]
    fn only_a_file_has_a_path() {
        for url in ["sqlite::memory:", "sqlite://:memory:", "sqlite://", "postgres://localhost/x"] {
            assert_eq!(storage_paths(Some(url), Path::new("data")), (None, None), "{url}");
        }
        assert_eq!(sqlite_path("sqlite:data/x.db"), Some("data/x.db".into()));
    }

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
