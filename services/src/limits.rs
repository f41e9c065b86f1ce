use crate::accounts::PASSWORD_HASH_KIB;
use std::{thread::available_parallelism, time::Duration};

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
            password_hash_kib: PASSWORD_HASH_KIB,
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
