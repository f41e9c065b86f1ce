//! Measures Greenroom as deployed: the release program with its own database, over HTTP.
//!
//! Machines are noisy, so only the ratio of two programs counts, and both run alternately in the same run. No
//! measurement is a test: a slow day must not fail a build. Two parts serve tests: the [`fault_proxy`], and the chaos
//! test, which checks correctness and not speed.

pub mod bulk_insert;
pub mod event_date;
pub mod fault_proxy;
pub mod history;
pub mod html;
pub mod http_client;
pub mod latencies;
pub mod people;
pub mod plain_inserts;
pub mod process;
pub mod send_attempt;
pub mod server_process;
pub mod site;
pub mod stream_client;
