//! Every use case, on SQLite and on PostgreSQL alike. Run through `bin/with-postgres`, which starts a
//! server that is thrown away afterwards:
//!
//! ```sh
//! bin/with-postgres cargo test -p services
//! ```
//!
//! A test takes a [`support::Site`]: a database of its own with the seeded cast, and a clock that only
//! moves when told to. `on_both!` makes one test of it for each kind of database.

#[macro_use]
mod support;

mod abandoning;
mod access_tokens;
mod account_safety;
mod backups;
mod bookings;
mod browser_keys;
mod contested;
mod email_budget;
mod ending_streams;
mod following;
mod history;
mod inbox;
mod inquiry_limits;
mod joining;
mod joining_late;
mod law;
mod law_at_once;
mod leaving;
mod mail_links;
mod mailing;
mod moving;
mod nodes;
mod notifications;
mod other_processes;
mod passing;
mod posting;
mod posting_at_once;
mod posting_together;
mod reading;
mod receipts;
mod recovering;
mod reminding;
mod restoring;
mod revoked;
mod seeding;
mod seen;
mod sessions;
mod signing_in;
mod steps;
mod stored_addresses;
mod strangers;
mod talents;
