//! Mail: emails, their queue and delivery.
//!
//! An email is queued in the transaction that causes it, so that both commit or neither. A worker leases an email
//! before it sends it: a second copy is sent only if the outcome of an attempt is unknown.
//!
//! # Layout
//! - `templates`: the texts of emails; `layout`: plain text and HTML
//! - `outgoing`: an email as it is handed to a mail server; `links`: the links in emails
//! - `state`: what these use cases share
//! - `queue`: queued emails; `deliver`: delivery with retries; `link_tokens`: tokens of links, issued on delivery
//! - `budget`: limits per recipient on emails that other people can cause
//! - `digest`: emails about messages that stay unread, and unsubscribing from them

mod budget;
mod deliver;
mod digest;
mod layout;
mod link_tokens;
mod links;
mod outgoing;
mod queue;
mod state;
pub(crate) mod templates;

pub(crate) use budget::Budget;
pub use deliver::{DeliveryError, Mailer};
pub(crate) use digest::delete_unsent_digests;
pub(crate) use layout::{EmailContent, EmailKind, LinkTarget};
pub(crate) use links::LinkBuilder;
pub use outgoing::OutgoingEmail;
pub use queue::{Backlog, QueuedEmail};
pub(crate) use queue::{enqueue, has_budget};
pub(crate) use state::MailState;
