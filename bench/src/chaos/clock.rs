//! Shifts a node's clock while it runs, by libfaketime.

use bench::site::Result;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Directories of the library; some systems have it in a subdirectory per architecture.
const LIBRARY_ROOTS: [&str; 4] = ["/usr/lib", "/usr/lib64", "/usr/local/lib", "/opt/homebrew/lib"];
const LIBRARY_NAME: &str = "faketime/libfaketimeMT.so.1";

/// The clock of one node.
pub(crate) struct FakeClock {
    library: PathBuf,
    file: PathBuf,
}

impl FakeClock {
    /// Creates a clock without an offset, controlled by a file in this directory.
    pub(crate) fn new(folder: &Path, number: usize) -> Result<Self> {
        let library = find_libfaketime().ok_or("libfaketime is missing: bin/setup test installs it")?;
        let clock = Self { library, file: folder.join(format!("clock-{number}")) };
        clock.set_offset(0)?;
        Ok(clock)
    }

    /// Returns the environment variables that a process needs. Only the wall clock is shifted: monotonic time stays
    /// correct, as when an administrator sets a machine's clock.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let (library, file) = (self.library.display().to_string(), self.file.display().to_string());
        let variables = [
            ("LD_PRELOAD", library.as_str()),
            ("FAKETIME_TIMESTAMP_FILE", &file),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            // Seconds until the file is read again.
            ("FAKETIME_CACHE_DURATION", "1"),
        ];
        variables.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    }

    /// Shifts the clock by this many seconds, forwards or backwards.
    pub(crate) fn set_offset(&self, seconds: i64) -> io::Result<()> {
        // Replaces the file atomically: half a number would be read as another number.
        let new = self.file.with_extension("new");
        fs::write(&new, format!("{seconds:+}"))?;
        fs::rename(new, &self.file)
    }
}

fn find_libfaketime() -> Option<PathBuf> {
    let roots = LIBRARY_ROOTS.iter().map(PathBuf::from);
    let below =
        LIBRARY_ROOTS.iter().filter_map(|root| fs::read_dir(root).ok()).flatten().flatten().map(|entry| entry.path());
    roots.chain(below).map(|folder| folder.join(LIBRARY_NAME)).find(|library| library.exists())
}
