//! Tests of several nodes that share a database and a bus.

use crate::support::{
    Actor, EVENTPRO, PASSWORD, SARAH, SOON, Stream,
    metrics_page::{METRICS_ON, MetricsPage},
    postgres::Database,
    process::{Process, Settings, run, settings},
    within,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use test_support::nats::NatsServer;

/// Limit for events that arrive by the bus: shorter than the interval of database polls.
const BUS_LIMIT: Duration = Duration::from_millis(1_500);
/// Limit for events that are found by the next database poll.
const POLL_LIMIT: Duration = Duration::from_secs(12);

struct Nodes {
    nodes: Vec<Process>,
    bus: NatsServer,
    settings: Settings,
    folder: tempfile::TempDir,
    _database: Database,
}

impl Nodes {
    async fn new(count: usize) -> Self {
        let (folder, database, bus) = (
            tempfile::tempdir().expect("a folder"),
            Database::new().await,
            NatsServer::start().await.expect("a NATS server"),
        );
        let settings = settings(&[("DATABASE_URL", database.url()), ("NATS_URL", &bus.url()), METRICS_ON]);
        assert!(run(folder.path(), &settings, "seed").status.success());
        let mut site = Self { nodes: Vec::new(), bus, settings, folder, _database: database };
        for _ in 0..count {
            site.add().await;
        }
        site
    }

    async fn add(&mut self) {
        let node = Process::serve(self.folder.path(), &self.settings).await;
        node.wait_readiness(200, SOON).await;
        self.nodes.push(node);
    }

    /// Signs in at the first node, and returns an actor of the session at each.
    async fn sign_in(&self, email: &str) -> Vec<Actor> {
        let token = Actor::new(self.nodes[0].addr, None).sign_in(email, PASSWORD).await.token();
        self.nodes.iter().map(|node| Actor::new(node.addr, Some(format!("greenroom={token}")))).collect()
    }
}

/// Returns the data of the next frame with this event name, skipping others.
async fn next_event(stream: &mut Stream, name: &str, limit: Duration) -> Value {
    let found = async {
        loop {
            let frame = stream.next_frame(limit).await.expect("the stream goes on");
            if frame.event == name {
                return frame.data;
            }
        }
    };
    within(limit, name, found).await
}

#[tokio::test]
async fn events_of_one_node_reach_streams_of_the_others() {
    let site = Nodes::new(3).await;
    let (eventpro, sarah) = (site.sign_in(EVENTPRO).await, site.sign_in(SARAH).await);
    let launch = eventpro[0].load_first_conversation_id().await;
    let mut theirs = eventpro[0].follow("/api/events").await;
    let mut hers = sarah[1].follow("/api/events").await;
    let online = next_event(&mut theirs, "presence", POLL_LIMIT).await;
    assert_eq!(online["online"], true, "she is connected to another node");
    let presence = eventpro[2].get(&format!("/api/conversations/{launch}/presence")).await.ok(200);
    assert_eq!(presence["online"], true, "a third node knows it too");

    let message = eventpro[2].send_message(&launch, "To all nodes").await;
    for stream in [&mut theirs, &mut hers] {
        assert_eq!(next_event(stream, "message.created", BUS_LIMIT).await["message"], message);
    }
    let metrics = MetricsPage::fetch(&site.nodes[1]).await;
    assert_eq!(metrics.get("greenroom_bus_up"), 1.0);
    assert!(
        metrics.get("greenroom_event_lag_seconds_count{source=\"replay\"}") >= 1.0,
        "the event was read from the log"
    );
    for way in ["sent", "received"] {
        assert!(metrics.get(&format!("greenroom_bus_messages_total{{way=\"{way}\"}}")) >= 1.0, "{way}");
    }
    let typing = sarah[2].request(Method::PUT, &format!("/api/conversations/{launch}/typing"));
    assert_eq!(typing.send().await.expect("an answer").status(), 204);
    assert_eq!(next_event(&mut theirs, "typing", BUS_LIMIT).await["conversationId"], *launch);

    sarah[2].post("/api/auth/signout", &json!({})).await.empty();
    assert_eq!(next_event(&mut hers, "session-ended", BUS_LIMIT).await["reason"], "signed_out");
    assert_eq!(next_event(&mut theirs, "presence", POLL_LIMIT).await["online"], false, "she has no stream on any node");
}

#[tokio::test]
async fn a_bus_outage_delays_events_without_loss() {
    let mut site = Nodes::new(2).await;
    let (eventpro, sarah) = (site.sign_in(EVENTPRO).await, site.sign_in(SARAH).await);
    let launch = eventpro[0].load_first_conversation_id().await;
    let mut hers = sarah[1].follow("/api/events").await;
    site.bus.kill();
    let message = eventpro[0].send_message(&launch, "Without the bus").await;
    assert_eq!(next_event(&mut hers, "message.created", POLL_LIMIT).await["message"], message);
    let anyone = Actor::new(site.nodes[0].addr, None);
    site.nodes[0].wait_readiness(503, POLL_LIMIT).await;
    anyone.get("/readyz").await.problem(503, "bus_silent");
    assert_eq!(MetricsPage::fetch(&site.nodes[0]).await.get("greenroom_bus_up"), 0.0);
    assert_eq!(anyone.get("/healthz").await.status, 200);

    // A node that starts during the outage serves too.
    let late = Process::serve(site.folder.path(), &site.settings).await;
    assert_eq!(Actor::new(late.addr, None).get("/healthz").await.status, 200);

    site.bus.restart().await.expect("a NATS server");
    for node in site.nodes.iter().chain([&late]) {
        node.wait_readiness(200, SOON).await;
    }
    let message = eventpro[0].send_message(&launch, "With the bus again").await;
    assert_eq!(next_event(&mut hers, "message.created", BUS_LIMIT).await["message"], message);
}
