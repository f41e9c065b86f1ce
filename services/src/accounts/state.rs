use super::{lockout::Lockout, password::PasswordHasher, session_lookup::SessionLookup};
use crate::{
    Limits, Result,
    batcher::{MAX_LOOKUP_BATCH, STREAM_LOOKUP_DELAY},
    clock::Clock,
};
use std::{sync::Arc, time::Duration};
use tokio::sync::OnceCell;

/// What the use cases of accounts share.
pub(crate) struct AccountState {
    pub(crate) hasher: PasswordHasher,
    /// Failed sign-ins per account, from all networks.
    pub(crate) lockout: Lockout,
    pub(crate) session_lookup: SessionLookup,
    /// Session lookup for opening streams, of which thousands may come at once.
    pub(crate) stream_session_lookup: SessionLookup,
    /// Loaded from the database on first use.
    pub(crate) pseudonym_key: OnceCell<Vec<u8>>,
}

impl AccountState {
    pub(crate) fn new(clock: &Arc<dyn Clock>, limits: &Limits, public_url: &str) -> Result<Self> {
        Ok(Self {
            hasher: PasswordHasher::new(limits, public_url)?,
            lockout: Lockout::new(clock.clone()),
            session_lookup: SessionLookup::new(MAX_LOOKUP_BATCH, Duration::ZERO),
            stream_session_lookup: SessionLookup::new(MAX_LOOKUP_BATCH, STREAM_LOOKUP_DELAY),
            pseudonym_key: OnceCell::new(),
        })
    }
}
