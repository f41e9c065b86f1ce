//! Realtime delivery: each person's event log, and the streams that follow it.
//!
//! The log is the source of truth; the hub only announces new events. An event that the hub loses (a full send buffer,
//! a stopped process) is replayed from the log by its sequence number.
//!
//! # Layout
//! - `event_recorder`: writes events, inside the transaction that causes them
//! - `hub`: registry of this process's subscribers; publishes to them after the commit
//! - `event_sink`: port to a stream's socket
//! - `event_log`: reads events back; `catch_up`: reads them for all lagging streams at once
//! - `stream_setup`: loads the state that a new stream needs, in batches; `stream_request`: its types
//! - `state`: what these use cases share
//! - `subscription`: one stream: replay, then live, without gaps or duplicates
//! - `sse`: SSE encoding
//! - `heartbeat`: heartbeats, and polling for what other processes wrote
//! - `bus`: messages between nodes; `nodes`: what they cause
//! - `typing`, `presence`: ephemeral events, which the log doesn't contain

mod bus;
mod catch_up;
mod event_log;
mod event_recorder;
mod event_sink;
mod heartbeat;
mod hub;
mod nodes;
mod presence;
mod sse;
mod state;
mod stream_request;
mod stream_setup;
mod subscription;
mod typing;

pub use bus::{Bus, BusHealth};
pub(crate) use event_log::{last_seq, purge_events};
pub(crate) use event_recorder::{EventRecorder, lock_last_seqs};
pub use event_sink::EventSink;
pub(crate) use state::RealtimeState;
pub use subscription::{Resume, Subscription};
