//! Tests of `/.well-known/security.txt` (RFC 9116).

use crate::support::Site;

fn field<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).collect()
}

#[tokio::test]
async fn security_txt_names_the_contact() {
    let site = Site::with(&[
        ("GREENROOM_URL", "http://localhost:3000"),
        ("GREENROOM_SECURITY_CONTACT", "safety@greenroom.example"),
    ])
    .await;
    let answer = site.anonymous().get("/.well-known/security.txt").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/plain; charset=utf-8"));
    let text = answer.text();
    assert_eq!(field(&text, "Contact"), ["mailto:safety@greenroom.example"]);
    assert_eq!(field(&text, "Canonical"), ["http://localhost:3000/.well-known/security.txt"]);
    let expires = field(&text, "Expires");
    assert_eq!(expires.len(), 1, "{text}");
    let now = this_year();
    let year: u64 = expires[0][..4].parse().expect("a year");
    assert!(expires[0].ends_with('Z') && (now..=now + 1).contains(&year), "{text}");
}

#[tokio::test]
async fn security_txt_defaults_to_the_security_mailbox() {
    let site = Site::new().await;
    let text = site.anonymous().get("/.well-known/security.txt").await.text();
    assert_eq!(field(&text, "Contact"), ["mailto:security@127.0.0.1"]);
}

/// Returns the current year by this machine's clock.
fn this_year() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").as_secs();
    1970 + now / 31_556_952
}
