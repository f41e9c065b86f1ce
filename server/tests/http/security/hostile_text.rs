//! Text that a person sets stays text: everything that can be set is set to text that would end any tag, attribute,
//! script, style or comment around it, and everything that shows it is parsed.
//!
//! The same is done with plain text on a second site. Text can't add an element or an attribute, so each document of
//! the two sites must have the same outline.

use crate::support::{Actor, Answer, EVENTPRO, PASSWORD, SARAH, Site, actor::escaped, html::Document};
use reqwest::Method;
use serde_json::{Value, json};

const PLAIN: &str = "plain";
/// Short enough for every field. Begins with a letter of a script that is written from right to left.
const HOSTILE: &str = "\u{5d0}</title></script></textarea><!--><b data-hostile>\"'&lt;";

/// A site on which one text stands everywhere, and where it is to be seen.
struct Filled {
    site: Site,
    text: &'static str,
    conversation: String,
    booking: String,
}

impl Filled {
    async fn with(text: &'static str) -> Self {
        let site = Site::new().await;
        let (eventpro, sarah) = (site.eventpro(), site.sarah());
        let rename = |actor: Actor, change: Value| async move {
            Answer::to(actor.request(Method::PATCH, "/api/account").json(&change)).await.ok(200)
        };
        rename(eventpro.clone(), json!({ "name": text })).await;
        rename(sarah.clone(), json!({ "name": text, "bio": text })).await;
        let booking = json!({
            "talentId": site.people.sarah, "title": text, "eventDate": "2027-02-13", "venue": text,
            "fee": { "amount": 100, "currency": "KES" }, "message": text,
        });
        let opened = eventpro.post("/api/bookings", &booking).await.ok(201);
        let id = |value: &Value| value["id"].as_str().expect("an id").to_owned();
        let (conversation, booking) = (id(&opened["conversation"]), id(&opened["booking"]));
        eventpro.say(&conversation, text).await;
        sarah.say(&conversation, text).await;
        sarah.post(&format!("/api/bookings/{booking}/accept"), &json!({})).await.ok(200);
        for actor in [&eventpro, &sarah] {
            actor.post("/api/auth/tokens", &json!({ "name": text, "scope": "read" })).await.ok(201);
        }
        for email in [EVENTPRO, SARAH] {
            // A header of a request is ASCII.
            let agent: String = text.chars().filter(char::is_ascii).collect();
            let sign_in = site.anonymous().request(Method::POST, "/api/auth/callback/credentials");
            let sign_in = sign_in.header("user-agent", agent).json(&json!({ "email": email, "password": PASSWORD }));
            Answer::to(sign_in).await.ok(200);
        }
        Self { site, text, conversation, booking }
    }

    /// Every page, for everybody who sees it.
    async fn pages(&self) -> Vec<(String, Answer)> {
        let (site, text) = (&self.site, escaped(self.text));
        let thread = format!("/conversations/{}", self.conversation);
        let booking = format!("/bookings/{}", self.booking);
        let of_both = ["/inbox", &thread, "/notifications", "/settings", &booking].map(str::to_owned);
        let late = [format!("{thread}?before=3"), format!("/inbox?page={text}"), format!("/conversations/{text}")];
        let of_organizers = [
            "/talents".to_owned(),
            format!("/talents?query={text}&craft={text}"),
            format!("/bookings/new?talent={}", site.people.sarah),
            format!("/bookings/new?talent={text}"),
        ];
        let of_visitors = [
            format!("/signin?next={text}&done={text}"),
            format!("/register?role={text}"),
            format!("/verify?token={text}&sent={text}"),
            format!("/reset?token={text}"),
            format!("/unsubscribe?token={text}"),
            format!("/forgot?sent={text}"),
            format!("/{text}"),
        ];
        let both = of_both.into_iter().chain(late);
        let mut pages = Vec::new();
        for (who, actor, paths) in [
            ("organizer", site.eventpro(), both.clone().chain(of_organizers).collect::<Vec<_>>()),
            ("talent", site.sarah(), both.collect()),
            ("visitor", site.anonymous(), of_visitors.into()),
        ] {
            for path in paths {
                pages.push((format!("{who}: {path}"), actor.get(&path).await));
            }
        }
        pages.extend(self.refused_forms().await);
        pages
    }

    /// The pages that show a refused form again, with what was typed.
    async fn refused_forms(&self) -> Vec<(String, Answer)> {
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
            assert!(location.contains("__err"), "{path} refuses it: {location}");
            let here = location.trim_start_matches(&format!("http://{}", site.addr())).to_owned();
            pages.push((format!("refused: {path}"), actor.get(&here).await));
        }
        pages
    }

    /// All mails that a person's text may stand in, by subject.
    async fn mails(&self) -> Vec<Value> {
        let anyone = self.site.anonymous();
        anyone.post("/api/auth/password/forgot", &json!({ "email": SARAH })).await;
        let twice = json!({ "email": SARAH, "password": "matatu rain velvet", "name": self.text, "role": "talent" });
        anyone.post("/api/auth/register", &twice).await;
        let list = anyone.request(Method::GET, "/dev/mail").header("accept", "application/json");
        Answer::to(list).await.json()["mails"].as_array().expect("mails").clone()
    }
}

fn same_outline(what: &str, plain: &str, hostile: &str) {
    for scripting in [true, false] {
        let [plain, hostile] = [plain, hostile].map(|html| Document::parse(html, scripting));
        let injected = hostile.elements.iter().find(|element| element.attribute("data-hostile").is_some());
        assert_eq!(injected, None, "{what}: text became an element");
        assert_eq!(hostile.outline(), plain.outline(), "{what}: text changed the elements (scripting: {scripting})");
    }
}

#[tokio::test]
async fn text_of_a_person_never_becomes_markup() {
    let (plain, hostile) = (Filled::with(PLAIN).await, Filled::with(HOSTILE).await);
    let pages = plain.pages().await.into_iter().zip(hostile.pages().await);
    let mut shown = 0;
    for ((_, plain), (name, hostile)) in pages {
        assert_eq!(hostile.status, plain.status, "{name}");
        same_outline(&name, &plain.text(), &hostile.text());
        let document = Document::parse(&hostile.text(), true);
        assert_eq!(document.elements.iter().filter(|element| element.name == "title").count(), 1, "{name}");
        shown += usize::from(document.texts.iter().any(|text| text.text.contains("data-hostile")));
    }
    assert!(shown > 15, "the test no longer sees its text: on {shown} pages");

    let thread = hostile.site.sarah().get(&format!("/conversations/{}", hostile.conversation)).await;
    let title = Document::parse(&thread.text(), true).text_of("title");
    assert_eq!(title, format!("{HOSTILE} · Greenroom"));

    let mails = plain.mails().await.into_iter().zip(hostile.mails().await);
    for (plain, hostile) in mails {
        let text = |mail: &Value, key: &str| mail[key].as_str().expect("text").to_owned();
        same_outline("a mail", &text(&plain, "html"), &text(&hostile, "html"));
        assert!(!text(&hostile, "subject").contains(['\r', '\n']));
    }
    let list = hostile.site.anonymous().get("/dev/mail").await.text();
    same_outline("the list of mails", &plain.site.anonymous().get("/dev/mail").await.text(), &list);
}
