use crate::{CRATES, Source, code, none, sources, top};
use std::{
    ffi::OsStr,
    fs::{self, DirEntry},
};

/// The most lines of a file. A longer file usually has two responsibilities; consider splitting it from 300 lines on.
const LONGEST: usize = 400;

#[test]
fn files_stay_small() {
    let folders = [&CRATES[..], &["style", "end2end", "bin"]].concat();
    let long = sources(&folders, &[".rs", ".css", ".ts", ".mjs", ".sh"]).into_iter().filter_map(|source| {
        let lines = source.text.lines().count();
        (lines > LONGEST).then(|| format!("{} has {lines} lines", source.path))
    });
    none("no file is longer than 400 lines", long.collect());
}

/// Cargo runs the tests of a crate in its folder. What they leave there would be committed, and `bin/build` would build
/// again.
#[test]
fn tests_leave_no_files_in_the_crates() {
    let mut stray = Vec::new();
    // The folder of `bench` also holds peers, with the files of other languages.
    let crates = CRATES.into_iter().filter(|name| *name != "bench").chain(["bench/src", "bench/tests"]);
    let mut waiting: Vec<_> = crates.map(|name| top().join(name)).collect();
    while let Some(folder) = waiting.pop() {
        let entries: Vec<_> = fs::read_dir(&folder).expect("a folder of the project").flatten().collect();
        for path in entries.iter().map(DirEntry::path) {
            let ending = path.extension().and_then(OsStr::to_str);
            match path.is_dir() {
                true => waiting.push(path),
                false if ["rs", "toml", "js", "json", "md", "txt", "bin"].map(Some).contains(&ending) => {}
                false => stray.push(path.display().to_string()),
            }
        }
        if entries.is_empty() {
            stray.push(folder.display().to_string());
        }
    }
    none("a test or a program left these in a crate's folder; delete them", stray);
}

/// Cargo gives no warning that it ignores the tests of a program with `test = false`.
#[test]
fn programs_with_tests_are_tested() {
    let manifest = fs::read_to_string(top().join("bench/Cargo.toml")).expect("a manifest");
    let programs = manifest.split("[[bin]]").skip(1).filter(|program| program.contains("test = false"));
    let files = programs.filter_map(|program| program.split_once("path = \"")?.1.split_once('"'));
    let sources = code(&["bench"]);
    let untested = files.flat_map(|(file, _)| {
        // A program of several files has a folder of its own.
        let folder = file.strip_suffix("/main.rs").map(|folder| format!("bench/{folder}/"));
        sources.iter().filter(move |source| {
            let is_part = folder.as_ref().is_some_and(|folder| source.path.starts_with(folder.as_str()));
            (is_part || source.path == format!("bench/{file}")) && source.text.contains("#[cfg(test)]")
        })
    });
    none("these programs have tests, so remove `test = false`", untested.map(|source| source.path.clone()).collect());
}

#[test]
fn every_crate_documents_its_invariants() {
    let roots =
        ["model", "services", "migration", "app", "frontend", "test-support"].map(|name| format!("{name}/src/lib.rs"));
    let silent = roots.into_iter().chain(["server/src/main.rs".to_owned()]).filter(|path| {
        let text = fs::read_to_string(top().join(path)).expect("a crate root");
        let docs: String = text.lines().take_while(|line| line.starts_with("//!")).collect();
        docs.len() < 60 || !(docs.contains("never") || docs.contains("nothing else") || docs.contains("nothing here"))
    });
    none("these crate roots don't document their invariants", silent.collect());
}

#[test]
fn links_between_documents_lead_to_files() {
    let mut documents = sources(&["docs", "end2end"], &[".md"]);
    documents.extend(fs::read_dir(top()).expect("the root").flatten().filter_map(|entry| {
        let path = entry.file_name().to_string_lossy().into_owned();
        path.ends_with(".md").then(|| Source { text: fs::read_to_string(entry.path()).expect("a text file"), path })
    }));
    let broken = documents.iter().flat_map(|Source { path, text }| {
        let folder = top().join(path).parent().expect("a folder").to_owned();
        let links = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
        let broken = links.filter(move |link| {
            !link.is_empty() && !link.contains("://") && !link.starts_with("mailto:") && !folder.join(link).exists()
        });
        broken.map(move |link| format!("{path}: {link}"))
    });
    none("these links lead to no file", broken.collect());
}

#[test]
fn every_text_of_the_screen_is_in_strings() {
    let pages = sources(&["app/src/pages", "app/src/components"], &[".rs"]);
    let spoken = pages.into_iter().flat_map(|source| {
        let said = source.code_lines().into_iter().filter(|line| has_text(line));
        let said: Vec<String> = said.map(|line| line.trim().to_owned()).collect();
        said.into_iter().map(move |line| format!("{}: {line}", source.path))
    });
    none("texts of the screen belong in app/src/strings.rs", spoken.collect());
}

/// Whether a line has a string literal that begins like a sentence: an upper-case letter, then a lower-case one.
fn has_text(line: &str) -> bool {
    let line = line.trim();
    let is_code = line.starts_with('#') || line.contains("event.key()");
    let mut literals = line.split('"').skip(1).step_by(2);
    !is_code
        && literals.any(|text| {
            let mut letters = text.chars();
            letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase)
        })
}
