//! Plain forms without JavaScript, which are answered with a redirect.

use crate::support::{EVENTPRO, PASSWORD, SARAH, Site, TestResponse, actions::event_day, actor::form};

/// Returns the target of a 302 or 303.
fn redirect_target(answer: &TestResponse) -> &str {
    assert!([302, 303].contains(&answer.status), "{}: {}", answer.status, answer.text());
    answer.header("location")
}

/// Returns the value of a page's hidden field.
fn hidden(page: &str, name: &str) -> String {
    let (_, after) = page.split_once(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("no {name} in the page"));
    let (_, value) = after.split_once("value=\"").expect("a value");
    value.split('"').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn sign_in_redirects_to_the_wanted_page() {
    let site = Site::new().await;
    for (next, leads) in [
        ("/talents?craft=dj", "/talents?craft=dj"),
        ("", "/inbox"),
        ("https://evil.example", "/inbox"),
        ("//evil.example", "/inbox"),
        ("/\\evil.example", "/inbox"),
    ] {
        let pairs = [("email", SARAH), ("password", PASSWORD), ("next", next)];
        let answer = site.anonymous().post_form("/fn/sign-in", "/signin", &pairs).await;
        assert_eq!(redirect_target(&answer), leads, "{next:?}");
        site.actor_with_token(&answer.token()).get("/api/auth/session").await.ok(200);
    }
    let without = [("email", SARAH), ("password", PASSWORD)];
    assert_eq!(redirect_target(&site.anonymous().post_form("/fn/sign-in", "/signin", &without).await), "/inbox");
}

#[tokio::test]
async fn a_refused_sign_in_comes_back_with_a_code_and_no_cookie() {
    let site = Site::new().await;
    let pairs = [("email", SARAH), ("password", "my-secret-guess"), ("next", "/talents")];
    let answer = site.anonymous().post_form("/fn/sign-in", "/signin?next=/talents", &pairs).await;
    let location = redirect_target(&answer).to_owned();
    assert!(location.contains("/signin"), "{location}");
    assert!(!location.contains("my-secret-guess") && !location.contains("sarah"), "{location}");
    assert_eq!(answer.header("set-cookie"), "");
    let path = location.trim_start_matches(&format!("http://{}", site.addr())).to_owned();
    let page = site.anonymous().get(&path).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("role=\"alert\""), "the page shows the error");
}

/// Sends a form with this `Referer`, and returns the target of its redirect.
async fn back_to(site: &Site, path: &str, referer: Option<&str>, pairs: &[(&str, &str)]) -> String {
    let request = site.sarah().request(reqwest::Method::POST, path).header("accept", "text/html");
    let request = match referer {
        Some(referer) => request.header("referer", referer),
        None => request,
    };
    let request = request
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form(&[pairs, &[("person", site.people.sarah.as_str())]].concat()));
    redirect_target(&TestResponse::to(request).await).to_owned()
}

#[tokio::test]
async fn a_form_leads_back_to_a_path_of_the_site_whatever_its_referer_says() {
    let site = Site::new().await;
    let own = format!("http://{}", site.addr());
    let foreign = [
        "https://evil.example/settings",
        "//evil.example/settings",
        "javascript:alert(1)",
        "nonsense",
        &format!("{own}@evil.example/"),
        &format!("{own}.evil.example/"),
        &format!("{own}//evil.example/"),
        &format!("{own}/\\evil.example/"),
    ];
    let wrong = [("current", "wrong"), ("password", "velvet drum nairobi")];
    for (path, pairs) in [
        ("/fn/change-password", &wrong[..]),
        ("/fn/sign-in", &wrong),
        ("/fn/change-account", &[("mail_after", "never")]),
    ] {
        for referer in foreign.iter().copied().map(Some).chain([None]) {
            let back = back_to(&site, path, referer, pairs).await;
            assert!(back.starts_with('/') && !back.starts_with("//") && !back.contains("evil"), "{referer:?}: {back}");
        }
        let back = back_to(&site, path, Some(&format!("{own}/settings?a=b")), pairs).await;
        assert!(back.starts_with("/settings?a=b"), "{back}");
    }
}

#[tokio::test]
async fn a_message_is_sent_and_read_in_the_page() {
    let site = Site::new().await;
    let path = format!("/conversations/{}", site.launch);
    let page = site.sarah().get(&path).await.text();
    let client_id = hidden(&page, "client_id");
    let pairs = [
        ("conversation_id", hidden(&page, "conversation_id")),
        ("client_id", client_id.clone()),
        ("body", "Line one\r\nline two & <b>three</b> 💃".to_owned()),
    ];
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    for _ in 0..2 {
        let answer = site.sarah().post_form("/fn/post", &path, &pairs).await;
        assert_eq!(redirect_target(&answer), path, "the second submission is idempotent");
    }
    let thread = site.sarah().load_whole_thread(&site.launch).await;
    assert_eq!(thread.len(), 13);
    assert_eq!(thread[12]["body"], "Line one\nline two & <b>three</b> 💃");
    assert_eq!(thread[12]["clientId"], client_id);
    let page = site.sarah().get(&path).await.text();
    assert!(page.contains("line two &amp; &lt;b>three") || page.contains("line two &amp; &lt;b&gt;three"), "escaped");
    assert_ne!(hidden(&page, "client_id"), client_id, "the next form has a new client id");
}

#[tokio::test]
async fn a_message_that_cannot_be_sent_comes_back_as_a_page() {
    let site = Site::new().await;
    let path = format!("/conversations/{}", site.launch);
    let long = "x".repeat(4_001);
    for body in [" ", long.as_str()] {
        let pairs = [("conversation_id", site.launch.as_str()), ("body", body)];
        let answer = site.sarah().post_form("/fn/post", &path, &pairs).await;
        assert!(redirect_target(&answer).contains(&path));
        assert!(answer.header("location").len() < 1_000, "the text isn't in the URL");
    }
    let theirs = [("conversation_id", site.sundowner.as_str()), ("body", "Let me in")];
    site.sarah().post_form("/fn/post", &path, &theirs).await;
    assert_eq!(site.count("SELECT count(*) FROM message").await, 17);
}

/// Returns the path of the page to which a refused form leads back. Neither it nor the cookies contain what was typed.
fn page_with_form(answer: &TestResponse, typed: &[&str]) -> String {
    let location = redirect_target(answer);
    let query = location.split_once('?').map(|(_, query)| query).unwrap_or_default();
    assert!(query.contains("form="), "{location}");
    for text in typed {
        assert!(!location.contains(text) && !answer.header("set-cookie").contains(text), "{text}: {location}");
    }
    location.to_owned()
}

#[tokio::test]
async fn a_refused_form_is_filled_in_again_without_its_password() {
    let site = Site::new().await;
    let typed = [("name", "Wambui & Daughters"), ("email", "wambui@example.com"), ("role", "organizer")];
    let pairs = [&typed[..], &[("password", "password123")]].concat();
    let answer = site.anonymous().post_form("/fn/register", "/register?role=talent", &pairs).await;
    let path = page_with_form(&answer, &["Wambui", "wambui", "password123"]);
    let page = site.anonymous().get(&path).await.text();
    assert!(page.contains("value=\"Wambui &amp; Daughters\"") && page.contains("value=\"wambui@example.com\""));
    assert!(!page.contains("password123"));
    let other = site.anonymous().request(reqwest::Method::GET, &path).header("user-agent", "another browser");
    assert!(!TestResponse::to(other).await.text().contains("wambui@example.com"), "another browser sees it");
    assert!(!site.sarah().get(&path.replace("/register", "/settings")).await.text().contains("wambui@example.com"));

    let again = site.anonymous().post_form("/fn/register", &path, &pairs).await;
    let second = page_with_form(&again, &["Wambui"]);
    assert_eq!(second.matches("form=").count(), 1, "{second}");
    assert_eq!(site.count("SELECT count(*) FROM refused_form").await, 1, "the earlier one is forgotten");
    let right = [&typed[..], &[("password", "matatu rain velvet")]].concat();
    let answer = site.anonymous().post_form("/fn/register", &second, &right).await;
    assert!(redirect_target(&answer).starts_with("/verify"), "{}", redirect_target(&answer));
    assert_eq!(site.count("SELECT count(*) FROM refused_form").await, 0, "it was accepted");
}

#[tokio::test]
async fn a_message_that_is_too_long_comes_back_whole() {
    let site = Site::new().await;
    let path = format!("/conversations/{}", site.launch);
    let body = format!("<b>{}", "x".repeat(4_001));
    let pairs = [("conversation_id", site.launch.as_str()), ("body", &body)];
    let answer = site.sarah().post_form("/fn/post", &path, &pairs).await;
    let page = page_with_form(&answer, &["xxx"]);
    assert!(site.sarah().get(&page).await.text().contains(&format!("&lt;b&gt;{}</textarea>", "x".repeat(4_001))));
    let foreign = page.replace(&site.launch, &site.sundowner);
    assert!(!site.kamau().get(&foreign).await.text().contains("xxx"), "another person sees it");
}

#[tokio::test]
async fn what_was_typed_comes_back_after_signing_in_again() {
    let site = Site::new().await;
    let sarah = site.actor_with_token(&site.anonymous().sign_in(SARAH, PASSWORD).await.token());
    let sarah = sarah.on_page_of(&site.people.sarah);
    let thread = format!("/conversations/{}", site.launch);
    site.execute("DELETE FROM session").await;
    let pairs = [("conversation_id", site.launch.as_str()), ("body", "Half a thought")];
    let answer = sarah.post_form("/fn/post", &thread, &pairs).await;
    let page = page_with_form(&answer, &["Half"]);
    let sign_in = sarah.get(&page).await;
    let address = redirect_target(&sign_in).to_owned();
    assert!(address.starts_with("/signin?next=") && !address.contains("__err"), "{address}");
    let next = form_urlencoded::parse(address.split_once('?').expect("a query").1.as_bytes())
        .find_map(|(name, value)| (name == "next").then(|| value.into_owned()))
        .expect("the way back");
    for (email, comes_back) in [(EVENTPRO, false), (SARAH, true)] {
        let pairs = [("email", email), ("password", PASSWORD), ("next", next.as_str())];
        let answer = sarah.post_form("/fn/sign-in", &address, &pairs).await;
        assert_eq!(redirect_target(&answer), next);
        let page = site.actor_with_token(&answer.token()).get(&next).await.text();
        assert_eq!(page.contains("Half a thought</textarea>"), comes_back, "{email}");
    }
    assert_eq!(site.count("SELECT count(*) FROM message").await, 17, "nothing was sent");
}

#[tokio::test]
async fn what_was_typed_can_be_copied_if_the_browser_is_unknown() {
    let site = Site::new().await;
    let stranger = site.anonymous().on_page_of(&site.people.sarah);
    let pairs = [("conversation_id", site.launch.as_str()), ("body", "Half a <b>thought")];
    let answer = stranger.post_form("/fn/post", &format!("/conversations/{}", site.launch), &pairs).await;
    assert_eq!(answer.status, 401);
    let way_back = format!("href=\"/signin?next=/conversations/{}\"", site.launch);
    assert!(answer.text().contains("Half a &lt;b&gt;thought</textarea>") && answer.text().contains(&way_back));
    assert_eq!(site.count("SELECT count(*) FROM refused_form").await, 0);
}

#[tokio::test]
async fn a_thread_is_marked_read_and_a_booking_opened() {
    let site = Site::new().await;
    let message = site.eventpro().send_message(&site.launch, "Unread").await;
    let path = format!("/conversations/{}", site.launch);
    let seq = message["seq"].to_string();
    let mark = [("conversation_id", site.launch.as_str()), ("seq", &seq)];
    assert!(redirect_target(&site.sarah().post_form("/fn/read-on", &path, &mark).await).contains(&path));
    assert_eq!(site.sarah().get("/api/messages").await.ok(200)["conversations"][0]["unread"], 0);

    let asked = [
        ("talent_id", site.people.achieng.as_str()),
        ("title", "A gala"),
        ("event_date", &event_day()),
        ("venue", "Karura"),
        ("fee", "45,000.50"),
        ("message", "Are you free?\r\nIt is short notice."),
    ];
    let answer = site.eventpro().post_form("/fn/open-booking", "/bookings/new", &asked).await;
    let conversation = redirect_target(&answer).strip_prefix("/conversations/").expect("its conversation").to_owned();
    let opened = site.achieng().get(&format!("/api/conversations/{conversation}")).await.ok(200);
    assert_eq!(opened["conversation"]["booking"]["fee"]["amount"], 4_500_050);
    assert_eq!(opened["conversation"]["lastMessage"]["body"], "Are you free?\nIt is short notice.");
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    let site = Site::new().await;
    let token = site.anonymous().sign_in(EVENTPRO, PASSWORD).await.token();
    let answer =
        site.actor_with_token(&token).on_page_of(&site.people.eventpro).post_form("/fn/sign-out", "/inbox", &[]).await;
    assert_eq!(redirect_target(&answer), "/signin");
    assert!(
        answer.header("set-cookie").starts_with("greenroom=; ") && answer.header("set-cookie").contains("Max-Age=0")
    );
    site.actor_with_token(&token).get("/api/auth/session").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn unreadable_server_function_arguments_are_a_client_error() {
    let site = Site::new().await;
    for (kind, body) in [
        ("application/x-www-form-urlencoded", ""),
        ("application/x-www-form-urlencoded", "seq=x&conversation_id=y"),
        ("application/x-www-form-urlencoded", "body=%ff&body=%00&[[[=]]]"),
        ("application/json", "{malformed"),
        ("text/plain", "body"),
    ] {
        for path in ["/fn/sign-in", "/fn/post", "/fn/read-on", "/fn/thread", "/fn/open-booking"] {
            let eventpro = site.eventpro();
            let body = if kind.ends_with("urlencoded") { eventpro.form_of_page(body) } else { body.to_owned() };
            let answer = eventpro.send(reqwest::Method::POST, path, kind, body.clone()).await;
            assert!((400..500).contains(&answer.status), "{path} {body}: {} {}", answer.status, answer.text());
        }
    }
    assert!(!site.process.log().contains("ERROR"), "{}", site.process.log());
}

#[tokio::test]
async fn server_functions_refuse_resources_of_others() {
    let site = Site::new().await;
    for (path, pairs) in [
        ("/fn/thread", vec![("id", site.launch.as_str())]),
        ("/fn/post", vec![("conversation_id", site.launch.as_str()), ("body", "Let me in")]),
        ("/fn/read-on", vec![("conversation_id", site.launch.as_str()), ("seq", "5")]),
        ("/fn/booking", vec![("id", site.launch_booking.as_str())]),
    ] {
        let kind = "application/x-www-form-urlencoded";
        let body = crate::support::actor::form(&pairs);
        let theirs = site.kamau().form_of_page(&body);
        let stranger = site.kamau().send(reqwest::Method::POST, path, kind, theirs).await;
        assert_eq!(stranger.status, 404, "{path}: {}", stranger.text());
        assert!(!stranger.text().contains("EventPro"));
        let response = site.anonymous().send(reqwest::Method::POST, path, kind, body).await;
        assert_eq!(response.status, 401, "{path}: {}", response.text());
    }
    assert_eq!(site.count("SELECT count(*) FROM message").await, 17);
}
