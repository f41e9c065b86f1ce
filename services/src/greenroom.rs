use crate::{
    Limits, Result, Viewer,
    accounts::AccountState,
    clock::{Clock, SystemClock},
    mail::MailState,
    messages::MessageBatcher,
    rate_limits::RateLimits,
    realtime::RealtimeState,
    store::Store,
    time_zone::TimeZone,
};
use model::{ApiError, CurrentDay, Timestamp};
use std::{ops::Deref, sync::Arc, time::Duration};

/// Maximum number of messages in one batch.
const MAX_MESSAGE_BATCH: usize = 256;

/// What the use cases must know about the site.
pub struct SiteConfig<'a> {
    /// Base of the links in e-mails.
    pub url: &'a str,
    /// The zone of people whose device hasn't reported one.
    pub time_zone: TimeZone,
}

impl<'a> From<&'a str> for SiteConfig<'a> {
    /// Returns that of a site in UTC.
    fn from(url: &'a str) -> Self {
        Self { url, time_zone: TimeZone::utc() }
    }
}

/// Entry point to all use cases. Cheap to clone.
#[derive(Clone)]
pub struct Greenroom(Arc<Inner>);

/// The state that use cases share: each names the parts that it needs.
pub struct Inner {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: Limits,
    time_zone: TimeZone,
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
    /// Connects to a migrated database.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub async fn open(database_url: &str, site: impl Into<SiteConfig<'_>>, limits: Limits) -> Result<Self> {
        Self::open_at(database_url, site, limits, Arc::new(SystemClock)).await
    }

    /// Connects with a given clock, for tests and demo data.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub async fn open_at(
        database_url: &str,
        site: impl Into<SiteConfig<'_>>,
        limits: Limits,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let SiteConfig { url, time_zone } = site.into();
        let store = Arc::new(Store::connect(database_url).await?);
        Ok(Self(Arc::new(Inner {
            rate_limits: RateLimits::new(&clock, &limits),
            realtime: RealtimeState::new(store.clone()),
            mail: MailState::new(url),
            accounts: AccountState::new(&clock, &limits, url)?,
            message_batcher: MessageBatcher::new(MAX_MESSAGE_BATCH, Duration::ZERO),
            clock,
            limits,
            time_zone,
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

    /// Returns the time zone of a viewer's device, else the site's.
    pub fn time_zone_of(&self, viewer: Option<&Viewer>) -> TimeZone {
        let own = viewer.and_then(Viewer::time_zone).and_then(TimeZone::find);
        own.unwrap_or_else(|| self.time_zone.clone())
    }

    /// Returns the day by which the viewer's bookings are past: the one that their calendar shows.
    pub(crate) fn today(&self, viewer: &Viewer) -> CurrentDay {
        self.time_zone_of(Some(viewer)).today_at(self.now())
    }
}
