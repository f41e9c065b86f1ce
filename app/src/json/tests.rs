//! Tests of the browser's reader with the types that travel between server and browser. They run as WASM under Node.js,
//! because the reader takes values from JavaScript; `bin/test rust` runs them.
//!
//! The tests of server functions, of messages between tabs and of stored messages are beside those types.

#![cfg(target_arch = "wasm32")]

mod mutations;
pub(crate) mod samples;

use super::{from_str, to_string};
use crate::request_error::RequestError;
use model::{
    BookingStatus, Craft, EmailDelay, Envelope, Event, FieldError, LinkAction, NotificationKind, PresenceUpdate, Role,
    Scope, Timestamp, Typing,
};
use mutations::with_one_change;
use samples::{Fill, MAX_INTEGER, api_errors, events, id, timestamp};
use serde::{Serialize, de::DeserializeOwned};
use std::{collections::BTreeSet, fmt::Debug};
use wasm_bindgen_test::wasm_bindgen_test;

/// Checks that the browser reads these values as the server wrote them, and that it reads and refuses the same changed
/// texts as `serde_json`: with a value of another type, a field less or a field more, anywhere in them.
pub(crate) fn check_reading<T: Serialize + DeserializeOwned>(values: &[T]) {
    for value in values {
        let text = to_string(value).expect("JSON");
        assert_eq!(read::<T>(&text).as_ref(), Some(&text), "the browser reads another value");
        let parsed = serde_json::from_str(&text).expect("JSON");
        for changed in with_one_change(&parsed) {
            let changed = changed.to_string();
            let expected = serde_json::from_str::<T>(&changed).ok().map(|value| write(&value));
            assert_eq!(read::<T>(&changed), expected, "{changed}");
        }
    }
}

/// Returns what the browser reads, as JSON again: not every type can be compared.
fn read<T: Serialize + DeserializeOwned>(text: &str) -> Option<String> {
    from_str::<T>(text).ok().map(|value| write(&value))
}

fn write(value: &impl Serialize) -> String {
    to_string(value).unwrap_or_else(|_| "an event of an unknown kind".to_owned())
}

/// Fails if one of the patterns matches no sample. A variant that no pattern names doesn't compile.
macro_rules! assert_every_variant {
    ($samples:expr, $($variant:pat),+ $(,)?) => {{
        let name = |sample: &_| match sample { $($variant => stringify!($variant),)+ };
        let seen: std::collections::BTreeSet<_> = $samples.iter().map(name).collect();
        assert_eq!(seen, std::collections::BTreeSet::from([$(stringify!($variant)),+]), "every variant has a sample");
    }};
}
pub(crate) use assert_every_variant;

#[wasm_bindgen_test]
fn events_of_every_kind_are_read() {
    let events: Vec<Event> = Fill::ALL.into_iter().flat_map(events).collect();
    let seen: BTreeSet<_> = events.iter().map(Event::name).collect();
    assert_eq!(seen, BTreeSet::from_iter(Event::NAMES.iter().copied()), "samples.rs has an event of every kind");
    let envelopes = events.into_iter().map(|event| Envelope { seq: MAX_INTEGER, at: timestamp(), event });
    check_reading(&envelopes.collect::<Vec<_>>());
}

#[wasm_bindgen_test]
fn an_event_of_an_unknown_kind_is_read_with_its_number() {
    let json = r#"{"seq":7,"at":"1970-01-01T00:00:00Z","type":"moon.rose","moon":{"phase":[1.5]},"message":null}"#;
    let envelope = Envelope { seq: 7, at: Timestamp::from_millis(0), event: Event::Unknown };
    assert_eq!(from_str::<Envelope>(json).ok(), Some(envelope));
}

#[wasm_bindgen_test]
fn ephemeral_events_are_read() {
    check_reading(&[Typing { conversation_id: id(1), user_id: id(2), until: timestamp() }]);
    check_reading(&[true, false].map(|online| PresenceUpdate { user_id: id(1), online }));
}

#[wasm_bindgen_test]
fn errors_of_every_kind_are_read() {
    check_reading(&api_errors());
    let refused = api_errors().into_iter().map(RequestError::Refused);
    let errors: Vec<_> = refused.chain([RequestError::Network, RequestError::TimedOut]).collect();
    assert_every_variant!(errors, RequestError::Refused(_), RequestError::Network, RequestError::TimedOut);
    check_reading(&errors);
}

#[wasm_bindgen_test]
fn every_value_of_an_enumeration_is_read() {
    check_reading(BookingStatus::ALL);
    check_reading(Craft::ALL);
    check_reading(EmailDelay::ALL);
    check_reading(FieldError::ALL);
    check_reading(LinkAction::ALL);
    check_reading(NotificationKind::ALL);
    check_reading(Role::ALL);
    check_reading(Scope::ALL);
}

fn assert_refused<T: DeserializeOwned + Debug>(text: &str) {
    let read = from_str::<T>(text);
    assert!(read.is_err(), "{text} was read as {read:?}");
}

/// JavaScript has rounded a larger number before the reader sees it. A wrong number would be worse than none.
#[wasm_bindgen_test]
fn integers_that_javascript_rounds_are_refused() {
    for number in [0, 1, -1, 1_795_357_800_123, model::money::AMOUNT_LIMIT, MAX_INTEGER, -MAX_INTEGER] {
        assert_eq!(from_str::<i64>(&number.to_string()).ok(), Some(number));
    }
    for text in ["9007199254740992", "9007199254740993", "-9007199254740992", "9223372036854775807", "1e300", "1e999"] {
        assert_refused::<i64>(text);
        assert_refused::<u64>(text);
    }
    for text in ["1.5", "-0.5", "1e-7", "\"1\"", "null", "true", "[]", "{}"] {
        assert_refused::<i64>(text);
        assert_refused::<u64>(text);
        assert_refused::<u32>(text);
    }
    assert_eq!(from_str::<u32>("4294967295").ok(), Some(u32::MAX));
    assert_refused::<u32>("4294967296");
    assert_refused::<u32>("-1");
    assert_refused::<u64>("-1");
}

#[wasm_bindgen_test]
fn texts_are_read_with_all_their_characters() {
    let texts: Vec<String> = ('\0'..='\u{200}').map(String::from).collect();
    check_reading(&texts);
    let rare = ["", "\u{2028}\u{2029}\u{feff}", "\u{d7ff}\u{e000}\u{fffd}\u{ffff}", "\u{10000}\u{10ffff}", "👋🏾"];
    check_reading(&rare.map(str::to_owned));
    let escaped = from_str::<String>(r#""\ud83d\udc4b \u00e9\u0000 \"\\\/\b\f\n\r\t""#);
    assert_eq!(escaped.ok().as_deref(), Some("👋 é\0 \"\\/\u{8}\u{c}\n\r\t"));
}

/// Half a surrogate pair is no character. Rust never writes one, and `serde_json` refuses it.
#[wasm_bindgen_test]
fn half_a_surrogate_pair_becomes_a_replacement_character() {
    for text in [r#""\ud83d""#, r#""\udc4b""#] {
        assert_eq!(from_str::<String>(text).ok().as_deref(), Some("\u{fffd}"));
    }
}

#[wasm_bindgen_test]
fn texts_that_are_not_json_are_refused() {
    for text in ["", " ", "{", "nul", "'a'", "[1,]", "{}{}", "undefined", "\u{feff}null", "\"\n\"", "01", "<html>"] {
        assert_refused::<Option<String>>(text);
        assert_refused::<Envelope>(text);
    }
}
