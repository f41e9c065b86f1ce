//! axum as it comes, to compare with: `bare PORT FILE` serves `/events`, streams over a broadcast channel, and `/page`,
//! the text of a file.

use axum::{
    Router,
    extract::State,
    response::{
        Html, Sse,
        sse::{Event, KeepAlive},
    },
    routing::get,
    serve::ListenerExt,
};
use bench::site::Result;
use futures::{Stream, stream};
use std::{convert::Infallible, env, fs};
use tokio::{
    net::TcpListener,
    sync::broadcast::{Receiver, Sender},
};

/// Events that a stream may be behind.
const BEHIND: usize = 16;

#[derive(Clone)]
struct Shared {
    told: Sender<String>,
    page: String,
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let port: u16 = arguments.next().ok_or("usage: bare PORT FILE")?.parse()?;
    let page = fs::read_to_string(arguments.next().ok_or("usage: bare PORT FILE")?)?;
    let shared = Shared { told: Sender::new(BEHIND), page };
    let router = Router::new().route("/events", get(events)).route("/page", get(written)).with_state(shared);
    let listener = TcpListener::bind(("127.0.0.1", port)).await?.tap_io(|socket| {
        // Where it can't be set, answers are late and no less true.
        let _ = socket.set_nodelay(true);
    });
    Ok(axum::serve(listener, router).await?)
}

async fn events(State(shared): State<Shared>) -> Sse<impl Stream<Item = std::result::Result<Event, Infallible>>> {
    let events = stream::unfold(shared.told.subscribe(), async |mut ear: Receiver<String>| {
        let told = ear.recv().await.ok()?;
        Some((Ok(Event::default().data(told)), ear))
    });
    // Said at once, so that whoever opened it knows.
    let first = stream::iter([Ok(Event::default().data("ready"))]);
    Sse::new(stream::StreamExt::chain(first, events)).keep_alive(KeepAlive::default())
}

async fn written(State(shared): State<Shared>) -> Html<String> {
    Html(shared.page)
}
