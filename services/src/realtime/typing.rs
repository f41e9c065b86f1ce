use super::{hub::Hub, sse};
use crate::{Greenroom, Result, Viewer};
use model::{ConversationId, PersonId, Timestamp, Typing};
use std::time::Duration;

/// Time after which the other's page stops showing the indicator unless it is repeated.
const TYPING_TTL: Duration = Duration::from_secs(5);

impl Greenroom {
    /// Publishes to the other person of a conversation that the viewer is typing, if both show their presence.
    ///
    /// # Errors
    /// `NotFound` if the conversation isn't the viewer's.
    pub async fn notify_typing(&self, viewer: &Viewer, id: ConversationId) -> Result<()> {
        viewer.require_write_scope()?;
        let Some(other) = self.counterpart_showing_presence(viewer, id).await? else { return Ok(()) };
        let now = self.now();
        if self.rate_limits.typing.acquire((viewer.id(), id)).is_ok() {
            self.realtime.hub.publish_typing(&[other], id, viewer.id(), now);
        }
        Ok(())
    }
}

impl Hub {
    /// Publishes at this node. The expiry is computed here, by this node's own clock.
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
