use crate::support::{Site, TestResponse, raw::raw_line};
use reqwest::Method;
use std::path::Path;

const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// Creates a built site: a script in three encodings, a stylesheet, WebAssembly and an icon; and a secret beside it.
fn build(folder: &Path) {
    let pkg = folder.join("site/pkg");
    std::fs::create_dir_all(&pkg).expect("a folder");
    let script = format!("/* plain */{}", " ".repeat(2_000));
    for (path, text) in [
        ("site/pkg/greenroom.abc.js", script.as_str()),
        ("site/pkg/greenroom.abc.js.br", "as brotli"),
        ("site/pkg/greenroom.abc.js.gz", "as gzip"),
        ("site/pkg/greenroom.abc.css", "body {}"),
        ("site/pkg/greenroom.abc.wasm", "\0asm"),
        ("site/icon.svg", "<svg/>"),
        ("site/icons.svg", "<svg/>"),
        ("site/icon-192.png", "PNG"),
        ("site/manifest.webmanifest", "{}"),
        ("secret.txt", "the secret"),
    ] {
        std::fs::write(folder.join(path), text).expect("a file");
    }
}

async fn site() -> (Site, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    build(folder.path());
    let root = folder.path().join("site").display().to_string();
    (Site::with(&[("LEPTOS_SITE_ROOT", &root)]).await, folder)
}

#[tokio::test]
async fn built_files_are_immutable_in_caches() {
    let (site, _folder) = site().await;
    for (file, kind) in [("js", "text/javascript"), ("css", "text/css"), ("wasm", "application/wasm")] {
        let path = format!("/pkg/greenroom.abc.{file}");
        for actor in [site.anonymous(), site.sarah()] {
            let answer = actor.get(&path).await;
            assert_eq!((answer.status, answer.header("content-type")), (200, kind), "{path}");
            assert_eq!(answer.header("cache-control"), IMMUTABLE);
            assert_eq!(answer.header("set-cookie"), "");
        }
    }
    let head = TestResponse::to(site.anonymous().request(Method::HEAD, "/pkg/greenroom.abc.js")).await;
    assert_eq!((head.status, head.header("cache-control")), (200, IMMUTABLE));
}

#[tokio::test]
async fn home_screens_find_name_and_icons() {
    let (site, _folder) = site().await;
    let page = site.anonymous().get("/signin").await;
    assert!(page.header("content-security-policy").contains("manifest-src 'self'; "));
    for (path, kind) in [
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/icon-192.png", "image/png"),
        ("/icon.svg", "image/svg+xml"),
    ] {
        let answer = site.anonymous().get(path).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, kind), "{path}");
    }
    for link in ["rel=\"manifest\" href=\"/manifest.webmanifest\"", "rel=\"apple-touch-icon\""] {
        assert!(page.text().contains(link), "{link}");
    }
    let manifest = include_str!("../../../../public/manifest.webmanifest");
    let manifest: serde_json::Value = serde_json::from_str(manifest).expect("JSON");
    for icon in manifest["icons"].as_array().expect("icons") {
        let path = format!("../public{}", icon["src"].as_str().expect("a path"));
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists(), "{icon}");
    }
}

#[tokio::test]
async fn files_without_a_hash_in_their_name_are_revalidated() {
    let (site, folder) = site().await;
    for file in ["greenroom.css", "split_pages.wasm", "__wasm_split.______________________.js"] {
        std::fs::write(folder.path().join("site/pkg").join(file), "changing").expect("a file");
        let answer = site.anonymous().get(&format!("/pkg/{file}")).await;
        assert_eq!((answer.status, answer.header("cache-control")), (200, "no-cache"), "{file}");
    }
}

#[tokio::test]
async fn a_file_comes_in_the_best_encoding_that_was_built() {
    let (site, _folder) = site().await;
    for (accepts, encoding, text) in [
        ("gzip, deflate, br", "br", "as brotli"),
        ("br", "br", "as brotli"),
        ("gzip", "gzip", "as gzip"),
        ("br;q=0, gzip", "gzip", "as gzip"),
        ("identity", "", "/* plain */"),
        ("", "", "/* plain */"),
    ] {
        let request = site.anonymous().request(Method::GET, "/pkg/greenroom.abc.js").header("accept-encoding", accepts);
        let answer = TestResponse::to(request).await;
        assert_eq!((answer.status, answer.header("content-encoding")), (200, encoding), "{accepts}");
        assert!(answer.text().starts_with(text), "{accepts}");
        assert_eq!(answer.header("content-type"), "text/javascript", "{accepts}");
        assert!(answer.header("vary").contains("accept-encoding"), "{accepts}");
        assert_eq!(answer.header("cache-control"), IMMUTABLE);
    }
}

#[tokio::test]
async fn missing_files_are_not_cached() {
    let (site, _folder) = site().await;
    let icon = site.anonymous().get("/icon.svg").await;
    assert_eq!((icon.status, icon.header("content-type")), (200, "image/svg+xml"));
    assert!(!icon.header("cache-control").contains("immutable"), "its name contains no hash");
    for path in ["/pkg/greenroom.old.js", "/pkg/", "/pkg", "/pkg/nowhere/x.js", "/favicon.ico"] {
        let answer = site.anonymous().get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.header("cache-control").contains("immutable"), "{path}: the file may be deployed later");
    }
}

#[tokio::test]
async fn icons_are_immutable_under_the_version_of_this_build() {
    let (site, _folder) = site().await;
    for (query, immutable) in [(app::components::SPRITE_VERSION.to_string(), true), ("1".to_owned(), false)] {
        let answer = site.anonymous().get(&format!("/icons.svg?{query}")).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "image/svg+xml"));
        assert_eq!(answer.header("cache-control") == IMMUTABLE, immutable, "{query}");
    }
}

#[tokio::test]
async fn nothing_outside_the_built_site_is_served() {
    let (site, _folder) = site().await;
    for target in [
        "/../secret.txt",
        "/pkg/../../secret.txt",
        "/pkg/../icon.svg",
        "/%2e%2e/secret.txt",
        "/pkg/%2e%2e/%2e%2e/secret.txt",
        "/pkg/..%2f..%2fsecret.txt",
        "/pkg/..%5c..%5csecret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e%2fsecret.txt",
        "//../secret.txt",
        "/pkg//etc/passwd",
        "/pkg/%2fetc%2fpasswd",
        "//etc/passwd",
        "/pkg/greenroom.abc.js%00",
        "/pkg/..",
        "/..",
    ] {
        let answer = raw_line(site.addr(), "GET", target).await;
        assert!((400..500).contains(&answer.status) || answer.status == 303, "{target}: {}", answer.status);
        let text = answer.text();
        assert!(!text.contains("the secret") && !text.contains("root:") && !text.contains("<svg/>"), "{target}");
    }
}
