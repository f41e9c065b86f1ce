//! Mail: letters, their queue, and sending them.
//!
//! A letter is queued in the transaction that causes it, so that neither is ever without the other. Whoever
//! sends it takes it for a while first: it is sent again only where nobody can know whether it was sent.
//!
//! # Layout
//! - `templates`: what mails say; `layout`: how they look
//! - `queue`: waiting letters; `deliver`: sending them, again and again; `link_tokens`: their tokens, made when they are sent
//! - `budget`: how many of those that strangers cause go to one recipient
//! - `digest`: mails about messages that stay unread, and ending those

mod budget;
mod deliver;
mod digest;
mod layout;
mod link_tokens;
mod queue;
pub(crate) mod templates;

pub(crate) use budget::Budget;
pub use deliver::{DeliveryError, Mailer};
pub(crate) use digest::recall_unread;
pub(crate) use layout::{EmailContent, EmailKind, LinkTarget};
pub use queue::{Backlog, QueuedEmail};
pub(crate) use queue::{enqueue, has_budget};

use model::ConversationId;

/// A letter on its way out.
#[derive(Clone)]
pub struct OutgoingEmail {
    /// Says which it is, to whoever asks later: the same at every try.
    pub id: uuid::Uuid,
    /// The conversation it is about, if that is one alone.
    pub conversation: Option<ConversationId>,
    /// To whom.
    pub to: String,
    /// What about.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// Where one POST ends letters of this kind (RFC 8058).
    pub unsubscribe: Option<String>,
}

/// Addresses and links that open accounts don't belong in logs.
impl std::fmt::Debug for OutgoingEmail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OutgoingEmail({})", self.id)
    }
}

/// Where links in mails lead.
pub(crate) struct LinkBuilder(String);

impl LinkBuilder {
    pub(crate) fn new(public_url: &str) -> Self {
        Self(public_url.trim_end_matches('/').to_owned())
    }

    fn to(&self, path: &str) -> LinkTarget {
        LinkTarget { url: format!("{}{path}", self.0), token: None }
    }

    /// A link with what refers to its token: the token itself takes its place when the letter goes out.
    fn with_token(&self, path: &str, reference: &str) -> LinkTarget {
        LinkTarget { url: format!("{}{path}?token={reference}", self.0), token: reference.parse().ok() }
    }

    fn conversation(&self, id: ConversationId) -> LinkTarget {
        self.to(&format!("/conversations/{id}"))
    }
}
