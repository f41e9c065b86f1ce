//! Messages of the stream and between tabs, and stored messages, as the browser reads them.

#![cfg(target_arch = "wasm32")]

use super::{
    Connection,
    outbox::{PendingMessage, SendState},
    tab_message::{Cursor, StreamMessage, TabMessage},
};
use crate::{
    json::{
        self,
        tests::{
            assert_every_variant, check_reading,
            samples::{self, Fill, MAX_INTEGER, api_errors, id, timestamp},
        },
    },
    request_error::RequestError,
};
use model::{ApiError, Envelope, Event, FieldError, PresenceUpdate, Typing};
use wasm_bindgen_test::wasm_bindgen_test;

fn cursor(json: &str) -> Cursor {
    json::from_str(json).unwrap_or_else(|_| panic!("{json}"))
}

fn envelope(fill: Fill) -> Envelope {
    Envelope { seq: fill.integer(), at: timestamp(), event: Event::MessageCreated { message: samples::message(fill) } }
}

fn stream_messages() -> Vec<StreamMessage> {
    let (conversation_id, user_id) = (id(4), id(1));
    vec![
        // As the server writes them, with fields that the page doesn't read.
        StreamMessage::Ready(cursor(r#"{"cursor":0,"resumed":true}"#)),
        StreamMessage::Reset(cursor(r#"{"cursor":9007199254740991}"#)),
        StreamMessage::Heartbeat(cursor(r#"{"cursor":7,"at":"2026-11-22T14:30:00.123Z"}"#)),
        StreamMessage::SessionEnded,
        StreamMessage::Event(envelope(Fill::Full)),
        StreamMessage::Skipped(MAX_INTEGER),
        StreamMessage::Typing(Typing { conversation_id, user_id, until: timestamp() }),
        StreamMessage::Presence(PresenceUpdate { user_id, online: true }),
    ]
}

#[wasm_bindgen_test]
fn stream_messages_are_read() {
    let messages = stream_messages();
    assert_every_variant!(
        messages,
        StreamMessage::Ready(_),
        StreamMessage::Reset(_),
        StreamMessage::Heartbeat(_),
        StreamMessage::SessionEnded,
        StreamMessage::Event(_),
        StreamMessage::Skipped(_),
        StreamMessage::Typing(_),
        StreamMessage::Presence(_),
    );
    check_reading(&messages);
}

fn connections() -> [Connection; 4] {
    [Connection::Live, Connection::Reconnecting, Connection::Offline, Connection::SignedOut]
}

#[wasm_bindgen_test]
fn connection_states_are_read() {
    assert_every_variant!(
        connections(),
        Connection::Live,
        Connection::Reconnecting,
        Connection::Offline,
        Connection::SignedOut,
    );
    check_reading(&connections());
}

#[wasm_bindgen_test]
fn messages_between_tabs_are_read() {
    let mut messages = vec![
        TabMessage::Replayed(envelope(Fill::Empty)),
        TabMessage::RequestReplay(MAX_INTEGER),
        TabMessage::Ping,
        TabMessage::Pong,
        TabMessage::Removed(id(8)),
        TabMessage::SigningOut,
    ];
    messages.extend(stream_messages().into_iter().map(TabMessage::Stream));
    messages.extend(connections().map(TabMessage::Connection));
    messages.extend(pending_messages().into_iter().map(TabMessage::Pending));
    assert_every_variant!(
        messages,
        TabMessage::Stream(_),
        TabMessage::Replayed(_),
        TabMessage::Connection(_),
        TabMessage::RequestReplay(_),
        TabMessage::Ping,
        TabMessage::Pong,
        TabMessage::Pending(_),
        TabMessage::Removed(_),
        TabMessage::SigningOut,
    );
    check_reading(&messages);
}

fn pending_message(fill: Fill, state: SendState) -> PendingMessage {
    PendingMessage {
        storage_key: fill.option(u32::MAX),
        conversation_id: id(4),
        client_id: id(8),
        body: fill.text(),
        state,
    }
}

fn pending_messages() -> Vec<PendingMessage> {
    let failures = [RequestError::Network, RequestError::TimedOut, ApiError::StorageFull.into()];
    let states = [SendState::Sending, SendState::Sent].into_iter().chain(failures.map(SendState::Failed));
    states.flat_map(|state| Fill::ALL.map(|fill| pending_message(fill, state.clone()))).collect()
}

#[wasm_bindgen_test]
fn stored_messages_are_read() {
    let states: Vec<_> = pending_messages().into_iter().map(|message| message.state).collect();
    assert_every_variant!(states, SendState::Sending, SendState::Sent, SendState::Failed(_));
    check_reading(&pending_messages());
    let failed = api_errors().into_iter().map(|error| SendState::Failed(error.into()));
    check_reading(&failed.collect::<Vec<_>>());
}

/// A browser may have stored a message months ago, so this format never changes.
#[wasm_bindgen_test]
fn a_message_that_an_older_version_stored_is_read() {
    let json = r#"{"place":3,"conversation_id":"00000000-0000-0000-0000-000000000004",
        "client_id":"00000000-0000-0000-0000-000000000008","body":"Habari 👋🏾",
        "stage":{"Failed":{"refused":{"code":"invalid","fields":{"body":"body_too_long"}}}}}"#;
    let failure = ApiError::for_field("body", FieldError::BodyTooLong);
    let expected = PendingMessage {
        storage_key: Some(3),
        body: "Habari 👋🏾".to_owned(),
        ..pending_message(Fill::Empty, SendState::Failed(failure.into()))
    };
    assert_eq!(json::from_str(json).ok(), Some(expected));
}
