//! The channel between the tabs of the same person in one browser.

use super::tab_message::TabMessage;
use crate::{browser::Channel, json};
use model::PersonId;
use std::cell::RefCell;

thread_local! {
    static CHANNEL: RefCell<Option<Channel>> = const { RefCell::new(None) };
}

/// Opens the channel, if the browser has one. Calls `on_message` with what the other tabs send.
pub(super) fn open(me: PersonId, on_message: impl Fn(TabMessage) + 'static) {
    let channel = Channel::open(&format!("greenroom-{me}"), move |text| {
        if let Ok(message) = json::from_str(&text) {
            on_message(message);
        }
    });
    // A channel that can't send is useless.
    let channel = channel.filter(|channel| json::to_string(&TabMessage::Ping).is_ok_and(|ping| channel.send(&ping)));
    CHANNEL.set(channel);
}

pub(super) fn is_open() -> bool {
    CHANNEL.with_borrow(Option::is_some)
}

/// Sends a message to the other tabs.
pub(super) fn broadcast(message: &TabMessage) {
    let Ok(text) = json::to_string(message) else { return };
    CHANNEL.with_borrow(|channel| {
        if let Some(channel) = channel {
            channel.send(&text);
        }
    });
}

/// Ignores what the other tabs send from now on.
pub(super) fn close() {
    drop(CHANNEL.take());
}
