//! Helpers that the tests of several crates share. Those of one crate alone are in its own tests.
//!
//! This crate names no other crate of the project, so that all of them can use it. It is never part of a site:
//! `services` and `server` have it as a development dependency, and `bench` is a test program.

pub mod child_process;
pub mod deadline;
pub mod nats;
pub mod ports;
pub mod postgres;
pub mod rng;
pub mod sse;

/// Any error. A test panics with it; a measurement then has no result.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;
