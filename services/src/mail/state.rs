use super::links::LinkBuilder;
use tokio::sync::Notify;

/// What the use cases of mail share.
pub(crate) struct MailState {
    pub(crate) links: LinkBuilder,
    /// Notified when an e-mail is queued.
    pub(crate) queued: Notify,
}

impl MailState {
    pub(crate) fn new(public_url: &str) -> Self {
        Self { links: LinkBuilder::new(public_url), queued: Notify::new() }
    }
}
