//! Mail: emails, their queue and delivery.
//!
//! An email is queued in the transaction that causes it, so that both commit or neither. A worker leases an email
//! before it sends it: a second copy is sent only if the outcome of an attempt is unknown.
//!
//! # Layout
//! - `templates`: the texts of emails; `layout`: plain text and HTML
//! - `queue`: queued emails; `deliver`: delivery with retries; `link_tokens`: tokens of links, issued on delivery
//! - `budget`: limits per recipient on emails that other people can cause
//! - `digest`: emails about messages that stay unread, and unsubscribing from them

mod budget;
mod deliver;
mod digest;
mod layout;
mod link_tokens;
mod queue;
pub(crate) mod templates;

pub(crate) use budget::Budget;
pub use deliver::{DeliveryError, Mailer};
pub(crate) use digest::delete_unsent_digests;
pub(crate) use layout::{EmailContent, EmailKind, LinkTarget};
pub use queue::{Backlog, QueuedEmail};
pub(crate) use queue::{enqueue, has_budget};

use model::ConversationId;

/// An email as it is handed to a mail server.
#[derive(Clone)]
pub struct OutgoingEmail {
    /// Identifies the email across delivery attempts.
    pub id: uuid::Uuid,
    /// The conversation it is about, if it is about exactly one.
    pub conversation: Option<ConversationId>,
    /// The recipient's address.
    pub to: String,
    /// The subject, in one line.
    pub subject: String,
    /// The body as plain text.
    pub text: String,
    /// The body as HTML.
    pub html: String,
    /// The URL at which one POST unsubscribes from emails of this kind (RFC 8058).
    pub unsubscribe: Option<String>,
}

/// Prints only the id: addresses and links that give access to accounts don't belong in logs.
impl std::fmt::Debug for OutgoingEmail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OutgoingEmail({})", self.id)
    }
}

/// Builds links in emails from the site's public URL.
pub(crate) struct LinkBuilder(String);

impl LinkBuilder {
    pub(crate) fn new(public_url: &str) -> Self {
        Self(public_url.trim_end_matches('/').to_owned())
    }

    fn to(&self, path: &str) -> LinkTarget {
        LinkTarget { url: format!("{}{path}", self.0), token: None }
    }

    /// Returns a link with the reference to a prepared token; delivery replaces the reference by the token itself.
    fn with_token(&self, path: &str, reference: &str) -> LinkTarget {
        LinkTarget { url: format!("{}{path}?token={reference}", self.0), token: reference.parse().ok() }
    }

    fn conversation(&self, id: ConversationId) -> LinkTarget {
        self.to(&format!("/conversations/{id}"))
    }
}
