//! The log: lines for people, or JSON for programs. Each line that belongs to a request has the request's id.

use clap::ValueEnum;
use std::io::{IsTerminal, stderr};
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Writes the log to stderr from now on, what `RUST_LOG` asks for.
pub(crate) fn begin(format: Format) {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(format!("info,{}", services::LOG_FILTER)));
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match format {
        Format::Text => {
            Box::new(fmt::layer().with_ansi(stderr().is_terminal()).with_writer(stderr).with_filter(filter))
        }
        Format::Json => Box::new(fmt::layer().json().with_current_span(false).with_writer(stderr).with_filter(filter)),
    };
    tracing_subscriber::registry().with(lines).init();
}
