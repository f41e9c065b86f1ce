use super::{hub::Hub, stream_request::StreamSetupBatcher};
use crate::store::Store;
use std::{sync::Arc, time::Duration};

/// Maximum number of streams that one batch sets up.
const MAX_BATCH: usize = 250;
/// Delay before the next batch under load, for instance when all clients reconnect after a restart.
const BATCH_DELAY: Duration = Duration::from_millis(10);

/// What the use cases of realtime delivery share.
pub(crate) struct RealtimeState {
    pub(crate) hub: Hub,
    pub(crate) stream_setups: StreamSetupBatcher,
}

impl RealtimeState {
    pub(crate) fn new(store: Arc<Store>) -> Self {
        Self { hub: Hub::new(store), stream_setups: StreamSetupBatcher::new(MAX_BATCH, BATCH_DELAY) }
    }
}
