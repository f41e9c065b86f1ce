//! What the tests of several crates share. Helpers that one crate alone needs are in that crate's tests.
//!
//! It names no other crate of the project, so that all of them can use it, and is never part of a site: `services` and
//! `server` have it as a development dependency, `bench` is a test program.

pub mod child_process;
pub mod deadline;
pub mod nats;
pub mod ports;
pub mod postgres;
pub mod rng;
pub mod sse;

/// Any error. A test panics with it; a measurement then has no result.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;
