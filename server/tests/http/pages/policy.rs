//! The Content-Security-Policy of each kind of response.

use super::{
    private_paths,
    response_kinds::{Kind, Sample, of_every_kind},
};
use crate::support::{Site, TestResponse};
use reqwest::Method;
use std::collections::HashSet;

const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// Returns the response's only policy.
fn policy(answer: &TestResponse) -> &str {
    assert_eq!(answer.headers.get_all("content-security-policy").iter().count(), 1, "one policy");
    answer.header("content-security-policy")
}

/// Returns the only nonce of a policy. Checks that it is unguessable, and can't break out of the attribute.
fn nonce(policy: &str) -> &str {
    let found: Vec<&str> =
        policy.split(' ').filter_map(|word| word.trim_end_matches(';').strip_prefix("'nonce-")).collect();
    let [nonce] = found[..] else { panic!("one nonce in {policy}") };
    let nonce = nonce.strip_suffix('\'').expect("a closing quote");
    assert!(nonce.len() >= 22 && nonce.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    nonce
}

/// Returns the attributes of each opening tag of an element.
fn tags<'a>(page: &'a str, element: &str) -> Vec<&'a str> {
    let opened = page.split(&format!("<{element}")).skip(1).collect::<Vec<_>>();
    opened.into_iter().filter_map(|rest| rest.split('>').next()).collect()
}

#[tokio::test]
async fn a_page_runs_its_own_scripts_and_nothing_else() {
    for url in ["", "https://greenroom.example"] {
        let samples = of_every_kind(&[("GREENROOM_URL", url)]).await;
        for Sample { name, answer, .. } in samples.iter().filter(|sample| sample.kind == Kind::Page) {
            let (nonce, page) = (nonce(policy(answer)), answer.text());
            let expected = format!(
                "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; \
                 style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; \
                 base-uri 'none'; frame-ancestors 'none'"
            );
            assert_eq!(policy(answer), expected, "{name}");
            let scripts = tags(&page, "script");
            assert_eq!(scripts.is_empty(), *name == "the start page", "{name} has a script");
            for tag in scripts {
                assert!(tag.contains(&format!(" nonce=\"{nonce}\"")), "{name}: <script{tag}>");
            }
            assert!(!page.contains("<style") && !page.contains(" style="), "{name}: the policy forbids inline styles");
        }
    }
}

#[tokio::test]
async fn the_error_page_is_styled_and_runs_no_script() {
    for Sample { name, answer, .. } in of_every_kind(&[]).await.iter().filter(|one| one.kind == Kind::BrokenPage) {
        let (nonce, page) = (nonce(policy(answer)), answer.text());
        let expected = format!(
            "default-src 'none'; style-src 'nonce-{nonce}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
        );
        assert_eq!(policy(answer), expected, "{name}");
        assert_eq!(tags(&page, "style"), [format!(" nonce=\"{nonce}\"")], "{name}");
        assert!(!page.contains("<script") && !page.contains(" style="), "{name}");
    }
}

#[tokio::test]
async fn other_responses_have_the_empty_policy() {
    for url in ["", "https://greenroom.example"] {
        let samples = of_every_kind(&[("GREENROOM_URL", url)]).await;
        for Sample { name, answer, .. } in samples.iter().filter(|sample| sample.kind == Kind::NoPage) {
            assert_eq!(policy(answer), NOTHING, "{name}");
        }
    }
}

#[tokio::test]
async fn no_policy_allows_unsafe_sources() {
    for Sample { name, answer, .. } in of_every_kind(&[]).await {
        for word in policy(&answer).split([' ', ';']) {
            let open =
                ["'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'", "*", "http:", "https:", "data:", "blob:"];
            assert!(!open.contains(&word), "{name}: {word}");
        }
    }
}

#[tokio::test]
async fn every_response_has_its_own_nonce() {
    let site = Site::new().await;
    let mut seen = HashSet::new();
    for path in private_paths(&site).iter().map(String::as_str).chain(["/nowhere"]) {
        for _ in 0..3 {
            let page = site.eventpro().get(path).await;
            assert!(seen.insert(nonce(policy(&page)).to_owned()), "{path}: a nonce is used once");
            assert_eq!(page.header("cache-control"), "no-store", "{path}: no cache may reuse a nonce");
        }
    }
    site.execute("DROP TABLE session").await;
    for _ in 0..3 {
        let request = site.eventpro().request(Method::GET, "/inbox").header("accept", "text/html");
        let page = TestResponse::to(request).await;
        assert!(seen.insert(nonce(policy(&page)).to_owned()), "the error page's nonce is used once too");
        assert_eq!(page.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn only_development_pages_may_open_the_reload_socket() {
    let site = Site::with(&[("LEPTOS_WATCH", "true")]).await;
    for path in ["/", "/nowhere"] {
        let page = site.anonymous().get(path).await;
        let (nonce, text) = (nonce(policy(&page)), page.text());
        assert!(policy(&page).contains("; connect-src 'self' ws://*:3001;"), "{}", policy(&page));
        let reload =
            text.split("<script").find(|script| script.contains("live_reload")).expect("a script that reloads");
        assert!(reload.contains("3001") && reload.starts_with(&format!(" nonce=\"{nonce}\"")), "{path}");
    }
    assert_eq!(policy(&site.anonymous().get("/healthz").await), NOTHING);
}
