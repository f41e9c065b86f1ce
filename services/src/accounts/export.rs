mod rest;

use super::{Viewer, security_log::SecurityEvent};
use crate::{Error, Greenroom, Result, conversations::conversation_ids, messages::Window};
use bytes::Bytes;
use model::Conversation;
use serde::Serialize;
use tokio::sync::mpsc;

/// Pieces that wait to be read: whoever reads slowly must not fill the memory.
const AHEAD: usize = 4;
/// Messages read at once.
const MESSAGES: i64 = 100;

/// Everything Greenroom holds of somebody, as one JSON document, a piece at a time.
#[derive(Debug)]
pub struct Export(mpsc::Receiver<Result<Bytes>>);

impl Export {
    /// The next piece; `None` at the end. An error means that the document is not whole.
    pub async fn next(&mut self) -> Option<Result<Bytes>> {
        self.0.recv().await
    }
}

impl Greenroom {
    /// Everything Greenroom holds of the viewer, for as long as they are signed in.
    ///
    /// # Errors
    /// `SessionRequired` for an access token; `PasswordRequired` where the password was typed more than an hour ago;
    /// `RateLimited`.
    pub fn export(&self, viewer: &Viewer) -> Result<Export> {
        viewer.owns_account()?;
        viewer.just_confirmed(self.now())?;
        self.export_limiter.acquire(viewer.id())?;
        let (pieces, export) = mpsc::channel(AHEAD);
        let (greenroom, viewer) = (self.clone(), viewer.clone());
        tokio::spawn(async move {
            greenroom.log_security(SecurityEvent::DataExported, viewer.id(), viewer.from).await;
            let out = Out(pieces);
            if let Err(Stop::Broken(error)) = greenroom.write_export(&viewer, &out).await {
                // Nobody may be left to hear it.
                let _ = out.0.send(Err(error)).await;
            }
        });
        Ok(Export(export))
    }

    async fn write_export(&self, viewer: &Viewer, out: &Out) -> std::result::Result<(), Stop> {
        out.field("{", "exportedAt", &self.now()).await?;
        out.field(",", "account", &self.account(viewer).await?).await?;
        out.field(",", "times", &self.exported_times(viewer).await?).await?;
        out.field(",", "sessions", &self.devices(viewer).await?).await?;
        out.field(",", "accessTokens", &self.access_tokens(viewer).await?).await?;
        out.field(",", "emails", &self.exported_emails(viewer).await?).await?;
        out.field(",", "leftOut", &rest::LEFT_OUT).await?;
        out.text(",\"notifications\":[").await?;
        let (mut page, mut first) = (None, true);
        loop {
            self.check_signed_in(viewer).await?;
            let notices = self.notifications(viewer, page.as_deref()).await?;
            for notification in &notices.notifications {
                out.item(&mut first, notification).await?;
            }
            page = notices.next_page;
            if page.is_none() {
                break;
            }
        }
        out.text("],\"conversations\":[").await?;
        first = true;
        // By their ids, which don't change places while this goes on, as an inbox does with each message.
        for id in conversation_ids(self.store.reader(), viewer).await? {
            self.check_signed_in(viewer).await?;
            let (conversation, _) = self.conversation(viewer, id).await?;
            out.text(if std::mem::take(&mut first) { "" } else { "," }).await?;
            self.write_conversation(viewer, &conversation, out).await?;
        }
        out.text("]}\n").await
    }

    async fn write_conversation(
        &self,
        viewer: &Viewer,
        conversation: &Conversation,
        out: &Out,
    ) -> std::result::Result<(), Stop> {
        out.field("{", "conversation", conversation).await?;
        out.text(",\"messages\":[").await?;
        let (mut after, mut first) = (0, true);
        loop {
            self.check_signed_in(viewer).await?;
            let part = self.history(viewer, conversation.id, Window::After(after), Some(MESSAGES)).await?;
            for message in &part.messages {
                out.item(&mut first, message).await?;
                after = message.seq;
            }
            if !part.has_more {
                break;
            }
        }
        out.text("]}").await
    }
}

/// Why an export stops before its end.
enum Stop {
    /// Whoever wanted it has gone.
    Gone,
    Broken(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Broken(error)
    }
}

struct Out(mpsc::Sender<Result<Bytes>>);

impl Out {
    async fn text(&self, text: impl Into<Bytes>) -> std::result::Result<(), Stop> {
        self.0.send(Ok(text.into())).await.map_err(|_| Stop::Gone)
    }

    async fn field(&self, before: &str, name: &str, value: &impl Serialize) -> std::result::Result<(), Stop> {
        let value = serde_json::to_string(value).map_err(Error::broken)?;
        self.text(format!("{before}\"{name}\":{value}")).await
    }

    async fn item(&self, first: &mut bool, value: &impl Serialize) -> std::result::Result<(), Stop> {
        let value = serde_json::to_string(value).map_err(Error::broken)?;
        self.text(if std::mem::take(first) { value } else { format!(",{value}") }).await
    }
}
