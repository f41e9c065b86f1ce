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
