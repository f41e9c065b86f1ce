use crate::support::{EVENTPRO, Site, actor::Actor, soon};
use http::Method;
use serde_json::json;
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

/// An export interval so long that spans are exported only at the exit.
const NEVER: (&str, &str) = ("OTEL_BSP_SCHEDULE_DELAY", "3600000");
const TRACE: [u8; 16] = *b"\x4b\xf9\x2f\x35\x77\xb3\x4d\xa6\xa3\xce\x92\x9d\x0e\x0e\x47\x36";
const THEIRS: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// A request that the collector received.
struct ExportRequest {
    head: String,
    body: Vec<u8>,
}

impl ExportRequest {
    fn contains(&self, bytes: &[u8]) -> bool {
        self.body.windows(bytes.len()).any(|some| some == bytes)
    }
}

/// Starts a collector that accepts all requests, and returns them on a channel.
async fn start_collector() -> (SocketAddr, mpsc::UnboundedReceiver<ExportRequest>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let addr = listener.local_addr().expect("its address");
    let (sender, exports) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(receive_exports(socket, sender.clone()));
        }
    });
    (addr, exports)
}

async fn receive_exports(socket: TcpStream, sender: mpsc::UnboundedSender<ExportRequest>) {
    let mut socket = BufReader::new(socket);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if socket.read_line(&mut head).await.expect("a line") == 0 {
                return;
            }
        }
        let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.expect("a length")];
        socket.read_exact(&mut body).await.expect("a body");
        socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.expect("an answer");
        // Fails if the test has ended.
        let _ = sender.send(ExportRequest { head, body });
    }
}

async fn send_in_trace(actor: &Actor, site: &Site, body: &str) {
    let message = json!({ "conversationId": site.launch, "body": body, "clientId": crate::support::new_id() });
    let asked = actor.request(Method::POST, "/api/messages").header("traceparent", THEIRS).json(&message);
    assert_eq!(asked.send().await.expect("an answer").status(), 201);
}

#[tokio::test]
async fn spans_of_a_request_are_exported_before_exit() {
    let (addr, mut exports) = start_collector().await;
    let endpoint = format!("http://{addr}/");
    let mut site = Site::with(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint), NEVER]).await;
    send_in_trace(&site.eventpro(), &site, "a body to keep quiet about").await;
    site.process.wait_for_log("trace_id=\"4bf92f3577b34da6a3ce929d0e0e4736\"").await;
    site.process.terminate();
    assert!(site.process.exit(Duration::from_secs(20)).await.success());
    let export = soon("spans", exports.recv()).await.expect("spans");
    assert!(export.head.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{}", export.head);
    assert!(export.head.contains("content-type: application/x-protobuf"), "{}", export.head);
    for name in ["service.name", "greenroom", "POST /api/messages", "send_batch", "commit", "flush"] {
        assert!(export.contains(name.as_bytes()), "{name} in {}", String::from_utf8_lossy(&export.body));
    }
    assert!(export.contains(&TRACE), "the spans belong to the client's trace");
    for secret in ["quiet about", EVENTPRO, "greenroom="] {
        assert!(!export.contains(secret.as_bytes()), "{secret} in {}", String::from_utf8_lossy(&export.body));
    }
}

/// The kernel accepts connections to the listener, but the requests are never read.
#[tokio::test]
async fn a_silent_collector_does_not_delay_shutdown() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("an address");
    let endpoint = format!("http://{}", silent.local_addr().expect("it"));
    let mut site = Site::with(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint), NEVER]).await;
    site.sarah().get("/api/messages").await.ok(200);
    site.process.terminate();
    assert!(site.process.exit(Duration::from_secs(4)).await.success());
}

#[tokio::test]
async fn a_missing_collector_is_logged_once_and_delays_nothing() {
    let often = ("OTEL_BSP_SCHEDULE_DELAY", "10");
    let mut site = Site::with(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"), often]).await;
    let failure_logged = async {
        while !site.process.log().contains("span export failed") {
            site.sarah().get("/api/messages").await.ok(200);
        }
    };
    soon("a log line", failure_logged).await;
    for _ in 0..5 {
        site.sarah().get("/api/messages").await.ok(200);
    }
    site.process.terminate();
    assert!(site.process.exit(Duration::from_secs(20)).await.success());
    assert_eq!(site.process.log().matches("span export failed").count(), 1, "{}", site.process.log());
}
