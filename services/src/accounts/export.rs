mod metadata;

use super::{Viewer, security_log::SecurityEvent};
use crate::{Error, Greenroom, Result, conversations::conversation_ids, messages::Window};
use bytes::Bytes;
use model::Conversation;
use serde::Serialize;
use tokio::sync::mpsc;

/// Capacity of the channel to the response, so that a slow client can't fill the memory.
const BUFFERED_CHUNKS: usize = 4;
/// Messages per query.
const MESSAGES: i64 = 100;

/// A person's data as one JSON document, in chunks.
#[derive(Debug)]
pub struct Export(mpsc::Receiver<Result<Bytes>>);

impl Export {
    /// Returns the next chunk; `None` at the end. After an error the document is incomplete. Cancel safe.
    pub async fn next(&mut self) -> Option<Result<Bytes>> {
        self.0.recv().await
    }
}

impl Greenroom {
    /// Starts an export of the viewer's data. It fails with `Unauthenticated` when their session ends before it is
    /// complete.
    ///
    /// # Errors
    /// `SessionRequired` for an access token; `PasswordRequired` if the password was typed more than an hour ago;
    /// `RateLimited`.
    pub fn export_data(&self, viewer: &Viewer) -> Result<Export> {
        viewer.require_full_scope()?;
        viewer.require_recent_password(self.now())?;
        self.rate_limits.exports.acquire(viewer.id())?;
        let (pieces, export) = mpsc::channel(BUFFERED_CHUNKS);
        let (greenroom, viewer) = (self.clone(), viewer.clone());
        tokio::spawn(async move {
            greenroom.log_security(SecurityEvent::DataExported, viewer.id(), viewer.from).await;
            let out = JsonWriter(pieces);
            if let Err(ExportError::Internal(error)) = greenroom.write_export(&viewer, &out).await {
                // The client may have disconnected.
                let _ = out.0.send(Err(error)).await;
            }
        });
        Ok(Export(export))
    }

    async fn write_export(&self, viewer: &Viewer, out: &JsonWriter) -> std::result::Result<(), ExportError> {
        out.write_field("{", "exportedAt", &self.now()).await?;
        out.write_field(",", "account", &self.load_account(viewer).await?).await?;
        out.write_field(",", "times", &self.exported_times(viewer).await?).await?;
        out.write_field(",", "sessions", &self.list_devices(viewer).await?).await?;
        out.write_field(",", "accessTokens", &self.list_access_tokens(viewer).await?).await?;
        out.write_field(",", "emails", &self.exported_emails(viewer).await?).await?;
        out.write_field(",", "leftOut", &metadata::OMITTED_DATA).await?;
        out.write_text(",\"notifications\":[").await?;
        let (mut page, mut first) = (None, true);
        loop {
            self.check_signed_in(viewer).await?;
            let notices = self.list_notifications(viewer, page.as_deref()).await?;
            for notification in &notices.notifications {
                out.write_item(&mut first, notification).await?;
            }
            page = notices.next_page;
            if page.is_none() {
                break;
            }
        }
        out.write_text("],\"conversations\":[").await?;
        first = true;
        // In the order of their ids, which is stable during the export; the inbox's order changes with each message.
        for id in conversation_ids(self.store.reader(), viewer).await? {
            self.check_signed_in(viewer).await?;
            let (conversation, _) = self.load_conversation(viewer, id).await?;
            out.write_text(if std::mem::take(&mut first) { "" } else { "," }).await?;
            self.write_conversation(viewer, &conversation, out).await?;
        }
        out.write_text("]}\n").await
    }

    async fn write_conversation(
        &self,
        viewer: &Viewer,
        conversation: &Conversation,
        out: &JsonWriter,
    ) -> std::result::Result<(), ExportError> {
        out.write_field("{", "conversation", conversation).await?;
        out.write_text(",\"messages\":[").await?;
        let (mut after, mut first) = (0, true);
        loop {
            self.check_signed_in(viewer).await?;
            let part = self.list_messages(viewer, conversation.id, Window::After(after), Some(MESSAGES)).await?;
            for message in &part.messages {
                out.write_item(&mut first, message).await?;
                after = message.seq;
            }
            if !part.has_more {
                break;
            }
        }
        out.write_text("]}").await
    }
}

/// The reason for an incomplete export.
enum ExportError {
    /// The client disconnected.
    ReaderGone,
    Internal(Error),
}

impl From<Error> for ExportError {
    fn from(error: Error) -> Self {
        ExportError::Internal(error)
    }
}

struct JsonWriter(mpsc::Sender<Result<Bytes>>);

impl JsonWriter {
    async fn write_text(&self, text: impl Into<Bytes>) -> std::result::Result<(), ExportError> {
        self.0.send(Ok(text.into())).await.map_err(|_| ExportError::ReaderGone)
    }

    async fn write_field(
        &self,
        before: &str,
        name: &str,
        value: &impl Serialize,
    ) -> std::result::Result<(), ExportError> {
        let value = serde_json::to_string(value).map_err(Error::internal)?;
        self.write_text(format!("{before}\"{name}\":{value}")).await
    }

    async fn write_item(&self, first: &mut bool, value: &impl Serialize) -> std::result::Result<(), ExportError> {
        let value = serde_json::to_string(value).map_err(Error::internal)?;
        self.write_text(if std::mem::take(first) { value } else { format!(",{value}") }).await
    }
}
