//! The rate limiters of all use cases, each a field of its own, so that one limit never consumes another.

use crate::{Limits, accounts::AttemptKey, clock::Clock, rate_limiter::RateLimiter};
use model::{ConversationId, PersonId, SessionId};
use std::{net::IpAddr, sync::Arc, time::Duration};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// Exports per person: each reads all data of an account.
const EXPORTS_PER_HOUR: usize = 10;
/// Transcripts per person: each reads a whole conversation, up to megabytes of text, and renders it.
const TRANSCRIPTS_PER_MINUTE: usize = 10;
/// Changes of an account per person: more than a person makes in its settings.
const ACCOUNT_CHANGES_PER_MINUTE: usize = 60;
/// Changes of name, role, craft or slug per person. All others with whom they share a conversation get an event, and
/// all slugs are chosen one after another.
const IDENTITY_CHANGES_PER_HOUR: usize = 20;
/// Marked notifications, ended sessions and created tokens per session: more than a page or a program causes.
const HOUSEKEEPING_PER_MINUTE: usize = 300;
/// Updates of read and delivery markers per person: more than any reader causes.
const MARKER_UPDATES_PER_MINUTE: usize = 1_200;
/// New passwords per person, accepted or not: estimating and hashing one costs the server more than the client.
const PASSWORD_CHANGES_PER_HOUR: usize = 10;
/// Sign-ins to one account from one network, successful or not.
const SIGN_INS_PER_MINUTE: usize = 300;
/// Changes of the time zone of a session's device: more than any traveller causes.
const TIME_ZONES_PER_HOUR: usize = 20;
/// How long what was typed into a refused form can be shown again.
pub(crate) const REFUSED_FORM_TTL: Duration = Duration::from_secs(10 * 60);
/// Refused forms that are kept per network and in all, each for [`REFUSED_FORM_TTL`]: up to 64 MiB.
const REFUSED_FORMS_PER_NETWORK: usize = 100;
const REFUSED_FORMS: usize = 1_000;
/// Minimum interval between two typing events of a person in a conversation.
const TYPING_INTERVAL: Duration = Duration::from_secs(3);

/// The rate limiters of one process.
pub(crate) struct RateLimits {
    pub(crate) sends: RateLimiter<PersonId>,
    pub(crate) marker_updates: RateLimiter<PersonId>,
    pub(crate) typing: RateLimiter<(PersonId, ConversationId)>,
    pub(crate) exports: RateLimiter<PersonId>,
    pub(crate) transcripts: RateLimiter<PersonId>,
    /// All changes of an account that need no password.
    pub(crate) account_changes: RateLimiter<PersonId>,
    /// Those of them that others see.
    pub(crate) identity_changes: RateLimiter<PersonId>,
    /// Small writes that only the person themselves sees. Per session, so that a thief's can't keep the owner from ending
    /// the thief's session.
    pub(crate) housekeeping: RateLimiter<SessionId>,
    pub(crate) account_mails: RateLimiter<IpAddr>,
    /// Time zones that a browser reports, if they differ.
    pub(crate) time_zones: RateLimiter<SessionId>,
    /// Refused forms whose values are kept.
    pub(crate) refused_forms: RateLimiter<IpAddr>,
    pub(crate) all_refused_forms: RateLimiter<()>,
    pub(crate) sign_ins: RateLimiter<AttemptKey>,
    pub(crate) failures_per_account: RateLimiter<AttemptKey>,
    pub(crate) failures_per_network: RateLimiter<IpAddr>,
    /// Wrong passwords entered in a session to confirm an action.
    pub(crate) reauth_failures: RateLimiter<SessionId>,
    /// Changes of a password in the settings, accepted or not.
    pub(crate) password_changes: RateLimiter<PersonId>,
    /// New passwords set through a mailed link, accepted or not. Separate, so that a thief's changes can't lock out the
    /// owner.
    pub(crate) link_passwords: RateLimiter<PersonId>,
}

impl RateLimits {
    pub(crate) fn new(clock: &Arc<dyn Clock>, limits: &Limits) -> Self {
        Self {
            sends: RateLimiter::new(clock, limits.sends_per_minute, MINUTE),
            marker_updates: RateLimiter::new(clock, MARKER_UPDATES_PER_MINUTE, MINUTE),
            typing: RateLimiter::new(clock, 1, TYPING_INTERVAL),
            exports: RateLimiter::new(clock, EXPORTS_PER_HOUR, HOUR),
            transcripts: RateLimiter::new(clock, TRANSCRIPTS_PER_MINUTE, MINUTE),
            account_changes: RateLimiter::new(clock, ACCOUNT_CHANGES_PER_MINUTE, MINUTE),
            identity_changes: RateLimiter::new(clock, IDENTITY_CHANGES_PER_HOUR, HOUR),
            housekeeping: RateLimiter::new(clock, HOUSEKEEPING_PER_MINUTE, MINUTE),
            time_zones: RateLimiter::new(clock, TIME_ZONES_PER_HOUR, HOUR),
            account_mails: RateLimiter::new(clock, limits.account_mails_per_ip, HOUR),
            refused_forms: RateLimiter::new(clock, REFUSED_FORMS_PER_NETWORK, REFUSED_FORM_TTL),
            all_refused_forms: RateLimiter::new(clock, REFUSED_FORMS, REFUSED_FORM_TTL),
            sign_ins: RateLimiter::new(clock, SIGN_INS_PER_MINUTE, MINUTE),
            failures_per_account: RateLimiter::new(clock, limits.failed_sign_ins_per_account, MINUTE),
            failures_per_network: RateLimiter::new(clock, limits.failed_sign_ins_per_ip, MINUTE),
            reauth_failures: RateLimiter::new(clock, limits.failed_sign_ins_per_account, MINUTE),
            password_changes: RateLimiter::new(clock, PASSWORD_CHANGES_PER_HOUR, HOUR),
            link_passwords: RateLimiter::new(clock, PASSWORD_CHANGES_PER_HOUR, HOUR),
        }
    }
}
