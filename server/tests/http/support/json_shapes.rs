//! Checks the JSON of each type, key by key. A failed check prints the value.

use serde_json::{Map, Value};
use uuid::Uuid;

/// Checks that an object has exactly these keys.
pub(crate) fn keys(value: &Value, expected: &[&str]) {
    let mut expected: Vec<&str> = expected.to_vec();
    expected.sort_unstable();
    let mut seen: Vec<&str> = value.as_object().map(Map::keys).expect("an object").map(String::as_str).collect();
    seen.sort_unstable();
    assert_eq!(seen, expected, "{value}");
}

pub(crate) fn user(value: &Value) {
    keys(value, &["id", "name", "email", "role", "emailVerified"]);
    our_id(&value["id"]);
    text(&value["name"]);
    text(&value["email"]);
    role(&value["role"]);
    assert!(value["emailVerified"].is_boolean());
}

pub(crate) fn person(value: &Value) {
    if value["role"] == "talent" {
        keys(value, &["id", "name", "role", "craft"]);
        text(&value["craft"]);
    } else {
        keys(value, &["id", "name", "role"]);
    }
    our_id(&value["id"]);
    text(&value["name"]);
    role(&value["role"]);
}

pub(crate) fn talent(value: &Value) {
    keys(value, &["id", "name", "role", "craft", "slug", "bio"]);
    our_id(&value["id"]);
    text(&value["name"]);
    assert_eq!(value["role"], "talent");
    text(&value["craft"]);
    text(&value["slug"]);
    assert!(value["bio"].is_string(), "{value}");
}

pub(crate) fn booking(value: &Value) {
    keys(value, &["id", "title", "eventDate", "venue", "fee", "status", "organizer", "talent"]);
    our_id(&value["id"]);
    text(&value["title"]);
    text(&value["venue"]);
    let day = value["eventDate"].as_str().expect("a day");
    assert!(day.parse::<model::Day>().is_ok() && day.len() == 10, "{day}");
    keys(&value["fee"], &["amount", "currency"]);
    number(&value["fee"]["amount"]);
    assert_eq!(value["fee"]["currency"], "KES");
    assert_eq!(value["status"], "inquiry");
    person(&value["organizer"]);
    person(&value["talent"]);
    assert_eq!((&value["organizer"]["role"], &value["talent"]["role"]), (&"organizer".into(), &"talent".into()));
}

pub(crate) fn conversation(value: &Value) {
    let mut expected = vec!["id", "booking", "counterpart", "lastMessage", "unread", "updatedAt"];
    let numbers = ["unread", "lastSeq", "readSeq", "counterpartReadSeq", "counterpartDeliveredSeq"];
    expected.extend(&numbers[1..]);
    keys(value, &expected);
    our_id(&value["id"]);
    booking(&value["booking"]);
    person(&value["counterpart"]);
    numbers.iter().for_each(|name| number(&value[name]));
    timestamp(&value["updatedAt"]);
    if !value["lastMessage"].is_null() {
        message(&value["lastMessage"]);
        assert_eq!(value["lastMessage"]["conversationId"], value["id"]);
        assert_eq!(value["lastMessage"]["seq"], value["lastSeq"]);
    }
}

pub(crate) fn message(value: &Value) {
    keys(value, &["id", "conversationId", "bookingId", "seq", "clientId", "sender", "body", "createdAt"]);
    our_id(&value["id"]);
    our_id(&value["conversationId"]);
    our_id(&value["bookingId"]);
    person(&value["sender"]);
    assert!(value["clientId"].as_str().is_some_and(|id| Uuid::try_parse(id).is_ok()), "{value}");
    number(&value["seq"]);
    text(&value["body"]);
    timestamp(&value["createdAt"]);
}

pub(crate) fn notification(value: &Value) {
    keys(value, &["id", "kind", "conversationId", "bookingId", "booking", "actor", "preview", "createdAt", "readAt"]);
    our_id(&value["id"]);
    our_id(&value["conversationId"]);
    our_id(&value["bookingId"]);
    assert!(value["kind"] == "message" || value["kind"] == "booking", "{value}");
    assert_eq!(value["booking"].is_null(), value["kind"] == "message", "{value}");
    if let Some(booking) = value["booking"].as_object() {
        keys(&value["booking"], &["title", "eventDate", "fee"]);
        assert_eq!(booking["fee"]["currency"], "KES");
    }
    person(&value["actor"]);
    text(&value["preview"]);
    timestamp(&value["createdAt"]);
    if !value["readAt"].is_null() {
        timestamp(&value["readAt"]);
    }
}

/// Checks for an RFC 3339 timestamp in UTC with `Z`.
pub(crate) fn timestamp(value: &Value) {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is not a timestamp"));
    let parsed: Result<model::Timestamp, _> = serde_json::from_value(value.clone());
    assert!(parsed.is_ok() && text.ends_with('Z') && text.as_bytes()[10] == b'T', "{text}");
}

/// Checks for a UUIDv7 in lower case with hyphens.
pub(crate) fn our_id(value: &Value) {
    let id = value.as_str().and_then(|text| Uuid::try_parse(text).ok());
    let id = id.unwrap_or_else(|| panic!("{value} is not an id"));
    assert_eq!(id.get_version_num(), 7, "{value}");
    assert_eq!(value, &Value::from(id.to_string()));
}

fn number(value: &Value) {
    assert!(value.as_i64().is_some_and(|number| number >= 0), "{value} is not a natural number");
}

fn text(value: &Value) {
    assert!(value.as_str().is_some_and(|text| !text.is_empty()), "{value} is not a text, or empty");
}

fn role(value: &Value) {
    assert!(value == "talent" || value == "organizer", "{value} is not a role");
}
