//! Greenroom's use cases and their authorisation.
//!
//! Every use case is a method of [`Greenroom`], in a file named after it, and takes a [`Viewer`]: the query itself
//! selects from the viewer's own rows, so others' data is simply not found. Only this crate (and `migration`) uses
//! `sea_orm`. It must never depend on HTTP, cookies or pages.
//!
//! # Layout
//! - `greenroom`: the entry point, and the state that use cases share
//! - [`accounts`]: registration, sign-in and sign-out, sessions and tokens, settings, deletion
//! - [`bookings`], [`conversations`], [`messages`], [`notifications`], [`talents`]: the use cases
//! - [`realtime`]: each person's event log, and the streams that follow it
//! - [`refused_forms`]: what was typed into plain forms that were refused
//! - [`mail`]: e-mails, their queue, and their delivery
//! - [`seed`]: demo data
//! - [`backup`]: backups, and the move to another database
//! - `store`: connections and transactions; `entity`: tables
//! - `batcher`: concurrent requests served by one statement
//! - `limits`: what one person or network may do; `rate_limits`: the limiters, made of `rate_limiter`
//! - [`metrics`], and `gauges`, which are read when they are asked for
//! - [`time_zone`]: time zones and their offsets
//! - `search_text`: names and titles, folded for search
//! - `run_to_completion`, `pruned_map`, `page`, `network`, [`clock`], [`cleanup`]: shared by the above

pub mod accounts;
pub mod backup;
mod batcher;
pub mod bookings;
pub mod cleanup;
pub mod clock;
pub mod conversations;
#[allow(unreachable_pub, reason = "SeaORM's derives make their items pub")]
mod entity;
mod error;
mod gauges;
mod greenroom;
mod limits;
pub mod mail;
pub mod messages;
pub mod metrics;
mod network;
pub mod notifications;
mod page;
mod pruned_map;
mod rate_limiter;
mod rate_limits;
pub mod realtime;
pub mod refused_forms;
mod run_to_completion;
mod search_text;
pub mod seed;
mod store;
pub mod talents;
pub mod time_zone;

pub use accounts::{Export, NewToken, SignInResult, Viewer};
pub use error::{Error, Result};
pub use greenroom::{Greenroom, SiteConfig};
pub use limits::Limits;
pub use messages::generate_client_id;
pub use network::network_of;
pub use realtime::{Bus, BusHealth, EventSink, Resume, Subscription};
pub use store::migrate;

pub(crate) use run_to_completion::run_to_completion;

/// Log filter for the libraries in use: only their warnings and errors are of interest.
pub const LOG_FILTER: &str = "sqlx=warn,sea_orm_migration=warn";
