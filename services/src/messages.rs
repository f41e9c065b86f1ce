//! Messages: sending them, and reading a conversation's history.
//!
//! # Layout
//! - `send`: sends a message, in a batch with those sent at the same time (`batch`); `request`: the types of both
//! - `insert`: writes messages, their events and notifications; `row`: the conversion between messages and rows
//! - `history`: the pages of a conversation; `transcript`: all of it, to print

mod batch;
mod history;
mod insert;
mod request;
mod row;
mod send;
mod transcript;

pub use history::{Messages, Window};
pub(crate) use insert::{NewMessage, active_senders, insert_messages, insert_messages_at};
pub(crate) use request::MessageBatcher;
pub use request::{SendOutcome, generate_client_id};
pub(crate) use row::message_from_row;
pub(crate) use send::allocate_seq;
