//! The compiler reports unused private items, but not those that another crate could use.

use crate::{CRATES, none, sources};
use std::collections::HashMap;
use syn::{Attribute, Ident, ImplItem, Item, Visibility};

/// Macros that make a function callable under another name, or from outside.
const EXPORTING: [&str; 2] = ["server", "wasm_bindgen"];

/// Adds the names of all items that aren't private.
fn public_names(items: Vec<Item>, found: &mut Vec<String>) {
    for item in items {
        match item {
            Item::Const(item) => add(&item.vis, &item.attrs, &item.ident, found),
            Item::Static(item) => add(&item.vis, &item.attrs, &item.ident, found),
            Item::Fn(item) => add(&item.vis, &item.attrs, &item.sig.ident, found),
            Item::Struct(item) => add(&item.vis, &item.attrs, &item.ident, found),
            Item::Enum(item) => add(&item.vis, &item.attrs, &item.ident, found),
            Item::Trait(item) => add(&item.vis, &item.attrs, &item.ident, found),
            Item::Type(item) => add(&item.vis, &item.attrs, &item.ident, found),
            Item::Mod(item) => public_names(item.content.map(|(_, items)| items).unwrap_or_default(), found),
            Item::Impl(item) => {
                for item in item.items {
                    match item {
                        ImplItem::Const(item) => add(&item.vis, &item.attrs, &item.ident, found),
                        ImplItem::Fn(item) => add(&item.vis, &item.attrs, &item.sig.ident, found),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

fn add(visibility: &Visibility, attributes: &[Attribute], name: &Ident, found: &mut Vec<String>) {
    let exports = |attribute: &Attribute| {
        EXPORTING.iter().any(|name| attribute.path().segments.iter().any(|part| part.ident == name))
    };
    if !matches!(visibility, Visibility::Inherited) && !attributes.iter().any(exports) {
        found.push(name.to_string());
    }
}

/// Counts the words of all files, without comments.
fn count_words<'a>(texts: impl Iterator<Item = &'a str>) -> HashMap<&'a str, usize> {
    let mut counts = HashMap::new();
    for line in texts.flat_map(str::lines).filter(|line| !line.trim_start().starts_with("//")) {
        for word in line.split(|letter: char| !letter.is_alphanumeric() && letter != '_') {
            *counts.entry(word).or_default() += 1;
        }
    }
    counts
}

/// Reports an item only if its name occurs nowhere else, and so never one that is used.
#[test]
fn every_public_item_is_used() {
    let sources = sources(&CRATES, &[".rs"]);
    let counts = count_words(sources.iter().map(|source| source.text.as_str()));
    let (mut checked, mut offenders) = (0, Vec::new());
    for source in sources.iter().filter(|source| source.path.contains("/src/")) {
        let mut names = Vec::new();
        public_names(source.items(), &mut names);
        checked += names.len();
        let unused = names.into_iter().filter(|name| counts.get(name.as_str()) == Some(&1));
        offenders.extend(unused.map(|name| format!("{}: {name}", source.path)));
    }
    assert!(checked > 1_000, "the test no longer sees the items");
    none("nothing uses these: delete them", offenders);
}
