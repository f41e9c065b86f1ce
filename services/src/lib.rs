//! Greenroom's use cases and their authorisation.
//!
//! Every use case is a method of [`Greenroom`], in a file named after it, and takes a [`Viewer`]: the query itself
//! selects from the viewer's own rows, so others' data is simply not found. Only this crate (and `migration`) uses
//! `sea_orm`. It must never depend on HTTP, cookies or pages.
//!
//! # Layout
//! - [`accounts`]: registration, sign-in and sign-out, sessions and tokens, settings, deletion
//! - [`bookings`], [`conversations`], [`messages`], [`notifications`], [`talents`]: the use cases
//! - [`realtime`]: each person's event log, and the streams that follow it
//! - [`mail`]: e-mails, their queue, and their delivery
//! - [`seed`]: demo data
//! - [`backup`]: backups, and the move to another database
//! - `store`: connections and transactions; `entity`: tables
//! - `batcher`: concurrent requests served by one statement
//! - `rate_limiter`, `pruned_map`, [`clock`], [`cleanup`], [`metrics`], `network`: shared by the above

pub mod accounts;
pub mod backup;
mod batcher;
pub mod bookings;
pub mod cleanup;
pub mod clock;
pub mod conversations;
#[allow(unreachable_pub, reason = "SeaORM's derives make their items pub")]
mod entity;
mod error;
pub mod mail;
pub mod messages;
pub mod metrics;
mod network;
pub mod notifications;
mod page;
mod pruned_map;
mod rate_limiter;
pub mod realtime;
pub mod seed;
mod store;
pub mod talents;

pub use accounts::{Export, NewToken, SignInResult, Viewer};
pub use error::{Error, Result};
pub use network::network_of;
pub use realtime::{Bus, BusHealth, EventSink, Resume, Subscription};
pub use store::migrate;

use accounts::{AttemptKey, Lockout, PasswordHasher, SessionLookup};
use clock::{Clock, SystemClock};
use mail::LinkBuilder;
use messages::MessageBatcher;
use model::{ApiError, ClientId, ConversationId, PersonId, SessionId, Timestamp};
use rate_limiter::RateLimiter;
use realtime::{Hub, StreamSetupBatcher};
use std::{net::IpAddr, ops::Deref, sync::Arc, thread::available_parallelism, time::Duration};
use store::Store;
use tokio::sync::{Notify, OnceCell};
use tracing::Instrument;

/// Log filter for the libraries in use: only their warnings and errors are of interest.
pub const LOG_FILTER: &str = "sqlx=warn,sea_orm_migration=warn";

/// Maximum number of messages in one batch.
const MAX_MESSAGE_BATCH: usize = 256;
/// Maximum number of sessions or streams in one batch.
const MAX_LOOKUP_BATCH: usize = 250;
/// Delay before the next batch under load, for instance when all clients reconnect after a restart.
const BATCH_DELAY: Duration = Duration::from_millis(10);
/// Exports per person: each reads all data of an account.
const EXPORTS_PER_HOUR: usize = 10;
/// Updates of read and delivery markers per person: more than any reader causes.
const MARKER_UPDATES_PER_MINUTE: usize = 1_200;
/// New passwords per person, accepted or not: estimating and hashing one costs the server more than the client.
const PASSWORD_CHANGES_PER_HOUR: usize = 10;
/// Sign-ins to one account from one network, successful or not.
const SIGN_INS_PER_MINUTE: usize = 300;

/// Limits on what one person or IP address may do, and the intervals of the realtime delivery.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Messages a person may send per minute.
    pub sends_per_minute: usize,
    /// Concurrent streams per person.
    pub streams_per_person: usize,
    /// Concurrent password hashes; each occupies a core and 19 MiB.
    pub max_concurrent_password_hashes: usize,
    /// Memory of a password hash, in KiB. No setting: only tests use less, because hashing would be half of their time.
    pub password_hash_kib: u32,
    /// Failed sign-ins per minute to one account from one network or device.
    pub failed_sign_ins_per_account: usize,
    /// Failed sign-ins per minute from one IPv4 address or IPv6 /64.
    pub failed_sign_ins_per_ip: usize,
    /// Registrations, resent links, password resets and changes of e-mail per hour from one IPv4 address or IPv6 /64.
    pub account_mails_per_ip: usize,
    /// Inquiries an organizer may open per day.
    pub inquiries_per_day: u64,
    /// Unanswered inquiries an organizer may have with the same talent.
    pub open_inquiries_per_pair: u64,
    /// E-mails per hour that others can cause to one recipient, of all kinds together.
    pub emails_per_recipient_hour: usize,
    /// The same limit per day.
    pub emails_per_recipient_day: usize,
    /// Interval of heartbeats, and of polling the database for missed events.
    pub heartbeat: Duration,
    /// Retention of the event log.
    pub keep_events: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sends_per_minute: 300,
            streams_per_person: 32,
            max_concurrent_password_hashes: available_parallelism().map_or(1, |cores| cores.get().div_ceil(2)),
            password_hash_kib: accounts::PASSWORD_HASH_KIB,
            failed_sign_ins_per_account: 10,
            failed_sign_ins_per_ip: 100,
            account_mails_per_ip: 20,
            inquiries_per_day: 20,
            open_inquiries_per_pair: 3,
            emails_per_recipient_hour: 5,
            emails_per_recipient_day: 15,
            heartbeat: Duration::from_secs(15),
            keep_events: Duration::from_secs(30 * 24 * 60 * 60),
        }
    }
}

/// Entry point to all use cases. Cheap to clone.
#[derive(Clone)]
pub struct Greenroom(Arc<Inner>);

/// The state that all use cases share.
pub struct Inner {
    store: Arc<Store>,
    hub: Hub,
    clock: Arc<dyn Clock>,
    hasher: PasswordHasher,
    limits: Limits,
    send_limiter: RateLimiter<PersonId>,
    account_failure_limiter: RateLimiter<AttemptKey>,
    /// Failed sign-ins per account, from all networks.
    lockout: Lockout,
    sign_in_limiter: RateLimiter<AttemptKey>,
    /// Wrong passwords entered in a session to confirm an action.
    reauth_failure_limiter: RateLimiter<SessionId>,
    /// Changes of a password in the settings, accepted or not.
    password_change_limiter: RateLimiter<PersonId>,
    /// New passwords set through a mailed link, accepted or not. Separate, so that a thief's changes can't lock out the
    /// owner.
    link_password_limiter: RateLimiter<PersonId>,
    network_failure_limiter: RateLimiter<IpAddr>,
    account_mail_limiter: RateLimiter<IpAddr>,
    export_limiter: RateLimiter<PersonId>,
    marker_limiter: RateLimiter<PersonId>,
    typing_limiter: RateLimiter<(PersonId, ConversationId)>,
    message_batcher: MessageBatcher,
    session_lookup: SessionLookup,
    /// Session lookup for opening streams, of which thousands may come at once.
    stream_session_lookup: SessionLookup,
    stream_setups: StreamSetupBatcher,
    links: LinkBuilder,
    /// Loaded from the database on first use.
    pseudonym_key: OnceCell<Vec<u8>>,
    /// Notified when an e-mail is queued.
    mail_queued: Notify,
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
        let minute = Duration::from_secs(60);
        let hour = minute * 60;
        let store = Arc::new(Store::connect(database_url).await?);
        Ok(Self(Arc::new(Inner {
            hub: Hub::new(store.clone()),
            store,
            hasher: PasswordHasher::new(&limits, public_url)?,
            send_limiter: RateLimiter::new(&clock, limits.sends_per_minute, minute),
            account_failure_limiter: RateLimiter::new(&clock, limits.failed_sign_ins_per_account, minute),
            lockout: Lockout::new(clock.clone()),
            sign_in_limiter: RateLimiter::new(&clock, SIGN_INS_PER_MINUTE, minute),
            reauth_failure_limiter: RateLimiter::new(&clock, limits.failed_sign_ins_per_account, minute),
            password_change_limiter: RateLimiter::new(&clock, PASSWORD_CHANGES_PER_HOUR, hour),
            link_password_limiter: RateLimiter::new(&clock, PASSWORD_CHANGES_PER_HOUR, hour),
            network_failure_limiter: RateLimiter::new(&clock, limits.failed_sign_ins_per_ip, minute),
            account_mail_limiter: RateLimiter::new(&clock, limits.account_mails_per_ip, hour),
            export_limiter: RateLimiter::new(&clock, EXPORTS_PER_HOUR, hour),
            marker_limiter: RateLimiter::new(&clock, MARKER_UPDATES_PER_MINUTE, minute),
            typing_limiter: RateLimiter::new(&clock, 1, realtime::TYPING_INTERVAL),
            message_batcher: MessageBatcher::new(MAX_MESSAGE_BATCH, Duration::ZERO),
            session_lookup: SessionLookup::new(MAX_LOOKUP_BATCH, Duration::ZERO),
            stream_session_lookup: SessionLookup::new(MAX_LOOKUP_BATCH, BATCH_DELAY),
            stream_setups: StreamSetupBatcher::new(MAX_LOOKUP_BATCH, BATCH_DELAY),
            links: LinkBuilder::new(public_url),
            pseudonym_key: OnceCell::new(),
            mail_queued: Notify::new(),
            clock,
            limits,
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
}

/// Generates a client id for a message sent without one, for instance by a form without JavaScript.
pub fn generate_client_id() -> ClientId {
    ClientId(uuid::Uuid::now_v7())
}

/// Runs a use case to its end even if the caller is cancelled: the server drops a handler when its client disconnects,
/// and committed events must still be published.
async fn run_to_completion<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    match tokio::spawn(work.in_current_span()).await {
        Ok(result) => result,
        Err(join_error) => match join_error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(cancelled) => Err(Error::internal(cancelled)),
        },
    }
}
