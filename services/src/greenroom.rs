use crate::{
    Limits, Result, Viewer,
    accounts::AccountState,
    clock::{Clock, SystemClock},
    mail::MailState,
    messages::MessageBatcher,
    rate_limits::RateLimits,
    realtime::RealtimeState,
    store::Store,
};
use model::{ApiError, Day, Timestamp};
use std::{ops::Deref, sync::Arc, time::Duration};

/// Maximum number of messages in one batch.
const MAX_MESSAGE_BATCH: usize = 256;

/// Entry point to all use cases. Cheap to clone.
#[derive(Clone)]
pub struct Greenroom(Arc<Inner>);

/// The state that use cases share: each names the parts that it needs.
pub struct Inner {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: Limits,
    pub(crate) rate_limits: RateLimits,
    pub(crate) store: Arc<Store>,
    pub(crate) realtime: RealtimeState,
    pub(crate) mail: MailState,
    pub(crate) accounts: AccountState,
    pub(crate) message_batcher: MessageBatcher,
}

impl Deref for Greenroom {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Greenroom {
    /// Connects to a migrated database. `public_url` is the base of the links in e-mails.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub async fn open(database_url: &str, public_url: &str, limits: Limits) -> Result<Self> {
        Self::open_at(database_url, public_url, limits, Arc::new(SystemClock)).await
    }

    /// Connects with a given clock, for tests and demo data.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub async fn open_at(database_url: &str, public_url: &str, limits: Limits, clock: Arc<dyn Clock>) -> Result<Self> {
        let store = Arc::new(Store::connect(database_url).await?);
        Ok(Self(Arc::new(Inner {
            rate_limits: RateLimits::new(&clock, &limits),
            realtime: RealtimeState::new(store.clone()),
            mail: MailState::new(public_url),
            accounts: AccountState::new(&clock, &limits, public_url)?,
            message_batcher: MessageBatcher::new(MAX_MESSAGE_BATCH, Duration::ZERO),
            clock,
            limits,
            store,
        })))
    }

    /// Checks that the database can be written.
    ///
    /// # Errors
    /// `StorageFull`; `Unavailable` if the write fails for another reason or takes longer than two seconds.
    pub async fn check_ready(&self) -> std::result::Result<(), ApiError> {
        self.store.check_writable().await
    }

    /// Closes the database. On SQLite this leaves one complete file without a write-ahead log.
    ///
    /// # Errors
    /// When a connection can't be closed.
    pub async fn close(&self) -> Result<()> {
        self.store.close().await
    }

    /// Returns the current time of this instance's clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Returns the day by which the viewer's bookings are past. In UTC, where no day begins before it does in Kenya: an
    /// event isn't past while its night lasts.
    pub(crate) fn today(&self, _viewer: &Viewer) -> Day {
        self.now().day()
    }
}
