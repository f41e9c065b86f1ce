//! The modules of a crate, and the files in which their names are defined.

use crate::{Source, is_test_only};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use syn::{Item, UseTree, ext::IdentExt};

/// A path as it is written, without raw prefixes: `["crate", "live", "Live"]`.
pub(super) type Segments = Vec<String>;

/// A module: a file, or an inline part of one.
pub(super) struct Module {
    /// The file that contains it.
    pub(super) file: String,
    pub(super) parent: Option<usize>,
    pub(super) children: HashMap<String, usize>,
    /// The names that `use` brings into scope, each with its path. A glob has the name `*`, and the path before it.
    pub(super) imports: Vec<(String, Segments)>,
    /// The names of items that it defines itself.
    pub(super) defined: BTreeSet<String>,
    pub(super) items: Vec<Item>,
}

/// The modules of all targets of a crate: its library and its programs.
#[derive(Default)]
pub(super) struct ModuleTree {
    pub(super) modules: Vec<Module>,
    has_tests: bool,
}

impl ModuleTree {
    /// Reads the modules without tests, starting from the files that are roots of a target.
    pub(super) fn read(sources: &[Source]) -> Self {
        Self::default().read_all(sources)
    }

    /// Reads the modules with their tests.
    pub(super) fn read_with_tests(sources: &[Source]) -> Self {
        Self { has_tests: true, ..Self::default() }.read_all(sources)
    }

    fn read_all(mut self, sources: &[Source]) -> Self {
        let files: BTreeMap<&str, &Source> = sources.iter().map(|source| (source.path.as_str(), source)).collect();
        for path in files.keys().filter(|path| is_root(path)) {
            self.add_file(path, None, &files);
        }
        self
    }

    /// Returns the files that contain modules.
    pub(super) fn files(&self) -> BTreeSet<String> {
        self.modules.iter().map(|module| module.file.clone()).collect()
    }

    fn add_file(&mut self, path: &str, parent: Option<usize>, files: &BTreeMap<&str, &Source>) -> usize {
        let folder = path.rsplit_once('/').expect("a folder").0;
        let children = if is_root(path) { folder.to_owned() } else { path.trim_end_matches(".rs").to_owned() };
        self.add(path, &children, parent, files[path].items(), files)
    }

    /// Adds a module whose child modules are in the folder `folder`.
    fn add(
        &mut self,
        file: &str,
        folder: &str,
        parent: Option<usize>,
        items: Vec<Item>,
        files: &BTreeMap<&str, &Source>,
    ) -> usize {
        let id = self.modules.len();
        self.modules.push(Module {
            file: file.to_owned(),
            parent,
            children: HashMap::new(),
            imports: Vec::new(),
            defined: BTreeSet::new(),
            items: Vec::new(),
        });
        let mut kept = Vec::new();
        let has_tests = self.has_tests;
        for item in items.into_iter().filter(|item| has_tests || !is_test_only(item)) {
            match item {
                Item::Mod(module) => {
                    let (name, folder) =
                        (module.ident.unraw().to_string(), format!("{folder}/{}", module.ident.unraw()));
                    let child = match module.content {
                        Some((_, items)) => self.add(file, &folder, Some(id), items, files),
                        None => self.add_file(&format!("{folder}.rs"), Some(id), files),
                    };
                    self.modules[id].children.insert(name, child);
                }
                Item::Use(import) if import.leading_colon.is_none() => {
                    self.modules[id].imports.extend(leaves(&import.tree));
                }
                item => {
                    self.modules[id].defined.extend(name_of(&item));
                    kept.push(item);
                }
            }
        }
        self.modules[id].items = kept;
        id
    }

    /// Returns the file in which the item of this path is defined, following re-exports; for a path that ends at a
    /// module, the module's file. `None` for a path into another crate.
    pub(super) fn resolve(&self, from: usize, path: &[String]) -> Option<&str> {
        self.follow(from, path, 0).map(|module| self.modules[module].file.as_str())
    }

    /// `depth` ends imports that name each other.
    fn follow(&self, from: usize, path: &[String], depth: usize) -> Option<usize> {
        let (first, rest) = path.split_first()?;
        let module = &self.modules[from];
        match first.as_str() {
            _ if depth > 8 => None,
            "crate" => self.descend(self.root(from), rest, depth),
            "self" => self.descend(from, rest, depth),
            "super" => self.descend(module.parent?, rest, depth),
            name if module.children.contains_key(name) || module.import(name).is_some() => {
                self.descend(from, path, depth)
            }
            _ => None,
        }
    }

    /// Follows a path of names that begins in `module`.
    fn descend(&self, module: usize, path: &[String], depth: usize) -> Option<usize> {
        let Some((name, rest)) = path.split_first() else { return Some(module) };
        let here = &self.modules[module];
        if name == "super" {
            return self.descend(here.parent?, rest, depth);
        }
        if rest.is_empty() && here.defined.contains(name) {
            return Some(module);
        }
        if let Some(child) = here.children.get(name) {
            return self.descend(*child, rest, depth);
        }
        if let Some(imported) = here.import(name) {
            let path: Segments = imported.iter().chain(rest).cloned().collect();
            // A name of another crate that this module re-exports.
            return self.follow(module, &path, depth + 1).or(Some(module));
        }
        let mut sources = here.globs().filter_map(|glob| self.follow(module, glob, depth + 1));
        let source = sources.find(|source| *source != module && self.has(*source, name));
        source.map_or(Some(module), |source| self.descend(source, path, depth + 1))
    }

    fn has(&self, module: usize, name: &str) -> bool {
        let module = &self.modules[module];
        module.defined.contains(name) || module.children.contains_key(name) || module.import(name).is_some()
    }

    fn root(&self, mut module: usize) -> usize {
        while let Some(parent) = self.modules[module].parent {
            module = parent;
        }
        module
    }
}

impl Module {
    fn import(&self, name: &str) -> Option<&Segments> {
        self.imports.iter().find(|(known, _)| known == name).map(|(_, path)| path)
    }

    fn globs(&self) -> impl Iterator<Item = &Segments> {
        self.imports.iter().filter(|(name, _)| name == "*").map(|(_, path)| path)
    }
}

/// Whether a file is the root of a library or a program.
fn is_root(path: &str) -> bool {
    path.ends_with("/lib.rs") || path.ends_with("/main.rs") || path.contains("/src/bin/")
}

/// Returns the names that a `use` brings into scope, with their paths. A glob has the name `*` and the path before it.
pub(super) fn leaves(tree: &UseTree) -> Vec<(String, Segments)> {
    match tree {
        UseTree::Path(path) => {
            let first = path.ident.unraw().to_string();
            let with_first = |(name, mut rest): (String, Segments)| {
                // `use a::b::{self}` brings `b` into scope.
                if rest == ["self"] {
                    rest.clear();
                }
                rest.insert(0, first.clone());
                (if name == "self" { first.clone() } else { name }, rest)
            };
            leaves(&path.tree).into_iter().map(with_first).collect()
        }
        UseTree::Name(name) => vec![(name.ident.unraw().to_string(), vec![name.ident.unraw().to_string()])],
        UseTree::Rename(name) => vec![(name.rename.unraw().to_string(), vec![name.ident.unraw().to_string()])],
        UseTree::Glob(_) => vec![("*".to_owned(), Vec::new())],
        UseTree::Group(group) => group.items.iter().flat_map(leaves).collect(),
    }
}

fn name_of(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        _ => return None,
    };
    Some(name.unraw().to_string())
}
