use crate::{code, none, top};
use std::process::Command;

/// Returns the names of the crates that `frontend` compiles for the browser.
fn browser_tree() -> String {
    tree(&["-p", "frontend", "--target", "wasm32-unknown-unknown", "--edges", "normal,no-proc-macro"])
}

/// Returns the names of the crates that `cargo tree` lists, one a line.
fn tree(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--prefix", "none"])
        .args(arguments)
        .current_dir(top())
        .output()
        .expect("cargo tree runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("names")
}

#[test]
fn the_browser_gets_neither_services_nor_the_database() {
    let tree = browser_tree();
    assert!(tree.lines().any(|line| line.starts_with("app ")), "the app isn't in the browser's tree:\n{tree}");
    let forbidden = ["services ", "sea-orm", "sqlx", "migration "];
    let found = tree.lines().filter(|line| forbidden.iter().any(|name| line.starts_with(name)));
    none("these must not reach the browser", found.map(str::to_owned).collect());
}

#[test]
fn a_site_contains_no_test_support() {
    let tree = tree(&["-p", "server", "--edges", "normal,build"]);
    assert!(tree.lines().any(|line| line.starts_with("services ")), "services isn't in the server's tree:\n{tree}");
    let found = tree.lines().filter(|line| line.starts_with("test-support ") || line.starts_with("bench "));
    none("these are for tests only", found.map(str::to_owned).collect());
}

#[test]
fn server_only_code_of_app_is_behind_mod_ssr() {
    let doors = code(&["app"]).into_iter().flat_map(|source| {
        let lines = source.text.lines().filter(|line| line.contains("feature = \"ssr\"")).count();
        (0..lines).map(move |_| source.path.clone())
    });
    assert_eq!(doors.collect::<Vec<_>>(), ["app/src/lib.rs"], "`cfg(feature = \"ssr\")` appears once, on `mod ssr`");
}

#[test]
fn only_services_and_migration_name_the_database() {
    let elsewhere = code(&["model", "app", "frontend", "server"]);
    let found = elsewhere.iter().filter(|source| source.text.contains("sea_orm") || source.text.contains("sqlx::"));
    none("these name the database", found.map(|source| source.path.clone()).collect());
    let entities = code(&["services"]);
    let leaking = entities
        .iter()
        .filter(|source| source.text.contains("pub mod entity") || source.text.contains("pub use entity"));
    none("tables must not leave services", leaking.map(|source| source.path.clone()).collect());
}

/// The libraries track the transaction depth themselves, and get it wrong if the database rolls back on its own. The
/// code that restores or moves data is exempt, because the program exits at its first error.
#[test]
fn only_one_file_begins_transactions() {
    let counting = ["TransactionTrait", "DatabaseTransaction", ".begin_with", "TransactionManager"];
    let found = code(&["services"]).into_iter().filter(|source| !source.path.starts_with("services/src/backup/"));
    let found = found.filter(|source| counting.iter().any(|name| source.text.contains(name)));
    none("transactions begin in store/connection.rs", found.map(|source| source.path).collect());
}

#[test]
fn crates_depend_downwards_only() {
    for (crates, above) in [
        (&["model"][..], &["services::", "app::", "migration::", "leptos", "axum"][..]),
        (&["services", "migration"], &["app::", "leptos", "axum", "http::"]),
        (&["app"], &["axum::", "server::"]),
        (&["test-support"], &["model::", "services::", "migration::", "app::", "bench::"]),
    ] {
        let found = code(crates).into_iter().flat_map(|source| {
            let names = above.iter().filter(|name| uses(&source.text, name)).copied().collect::<Vec<_>>();
            names.into_iter().map(move |name| format!("{} uses {name}", source.path))
        });
        none("model <- services <- app <- server", found.collect());
    }
}

fn uses(text: &str, name: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start();
        let code = !line.starts_with("//");
        let starts = line.match_indices(name).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':')
        });
        code && starts
    })
}

#[test]
fn the_model_is_the_same_everywhere() {
    let switches = code(&["model"])
        .into_iter()
        .filter(|source| source.text.lines().any(|line| line.contains("cfg(") && !line.contains("cfg(test)")));
    none("model has no cfg", switches.map(|source| source.path).collect());
    let manifest = std::fs::read_to_string(top().join("model/Cargo.toml")).expect("a manifest");
    assert!(!manifest.contains("[features]"), "model has no features");
}
