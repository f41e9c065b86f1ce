//! Tests of the source code for the invariants that ARCHITECTURE.md lists and explains.

mod asvs;
mod browser;
mod components;
mod cycles;
mod dependencies;
mod events;
mod files;
mod functions;
mod markup;
mod openapi;
mod shape;
mod unused;
mod writes;

use std::{fs, path::PathBuf};
use syn::{Attribute, Item, spanned::Spanned};

/// The folders of all crates of the project.
const CRATES: [&str; 8] = ["model", "services", "migration", "app", "frontend", "server", "bench", "test-support"];

/// Returns the root of the checkout.
fn top() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A source file and its text.
struct Source {
    /// Relative to the root, with `/` on every system.
    path: String,
    text: String,
}

impl Source {
    /// Returns the items of this Rust file.
    fn items(&self) -> Vec<Item> {
        syn::parse_file(&self.text).unwrap_or_else(|error| panic!("{}: {error}", self.path)).items
    }

    /// Returns the lines of this Rust file without comments and without items that only tests have.
    fn code_lines(&self) -> Vec<&str> {
        let tests: Vec<_> = self.items().iter().filter(|item| is_test_only(item)).map(Spanned::span).collect();
        let in_tests = |number| tests.iter().any(|span| (span.start().line..=span.end().line).contains(&number));
        let lines = self.text.lines().zip(1..).filter(|(_, number)| !in_tests(*number)).map(|(line, _)| line);
        lines.filter(|line| !line.trim_start().starts_with("//")).collect()
    }
}

/// Whether only tests have this item.
fn is_test_only(item: &Item) -> bool {
    attributes(item).iter().any(|attribute| {
        attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Returns all files below these folders whose names have one of these endings.
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

/// Returns the Rust files below `src` of these crates.
fn code(crates: &[&str]) -> Vec<Source> {
    let folders: Vec<String> = crates.iter().map(|name| format!("{name}/src")).collect();
    sources(&folders.iter().map(String::as_str).collect::<Vec<_>>(), &[".rs"])
}

/// Panics with the rule and all offenders, so that one run reports all of them.
fn none(rule: &str, offenders: Vec<String>) {
    assert!(offenders.is_empty(), "{rule}:\n  {}", offenders.join("\n  "));
}
