//! Records each request: metrics, a log line, and a span that encloses all its work.

use crate::traces;
use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use http::{Method, StatusCode};
use metrics::{counter, describe_counter, describe_histogram, histogram};
use std::time::{Duration, Instant};
use tower_http::request_id::RequestId;
use tracing::{Instrument, Span, debug, field::Empty, info, info_span, warn};

const COUNT: &str = "greenroom_http_requests_total";
const SECONDS: &str = "greenroom_http_request_duration_seconds";

/// Registers the metrics' descriptions.
pub(crate) fn describe_metrics() {
    describe_counter!(COUNT, "Requests, by method, kind of route, and status.");
    describe_histogram!(SECONDS, "Seconds from a request to its response head; a stream's body is not included.");
}

/// Measures and logs a request. Nearly the outermost layer, so that refusals of other layers are logged too.
pub(crate) async fn log_request(State(traced): State<bool>, request: Request, next: Next) -> Response {
    let (kind, method) = (RouteKind::from_path(request.uri().path()), method_label(request.method()));
    let (span, began) = (request_span(&request), Instant::now());
    if traced {
        traces::record_request(&span, &trace_name(&request), request.headers());
    }
    let response = next.run(request).instrument(span.clone()).await;
    let (status, took) = (response.status(), began.elapsed());
    counter!(COUNT, "method" => method, "route" => kind.as_str(), "status" => status.as_u16().to_string()).increment(1);
    histogram!(SECONDS, "method" => method, "route" => kind.as_str()).record(took);
    if traced {
        traces::record_response(&span, status);
    }
    span.in_scope(|| log_response(kind, status, took));
    response
}

/// Creates the request's span. Leaves the query out of the path: it may hold a search term or a token.
fn request_span(request: &Request) -> Span {
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok()).unwrap_or_default();
    info_span!(
        "request",
        method = %method_label(request.method()),
        path = request.uri().path(),
        request_id = id,
        trace_id = Empty,
        otel.kind = Empty,
        otel.name = Empty,
    )
}

/// Names a trace by its method and route pattern, so that the name holds no person's id.
fn trace_name(request: &Request) -> String {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    format!("{} {route}", method_label(request.method()))
}

fn log_response(kind: RouteKind, status: StatusCode, took: Duration) {
    let (status, ms) = (status.as_u16(), took.as_micros() as f64 / 1_000.0);
    match kind {
        RouteKind::File | RouteKind::Health => debug!(status, ms, "answered"),
        _ if status >= 500 => warn!(status, ms, "answered"),
        _ => info!(status, ms, "answered"),
    }
}

/// Kinds of routes: few, so that the metrics' cardinality doesn't depend on the paths that clients request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RouteKind {
    Api,
    File,
    /// A server function.
    Function,
    Health,
    /// A page, or a path that doesn't exist.
    Page,
    Stream,
}

impl RouteKind {
    pub(crate) fn from_path(path: &str) -> Self {
        match path {
            "/healthz" | "/readyz" => Self::Health,
            "/api/events" | "/api/websocket" => Self::Stream,
            _ if path.starts_with("/pkg/") => Self::File,
            _ if path.starts_with("/fn/") => Self::Function,
            _ if path.starts_with("/api/") => Self::Api,
            _ => Self::Page,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::File => "file",
            Self::Function => "function",
            Self::Health => "health",
            Self::Page => "page",
            Self::Stream => "stream",
        }
    }
}

/// Returns a metric label for a method. Clients can invent methods, and each would become a time series of its own.
fn method_label(method: &Method) -> &'static str {
    let known = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS];
    let words = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    known.iter().zip(words).find(|(known, _)| *known == method).map_or("other", |(_, word)| word)
}
