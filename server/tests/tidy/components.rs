//! Checks the dependencies against deny.toml. Works offline, unlike `cargo deny`, which downloads advisories.

use crate::{none, top};
use serde_json::Value;
use spdx::{Expression, ParseMode};
use std::{fs, process::Command};

/// Returns each package that is compiled for the host or for the browser.
fn packages() -> Vec<Value> {
    let packages: Vec<Value> = [&host(), "wasm32-unknown-unknown"].into_iter().flat_map(packages_for).collect();
    assert!(packages.len() > 100, "the test no longer sees the packages");
    packages
}

/// Returns the packages for one target. Filtered, because packages of other targets may not be downloaded.
fn packages_for(target: &str) -> Vec<Value> {
    let arguments = ["metadata", "--format-version", "1", "--offline", "--filter-platform", target];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(top()).output().expect("cargo metadata runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    metadata["packages"].as_array().expect("packages").clone()
}

/// Returns the host's target triple.
fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host").to_owned()
}

/// Returns the strings of a list in deny.toml.
fn listed(name: &str) -> Vec<String> {
    let text = fs::read_to_string(top().join("deny.toml")).expect("deny.toml");
    let (_, after) = text.split_once(&format!("\n{name} = [")).expect("a list");
    let (list, _) = after.split_once(']').expect("its end");
    let quoted = list.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    assert!(!quoted.is_empty(), "{name} is empty");
    quoted
}

fn name(package: &Value) -> String {
    format!("{} {}", package["name"].as_str().unwrap_or_default(), package["version"].as_str().unwrap_or_default())
}

#[test]
fn every_package_has_a_licence_that_is_allowed() {
    let allowed = listed("allow");
    let is_allowed = |package: &Value| {
        let licence = package["license"].as_str().and_then(|text| Expression::parse_mode(text, ParseMode::LAX).ok());
        licence.is_some_and(|licence| licence.evaluate(|wanted| allowed.contains(&wanted.to_string())))
    };
    let others = packages().into_iter().filter(|package| !is_allowed(package));
    none(
        "deny.toml doesn't allow this licence",
        others.map(|other| format!("{}: {}", name(&other), other["license"])).collect(),
    );
}

#[test]
fn every_package_comes_from_where_it_may() {
    let registries: Vec<String> = listed("allow-registry").iter().map(|url| format!("registry+{url}")).collect();
    let is_ours = |package: &Value| package["source"].is_null();
    let is_known = |package: &Value| registries.iter().any(|known| package["source"].as_str() == Some(known));
    let others = packages().into_iter().filter(|package| !is_ours(package) && !is_known(package));
    none(
        "deny.toml doesn't allow this source",
        others.map(|other| format!("{}: {}", name(&other), other["source"])).collect(),
    );
}

#[test]
fn banned_crates_are_not_compiled() {
    let banned = listed("deny");
    let is_banned = |package: &Value| banned.iter().any(|name| package["name"].as_str() == Some(name));
    none("deny.toml bans these", packages().iter().filter(|package| is_banned(package)).map(name).collect());
}
