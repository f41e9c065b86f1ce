//! Every use case, on both SQLite and PostgreSQL. Run through `bin/with-postgres`, which starts a temporary server:
//!
//! ```sh
//! bin/with-postgres cargo test --workspace --test use_cases
//! ```
//!
//! A test gets a [`support::Site`]: a database of its own with demo data, and a clock that moves only when set.
//! `on_both!` creates one test for each kind of database.

#[macro_use]
mod support;

mod access_tokens;
mod account_changes;
mod account_deletion;
mod account_security;
mod agenda;
mod authorization;
mod backups;
mod batched_sends;
mod booking_actions;
mod bookings;
mod browser_keys;
mod cancellation;
mod concurrent_sends;
mod current_day;
mod digest_mails;
mod email_budget;
mod ephemeral_events;
mod history;
mod inbox;
mod inbox_list;
mod inquiry_limits;
mod mail_link_tokens;
mod mail_queue;
mod move_to_postgres;
mod nodes;
mod notifications;
mod notifications_seen;
mod password_reset;
mod profiles;
mod projection_consistency;
mod projection_consistency_concurrent;
mod read_markers;
mod receipts;
mod refused_forms;
mod registration;
mod registration_conflicts;
mod restore;
mod seed;
mod seeded_town;
mod sending;
mod session_revocation;
mod sessions;
mod shared_database;
mod sign_in;
mod stored_addresses;
mod stream_catch_up;
mod stream_end;
mod stream_replay;
mod talents;
mod time_zones;
