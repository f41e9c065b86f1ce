//! The HTML of pages.

use super::{
    private_paths,
    response_kinds::{Kind, of_every_kind},
};
use crate::support::{
    Site,
    html::{Document, parse_errors},
};

#[tokio::test]
async fn pages_have_no_parse_errors() {
    let samples = of_every_kind(&[]).await.into_iter().filter(|sample| sample.kind != Kind::NoPage);
    let mut pages: Vec<_> = samples.map(|sample| (sample.name.to_owned(), sample.answer.text())).collect();
    let site = Site::new().await;
    for path in private_paths(&site) {
        let page = site.eventpro().get(&path).await.text();
        pages.push((path, page));
    }
    for (name, page) in pages {
        assert_eq!(parse_errors(&page), Vec::<String>::new(), "{name}");
        let end = page.trim_end().rfind("</html>");
        assert_eq!(end, Some(page.trim_end().len() - "</html>".len()), "{name}: nothing follows the document");
    }
}

#[tokio::test]
async fn the_start_script_knows_how_many_elements_the_body_has() {
    let site = Site::new().await;
    for path in private_paths(&site) {
        let page = site.eventpro().get(&path).await.text();
        let (head, body) = page.split_once("<body").expect("a body");
        let count = |html: &str| Document::parse(html, true).elements.len();
        // The parser adds the elements html, head and body to each.
        let elements = count(&format!("<body{body}")) - 3;
        assert!(head.contains("<head"), "{path}");
        assert!(body.contains(&format!("<script id=\"start\" data-elements=\"{elements}\"")), "{path}: {elements}");
    }
}

#[tokio::test]
async fn the_home_page_needs_no_script() {
    let site = Site::new().await;
    let page = site.anonymous().get("/").await.text();
    assert!(page.contains("data-program=\"none\""));
    assert!(!page.contains("<script") && !page.contains("preload"), "{page}");
}
