use super::layout::LinkTarget;
use model::ConversationId;

/// Builds links in emails from the site's public URL.
pub(crate) struct LinkBuilder(String);

impl LinkBuilder {
    pub(crate) fn new(public_url: &str) -> Self {
        Self(public_url.trim_end_matches('/').to_owned())
    }

    /// Returns the absolute address of a page.
    pub(crate) fn page_url(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    pub(super) fn to(&self, path: &str) -> LinkTarget {
        LinkTarget { url: self.page_url(path), token: None }
    }

    /// Returns a link with the reference to a prepared token; delivery replaces the reference by the token itself.
    pub(super) fn with_token(&self, path: &str, reference: &str) -> LinkTarget {
        LinkTarget { url: format!("{}{path}?token={reference}", self.0), token: reference.parse().ok() }
    }

    pub(super) fn conversation(&self, id: ConversationId) -> LinkTarget {
        self.to(&format!("/conversations/{id}"))
    }
}
