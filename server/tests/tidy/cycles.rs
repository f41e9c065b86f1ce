//! Files that depend on each other in a circle can only be understood, tested and moved together.

mod graph;
mod module_tree;

use crate::{CRATES, code, none};
use graph::{Graph, find_circles};

/// The most files that may depend on each other in a circle.
const LARGEST_CIRCLE: usize = 4;

/// Describes a circle: its files, and each dependency between them with the names that cause it.
fn describe(name: &str, circle: &[String], graph: &Graph) -> String {
    let edges = graph.iter().filter(|((from, to), _)| circle.contains(from) && circle.contains(to));
    let edges = edges.map(|((from, to), names)| {
        format!("\n    {from} -> {to}: {}", names.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
    });
    format!("{name}: {} files: {}{}", circle.len(), circle.join(", "), edges.collect::<String>())
}

#[test]
fn circles_of_files_are_small() {
    let mut offenders = Vec::new();
    for name in CRATES {
        let graph = graph::read(&code(&[name]));
        let circles = find_circles(&graph);
        eprintln!("{name}: circles of {:?} files", circles.iter().map(Vec::len).collect::<Vec<_>>());
        let large = circles.iter().filter(|circle| circle.len() > LARGEST_CIRCLE);
        offenders.extend(large.map(|circle| describe(name, circle, &graph)));
    }
    none("more files than allowed depend on each other in a circle", offenders);
}

#[test]
fn every_file_belongs_to_a_module() {
    let unseen = CRATES.iter().flat_map(|name| {
        let sources = code(&[name]);
        let seen = module_tree::ModuleTree::read_with_tests(&sources).files();
        let unseen = sources.into_iter().map(|source| source.path).filter(move |path| !seen.contains(path));
        unseen.collect::<Vec<_>>()
    });
    none("the test doesn't see the dependencies of these files", unseen.collect());
}
