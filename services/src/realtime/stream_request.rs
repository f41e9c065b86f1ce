use super::event_log::StoredEvent;
use crate::batcher::Batcher;
use model::{PersonId, SessionId, Timestamp};

/// Batches the set-up of streams that open at the same time.
pub(crate) type StreamSetupBatcher = Batcher<StreamRequest, Option<StreamSetup>>;

/// A request to open a stream.
pub(crate) struct StreamRequest {
    pub(super) person: PersonId,
    pub(super) session: SessionId,
    /// The client's cursor, if it resumes from one.
    pub(super) after: Option<i64>,
}

/// The state that a stream starts with.
pub(crate) struct StreamSetup {
    /// Expiry of the session.
    pub(super) ends_at: Timestamp,
    /// The person's newest sequence number.
    pub(super) last_seq: i64,
    /// The first events after the client's cursor.
    pub(super) replay: Vec<StoredEvent>,
}
