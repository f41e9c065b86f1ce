use crate::{code, none};
use quote::ToTokens;
use std::collections::BTreeMap;
use syn::{Attribute, Ident, Item};

/// Ways to register a route without `routes!`, which would leave it out of the document.
const UNDOCUMENTED: [&str; 5] = [".route(", ".route_service(", ".nest_service(", ".fallback_service(", "axum::routing"];

#[test]
fn no_route_of_the_interface_is_missing_in_its_document() {
    let api = code(&["server"]).into_iter().filter(|source| source.path.starts_with("server/src/api"));
    let found = api.flat_map(|source| {
        let lines: Vec<String> = source.text.lines().map(str::trim).map(str::to_owned).collect();
        let past = |line: &String| UNDOCUMENTED.iter().any(|way| line.contains(way));
        lines.into_iter().filter(past).map(move |line| format!("{}: {line}", source.path))
    });
    none("routes are registered by `routes!`", found.collect());
}

/// A second schema with the same name would silently replace the first.
#[test]
fn no_two_schemas_of_the_document_have_the_same_name() {
    let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in code(&["model", "server"]) {
        for item in source.items() {
            let (attributes, ident) = match item {
                Item::Struct(item) => (item.attrs, item.ident),
                Item::Enum(item) => (item.attrs, item.ident),
                _ => continue,
            };
            if let Some(name) = schema_name(&attributes, &ident) {
                named.entry(name).or_default().push(source.path.clone());
            }
        }
    }
    assert!(named.len() > 15, "the test no longer sees the schemas");
    let doubles = named.into_iter().filter(|(_, paths)| paths.len() > 1);
    none("two schemas have one name", doubles.map(|(name, paths)| format!("{name}: {}", paths.join(", "))).collect());
}

/// Returns the schema's name: that of the type, or of `#[schema(as = …)]`; `None` if the type is no schema.
fn schema_name(attributes: &[Attribute], ident: &Ident) -> Option<String> {
    let text = |path: &str| {
        let named = attributes.iter().filter(|attribute| attribute.path().is_ident(path));
        named.map(|attribute| attribute.meta.to_token_stream().to_string()).collect::<String>()
    };
    let renamed = text("schema").split_once("as = ").map(|(_, rest)| rest.to_owned());
    let name = renamed.and_then(|rest| rest.split([',', ' ', ')']).next().map(str::to_owned));
    text("derive").contains("ToSchema").then(|| name.unwrap_or_else(|| ident.to_string()))
}
