//! The log: lines for people, or JSON for programs. Each line that belongs to a request has the request's id.

use crate::traces::Traces;
use clap::ValueEnum;
use std::io::{IsTerminal, stderr};
use tracing_subscriber::{
    EnvFilter, Layer, Registry, fmt,
    layer::{Layered, SubscriberExt},
    util::SubscriberInitExt,
};

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Writes the log to stderr from now on, what `RUST_LOG` asks for; and spans to whoever collects them.
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
