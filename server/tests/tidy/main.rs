//! The house's invariants, kept by tests and not by memory. ARCHITECTURE.md says why each is there.

mod asvs;
mod browser;
mod components;
mod dependencies;
mod files;
mod functions;
mod markup;
mod openapi;
mod shape;
mod writes;

use std::{fs, path::PathBuf};

/// The top of the checkout.
fn top() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A file of the project, for reading.
struct Source {
    /// From the top, with `/`.
    path: String,
    text: String,
}

/// All files below some folders, with one of these endings.
fn sources(folders: &[&str], endings: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    let mut waiting: Vec<PathBuf> = folders.iter().map(|folder| top().join(folder)).collect();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the project").flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if path.is_dir() && !["node_modules", "target", "test-results"].contains(&name.as_str()) {
                waiting.push(path);
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                let short = path.strip_prefix(top()).expect("below the top").to_string_lossy().replace('\\', "/");
                found.push(Source { path: short, text: fs::read_to_string(&path).expect("a text file") });
            }
        }
    }
    assert!(!found.is_empty(), "nothing below {folders:?}");
    found
}

/// The Rust code of some crates.
fn code(crates: &[&str]) -> Vec<Source> {
    let folders: Vec<String> = crates.iter().map(|name| format!("{name}/src")).collect();
    sources(&folders.iter().map(String::as_str).collect::<Vec<_>>(), &[".rs"])
}

/// Fails with all offenders at once.
fn none(rule: &str, offenders: Vec<String>) {
    assert!(offenders.is_empty(), "{rule}:\n  {}", offenders.join("\n  "));
}
