//! Requests that many tests make.

use super::{Actor, TestResponse, new_id};
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

impl Actor {
    /// Sends a message with a new client id, and returns it.
    pub(crate) async fn send_message(&self, conversation: &str, body: &str) -> Value {
        let message = json!({ "conversationId": conversation, "body": body, "clientId": new_id() });
        self.post("/api/messages", &message).await.ok(201)["message"].clone()
    }

    /// Sends a message without a client id, and returns the response, which may be an error.
    pub(crate) async fn try_send_message(&self, conversation: &str, body: &str) -> TestResponse {
        self.post("/api/messages", &json!({ "conversationId": conversation, "body": body })).await
    }

    /// Returns the id of the first conversation in the inbox.
    pub(crate) async fn load_first_conversation_id(&self) -> String {
        let inbox = self.get("/api/messages").await.ok(200);
        inbox["conversations"][0]["id"].as_str().expect("an id").to_owned()
    }

    /// Returns all messages of a conversation, loaded page by page.
    pub(crate) async fn load_whole_thread(&self, conversation: &str) -> Vec<Value> {
        let mut messages = Vec::new();
        loop {
            let after = messages.last().map_or(Value::from(0), |message: &Value| message["seq"].clone());
            let window =
                self.get(&format!("/api/conversations/{conversation}/messages?limit=100&after={after}")).await.ok(200);
            messages.extend(window["messages"].as_array().expect("messages").iter().cloned());
            if window["hasMore"] == false {
                return messages;
            }
        }
    }

    /// Signs in with JSON, and returns the response, which may be an error.
    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> TestResponse {
        self.post("/api/auth/callback/credentials", &json!({ "email": email, "password": password })).await
    }

    /// Opens an inquiry with a talent.
    pub(crate) async fn book(&self, talent: &str, title: &str) -> Value {
        self.post("/api/bookings", &inquiry(talent, title)).await.ok(201)
    }
}

/// Returns a valid event date: one year from today.
pub(crate) fn event_day() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970").as_millis();
    let now = model::Timestamp::from_millis(i64::try_from(since).expect("milliseconds"));
    now.day().years_later(1).expect("a day").to_string()
}

/// Returns a valid inquiry.
pub(crate) fn inquiry(talent: &str, title: &str) -> Value {
    json!({
        "talentId": talent,
        "title": title,
        "eventDate": event_day(),
        "venue": "Karura Forest, Nairobi",
        "fee": { "amount": 2_500_000, "currency": "KES" },
        "message": "Are you free that day?",
    })
}

/// Returns the text of this key of each item in a list.
pub(crate) fn pluck(list: &Value, key: &str) -> Vec<String> {
    let items = list.as_array().unwrap_or_else(|| panic!("{list} is not a list"));
    items.iter().map(|item| item[key].as_str().unwrap_or_default().to_owned()).collect()
}
