//! Limits on what people and networks may do.

use clap::{
    Args,
    builder::{RangedU64ValueParser, TypedValueParser},
};
use services::Limits;
use std::ops::RangeInclusive;

/// The range of the limits that are counted by a database query.
const COUNTED: RangeInclusive<u64> = 1..=1_000_000;

#[derive(Args, Clone, Debug)]
pub(super) struct LimitSettings {
    /// Messages a person may send per minute.
    #[arg(long, env = "GREENROOM_SENDS_PER_MINUTE", value_parser = at_least_one(), default_value_t = Limits::default().sends_per_minute, global = true)]
    sends_per_minute: usize,
    /// Event streams a person may have open at the same time.
    #[arg(long, env = "GREENROOM_STREAMS_PER_PERSON", value_parser = at_least_one(), default_value_t = Limits::default().streams_per_person, global = true)]
    streams_per_person: usize,
    /// Passwords hashed at the same time, each for some hundredths of a second on one core and with 19 MiB. 64 times as
    /// many requests may wait; further ones are refused with Retry-After. [default: half the cores]
    #[arg(long, alias = "sign-ins-at-once", env = "GREENROOM_MAX_CONCURRENT_PASSWORD_HASHES", value_parser = at_least_one(), global = true)]
    max_concurrent_password_hashes: Option<usize>,
    /// Failed sign-ins per minute to one account, from one network or device.
    #[arg(long, alias = "failures-per-account", env = "GREENROOM_FAILED_SIGN_INS_PER_ACCOUNT", value_parser = at_least_one(), default_value_t = Limits::default().failed_sign_ins_per_account, global = true)]
    failed_sign_ins_per_account: usize,
    /// Failed sign-ins per minute from one IPv4 address or IPv6 /64.
    #[arg(long, alias = "failures-per-address", env = "GREENROOM_FAILED_SIGN_INS_PER_IP", value_parser = at_least_one(), default_value_t = Limits::default().failed_sign_ins_per_ip, global = true)]
    failed_sign_ins_per_ip: usize,
    /// Registrations, resent links, password resets and changes of e-mail per hour from one IPv4 address or IPv6 /64.
    #[arg(long, alias = "letters-per-address", env = "GREENROOM_ACCOUNT_MAILS_PER_IP", value_parser = at_least_one(), default_value_t = Limits::default().account_mails_per_ip, global = true)]
    account_mails_per_ip: usize,
    /// Inquiries an organiser may open per day.
    #[arg(long, env = "GREENROOM_INQUIRIES_PER_DAY", value_parser = clap::value_parser!(u64).range(COUNTED), default_value_t = Limits::default().inquiries_per_day, global = true)]
    inquiries_per_day: u64,
    /// Unanswered inquiries an organiser may have with the same talent.
    #[arg(long, env = "GREENROOM_OPEN_INQUIRIES_PER_PAIR", value_parser = clap::value_parser!(u64).range(COUNTED), default_value_t = Limits::default().open_inquiries_per_pair, global = true)]
    open_inquiries_per_pair: u64,
    /// E-mails per hour that others can cause to one recipient: registrations, resent links, password resets, changes
    /// of address. E-mails about unread messages and about new devices each have the same limit.
    #[arg(long, env = "GREENROOM_EMAILS_PER_RECIPIENT_HOUR", value_parser = at_least_one(), default_value_t = Limits::default().emails_per_recipient_hour, global = true)]
    emails_per_recipient_hour: usize,
    /// The same limits per day.
    #[arg(long, env = "GREENROOM_EMAILS_PER_RECIPIENT_DAY", value_parser = at_least_one(), default_value_t = Limits::default().emails_per_recipient_day, global = true)]
    emails_per_recipient_day: usize,
}

/// Parses a number from 1. For a range without an end, clap's message would give the largest integer as its end.
pub(super) fn at_least_one() -> impl TypedValueParser<Value = usize> {
    RangedU64ValueParser::<usize>::new()
        .try_map(|number| if number > 0 { Ok(number) } else { Err("it must be at least 1") })
}

impl From<LimitSettings> for Limits {
    fn from(settings: LimitSettings) -> Self {
        // Lists all fields, so that the compiler names a setting that is parsed and then ignored.
        let LimitSettings {
            sends_per_minute,
            streams_per_person,
            max_concurrent_password_hashes,
            failed_sign_ins_per_account,
            failed_sign_ins_per_ip,
            account_mails_per_ip,
            inquiries_per_day,
            open_inquiries_per_pair,
            emails_per_recipient_hour,
            emails_per_recipient_day,
        } = settings;
        let default = Self::default();
        Self {
            sends_per_minute,
            streams_per_person,
            max_concurrent_password_hashes: max_concurrent_password_hashes
                .unwrap_or(default.max_concurrent_password_hashes),
            failed_sign_ins_per_account,
            failed_sign_ins_per_ip,
            account_mails_per_ip,
            inquiries_per_day,
            open_inquiries_per_pair,
            emails_per_recipient_hour,
            emails_per_recipient_day,
            ..default
        }
    }
}
