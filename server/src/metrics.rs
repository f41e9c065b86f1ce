//! Metrics in the Prometheus text format, served at a separate address so that the public can't read them.

mod old_names;

use crate::{connections, middleware::access_log, state::AppState};
use axum::{Router, extract::State, response::IntoResponse, routing::get};
use http::header;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use old_names::append_old_names;
use services::{Greenroom, metrics};
use std::{net::SocketAddr, time::Duration};
use tokio::net::TcpListener;

/// Buckets of durations: from half a millisecond to ten seconds.
const SECONDS_BUCKETS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Buckets of batch sizes, up to the largest batches.
const BATCH_BUCKETS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];
/// How often samples are aggregated into buckets. Until then each sample takes memory.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// The recorder and the listener of the metrics endpoint.
pub(crate) struct Metrics {
    listener: TcpListener,
    handle: PrometheusHandle,
}

#[derive(Clone)]
struct MetricsState {
    greenroom: Greenroom,
    handle: PrometheusHandle,
}

impl Metrics {
    /// Binds the address and installs the global recorder: metrics recorded before are lost.
    pub(crate) async fn bind(addr: SocketAddr) -> Result<Self, String> {
        let listener = TcpListener::bind(addr).await;
        let listener = listener.map_err(|error| format!("METRICS_ADDR: can't listen on {addr}: {error}"))?;
        let handle = install_recorder().map_err(|error| format!("METRICS_ADDR: can't record metrics: {error}"))?;
        metrics::describe_metrics();
        access_log::describe_metrics();
        connections::describe_metrics();
        process::describe_metrics();
        if let Ok(addr) = listener.local_addr() {
            tracing::info!("metrics are at http://{addr}/metrics");
        }
        Ok(Self { listener, handle })
    }

    /// Serves `/metrics` in background tasks for as long as the process lives.
    pub(crate) fn serve(self, AppState { greenroom, .. }: &AppState) {
        let Self { listener, handle } = self;
        tokio::spawn(run_upkeep(handle.clone()));
        let state = MetricsState { greenroom: greenroom.clone(), handle };
        let router = Router::new().route("/metrics", get(get_metrics)).with_state(state);
        tokio::spawn(async move { axum::serve(listener, router).await });
    }
}

fn install_recorder() -> Result<PrometheusHandle, BuildError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS_BUCKETS)?
        .set_buckets_for_metric(Matcher::Full(metrics::MESSAGE_BATCH_SIZE.to_owned()), &BATCH_BUCKETS)?
        .set_buckets_for_metric(Matcher::Full(metrics::COMMIT_BATCH_SIZE.to_owned()), &BATCH_BUCKETS)?
        .install_recorder()
}

async fn run_upkeep(handle: PrometheusHandle) {
    let mut ticks = tokio::time::interval(UPKEEP_INTERVAL);
    loop {
        ticks.tick().await;
        handle.run_upkeep();
    }
}

async fn get_metrics(State(MetricsState { greenroom, handle }): State<MetricsState>) -> impl IntoResponse {
    greenroom.collect_gauges().await;
    process::collect_gauges();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], append_old_names(handle.render()))
}

/// Metrics of the process: memory, open files, CPU time. Their names are those of the official Prometheus libraries.
#[cfg(target_os = "linux")]
mod process {
    use metrics_process::Collector;

    pub(super) fn describe_metrics() {
        Collector::default().describe();
    }

    pub(super) fn collect_gauges() {
        Collector::default().collect();
    }
}

/// No process metrics: they are read from Linux's procfs.
#[cfg(not(target_os = "linux"))]
mod process {
    pub(super) fn describe_metrics() {}

    pub(super) fn collect_gauges() {}
}
