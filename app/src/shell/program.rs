//! The program's files in the document: which pages load them, the links that load them early, and the script that
//! starts the program.

use crate::pages::lazy_pages;
use leptos::{config::LeptosOptions, nonce::use_nonce, prelude::*};
use leptos_router::location::RequestUrl;
use std::{collections::HashMap, fs, path::Path, sync::OnceLock};

/// Returns whether the page at `path` needs the program. The home page consists of links, so it loads nothing ahead of
/// need, unless its query says that something was done, for example an account's deletion, which the browser completes.
pub fn is_program_needed(path: &str, query: &str) -> bool {
    path != "/" || !query.is_empty()
}

/// The program of the page that is being rendered.
#[derive(Clone)]
pub struct Program {
    files: &'static ProgramFiles,
    /// The address of the page's chunk.
    chunk: Vec<String>,
}

impl Program {
    /// Returns the program of the requested page; `None` if the page needs none.
    pub fn of_request(options: &LeptosOptions) -> Option<Self> {
        static FILES: OnceLock<ProgramFiles> = OnceLock::new();
        let url = use_context::<RequestUrl>().and_then(|url| url.parse().ok());
        let (path, query) = url.as_ref().map_or(("/", ""), |url| (url.path(), url.search()));
        let files = FILES.get_or_init(|| ProgramFiles::read(options));
        let chunk = files.chunks.get(lazy_pages::chunk_of(path)).cloned().unwrap_or_default();
        is_program_needed(path, query).then_some(Self { files, chunk })
    }
}

/// The addresses of the files of the build.
struct ProgramFiles {
    script: String,
    wasm: String,
    /// The loader of chunks; missing in a build without chunks.
    loader: Option<String>,
    /// The files of each chunk.
    chunks: HashMap<String, Vec<String>>,
}

impl ProgramFiles {
    /// Reads the names that the build gave its files. Only hashed names are in the file beside the server.
    fn read(options: &LeptosOptions) -> Self {
        let beside = std::env::current_exe().ok().and_then(|server| Some(server.parent()?.join(&*options.hash_file)));
        let hashes = beside.filter(|_| options.hash_files).and_then(|file| fs::read_to_string(file).ok());
        let hash = |kind: &str| hashes.as_deref().and_then(|hashes| hash_of(hashes, kind));
        let named = |name: &str, kind, ending| match hash(kind) {
            Some(hash) => format!("{name}.{hash}.{ending}"),
            None => format!("{name}.{ending}"),
        };
        let manifest = named("__wasm_split_manifest", "manifest", "json");
        let manifest = fs::read_to_string(Path::new(&*options.site_root).join(&*options.site_pkg_dir).join(manifest));
        let chunks: Option<HashMap<String, Vec<String>>> =
            manifest.ok().and_then(|manifest| serde_json::from_str(&manifest).ok());
        let address = |file: String| format!("/{}/{file}", options.site_pkg_dir);
        // Without a hash, underscores have its place in this file's name.
        let loader = hash("split").unwrap_or("______________________");
        Self {
            script: address(named(&options.output_name, "js", "js")),
            wasm: address(named(&options.output_name, "wasm", "wasm")),
            loader: chunks.is_some().then(|| address(format!("__wasm_split.{loader}.js"))),
            chunks: chunks
                .unwrap_or_default()
                .into_iter()
                .map(|(name, files)| (name, files.iter().map(|file| address(format!("{file}.wasm"))).collect()))
                .collect(),
        }
    }
}

fn hash_of<'a>(hashes: &'a str, kind: &str) -> Option<&'a str> {
    hashes
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.trim() == kind)
        .map(|(_, hash)| hash.trim())
}

/// Renders links by which the browser fetches the program and the page's chunk while it still reads the document.
#[component]
pub fn PreloadLinks(program: Program) -> impl IntoView {
    let Program { files, chunk } = program;
    let nonce = use_nonce();
    let scripts = std::iter::once(&files.script).chain(&files.loader).map(|href| {
        view! { <link rel="modulepreload" href=href.as_str() nonce=nonce.clone()/> }
    });
    let parts = std::iter::once(files.wasm.clone()).chain(chunk).map(|href| {
        view! { <link rel="preload" href=href r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/> }
    });
    view! { {scripts.collect_view()} {parts.collect_view()} }
}

/// Renders the script that starts the program. It stands last in the body, so that it sees the whole page before other
/// scripts do. The server adds how many elements the body has (`page_html` in the server).
#[component]
pub fn StartScript(program: Program) -> impl IntoView {
    let ProgramFiles { script, wasm, .. } = program.files;
    view! {
        <script id="start" nonce=use_nonce() data-script=script.as_str() data-wasm=wasm.as_str()>{include_str!("start.js")}</script>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_read_by_kind() {
        let hashes = "js: abc\nwasm:def\nmanifest: ghi\n\nsplit: jkl\n";
        assert_eq!(
            ["js", "wasm", "split", "css"].map(|kind| hash_of(hashes, kind)),
            [Some("abc"), Some("def"), Some("jkl"), None]
        );
    }

    #[test]
    fn only_the_home_page_needs_no_program() {
        let pages = [("/", ""), ("/", "done=left"), ("/signin", ""), ("/inbox", "")];
        assert_eq!(pages.map(|(path, query)| is_program_needed(path, query)), [false, true, true, true]);
    }
}
