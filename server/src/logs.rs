//! The log: text for people, or JSON for programs. Each line about a request has its request id.

use crate::traces::Traces;
use clap::ValueEnum;
use std::io::{IsTerminal, stderr};
use tracing_subscriber::{
    EnvFilter, Layer, Registry, fmt,
    layer::{Layered, SubscriberExt},
    util::SubscriberInitExt,
};

/// The format of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Text for people; coloured in a terminal.
    Text,
    /// One JSON object per line.
    Json,
}

/// Installs the global subscriber: logs to stderr, filtered by `RUST_LOG`, and exports spans if `traces` is set.
pub(crate) fn init_logs(format: LogFormat, traces: Option<&Traces>) {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(format!("info,{}", services::LOG_FILTER)));
    let lines: Box<dyn Layer<TracedRegistry> + Send + Sync> = match format {
        LogFormat::Text => {
            Box::new(fmt::layer().with_ansi(stderr().is_terminal()).with_writer(stderr).with_filter(filter))
        }
        LogFormat::Json => {
            Box::new(fmt::layer().json().with_current_span(false).with_writer(stderr).with_filter(filter))
        }
    };
    tracing_subscriber::registry().with(traces.map(Traces::layer)).with(lines).init();
}

type TracedRegistry = Layered<Option<Box<dyn Layer<Registry> + Send + Sync>>, Registry>;
