//! The `EventSource`s of this page.

use super::{Input, apply};
use crate::{
    browser::EventStream,
    json,
    live::{state::Live, tab_message::StreamMessage},
};
use model::{
    Event,
    ephemeral::{PRESENCE, TYPING},
};
use std::cell::RefCell;

thread_local! {
    static SOURCES: RefCell<Vec<(u32, EventStream)>> = const { RefCell::new(Vec::new()) };
}

/// Opens a source that continues after this sequence number.
pub(super) fn open(live: Live, id: u32, after: i64) {
    // Names the page's owner: another person may have signed in with this browser, and a page shows one person's data.
    let stream = live.me().and_then(|me| EventStream::open(&format!("/api/events?after={after}&person={me}")));
    let Some(mut stream) = stream else { return apply(live, Input::SourceUnsupported(id)) };
    let control = ["ready", "reset", "heartbeat", "session-ended", TYPING, PRESENCE];
    for name in control.iter().chain(Event::NAMES).copied() {
        stream.on(name, move |data| apply(live, Input::SourceDelivered(id, parse(name, &data))));
    }
    stream.on("error", move |_| apply(live, Input::SourceFailed { id, closed_for_good: is_closed_for_good(id) }));
    SOURCES.with_borrow_mut(|sources| sources.push((id, stream)));
}

/// Closes a source. Drops it outside the borrow: closing may call a listener.
pub(super) fn close(id: u32) {
    let closed = SOURCES.with_borrow_mut(|sources| {
        let index = sources.iter().position(|(known, _)| *known == id)?;
        Some(sources.swap_remove(index))
    });
    drop(closed);
}

fn is_closed_for_good(id: u32) -> bool {
    let is_closed = |(known, stream): &(u32, EventStream)| *known == id && stream.is_closed_for_good();
    SOURCES.with_borrow(|sources| sources.iter().any(is_closed))
}

fn parse(name: &str, data: &str) -> Option<StreamMessage> {
    match name {
        "ready" => json::from_str(data).map(StreamMessage::Ready).ok(),
        "reset" => json::from_str(data).map(StreamMessage::Reset).ok(),
        "heartbeat" => json::from_str(data).map(StreamMessage::Heartbeat).ok(),
        "session-ended" => Some(StreamMessage::SessionEnded),
        TYPING => json::from_str(data).map(StreamMessage::Typing).ok(),
        PRESENCE => json::from_str(data).map(StreamMessage::Presence).ok(),
        _ => json::from_str(data).map(StreamMessage::Event).ok(),
    }
}
