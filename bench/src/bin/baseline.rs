//! A plain axum server to compare with. `baseline PORT FILE [DATABASE]` serves `/events`, streams over a broadcast
//! channel; `/page`, the text of a file; and with a database `/thread/…`, a thread's page that handwritten code renders
//! from the same rows.

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{
        Html, Sse,
        sse::{Event, KeepAlive},
    },
    routing::get,
    serve::ListenerExt,
};
use bench::site::Result;
use futures::{Stream, stream};
use model::{ConversationId, InboxFilter, Message, text::escape_html};
use services::{Greenroom, Limits, messages::Window};
use std::{convert::Infallible, env, fs, io::Write};
use tokio::{
    net::TcpListener,
    sync::broadcast::{Receiver, Sender},
};

/// Capacity of the broadcast channel, in events.
const MAX_LAG: usize = 16;

#[derive(Clone)]
struct AppState {
    events: Sender<String>,
    page: String,
    greenroom: Option<Greenroom>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let port: u16 = arguments.next().ok_or("usage: baseline PORT FILE [DATABASE]")?.parse()?;
    let page = fs::read_to_string(arguments.next().ok_or("usage: baseline PORT FILE [DATABASE]")?)?;
    let greenroom = match arguments.next() {
        Some(database) => Some(Greenroom::open(&database, "http://localhost", Limits::default()).await?),
        None => None,
    };
    let state = AppState { events: Sender::new(MAX_LAG), page, greenroom };
    let router = Router::new().route("/events", get(stream_events)).route("/page", get(serve_page));
    let router = router.route("/thread/{id}", get(serve_thread)).with_state(state);
    let listener = TcpListener::bind(("127.0.0.1", port)).await?.tap_io(|socket| {
        // Without TCP_NODELAY responses are later, but still correct.
        let _ = socket.set_nodelay(true);
    });
    Ok(axum::serve(listener, router).await?)
}

async fn stream_events(
    State(state): State<AppState>,
) -> Sse<impl Stream<Item = std::result::Result<Event, Infallible>>> {
    let events = stream::unfold(state.events.subscribe(), async |mut receiver: Receiver<String>| {
        let event = receiver.recv().await.ok()?;
        Some((Ok(Event::default().data(event)), receiver))
    });
    // Sent at once, so that the client knows that the stream is open.
    let first = stream::iter([Ok(Event::default().data("ready"))]);
    Sse::new(stream::StreamExt::chain(first, events)).keep_alive(KeepAlive::default())
}

async fn serve_page(State(state): State<AppState>) -> Html<String> {
    Html(state.page)
}

/// Serves a thread's page: authenticates, runs the same three queries, and writes as many bytes as Greenroom.
async fn serve_thread(
    State(state): State<AppState>,
    Path(id): Path<uuid::Uuid>,
    headers: HeaderMap,
) -> std::result::Result<Html<Vec<u8>>, StatusCode> {
    render_thread(&state, ConversationId(id), &headers).await.map(Html).map_err(|_| StatusCode::NOT_FOUND)
}

async fn render_thread(state: &AppState, id: ConversationId, headers: &HeaderMap) -> Result<Vec<u8>> {
    let greenroom = state.greenroom.as_ref().ok_or("no database")?;
    let cookie = headers.get("cookie").ok_or("not signed in")?.to_str()?;
    let viewer = greenroom.authenticate(cookie.strip_prefix("greenroom=").ok_or("not signed in")?).await?;
    let frame = greenroom.load_nav_state(&viewer).await?;
    let inbox = greenroom.load_inbox_list(&viewer, InboxFilter::All, None, None).await?;
    let thread = greenroom.load_thread(&viewer, id, Window::Unread).await?;
    let mut text = Vec::with_capacity(state.page.len());
    let first = state.page.find("<div id=\"m1\"").ok_or("the page has no messages")?;
    text.extend_from_slice(&state.page.as_bytes()[..first]);
    for message in &thread.messages {
        write_message(&mut text, message)?;
    }
    // The state that the client needs for hydration.
    serde_json::to_writer(&mut text, &(&frame, &inbox, &thread))?;
    // Pads with the rest of the page to the same length.
    text.extend_from_slice(state.page.as_bytes().get(text.len()..).unwrap_or_default());
    Ok(text)
}

fn write_message(text: &mut Vec<u8>, message: &Message) -> Result<()> {
    let (seq, name, at) = (message.seq, escape_html(&message.sender.name), message.created_at);
    let body = escape_html(&message.body);
    write!(
        text,
        "<div id=\"m{seq}\" data-seq=\"{seq}\" class=\"message first\"><p class=\"message-meta\"><span>{name}</span> \
         <a href=\"?at={seq}#m{seq}\"><time datetime=\"{at}\">{at}</time></a></p><p class=\"bubble\">{body}</p></div>"
    )?;
    Ok(())
}
