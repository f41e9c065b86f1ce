use super::{Hub, sse};
use crate::{Greenroom, Result, Viewer};
use model::{ConversationId, PersonId, Timestamp, Typing};
use std::time::Duration;

/// How long it lasts unless it is told again.
const TYPING_TTL: Duration = Duration::from_secs(5);
/// It is told once in this time, however often somebody says so.
pub(crate) const TYPING_INTERVAL: Duration = Duration::from_secs(3);

impl Greenroom {
    /// Tells the other of a conversation that the viewer is writing, as far as both want such things said.
    ///
    /// # Errors
    /// `NotFound` where the conversation isn't the viewer's.
    pub async fn notify_typing(&self, viewer: &Viewer, id: ConversationId) -> Result<()> {
        viewer.require_write_scope()?;
        let Some(other) = self.counterpart_showing_presence(viewer, id).await? else { return Ok(()) };
        let now = self.now();
        if self.typing_limiter.acquire((viewer.id(), id)).is_ok() {
            self.hub.publish_typing(&[other], id, viewer.id(), now);
        }
        Ok(())
    }
}

impl Hub {
    /// Tells these people's streams at this node, which says by its own clock how long it lasts.
    pub(super) fn publish_typing_local(
        &self,
        to: &[PersonId],
        conversation_id: ConversationId,
        by: PersonId,
        now: Timestamp,
    ) {
        let until = Timestamp::from_millis(now.millis() + crate::clock::as_millis(TYPING_TTL));
        self.publish_ephemeral_local(to, &sse::encode_typing(&Typing { conversation_id, user_id: by, until }));
    }
}
