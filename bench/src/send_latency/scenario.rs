//! The people and their conversations, each person behind their own proxy.

use bench::{
    event_date::future_event_date,
    fault_proxy::FaultProxy,
    site::{Result, Site},
    stream_client::StreamClient,
};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use std::sync::Arc;

const ORGANIZERS: [&str; 2] = ["contact@eventpro.ke", "hello@safarisounds.example.com"];
const TALENT: [&str; 2] = ["sarah.photographer@example.com", "dj.kamau@example.com"];
/// Has no booking, and so receives no events.
const IDLE: &str = "mc.achieng@example.com";
/// Bookings of each organizer with each talent.
const BOOKINGS: usize = 2;

/// A person with a browser.
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) proxy: FaultProxy,
    pub(crate) stream: StreamClient,
    cookie: String,
    client: Client,
}

impl Person {
    async fn sign_in(site: &Site, email: &str) -> Result<Self> {
        let cookie = site.sign_in_cookie(email).await?;
        let me = get_json(site, "/api/auth/session", &cookie).await?;
        let cursor = get_json(site, "/api/messages", &cookie).await?["cursor"].as_i64().ok_or("no cursor")?;
        Ok(Self {
            id: json_text(&me["user"]["id"])?,
            proxy: FaultProxy::to_port(site.port).await?,
            stream: StreamClient::resume_after(cursor),
            cookie,
            client: Client::builder().no_proxy().build()?,
        })
    }

    /// Builds a GET request through this person's proxy.
    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.proxy.url())).header("cookie", &self.cookie)
    }

    /// Builds a POST request through this person's proxy.
    pub(crate) fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.proxy.url())).header("cookie", &self.cookie).json(body)
    }

    /// Requests JSON from the site, bypassing the proxy and its faults.
    pub(crate) async fn get_direct(&self, site: &Site, path: &str) -> Result<Value> {
        get_json(site, path, &self.cookie).await
    }
}

/// A conversation between two people.
#[derive(Clone)]
pub(crate) struct Conversation {
    pub(crate) id: String,
    pub(crate) people: [Arc<Person>; 2],
}

/// A site with its people.
pub(crate) struct Scenario {
    pub(crate) site: Site,
    pub(crate) people: Vec<Arc<Person>>,
    pub(crate) idle: Arc<Person>,
    pub(crate) conversations: Vec<Conversation>,
}

impl Scenario {
    pub(crate) async fn start() -> Result<Self> {
        let site = Site::start(&[("GREENROOM_SENDS_PER_MINUTE", "1000000")]).await?;
        let (mut organizers, mut talent, mut conversations) = (Vec::new(), Vec::new(), Vec::new());
        for email in ORGANIZERS {
            organizers.push(Arc::new(Person::sign_in(&site, email).await?));
        }
        for email in TALENT {
            talent.push(Arc::new(Person::sign_in(&site, email).await?));
        }
        for organizer in &organizers {
            for talent in talent.iter().flat_map(|talent| [talent; BOOKINGS]) {
                let id = create_booking(organizer, &talent.id).await?;
                conversations.push(Conversation { id, people: [organizer.clone(), talent.clone()] });
            }
        }
        let idle = Arc::new(Person::sign_in(&site, IDLE).await?);
        let people = organizers.into_iter().chain(talent).collect();
        Ok(Self { site, people, idle, conversations })
    }
}

/// Creates a booking, and returns the id of its conversation.
async fn create_booking(organizer: &Person, talent: &str) -> Result<String> {
    let booking = json!({
        "talentId": talent, "title": "Sends", "eventDate": future_event_date(), "venue": "Nairobi",
        "fee": { "amount": 1_000_000, "currency": "KES" }, "message": "Are you free that day?",
    });
    let created: Value = organizer.post("/api/bookings", &booking).send().await?.error_for_status()?.json().await?;
    json_text(&created["conversation"]["id"])
}

async fn get_json(site: &Site, path: &str, cookie: &str) -> Result<Value> {
    let request = site.client.get(format!("{}{path}", site.url)).header("cookie", cookie);
    Ok(request.send().await?.error_for_status()?.json().await?)
}

pub(crate) fn json_text(value: &Value) -> Result<String> {
    Ok(value.as_str().ok_or("a field is no string")?.to_owned())
}
