//! Measures Greenroom as it is built for people: the release program on a database of its own, over HTTP.
//!
//! Machines are noisy: what counts is how the times of one run compare, and programs that are compared run in turns.
//! None of that may ever be a test: a slow day fails nobody. The [`line`] is there for tests as well, and the ledger is
//! one: it breaks things, and asks what is left and not how fast it came.

pub mod bulk_insert;
pub mod event_date;
pub mod fault_proxy;
pub mod history;
pub mod html;
pub mod http_client;
pub mod latencies;
pub mod people;
pub mod plain_inserts;
pub mod ports;
pub mod process;
pub mod rng;
pub mod send_attempt;
pub mod server_process;
pub mod site;
pub mod sse;
pub mod stream_client;
