//! A page of one person is refused after another person has signed in on the same browser.

use super::{FORM, Placeholders, table::FUNCTIONS};
use crate::support::{Actor, SARAH, Site, TestResponse, actor::escaped};
use app::server_fns::PUBLIC_SERVER_FNS;
use reqwest::Method;

/// Returns numbers that change with any effect of a server function.
async fn state(site: &Site) -> Vec<i64> {
    let mut numbers = Vec::new();
    for sql in [
        "SELECT count(*) FROM message",
        "SELECT count(*) FROM session",
        "SELECT count(*) FROM booking",
        "SELECT count(*) FROM mail",
        "SELECT sum(organizer_read_seq + talent_read_seq) FROM conversation",
        "SELECT sum(seq) FROM person_head",
    ] {
        numbers.push(site.count(sql).await);
    }
    numbers
}

#[tokio::test]
async fn server_functions_refuse_pages_of_other_people_and_pages_without_owner() {
    let site = Site::new().await;
    let placeholders = Placeholders::load(&site).await;
    let before = state(&site).await;
    let (sarah, kamau) = (site.people.sarah.clone(), site.people.kamau.clone());
    let whose = [
        String::new(),
        "&person=".to_owned(),
        format!("&person={kamau}"),
        "&person=unknown".to_owned(),
        format!("&person={sarah}&person={kamau}"),
        format!("&Person={sarah}"),
        format!("&person={}", sarah.to_uppercase()),
    ];
    let mut refused = 0;
    for row in FUNCTIONS.iter().filter(|row| !PUBLIC_SERVER_FNS.contains(&row.path)) {
        for whose in &whose {
            let body = format!("{}{whose}", placeholders.substitute(row.body));
            let answer = site.sarah().send(Method::POST, row.path, FORM, body.clone()).await;
            assert_eq!(answer.status, 409, "{} {body}: {}", row.path, answer.text());
            assert!(answer.text().contains("other_person"), "{}", answer.text());
            refused += 1;
        }
    }
    assert!(refused > 100, "the test no longer sees the functions");
    assert_eq!(state(&site).await, before, "no refused request changed anything");
    site.sarah().get("/api/auth/session").await.ok(200);
}

#[tokio::test]
async fn a_plain_form_of_another_person_is_answered_with_the_typed_text() {
    let site = Site::new().await;
    let body = "For Sarah </textarea><script>alert(1)</script>";
    let pairs = [("conversation_id", site.launch.as_str()), ("client_id", "x"), ("body", body)];
    let stale = site.eventpro().on_page_of(&site.people.sarah);
    let answer = stale.post_form("/fn/post", &format!("/conversations/{}", site.launch), &pairs).await;
    assert_eq!(answer.status, 409, "{}", answer.text());
    assert!(answer.header("content-type").starts_with("text/html"));
    assert_eq!(answer.header("cache-control"), "no-store");
    let page = answer.text();
    assert!(page.contains("You're signed in as EventPro Kenya now"), "{page}");
    assert!(page.contains("For Sarah &lt;/textarea&gt;"), "{page}");
    assert!(!page.contains("<script"), "{page}");
    assert_eq!(site.count("SELECT count(*) FROM message").await, 17);
    let secret = [("current", "the-old-one"), ("password", "the-new-one")];
    let answer = stale.post_form("/fn/change-password", "/settings", &secret).await;
    assert_eq!(answer.status, 409);
    assert!(!answer.text().contains("the-new-one") && !answer.text().contains("the-old-one"));
}

#[tokio::test]
async fn every_form_names_the_owner_of_its_page() {
    let site = Site::new().await;
    let message = site.eventpro().send_message(&site.launch, "Unread").await;
    assert!(message["seq"].as_i64().is_some());
    let id = &site.people.sarah;
    let thread = format!("/conversations/{}", site.launch);
    let booking = format!("/bookings/{}", site.launch_booking);
    for path in [thread.as_str(), &booking, "/settings", "/notifications", "/inbox"] {
        let page = site.sarah().get(path).await.text();
        assert!(page.contains(&format!("data-person=\"{id}\"")), "{path} doesn't name its owner");
        let forms: Vec<&str> = page.split("<form").skip(1).collect();
        for form in
            forms.iter().filter(|form| form.split('>').next().is_some_and(|tag| tag.contains("method=\"post\"")))
        {
            let inside = form.split("</form>").next().unwrap_or_default();
            assert!(inside.contains(&format!("name=\"person\" value=\"{id}\"")), "{path}: {inside}");
        }
        assert!(path == "/talents" || !forms.is_empty(), "{path} has no form");
    }
    let sign_in_page = site.anonymous().get("/signin").await.text();
    assert!(!sign_in_page.contains("data-person=") && !sign_in_page.contains("name=\"person\""));
}

#[tokio::test]
async fn a_page_can_load_the_signed_in_person() {
    let site = Site::new().await;
    let asked = async |actor: Actor| -> TestResponse { actor.send(Method::POST, "/fn/signed-in", FORM, "").await };
    assert!(asked(site.kamau()).await.text().contains("DJ Kamau"));
    assert_eq!(asked(site.anonymous()).await.text(), "null");
    // The response holds no e-mail address.
    assert!(!asked(site.sarah()).await.text().contains(&escaped(SARAH)));
}
