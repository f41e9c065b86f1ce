//! Realtime delivery: each person's event log, and the streams that follow it.
//!
//! The log is the truth, the hub only says "look". Whatever the hub loses (a full queue, a stopped
//! process) a stream finds again in the log by its number.
//!
//! # Layout
//! - `event_recorder`: writes events, inside the transaction that causes them
//! - `hub`: tells the streams of this process, after the commit
//! - `event_sink`: where a stream's frames go
//! - `event_log`: reads events again; `catch_up`: for all streams that missed something
//! - `stream_setup`: what streams must know as they open
//! - `subscription`: one stream: replay, then live, without gap or double
//! - `sse`: how it looks on the wire
//! - `heartbeat`: the heartbeat
//! - `bus`: what nodes tell each other
//! - `typing`, `presence`: what passes by and isn't in the log

mod bus;
mod catch_up;
mod event_log;
mod event_recorder;
mod event_sink;
mod heartbeat;
mod hub;
mod presence;
mod sse;
mod stream_setup;
mod subscription;
mod typing;

pub use bus::{Bus, BusHealth};
pub(crate) use event_log::{last_seq, purge_events};
pub(crate) use event_recorder::{EventRecorder, lock_last_seqs};
pub use event_sink::EventSink;
pub(crate) use hub::Hub;
pub(crate) use stream_setup::StreamSetupBatcher;
pub use subscription::{Resume, Subscription};
pub(crate) use typing::TYPING_INTERVAL;
