//! Shows queued mails to a developer on their own machine while no mail server is set; off by default. The mails hold
//! links that grant access to accounts, so a request that may have been forwarded gets 404: a gateway on the same
//! machine has a loopback address too.

use crate::{loopback::is_loopback, problem::Problem, state::AppState};
use app::ssr::html_head::render_head_tags;
use axum::{
    Json, Router,
    extract::{ConnectInfo, State},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, HeaderValue, Version, header, uri::Authority};
use maud::{DOCTYPE, Markup, html};
use model::ApiError;
use serde_json::json;
use services::mail::QueuedEmail;
use std::net::SocketAddr;

/// Headers that browsers and programs send by themselves. An allowlist: no list of what gateways add is complete.
const CLIENT_HEADERS: [&str; 20] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "authorization",
    "cache-control",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "dnt",
    "host",
    "if-none-match",
    "origin",
    "pragma",
    "priority",
    "purpose",
    "referer",
    "upgrade-insecure-requests",
    "user-agent",
    // Set by an outer layer of this server.
    "x-request-id",
];

pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/dev/mail", get(list_mail))
}

async fn list_mail(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    version: Version,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if !is_local_request(peer, version, &headers) {
        return Err(ApiError::NotFound.into());
    }
    let mails = state.greenroom.list_queued_mail().await?;
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut response = if accepts.contains("application/json") {
        Json(json!({ "mails": mails.iter().map(mail_json).collect::<Vec<_>>() })).into_response()
    } else {
        Html(render_page(&mails)).into_response()
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Whether a request was made on this machine, to a loopback host, and not forwarded. Only HTTP/1.1 counts, because
/// nginx forwards as HTTP/1.0 by default.
fn is_local_request(peer: SocketAddr, version: Version, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
    let by_client = |name: &str| CLIENT_HEADERS.contains(&name) || name.starts_with("sec-");
    peer.ip().to_canonical().is_loopback()
        && version == Version::HTTP_11
        && host.is_some_and(|host| is_loopback(host.host()))
        && headers.keys().all(|name| by_client(name.as_str()))
}

fn mail_json(QueuedEmail { email, created_at }: &QueuedEmail) -> serde_json::Value {
    json!({
        "to": email.to,
        "subject": email.subject,
        "text": email.text,
        "html": email.html,
        "unsubscribe": email.unsubscribe,
        "createdAt": created_at,
    })
}

fn render_page(mails: &[QueuedEmail]) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head { (render_head_tags("Mail · Greenroom")) }
            body {
                main {
                    h1 { "Mail" }
                    p { "No mail server is set, so mails stay here. The newest is on top." }
                    @if mails.is_empty() { p { "No mail yet." } }
                    @for mail in mails { (render_mail(mail)) }
                }
            }
        }
    };
    page.into_string()
}

fn render_mail(QueuedEmail { email, created_at }: &QueuedEmail) -> Markup {
    html! {
        article {
            h2 { (email.subject) }
            p { "To: " (email.to) ", " (created_at) }
            pre { (linkify_lines(&email.text)) }
        }
        hr;
    }
}

/// Turns each line that begins with `http` into a link.
fn linkify_lines(text: &str) -> Markup {
    html! {
        @for (at, line) in text.lines().enumerate() {
            @if at > 0 { "\n" }
            @if line.starts_with("http") { a href=(line) { (line) } } @else { (line) }
        }
    }
}
