//! The logs of the nodes: mostly errors that the faults cause. Kept only if a run fails.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
};

/// Marks a bug of the server itself; no injected fault excuses a panic.
const PANIC: &str = "panicked at";

/// A directory with one log file per node.
pub(crate) struct NodeLogs(PathBuf);

impl NodeLogs {
    /// Creates an empty directory.
    pub(crate) fn new(seed: u64) -> io::Result<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../target/chaos/{seed}"));
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    /// Returns the path of a node's log.
    pub(crate) fn log_file(&self, node: usize) -> PathBuf {
        self.0.join(format!("node-{node}.log"))
    }

    /// Returns the log lines that report a panic.
    pub(crate) fn find_panics(&self) -> io::Result<Vec<String>> {
        let mut panics = Vec::new();
        for entry in fs::read_dir(&self.0)? {
            for line in BufReader::new(File::open(entry?.path())?).split(b'\n') {
                let line = String::from_utf8_lossy(&line?).into_owned();
                if line.contains(PANIC) {
                    panics.push(line);
                }
            }
        }
        Ok(panics)
    }

    /// Deletes the directory.
    pub(crate) fn delete_all(&self) -> io::Result<()> {
        fs::remove_dir_all(&self.0)
    }
}
