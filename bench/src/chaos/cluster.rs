//! The cluster of a run: nodes with their proxies, people, and conversations.

use crate::{
    database::Database,
    node::Node,
    node_log::NodeLogs,
    people::{NewPerson, insert_people},
    settings::{DatabaseKind, RunOptions},
};
use bench::{event_date::future_event_date, site::Result, stream_client::StreamClient};
use reqwest::Client;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tempfile::TempDir;
use test_support::{nats::NatsServer, rng::SeededRng};
use tokio::{sync::Mutex, task::JoinSet};
use uuid::Uuid;

/// Bookings per organizer.
const BOOKINGS: usize = 2;
/// How long a reader keeps a stream before it opens another on a random node, in milliseconds.
const STAY_MILLIS: std::ops::Range<u64> = 500..30_000;

/// A person with a stream client per device.
pub(crate) struct Person {
    pub(crate) id: Uuid,
    pub(crate) token: String,
    pub(crate) clients: Vec<StreamClient>,
}

/// A conversation between two people.
pub(crate) struct Conversation {
    pub(crate) id: Uuid,
    /// Indexes of the organizer and the talent in the list of people.
    pub(crate) people: [usize; 2],
}

pub(crate) struct Cluster {
    pub(crate) people: Vec<Person>,
    pub(crate) conversations: Vec<Conversation>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) database: Database,
    pub(crate) bus: Option<Mutex<NatsServer>>,
    /// The log files of the nodes.
    pub(crate) logs: NodeLogs,
    _folder: TempDir,
}

impl Cluster {
    /// Starts all processes, inserts the people, and creates their bookings.
    pub(crate) async fn start(run: &RunOptions) -> Result<Arc<Self>> {
        let folder = tempfile::tempdir()?;
        let database = Database::start(run).await?;
        let bus = if run.database == DatabaseKind::Postgres { Some(NatsServer::start().await?) } else { None };
        let (logs, mut nodes) = (NodeLogs::new(run.seed)?, Vec::new());
        for number in 0..run.nodes {
            nodes.push(Node::new(number, &database, bus.as_ref(), folder.path(), logs.log_file(number)).await?);
        }
        let first = nodes.first().ok_or("a run needs at least one node")?;
        first.process.lock().await.run_command("migrate")?;
        database.move_tables_to_small_disk().await?;
        let new_people = insert_people(&database.url(), run.people, run.seed).await?;
        for node in &nodes {
            node.process.lock().await.start_serving().await?;
        }
        let conversations = create_bookings(&nodes, &new_people).await?;
        database.flush_to_disk().await?;
        let to_person = |NewPerson { id, token }| {
            let clients = (0..run.readers).map(|_| StreamClient::resume_after(0)).collect();
            Person { id, token, clients }
        };
        let people = new_people.into_iter().map(to_person).collect();
        Ok(Arc::new(Self { people, conversations, nodes, database, bus: bus.map(Mutex::new), logs, _folder: folder }))
    }

    /// Returns a random node.
    pub(crate) fn random_node(&self, rng: &mut SeededRng) -> &Node {
        &self.nodes[rng.random_index(self.nodes.len())]
    }

    /// Starts all readers; each moves between random nodes.
    pub(crate) fn spawn_readers(self: &Arc<Self>, seed: u64) -> Result<JoinSet<Result<()>>> {
        let client = Client::builder().no_proxy().build()?;
        let mut readers = JoinSet::new();
        let clients = self.people.iter().enumerate().flat_map(|(person_index, person)| {
            (0..person.clients.len()).map(move |client_index| (person_index, client_index))
        });
        for (number, (person_index, client_index)) in clients.enumerate() {
            let (cluster, client) = (self.clone(), client.clone());
            let mut routing_rng = SeededRng::for_index(seed.rotate_left(32), number);
            let mut stay_rng = routing_rng.clone();
            readers.spawn(async move {
                let Person { token, clients, .. } = &cluster.people[person_index];
                let build_request = |path: &str| {
                    let url = cluster.random_node(&mut routing_rng).proxy.url();
                    client.get(format!("{url}{path}")).bearer_auth(token)
                };
                clients[client_index]
                    .run_until_aborted(SeededRng::for_index(!seed, number), build_request, || {
                        stay_rng.random_millis(STAY_MILLIS)
                    })
                    .await
            });
        }
        Ok(readers)
    }

    /// Requests JSON from a node as a person, bypassing the proxy and its faults.
    pub(crate) async fn get_direct(&self, person: &Person, node: &Node, path: &str) -> Result<Value> {
        let client = Client::builder().no_proxy().timeout(Duration::from_secs(10)).build()?;
        let request = client.get(format!("{}{path}", node.url)).bearer_auth(&person.token);
        Ok(request.send().await?.error_for_status()?.json().await?)
    }
}

/// Creates bookings: each organizer books several talents, and each talent is booked by several organizers.
async fn create_bookings(nodes: &[Node], people: &[NewPerson]) -> Result<Vec<Conversation>> {
    let client = Client::builder().no_proxy().build()?;
    let half = people.len() / 2;
    let mut conversations = Vec::new();
    for organizer in 0..half {
        for number in 0..BOOKINGS.min(half) {
            let talent = half + (organizer + number) % half;
            let booking = json!({
                "talentId": people[talent].id, "title": "Chaos test", "eventDate": future_event_date(),
                "venue": "Nairobi", "fee": { "amount": 1_000_000, "currency": "KES" }, "message": "Are you free that day?",
            });
            let request = client.post(format!("{}/api/bookings", nodes[organizer % nodes.len()].url));
            let request = request.bearer_auth(&people[organizer].token).json(&booking);
            let created: Value = request.send().await?.error_for_status()?.json().await?;
            let id = created["conversation"]["id"].as_str().ok_or("no conversation")?.parse()?;
            conversations.push(Conversation { id, people: [organizer, talent] });
        }
    }
    Ok(conversations)
}
