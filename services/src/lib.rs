//! What people do at Greenroom, and who may do it.
//!
//! Every use case is a method of [`Greenroom`], in a file named for it, and starts from a [`Viewer`]:
//! the query itself looks among the viewer's own rows, so a stranger finds nothing. This crate alone
//! (with `migration`) names `sea_orm`. It must never know of HTTP, cookies or pages.
//!
//! # Layout
//! - [`accounts`]: joining, signing in and out, sessions and tokens, settings, leaving
//! - [`bookings`], [`conversations`], [`messages`], [`notifications`], [`talents`]: the use cases
//! - [`realtime`]: the event log of each person, and the streams that follow it
//! - [`mail`]: letters, their queue, and sending them
//! - [`seed`]: the demo cast
//! - [`backup`]: backups, and moving to another database
//! - `store`: connections, transactions; `entity`: tables
//! - `batcher`: requests that arrive together, answered by one statement
//! - `rate_limiter`, `pruned_map`, [`clock`], [`cleanup`], [`metrics`]: what the above lean on

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
pub mod notifications;
mod page;
mod pruned_map;
mod rate_limiter;
pub mod realtime;
pub mod seed;
mod store;
pub mod talents;

pub use accounts::{Export, NewToken, SignedIn, Viewer};
pub use error::{Error, Result};
pub use realtime::{Bus, BusHealth, EventSink, Resume, Subscription};
pub use store::migrate;

use accounts::{Guesser, Lockout, PasswordHasher, SessionLookup};
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

/// What the libraries below have to say is only worth a line of the log when something is wrong.
pub const LOG_FILTER: &str = "sqlx=warn,sea_orm_migration=warn";

/// Messages written at once.
const SENDS_AT_ONCE: usize = 256;
/// Sessions looked up at once.
const LOOKED_UP_AT_ONCE: usize = 250;
/// So long a crowd gathers, as after a restart, before more of it are looked up.
const BATCH_DELAY: Duration = Duration::from_millis(10);
/// A whole account is much to read.
const EXPORTS_PER_HOUR: usize = 10;
/// How often a person may say how far they have read, or what arrived. Nobody reads so fast.
const MARKS_PER_MINUTE: usize = 1_200;
/// Passwords that a person may choose in an hour, taken or not: estimating and hashing one costs more than asking for it.
const PASSWORDS_PER_HOUR: usize = 10;
/// Sign-ins to one account from one network, successful or not.
const SIGN_INS_PER_MINUTE: usize = 300;

/// How much one person or address may do.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Messages a person may send in a minute.
    pub sends_per_minute: usize,
    /// Streams a person may hold at once.
    pub streams_per_person: usize,
    /// Passwords that are hashed at once, each on a core of its own and with 19 MiB.
    pub sign_ins_at_once: usize,
    /// Failed sign-ins a minute for one account from one network or device.
    pub failures_per_account: usize,
    /// Failed sign-ins a minute from one address.
    pub failures_per_address: usize,
    /// Registrations and forgotten passwords an hour from one address.
    pub letters_per_address: usize,
    /// Inquiries an organizer may open in a day.
    pub inquiries_per_day: u64,
    /// Unanswered inquiries an organizer may have with the same talent.
    pub open_inquiries_per_pair: u64,
    /// Emails an hour that strangers can cause to one recipient, whatever their kind.
    pub emails_per_recipient_hour: usize,
    /// The same in a day.
    pub emails_per_recipient_day: usize,
    /// How often a stream says that it is alive, and looks whether it missed something.
    pub heartbeat: Duration,
    /// How long the event log is kept.
    pub keep_events: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sends_per_minute: 300,
            streams_per_person: 32,
            sign_ins_at_once: available_parallelism().map_or(1, |cores| cores.get().div_ceil(2)),
            failures_per_account: 10,
            failures_per_address: 100,
            letters_per_address: 20,
            inquiries_per_day: 20,
            open_inquiries_per_pair: 3,
            emails_per_recipient_hour: 5,
            emails_per_recipient_day: 15,
            heartbeat: Duration::from_secs(15),
            keep_events: Duration::from_secs(30 * 24 * 60 * 60),
        }
    }
}

/// Everything a use case needs. Cheap to clone.
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
    account_failure_limiter: RateLimiter<Guesser>,
    /// Failures of an account from anywhere.
    lockout: Lockout,
    sign_in_limiter: RateLimiter<Guesser>,
    /// Wrong passwords of who is signed in.
    reauth_failure_limiter: RateLimiter<SessionId>,
    /// Changes of a password, taken or not.
    password_change_limiter: RateLimiter<PersonId>,
    /// Passwords chosen by a mailed link, taken or not. Counted apart, so that no thief's changes keep the owner out.
    link_password_limiter: RateLimiter<PersonId>,
    ip_failure_limiter: RateLimiter<IpAddr>,
    account_mail_limiter: RateLimiter<IpAddr>,
    export_limiter: RateLimiter<PersonId>,
    marker_limiter: RateLimiter<PersonId>,
    typing_limiter: RateLimiter<(PersonId, ConversationId)>,
    message_batcher: MessageBatcher,
    session_lookup: SessionLookup,
    /// The same for those who open a stream, of whom thousands may come at once.
    stream_session_lookup: SessionLookup,
    stream_setups: StreamSetupBatcher,
    links: LinkBuilder,
    /// Read from the database when it is needed first.
    pseudonym_key: OnceCell<Vec<u8>>,
    /// Rings when there is a letter to send.
    mail_queued: Notify,
}

impl Deref for Greenroom {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Greenroom {
    /// Opens the house on a migrated database. LinkBuilder in mails begin with the public URL.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub async fn open(database_url: &str, public_url: &str, limits: Limits) -> Result<Self> {
        Self::open_at(database_url, public_url, limits, Arc::new(SystemClock)).await
    }

    /// The same with a clock of one's own.
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
            hasher: PasswordHasher::new(limits.sign_ins_at_once, public_url)?,
            send_limiter: RateLimiter::new(&clock, limits.sends_per_minute, minute),
            account_failure_limiter: RateLimiter::new(&clock, limits.failures_per_account, minute),
            lockout: Lockout::new(clock.clone()),
            sign_in_limiter: RateLimiter::new(&clock, SIGN_INS_PER_MINUTE, minute),
            reauth_failure_limiter: RateLimiter::new(&clock, limits.failures_per_account, minute),
            password_change_limiter: RateLimiter::new(&clock, PASSWORDS_PER_HOUR, hour),
            link_password_limiter: RateLimiter::new(&clock, PASSWORDS_PER_HOUR, hour),
            ip_failure_limiter: RateLimiter::new(&clock, limits.failures_per_address, minute),
            account_mail_limiter: RateLimiter::new(&clock, limits.letters_per_address, hour),
            export_limiter: RateLimiter::new(&clock, EXPORTS_PER_HOUR, hour),
            marker_limiter: RateLimiter::new(&clock, MARKS_PER_MINUTE, minute),
            typing_limiter: RateLimiter::new(&clock, 1, realtime::TYPING_INTERVAL),
            message_batcher: MessageBatcher::new(SENDS_AT_ONCE, Duration::ZERO),
            session_lookup: SessionLookup::new(LOOKED_UP_AT_ONCE, Duration::ZERO),
            stream_session_lookup: SessionLookup::new(LOOKED_UP_AT_ONCE, BATCH_DELAY),
            stream_setups: StreamSetupBatcher::new(LOOKED_UP_AT_ONCE, BATCH_DELAY),
            links: LinkBuilder::new(public_url),
            pseudonym_key: OnceCell::new(),
            mail_queued: Notify::new(),
            clock,
            limits,
        })))
    }

    /// Whether the database can be written to.
    ///
    /// # Errors
    /// `StorageFull`; `Unavailable` where it can't for another reason, or not within two seconds.
    pub async fn check_ready(&self) -> std::result::Result<(), ApiError> {
        self.store.check_writable().await
    }

    /// Lets go of the database, which on SQLite leaves one whole file.
    ///
    /// # Errors
    /// When a connection can't be closed.
    pub async fn close(&self) -> Result<()> {
        self.store.close().await
    }

    /// What time it is here.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// An id for something sent without one, as by a form without JavaScript.
pub fn generate_client_id() -> ClientId {
    ClientId(uuid::Uuid::now_v7())
}

/// Runs a use case to its end even when whoever asked has gone: the server drops a handler with its
/// client, and a commit must not be left without its telling.
async fn run_to_completion<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    match tokio::spawn(work.in_current_span()).await {
        Ok(result) => result,
        Err(stopped) => match stopped.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(cancelled) => Err(Error::internal(cancelled)),
        },
    }
}
