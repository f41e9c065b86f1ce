use crate::support::{
    SARAH, Site,
    metrics_page::{METRICS_ON, MetricsPage},
    new_id,
};
use serde_json::json;
use std::net::{SocketAddr, TcpListener};

/// All metrics that docs/operations.md documents, with their types.
const EXPORTED_METRICS: [(&str, &str); 23] = [
    ("greenroom_streams", "gauge"),
    ("greenroom_queue_length", "gauge"),
    ("greenroom_database_connections", "gauge"),
    ("greenroom_database_up", "gauge"),
    ("greenroom_mail_queued", "gauge"),
    ("greenroom_mail_dead_lettered", "gauge"),
    ("greenroom_sends_total", "counter"),
    ("greenroom_slow_consumers_disconnected_total", "counter"),
    ("greenroom_streams_ended_total", "counter"),
    ("greenroom_bus_messages_total", "counter"),
    ("greenroom_database_queries_total", "counter"),
    ("greenroom_mails_total", "counter"),
    ("greenroom_http_requests_total", "counter"),
    ("greenroom_connections_refused_total", "counter"),
    ("greenroom_send_duration_seconds", "histogram"),
    ("greenroom_commit_duration_seconds", "histogram"),
    ("greenroom_queue_wait_seconds", "histogram"),
    ("greenroom_event_lag_seconds", "histogram"),
    ("greenroom_http_request_duration_seconds", "histogram"),
    ("greenroom_message_batch_size", "histogram"),
    ("greenroom_commit_batch_size", "histogram"),
    ("process_resident_memory_bytes", "gauge"),
    ("process_open_fds", "gauge"),
];

/// New and old names of renamed metrics, with the labels of one series, or the suffix of a histogram's.
const RENAMED_METRICS: [(&str, &str, &str); 5] = [
    ("greenroom_slow_consumers_disconnected_total", "greenroom_streams_cut_total", ""),
    ("greenroom_message_batch_size", "greenroom_sends_together", "_count"),
    ("greenroom_commit_batch_size", "greenroom_committed_together", "_bucket{le=\"+Inf\"}"),
    ("greenroom_bus_messages_total", "greenroom_bus_notes_total", "{way=\"sent\"}"),
    ("greenroom_mail_dead_lettered", "greenroom_mail_parked", ""),
];

fn unused_addr() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port")
}

#[tokio::test]
async fn metrics_show_queued_mails_and_open_streams() {
    let smtp = format!("smtp://{}", unused_addr());
    let site = Site::with(&[METRICS_ON, ("SMTP_URL", &smtp)]).await;
    assert_eq!(MetricsPage::fetch(&site.process).await.get("greenroom_mail_queued"), 0.0);
    let _stream = site.sarah().follow("/api/events").await;
    site.anonymous().post("/api/auth/password/forgot", &json!({ "email": SARAH })).await;
    let retried = |numbers: &MetricsPage| numbers.get("greenroom_mails_total{outcome=\"retried\"}") == 1.0;
    let metrics = MetricsPage::wait_until(&site.process, "a mail that can't be delivered", retried).await;
    for (name, number) in
        [("greenroom_mail_queued", 1.0), ("greenroom_mail_dead_lettered", 0.0), ("greenroom_streams", 1.0)]
    {
        assert_eq!(metrics.get(name), number, "{name}");
    }
    assert_eq!(site.anonymous().get("/metrics").await.status, 404, "the public site doesn't serve metrics");
}

#[tokio::test]
async fn a_message_moves_its_metrics() {
    let site = Site::with(&[METRICS_ON]).await;
    let mut stream = site.sarah().follow("/api/events").await;
    let before = MetricsPage::fetch(&site.process).await;
    let asked = json!({ "conversationId": site.launch, "body": "Counted", "clientId": new_id() });
    site.eventpro().post("/api/messages", &asked).await.ok(201);
    site.eventpro().post("/api/messages", &asked).await.ok(200);
    let mut reused = asked.clone();
    reused["body"] = json!("Not this again");
    site.eventpro().post("/api/messages", &reused).await.problem(409, "client_id_reused");
    stream.until(|frame| frame.event == "message.created").await;

    let after = MetricsPage::fetch(&site.process).await;
    let moved = |name: &str| after.get(name) - before.maybe(name).unwrap_or_default();
    for outcome in ["new", "duplicate", "refused"] {
        assert_eq!(moved(&format!("greenroom_sends_total{{outcome=\"{outcome}\"}}")), 1.0, "{outcome}");
    }
    assert_eq!(after.get("greenroom_sends_total{outcome=\"failed\"}"), 0.0);
    for (name, times) in [
        ("greenroom_send_duration_seconds_count", 2.0),
        ("greenroom_send_duration_seconds_bucket{le=\"+Inf\"}", 2.0),
        ("greenroom_message_batch_size_count", 3.0),
        ("greenroom_message_batch_size_bucket{le=\"1\"}", 3.0),
        ("greenroom_http_requests_total{method=\"POST\",route=\"api\",status=\"201\"}", 1.0),
        ("greenroom_http_requests_total{method=\"POST\",route=\"api\",status=\"409\"}", 1.0),
        ("greenroom_http_request_duration_seconds_count{method=\"POST\",route=\"api\"}", 3.0),
    ] {
        assert_eq!(moved(name), times, "{name}");
    }
    for name in [
        "greenroom_commit_batch_size_sum",
        "greenroom_commit_duration_seconds_count",
        "greenroom_event_lag_seconds_count{source=\"live\"}",
        "greenroom_queue_wait_seconds_count{queue=\"writes\"}",
        "greenroom_queue_wait_seconds_count{queue=\"reads\"}",
    ] {
        assert!(moved(name) >= 1.0, "{name}");
    }
}

#[tokio::test]
async fn every_metric_has_a_description_and_no_personal_data() {
    let site = Site::with(&[METRICS_ON]).await;
    let _stream = site.sarah().follow("/api/events").await;
    site.eventpro().send_message(&site.launch, "Counted").await;
    for path in [&format!("/conversations/{}", site.launch), "/pkg/nothing.js", "/healthz", "/nowhere?token=1"] {
        site.sarah().get(path).await;
    }
    let brewed = reqwest::Method::from_bytes(b"BREW").expect("a method");
    site.sarah().request(brewed, "/api/messages").send().await.expect("an answer");
    let metrics = MetricsPage::fetch(&site.process).await;
    for (name, kind) in EXPORTED_METRICS {
        assert!(metrics.text().contains(&format!("# TYPE {name} {kind}\n")), "{name}, a {kind}, in {}", metrics.text());
        assert!(metrics.text().contains(&format!("# HELP {name} ")), "{name} has no description");
    }
    let counted = |rest: &str| metrics.maybe(&format!("greenroom_http_requests_total{{{rest}}}"));
    assert_eq!(counted("method=\"GET\",route=\"page\",status=\"200\""), Some(1.0));
    assert_eq!(counted("method=\"other\",route=\"api\",status=\"405\""), Some(1.0), "{}", metrics.text());
    for secret in [site.launch.as_str(), SARAH, "nowhere", "nothing.js", "BREW", "Counted"] {
        assert!(!metrics.text().contains(secret), "{secret} in {}", metrics.text());
    }
}

#[tokio::test]
async fn renamed_metrics_are_also_exported_under_their_old_names() {
    let site = Site::with(&[METRICS_ON]).await;
    site.eventpro().send_message(&site.launch, "Counted").await;
    let page = MetricsPage::fetch(&site.process).await;
    for (new, old, series) in RENAMED_METRICS {
        assert_eq!(page.get(&format!("{old}{series}")), page.get(&format!("{new}{series}")), "{old}");
        let (_, kind) = EXPORTED_METRICS.iter().find(|(name, _)| *name == new).expect(new);
        assert_eq!(page.text().matches(&format!("# TYPE {old} {kind}\n")).count(), 1, "{old} in {}", page.text());
        assert!(page.text().contains(&format!("Deprecated: use {new}.")), "{new}");
    }
}

#[tokio::test]
async fn streams_ended_with_their_session_are_counted_by_reason() {
    let site = Site::with(&[METRICS_ON]).await;
    let token = site.anonymous().sign_in(SARAH, crate::support::PASSWORD).await.token();
    let sarah = site.actor_with_token(&token);
    let mut stream = sarah.follow("/api/events").await;
    sarah.post("/api/auth/signout", &json!({})).await.empty();
    assert_eq!(stream.next().await.expect("a last event").event, "session-ended");
    let metrics = MetricsPage::fetch(&site.process).await;
    assert_eq!(metrics.get("greenroom_streams_ended_total{reason=\"signed_out\"}"), 1.0);
    assert_eq!(metrics.get("greenroom_streams_ended_total{reason=\"revoked\"}"), 0.0);
    assert!(metrics.get("greenroom_queue_wait_seconds_count{queue=\"passwords\"}") >= 1.0);
}

#[test]
fn docs_and_alerts_name_existing_metrics_only() {
    let read = |path: &str| std::fs::read_to_string(format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"))).expect(path);
    let (guide, alarms) = (read("docs/operations.md"), read("deploy/prometheus/alerts.yml"));
    for (name, _) in EXPORTED_METRICS.iter().filter(|(name, _)| name.starts_with("greenroom_")) {
        assert!(guide.contains(&format!("`{name}")), "the guide doesn't mention {name}");
    }
    let named = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_ascii_lowercase() && c != '_').map(str::to_owned);
        words.filter(|word| word.starts_with("greenroom_")).collect()
    };
    // Only exported with a bus.
    let known = |name: &str| name == "greenroom_bus_up" || EXPORTED_METRICS.iter().any(|(metric, _)| *metric == name);
    for name in named(&guide).into_iter().chain(named(&alarms)) {
        let base = ["_bucket", "_count", "_sum"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
        assert!(known(base), "{name} isn't exported");
    }
    for rule in alarms.lines().filter_map(|line| line.trim().strip_prefix("- alert: Greenroom")) {
        assert!(guide.contains(rule), "the guide doesn't mention the alert {rule}");
    }
}
