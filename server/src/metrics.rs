//! Numbers for whoever watches over the process, in the text format of Prometheus. On an address of their own:
//! they are nobody else's business.

use crate::{problem::Problem, router::Shared};
use axum::{Router, extract::State, response::IntoResponse, routing::get};
use http::header;
use services::{Greenroom, mail::Backlog};
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// Listens, and serves for as long as the process lives.
pub(crate) async fn serve(addr: SocketAddr, shared: Shared) -> Result<(), String> {
    let listener = TcpListener::bind(addr).await;
    let listener = listener.map_err(|error| format!("METRICS_ADDR: can't listen on {addr}: {error}"))?;
    let router = Router::new().route("/metrics", get(metrics)).with_state(shared);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(())
}

async fn metrics(State(shared): State<Shared>) -> Result<impl IntoResponse, Problem> {
    let text = told(&shared.greenroom).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text))
}

async fn told(greenroom: &Greenroom) -> services::Result<String> {
    let Backlog { queued, parked } = greenroom.mail_backlog().await?;
    let streams = greenroom.streams();
    let gauges = [
        ("greenroom_streams", "Event streams open at this process.", streams as u64),
        ("greenroom_mail_queued", "Mails to be sent, or to be tried again.", queued),
        ("greenroom_mail_parked", "Mails given up on.", parked),
    ];
    let gauge = |(name, help, value)| format!("# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}\n");
    Ok(gauges.map(gauge).concat())
}
