//! What the nodes say while things break: most of it complaints. Nobody reads it, unless something went wrong.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
};

/// What a program says that has a fault of its own, whatever was broken around it.
const PANIC: &str = "panicked at";

/// A folder with a file for each node.
pub(crate) struct NodeLogs(PathBuf);

impl NodeLogs {
    /// An empty one.
    pub(crate) fn new(seed: u64) -> io::Result<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../target/chaos/{seed}"));
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    /// The file of a node.
    pub(crate) fn log_file(&self, node: usize) -> PathBuf {
        self.0.join(format!("node-{node}.log"))
    }

    /// What no fault excuses.
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

    /// Throws it away.
    pub(crate) fn delete_all(&self) -> io::Result<()> {
        fs::remove_dir_all(&self.0)
    }
}
