use super::private_paths;
use crate::support::{Site, UNKNOWN_ID, actor::escaped};

#[tokio::test]
async fn an_anonymous_visitor_is_redirected_to_sign_in_and_back() {
    let site = Site::new().await;
    for path in private_paths(&site) {
        let answer = site.anonymous().get(&path).await;
        assert_eq!(answer.status, 303, "{path}");
        let location = answer.header("location");
        let next = location.strip_prefix("/signin?next=").unwrap_or_else(|| panic!("{location}"));
        assert_eq!(next.replace('/', "%2F"), escaped(&path), "the return path is one query value");
        let back = site.sarah().get(location).await;
        assert_eq!((back.status, back.header("location")), (303, path.as_str()));
    }
}

#[tokio::test]
async fn a_return_path_to_another_site_is_ignored() {
    let site = Site::new().await;
    for next in [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\r\nset-cookie: x=1",
        "\\\\evil",
        " //evil.example",
        "/\t/evil.example",
        "inbox",
        "",
    ] {
        let path = format!("/signin?next={}", escaped(next));
        let past = site.sarah().get(&path).await;
        assert_eq!((past.status, past.header("location")), (303, "/inbox"), "{next:?}");
        assert_eq!(site.anonymous().get(&path).await.status, 200);
    }
}

#[tokio::test]
async fn each_person_sees_only_their_own_pages() {
    let site = Site::new().await;
    for path in private_paths(&site) {
        let actor = if path.contains("/new") { site.eventpro() } else { site.sarah() };
        let page = actor.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        let text = page.text();
        assert!(text.starts_with("<!DOCTYPE html>") && text.contains("</html>"), "{path}");
    }
    let inbox = site.sarah().get("/inbox").await.text();
    assert!(inbox.contains("EventPro Kenya") && !inbox.contains("Safari Sounds"));
    let thread = site.sarah().get(&format!("/conversations/{}", site.launch)).await.text();
    for part in ["role=\"log\"", "Asante sana!", "<time datetime=", "action=\"/fn/post\"", "Savanna product launch"] {
        assert!(thread.contains(part), "a thread without JavaScript has {part}");
    }
}

#[tokio::test]
async fn missing_pages_and_pages_of_others_are_404() {
    let site = Site::new().await;
    let strangers = [
        format!("/conversations/{}", site.sundowner),
        format!("/conversations/{UNKNOWN_ID}"),
        "/conversations/not-an-id".to_owned(),
        format!("/bookings/{}", site.sundowner_booking),
        "/bookings/1".to_owned(),
        "/nowhere".to_owned(),
        "/inbox/nowhere".to_owned(),
        "/apix".to_owned(),
        "/fn/nowhere".to_owned(),
    ];
    for path in strangers {
        let page = site.sarah().get(&path).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(page.header("content-type").starts_with("text/html"), "{path}");
        for leak in ["Safari Sounds", "Sundowner"] {
            assert!(!page.text().contains(leak), "{path}");
        }
    }
    assert_eq!(site.anonymous().get("/nowhere").await.status, 404);
}

#[tokio::test]
async fn the_home_page_redirects_a_signed_in_person() {
    let site = Site::new().await;
    assert_eq!(site.anonymous().get("/").await.status, 200);
    let home = site.sarah().get("/").await;
    assert_eq!((home.status, home.header("location")), (303, "/inbox"));
    let sign_in_page = site.anonymous().get("/signin?next=%2Ftalents").await;
    assert_eq!(sign_in_page.status, 200);
    assert!(sign_in_page.text().contains("value=\"/talents\""), "the form holds the return path");
    let quoted = site.anonymous().get("/signin?next=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert!(!quoted.text().contains("<script>alert(1)"));
}
