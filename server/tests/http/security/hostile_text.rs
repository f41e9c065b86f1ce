//! Escaping and direction of user text. Each field is set to text that would close any tag, attribute, script, style or
//! comment around it, and each page and mail that shows the text is parsed.
//!
//! A second site gets plain text. As text must not add an element or an attribute, each document of the two sites must
//! have the same outline. Nor may text change the direction of its surroundings: it is isolated wherever it is shown.

use super::private_pages;
use crate::support::{
    Actor, EVENTPRO, PASSWORD, SARAH, Site, TestResponse,
    actions::event_day,
    actor::escaped,
    html::{Document, Element},
};
use reqwest::Method;
use serde_json::{Value, json};

const RIGHT_TO_LEFT: char = '\u{5d0}';
const PLAIN: &str = "plain";
/// Short enough for every field. Begins with a right-to-left letter.
const HOSTILE: &str = "\u{5d0}</title></script></textarea><!--><b data-hostile>\"'&lt;";

/// A site on which each field of two people holds the same text.
struct HostileSite {
    site: Site,
    text: &'static str,
    conversation: String,
    booking: String,
}

impl HostileSite {
    async fn with(text: &'static str) -> Self {
        let site = Site::new().await;
        let (eventpro, sarah) = (site.eventpro(), site.sarah());
        let rename = |actor: Actor, change: Value| async move {
            TestResponse::to(actor.request(Method::PATCH, "/api/account").json(&change)).await.ok(200)
        };
        rename(eventpro.clone(), json!({ "name": text })).await;
        rename(sarah.clone(), json!({ "name": text, "bio": text })).await;
        let booking = json!({
            "talentId": site.people.sarah, "title": text, "eventDate": event_day(), "venue": text,
            "fee": { "amount": 100, "currency": "KES" }, "message": text,
        });
        let opened = eventpro.post("/api/bookings", &booking).await.ok(201);
        let id = |value: &Value| value["id"].as_str().expect("an id").to_owned();
        let (conversation, booking) = (id(&opened["conversation"]), id(&opened["booking"]));
        eventpro.send_message(&conversation, text).await;
        sarah.send_message(&conversation, text).await;
        sarah.post(&format!("/api/bookings/{booking}/accept"), &json!({})).await.ok(200);
        for actor in [&eventpro, &sarah] {
            actor.post("/api/auth/tokens", &json!({ "name": text, "scope": "read" })).await.ok(201);
        }
        for email in [EVENTPRO, SARAH] {
            // The HTTP client accepts only ASCII in a header.
            let agent: String = text.chars().filter(char::is_ascii).collect();
            let sign_in = site.anonymous().request(Method::POST, "/api/auth/callback/credentials");
            let sign_in = sign_in.header("user-agent", agent).json(&json!({ "email": email, "password": PASSWORD }));
            TestResponse::to(sign_in).await.ok(200);
        }
        Self { site, text, conversation, booking }
    }

    /// Returns each page as each kind of person who can see it, with a name for messages.
    async fn pages(&self) -> Vec<(String, TestResponse)> {
        let (site, text) = (&self.site, escaped(self.text));
        let with_text = [
            format!("/conversations/{}?before=3", self.conversation),
            format!("/inbox?page={text}"),
            format!("/conversations/{text}"),
        ];
        let paths_of = |actor| {
            let pages = private_pages(actor, &self.conversation, &self.booking, &site.people.sarah);
            pages.into_iter().chain(with_text.clone())
        };
        let profile = format!("/t/{}", site.people.sarah);
        let of_organizers =
            [profile.clone(), format!("/talents?query={text}&craft={text}"), format!("/bookings/new?talent={text}")];
        let of_visitors = [
            profile,
            format!("/signin?next={text}&done={text}"),
            format!("/register?role={text}"),
            format!("/verify?token={text}&sent={text}"),
            format!("/reset?token={text}"),
            format!("/unsubscribe?token={text}"),
            format!("/forgot?sent={text}"),
            format!("/{text}"),
        ];
        let mut pages = Vec::new();
        for (who, actor, paths) in [
            ("organizer", site.eventpro(), paths_of("organizer").chain(of_organizers).collect::<Vec<_>>()),
            ("talent", site.sarah(), paths_of("talent").collect()),
            ("visitor", site.anonymous(), of_visitors.into()),
        ] {
            for path in paths {
                pages.push((format!("{who}: {path}"), actor.get(&path).await));
            }
        }
        pages.extend(self.refused_forms().await);
        pages
    }

    /// Returns the pages that show a refused form again, with its values.
    async fn refused_forms(&self) -> Vec<(String, TestResponse)> {
        let (site, text) = (&self.site, self.text);
        let new_booking = format!("/bookings/new?talent={}", site.people.sarah);
        let booking = [
            ("talent_id", text),
            ("title", text),
            ("event_date", text),
            ("venue", text),
            ("fee", text),
            ("message", ""),
        ];
        let mut pages = Vec::new();
        for (actor, path, from, pairs) in [
            (
                site.anonymous(),
                "/fn/register",
                "/register",
                vec![("name", text), ("email", text), ("password", ""), ("role", text), ("craft", text)],
            ),
            (site.eventpro(), "/fn/open-booking", &new_booking, booking.to_vec()),
            (site.sarah(), "/fn/change-account", "/settings", vec![("name", ""), ("craft", text), ("bio", text)]),
        ] {
            let location = actor.post_form(path, from, &pairs).await.header("location").to_owned();
            assert!(location.contains("__err"), "{path} accepted the form: {location}");
            let here = location.trim_start_matches(&format!("http://{}", site.addr())).to_owned();
            pages.push((format!("refused: {path}"), actor.get(&here).await));
        }
        pages
    }

    /// Returns all mails that may contain a person's text.
    async fn mails(&self) -> Vec<Value> {
        let anyone = self.site.anonymous();
        anyone.post("/api/auth/password/forgot", &json!({ "email": SARAH })).await;
        let twice = json!({ "email": SARAH, "password": "matatu rain velvet", "name": self.text, "role": "talent" });
        anyone.post("/api/auth/register", &twice).await;
        let list = anyone.request(Method::GET, "/dev/mail").header("accept", "application/json");
        TestResponse::to(list).await.json()["mails"].as_array().expect("mails").clone()
    }
}

/// Removes the isolated parts of a text: FSI to PDI.
fn without_isolates(text: &str) -> String {
    let mut parts = text.split('\u{2068}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('\u{2069}').map_or(part, |(_, after)| after))
}

/// Collects all errors, so that one run reports them together.
#[derive(Default)]
struct Findings(Vec<String>);

impl Findings {
    fn check(&mut self, right: bool, found: impl FnOnce() -> String) {
        if !right {
            self.0.push(found());
        }
    }

    /// Records text that became an element or changed the elements around it.
    fn compare_outlines(&mut self, what: &str, plain: &str, hostile: &str) {
        for scripting in [true, false] {
            let [plain, hostile] = [plain, hostile].map(|html| Document::parse(html, scripting));
            let injected = hostile.elements.iter().find(|element| element.attribute("data-hostile").is_some());
            self.check(injected.is_none(), || format!("{what}: text became {injected:?} (scripting: {scripting})"));
            let same = hostile.outline() == plain.outline();
            self.check(same, || format!("{what}: text changed the elements (scripting: {scripting})"));
        }
    }

    /// Records right-to-left text that isn't isolated.
    fn look_for_turned_text(&mut self, page: &str, document: &Document) {
        let own =
            |element: &Element| element.name == "bdi" || element.name == "script" || element.attribute("dir").is_some();
        for text in document.texts.iter().filter(|text| !text.around.iter().any(own)) {
            self.check(!has_turned(&text.text), || format!("{page}: {:?} in {:?}", text.text, text.around.last()));
        }
        for element in &document.elements {
            for name in ["aria-label", "title", "placeholder", "content"] {
                let turned = element.attribute(name).is_some_and(has_turned);
                self.check(!turned, || format!("{page}: {name} of {element:?}"));
            }
            // Browsers show neither the value of a hidden field nor an invalid date in a date field.
            let shown = !matches!(element.attribute("type"), Some("hidden" | "date"));
            let seen = shown && element.attribute("dir") != Some("auto");
            let typed = element.attribute("value").is_some_and(|value| value.contains(RIGHT_TO_LEFT));
            self.check(!seen || !typed, || format!("{page}: the value of {element:?}"));
        }
    }
}

fn has_turned(text: &str) -> bool {
    without_isolates(text).contains(RIGHT_TO_LEFT)
}

#[tokio::test]
async fn text_of_people_is_escaped_everywhere() {
    let (plain, hostile) = (HostileSite::with(PLAIN).await, HostileSite::with(HOSTILE).await);
    let (mut findings, mut shown) = (Findings::default(), 0);
    for ((_, plain), (name, hostile)) in plain.pages().await.into_iter().zip(hostile.pages().await) {
        assert_eq!(hostile.status, plain.status, "{name}");
        findings.compare_outlines(&name, &plain.text(), &hostile.text());
        let document = Document::parse(&hostile.text(), true);
        findings.look_for_turned_text(&name, &document);
        let titles = document.elements.iter().filter(|element| element.name == "title").count();
        findings.check(titles == 1, || format!("{name}: {titles} titles"));
        shown += usize::from(document.texts.iter().any(|text| text.text.contains("data-hostile")));
    }
    assert!(shown > 15, "only {shown} pages show the text");

    let thread = hostile.site.sarah().get(&format!("/conversations/{}", hostile.conversation)).await;
    let title = Document::parse(&thread.text(), true).text_of("title");
    findings.check(title == format!("\u{2068}{HOSTILE}\u{2069} · Greenroom"), || format!("the title is {title:?}"));

    for (plain, hostile) in plain.mails().await.into_iter().zip(hostile.mails().await) {
        let text = |mail: &Value, part: &str| mail[part].as_str().expect("text").to_owned();
        findings.compare_outlines("a mail", &text(&plain, "html"), &text(&hostile, "html"));
        let breaks = text(&hostile, "subject").contains(['\r', '\n']);
        findings.check(!breaks, || format!("the subject breaks: {hostile}"));
        for part in ["subject", "text", "html"] {
            findings.check(!has_turned(&text(&hostile, part)), || format!("{part} of a mail: {hostile}"));
        }
    }
    let list = hostile.site.anonymous().get("/dev/mail").await.text();
    findings.compare_outlines("the list of mails", &plain.site.anonymous().get("/dev/mail").await.text(), &list);
    assert!(findings.0.is_empty(), "{}", findings.0.join("\n"));
}

#[tokio::test]
async fn text_stored_before_validation_is_still_shown() {
    let site = Site::new().await;
    site.execute("UPDATE person SET name = 'a' || char(8238) || name || char(8297) || char(12644)").await;
    site.execute(
        "UPDATE booking SET title = char(8238) || title, venue = char(8294) || char(8232), \
         event_date = '2019-01-31', fee_currency = 'QQQ'",
    )
    .await;
    let eventpro = site.eventpro();
    let conversation = eventpro.get("/api/messages").await.ok(200)["conversations"][0].clone();
    assert_eq!(conversation["counterpart"]["name"], "a\u{202e}Sarah Wanjiru\u{2069}\u{3164}");
    assert_eq!(conversation["booking"]["fee"], json!({ "amount": 4_500_000, "currency": "QQQ" }));
    let thread = format!("/conversations/{}", site.launch);
    let booking = format!("/bookings/{}", site.launch_booking);
    for path in ["/inbox", &thread, &booking, "/notifications", "/talents", "/settings"] {
        let page = eventpro.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        let document = Document::parse(&page.text(), true);
        let turned = document.texts.iter().find(|text| {
            text.text.contains(['\u{202e}', '\u{2066}']) && text.around.iter().all(|element| element.name != "script")
        });
        assert!(turned.is_none(), "{path}: {turned:?}");
    }
    let page = Document::parse(&eventpro.get(&thread).await.text(), true);
    assert!(page.text_of("strong").contains("QQQ 45,000"), "{}", page.text_of("strong"));
}
