use super::{hub::Hub, stream_request::StreamSetupBatcher};
use crate::{
    batcher::{MAX_LOOKUP_BATCH, STREAM_LOOKUP_DELAY},
    store::Store,
};
use std::sync::Arc;

/// What the use cases of realtime delivery share.
pub(crate) struct RealtimeState {
    pub(crate) hub: Hub,
    pub(crate) stream_setups: StreamSetupBatcher,
}

impl RealtimeState {
    pub(crate) fn new(store: Arc<Store>) -> Self {
        Self { hub: Hub::new(store), stream_setups: StreamSetupBatcher::new(MAX_LOOKUP_BATCH, STREAM_LOOKUP_DELAY) }
    }
}
