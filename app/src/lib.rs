//! What people see: pages, their parts, the server functions behind them, and the live connection.
//!
//! Rendered on the server, then taken over in the browser. Under the feature `ssr` it calls `services`;
//! under `hydrate` it knows nothing of them. It must never decide who may do what: a server function
//! asks who is there, parses, and calls the same service as the REST handler.
//!
//! # Layout
//! - [`pages`]: one file a page
//! - [`components`]: what pages are made of
//! - [`server_fns`]: what a page asks of the server, [`server_fn_client`]: how, and [`json`]: in which form it is answered
//! - [`owner`]: whose page it is
//! - `browser`: browser APIs that may be missing or throw
//! - [`live`]: the event stream and the outbox, in the browser
//! - [`strings`]: every text
//! - `ssr`: what server functions stand on, on the server only

// Leptos' macros write items without docs and visible further than they are.
#![allow(missing_docs, unreachable_pub, clippy::must_use_candidate)]
#![recursion_limit = "256"]

mod browser;
pub mod components;
pub mod json;
pub mod live;
pub mod owner;
pub mod pages;
mod reactive;
pub mod request_error;
pub mod server_fn_client;
pub mod server_fns;
mod shell;
#[cfg(feature = "ssr")]
pub mod ssr;
pub mod strings;

pub use model;
pub use shell::{App, shell};
