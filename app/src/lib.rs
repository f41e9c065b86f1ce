//! The user interface: pages, components, server functions and the live connection.
//!
//! The server renders each page, and the browser hydrates it. The feature `ssr` adds `services`; under `hydrate` the
//! crate doesn't depend on them. The app never decides about permissions: a server function identifies the viewer,
//! parses its input, and calls the same service as the REST handler.
//!
//! # Layout
//! - [`pages`]: one page per file; [`paths`]: their paths; `page_resource`: their data
//! - [`components`]: the views that pages are built from
//! - [`server_fns`]: the server functions, [`server_fn_client`]: how the browser calls them, [`json`]: their encoding
//! - [`form_fields`]: the fields of all forms; [`refused_form`]: what was typed into a plain form that was refused
//! - [`owner`]: the person a document was rendered for, [`page_time_zone`]: the time zone it was rendered in
//! - [`platform`]: whether the code runs on the server or in a browser; `browser`: browser APIs that may be missing or
//!   throw
//! - [`live`]: the event stream and the outbox, in the browser
//! - [`strings`]: the texts of the screen
//! - `ssr`: the request context of server functions, and pages without components, on the server only

// Leptos' macros generate items without docs, and more visible than they need to be.
#![allow(missing_docs, unreachable_pub, clippy::must_use_candidate)]
#![recursion_limit = "256"]

mod browser;
pub mod components;
pub mod form_fields;
pub mod json;
pub mod live;
pub mod owner;
mod page_resource;
pub mod page_time_zone;
pub mod pages;
pub mod paths;
pub mod platform;
mod reactive;
pub mod refused_form;
pub mod request_error;
pub mod server_fn_client;
pub mod server_fns;
mod shell;
#[cfg(feature = "ssr")]
pub mod ssr;
pub mod strings;

pub use model;
pub use shell::{App, shell};
