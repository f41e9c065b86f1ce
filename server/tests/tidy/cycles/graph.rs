//! Which file of a crate depends on which: by `use`, and by paths in code and in the arguments of macros.

use super::module_tree::{ModuleTree, Segments, leaves};
use crate::Source;
use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::{BTreeMap, BTreeSet};
use syn::{UseTree, ext::IdentExt, parse2};

/// The dependencies between files, each with the names that cause it.
pub(super) type Graph = BTreeMap<(String, String), BTreeSet<String>>;

/// Reads the dependencies between these files of one crate. The declaration of a child module is none.
pub(super) fn read(sources: &[Source]) -> Graph {
    let tree = ModuleTree::read(sources);
    let mut graph = Graph::new();
    for (id, module) in tree.modules.iter().enumerate() {
        let mut paths: Vec<Segments> = module.imports.iter().map(|(_, path)| path.clone()).collect();
        for item in &module.items {
            collect_paths(item.to_token_stream(), &mut paths);
        }
        for path in paths {
            if let Some(target) = tree.resolve(id, &path).filter(|target| *target != module.file) {
                let names = graph.entry((module.file.clone(), target.to_owned())).or_default();
                names.extend(item_name(&path));
            }
        }
    }
    graph
}

/// Returns the item that a path names: `Live` in `state::Live::current`.
fn item_name(path: &[String]) -> Option<String> {
    path.iter().find(|segment| segment.starts_with(char::is_uppercase)).or(path.last()).cloned()
}

/// Collects all paths of two or more segments. Works on tokens, because most paths of the app are in macros.
fn collect_paths(tokens: TokenStream, paths: &mut Vec<Segments>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            // `pub(in crate::live)` says who may use the item; it uses nothing.
            TokenTree::Ident(word) if word == "pub" && is_scope(tokens.get(at + 1)) => at += 2,
            TokenTree::Ident(word) if word == "use" => at += collect_import(&tokens[at..], paths),
            TokenTree::Ident(_) if !is_member_or_external(&tokens, at) => {
                let path = path_at(&tokens, at);
                at += 1 + (path.len() - 1) * 3;
                if path.len() > 1 {
                    paths.push(path);
                }
            }
            TokenTree::Group(group) => {
                collect_paths(group.stream(), paths);
                at += 1;
            }
            _ => at += 1,
        }
    }
}

/// Collects the paths of a `use` inside a function. Returns the number of its tokens.
fn collect_import(tokens: &[TokenTree], paths: &mut Vec<Segments>) -> usize {
    let length = tokens.iter().position(|token| is_punct(Some(token), ';')).unwrap_or(tokens.len());
    // `use<'a>` in a type isn't an import.
    if let Ok(tree) = parse2::<UseTree>(tokens[1..length].iter().cloned().collect()) {
        paths.extend(leaves(&tree).into_iter().map(|(_, path)| path));
        return length;
    }
    1
}

/// Returns the path that begins at `at`: a single name if no `::` and name follow.
fn path_at(tokens: &[TokenTree], at: usize) -> Segments {
    let name = |token: Option<&TokenTree>| match token {
        Some(TokenTree::Ident(name)) => Some(name.unraw().to_string()),
        _ => None,
    };
    let mut path: Segments = name(tokens.get(at)).into_iter().collect();
    let mut next = at + 1;
    while is_punct(tokens.get(next), ':') && is_punct(tokens.get(next + 1), ':') {
        let Some(segment) = name(tokens.get(next + 2)) else { break };
        path.push(segment);
        next += 3;
    }
    path
}

/// Whether the name at `at` is a field or method, or the rest of a path that begins elsewhere, as in `::http::Method`.
fn is_member_or_external(tokens: &[TokenTree], at: usize) -> bool {
    let before = |distance: usize| at.checked_sub(distance).and_then(|index| tokens.get(index));
    let is_member = is_punct(before(1), '.') && !is_punct(before(2), '.');
    is_member || is_punct(before(1), ':') && is_joint(before(2))
}

fn is_punct(token: Option<&TokenTree>, character: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == character)
}

fn is_joint(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == ':' && punct.spacing() == Spacing::Joint)
}

fn is_scope(token: Option<&TokenTree>) -> bool {
    let starts_with_in = |group: &Group| group.stream().into_iter().next().is_some_and(|word| word.to_string() == "in");
    matches!(token, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis && starts_with_in(group))
}

/// Returns the circles, the largest first: sets of files of which each reaches all others.
pub(super) fn find_circles(graph: &Graph) -> Vec<Vec<String>> {
    let mut targets: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, to) in graph.keys() {
        targets.entry(from).or_default().push(to);
    }
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        targets.keys().map(|file| (*file, reachable(file, &targets))).collect();
    let circle_of = |file: &str| -> Vec<String> {
        let returns = |other: &&&str| reached.get(**other).is_some_and(|back| back.contains(file));
        reached[file].iter().filter(returns).map(|other| (*other).to_owned()).collect()
    };
    let circles: BTreeSet<Vec<String>> = targets.keys().map(|file| circle_of(file)).collect();
    let mut circles: Vec<Vec<String>> = circles.into_iter().filter(|circle| !circle.is_empty()).collect();
    circles.sort_by_key(|circle| std::cmp::Reverse(circle.len()));
    circles
}

/// Returns the files that `file` depends on, directly or through others.
fn reachable<'a>(file: &'a str, targets: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeSet<&'a str> {
    let (mut found, mut waiting) = (BTreeSet::new(), vec![file]);
    while let Some(from) = waiting.pop() {
        waiting.extend(targets.get(from).into_iter().flatten().filter(|to| found.insert(**to)));
    }
    found
}

/// Returns the dependencies between files with these paths below `src`, as `from -> to`.
fn edges(files: &[(&str, &str)]) -> Vec<String> {
    let source = |(path, text): &(&str, &str)| Source { path: format!("x/src/{path}"), text: (*text).to_owned() };
    let graph = read(&files.iter().map(source).collect::<Vec<_>>());
    let short = |path: &str| path.trim_start_matches("x/src/").to_owned();
    graph.keys().map(|(from, to)| format!("{} -> {}", short(from), short(to))).collect()
}

#[test]
fn a_name_depends_on_the_file_that_defines_it() {
    let parent = "mod child; mod other; pub use child::Child; pub struct Own;";
    let other = "use super::{Child, Own as Theirs};";
    let found =
        edges(&[("lib.rs", "mod a;"), ("a.rs", parent), ("a/child.rs", "pub struct Child;"), ("a/other.rs", other)]);
    assert_eq!(found, ["a.rs -> a/child.rs", "a/other.rs -> a.rs", "a/other.rs -> a/child.rs"]);
}

#[test]
fn globs_and_imported_modules_are_followed() {
    let (strings, account) = ("mod account; pub use account::*;", "pub const NAME: &str = \"\";");
    let page = "use crate::strings; const TITLE: &str = strings::NAME; fn f() { use crate::b::{self, B}; }";
    let root = "mod b; mod page; mod strings;";
    let found = edges(&[
        ("lib.rs", root),
        ("b.rs", "pub struct B;"),
        ("page.rs", page),
        ("strings.rs", strings),
        ("strings/account.rs", account),
    ]);
    let expected = ["page.rs -> b.rs", "page.rs -> strings.rs", "page.rs -> strings/account.rs"];
    assert_eq!(found, [&expected[..], &["strings.rs -> strings/account.rs"]].concat());
}

#[test]
fn paths_in_code_and_in_macros_count() {
    let a = "mod inner { fn f() { super::super::b::g(); } } fn h() { view! { <p>{crate::c::TEXT}</p> } }";
    let root = "mod a; mod b; mod c; fn main() { a::h(); }";
    let found = edges(&[("main.rs", root), ("a.rs", a), ("b.rs", "pub fn g() {}"), ("c.rs", "")]);
    assert_eq!(found, ["a.rs -> b.rs", "a.rs -> c.rs", "main.rs -> a.rs"]);
}

#[test]
fn declarations_tests_texts_visibilities_and_other_crates_do_not_count() {
    let a = r#"
        //! See [`crate::b::B`].
        use b::X;
        pub(in crate::b) fn f() { "crate::b::B"; value.b::<u8>(); ::b::g(); }
        #[cfg(test)]
        mod tests { use crate::b::B; }
        #[cfg(test)]
        use crate::b::B;
    "#;
    assert_eq!(edges(&[("lib.rs", "mod a; mod b;"), ("a.rs", a), ("b.rs", "")]), [""; 0]);
}

#[test]
fn a_circle_is_the_files_that_reach_each_other() {
    let edge = |from: &str, to: &str| ((from.to_owned(), to.to_owned()), BTreeSet::new());
    let pairs = [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("d", "e"), ("e", "d"), ("f", "a")];
    let graph: Graph = pairs.into_iter().map(|(from, to)| edge(from, to)).collect();
    assert_eq!(find_circles(&graph), [vec!["a", "b", "c"], vec!["d", "e"]]);
}
