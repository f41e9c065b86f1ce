//! A seeded site with all people signed in, created once and copied for each test, because password hashing is slow.

use super::{
    ACHIENG, DEMO_PEOPLE, EVENTPRO, KAMAU, PASSWORD, SAFARI, SARAH,
    actor::Actor,
    process::{Process, Settings, run},
    within,
};
use serde_json::{Value, json};
use std::{collections::HashMap, time::Duration};
use tokio::sync::OnceCell;

/// The template's files, tokens and ids.
pub(crate) struct Template {
    /// The database's files by name: the last writes may still be in the WAL.
    pub(crate) files: Vec<(&'static str, Vec<u8>)>,
    /// Session tokens by e-mail address.
    pub(crate) tokens: HashMap<&'static str, String>,
    pub(crate) people: People,
    /// EventPro's and Sarah's conversation: 12 messages.
    pub(crate) launch: String,
    pub(crate) launch_booking: String,
    /// Safari Sounds' and DJ Kamau's: 5 messages.
    pub(crate) sundowner: String,
    pub(crate) sundowner_booking: String,
}

/// The ids of the demo people.
pub(crate) struct People {
    pub(crate) eventpro: String,
    pub(crate) safari: String,
    pub(crate) sarah: String,
    pub(crate) kamau: String,
    pub(crate) achieng: String,
}

static TEMPLATE: OnceCell<Template> = OnceCell::const_new();

pub(crate) async fn template() -> &'static Template {
    TEMPLATE.get_or_init(|| within(Duration::from_secs(60), "making the template", make())).await
}

async fn make() -> Template {
    let folder = tempfile::tempdir().expect("a folder");
    let seeded = run(folder.path(), &Settings::new(), "seed");
    assert!(seeded.status.success(), "seeding failed: {}", String::from_utf8_lossy(&seeded.stderr));
    let mut server = Process::serve(folder.path(), &Settings::new()).await;
    let anyone = Actor::new(server.addr, None);
    let (mut tokens, mut ids) = (HashMap::new(), HashMap::new());
    for email in DEMO_PEOPLE {
        let sign_in = json!({ "email": email, "password": PASSWORD });
        let answer = anyone.post("/api/auth/callback/credentials", &sign_in).await;
        ids.insert(email, text(&answer.ok(200)["user"]["id"]));
        tokens.insert(email, answer.token());
    }
    let conversation = |email: &str| {
        let actor = Actor::new(server.addr, Some(format!("greenroom={}", tokens[email])));
        async move {
            let conversation = actor.get("/api/messages").await.ok(200)["conversations"][0].clone();
            (text(&conversation["id"]), text(&conversation["booking"]["id"]))
        }
    };
    let (launch, launch_booking) = conversation(SARAH).await;
    let (sundowner, sundowner_booking) = conversation(KAMAU).await;
    server.terminate();
    server.exit(Duration::from_secs(10)).await;
    let read = |name| std::fs::read(folder.path().join(name)).ok().map(|bytes| (name, bytes));
    let files = ["greenroom.db", "greenroom.db-wal"].into_iter().filter_map(read).collect();
    let mut id = |email| ids.remove(email).expect("an id");
    let people =
        People { eventpro: id(EVENTPRO), safari: id(SAFARI), sarah: id(SARAH), kamau: id(KAMAU), achieng: id(ACHIENG) };
    Template { files, tokens, people, launch, launch_booking, sundowner, sundowner_booking }
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}
