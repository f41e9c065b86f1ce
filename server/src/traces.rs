//! Exports spans to an OpenTelemetry collector, as OTLP over HTTP with protobuf. Without an endpoint, tracing is off.
//!
//! The SDK reads its own variables: `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_TRACES_SAMPLER`,
//! `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_BSP_…`.

mod client;

use client::Client;
use http::{HeaderMap, StatusCode, Uri};
use opentelemetry::{
    Context, global,
    trace::{Status, TraceContextExt, TracerProvider},
};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{Resource, propagation::TraceContextPropagator, trace::SdkTracerProvider};
use std::time::Duration;
use tracing::{Level, Metadata, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{Layer, Registry, filter::filter_fn};

/// The default of `OTEL_SERVICE_NAME`.
const SERVICE_NAME: &str = "greenroom";
/// The path of OTLP traces below the collector's endpoint.
const EXPORT_PATH: &str = "/v1/traces";

/// How long the exit waits for the last spans to be exported.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

/// The tracer provider that exports to the collector.
pub(crate) struct Traces(SdkTracerProvider);

impl Traces {
    /// Configures the export to an endpoint, without connecting. Expects a Tokio runtime.
    pub(crate) fn export_to(endpoint: &Uri) -> Result<Self, String> {
        let failed = |error: &dyn std::fmt::Display| format!("OTEL_EXPORTER_OTLP_ENDPOINT: {error}");
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{}{EXPORT_PATH}", endpoint.to_string().trim_end_matches('/')))
            .with_http_client(Client::new().map_err(|error| failed(&error))?)
            .build()
            .map_err(|error| failed(&error))?;
        global::set_text_map_propagator(TraceContextPropagator::new());
        Ok(Self(SdkTracerProvider::builder().with_resource(service_resource()).with_batch_exporter(exporter).build()))
    }

    /// Returns a layer that exports the spans of our own crates, and their events of level WARN or ERROR.
    pub(crate) fn layer(&self) -> Box<dyn Layer<Registry> + Send + Sync> {
        let layer = tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer(SERVICE_NAME))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false);
        Box::new(layer.with_filter(filter_fn(is_exported).with_max_level_hint(Level::DEBUG)))
    }

    /// Exports the remaining spans and shuts the exporter down, within [`FLUSH_TIMEOUT`].
    pub(crate) async fn flush(self) {
        // `shutdown` blocks on the exporter's thread, which needs this runtime.
        let flushing = tokio::task::spawn_blocking(move || self.0.shutdown());
        match tokio::time::timeout(FLUSH_TIMEOUT, flushing).await {
            Ok(Ok(Err(error))) => tracing::warn!(%error, "the last spans are lost"),
            Err(_) => tracing::warn!("the last spans are lost: the collector didn't accept them in time"),
            Ok(_) => {}
        }
    }
}

fn is_exported(metadata: &Metadata<'_>) -> bool {
    let ours = ["greenroom", "services", "app"];
    let crate_name = metadata.target().split("::").next().unwrap_or_default();
    ours.contains(&crate_name) && (metadata.is_span() || *metadata.level() <= Level::WARN)
}

fn service_resource() -> Resource {
    let named = std::env::var_os("OTEL_SERVICE_NAME").is_some_and(|name| !name.is_empty());
    let resource = Resource::builder();
    if named { resource.build() } else { resource.with_service_name(SERVICE_NAME).build() }
}

/// Makes a request's span a child of the client's trace, and fills in its kind, name and trace id. Without a collector
/// these fields stay empty.
pub(crate) fn record_request(span: &Span, name: &str, headers: &HeaderMap) {
    let theirs = global::get_text_map_propagator(|propagator| propagator.extract(&HeaderExtractor(headers)));
    // Fails if the span is filtered out.
    let _ = span.set_parent(theirs);
    span.record("otel.kind", "server").record("otel.name", name);
    span.record("trace_id", trace_id(&span.context()));
}

/// Adds the response's status to a request's span; a 5xx marks it as failed.
pub(crate) fn record_response(span: &Span, status: StatusCode) {
    span.set_attribute("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.set_status(Status::error(""));
    }
}

fn trace_id(context: &Context) -> String {
    context.span().span_context().trace_id().to_string()
}
