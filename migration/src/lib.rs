//! Migrations of the schema, the same for SQLite and PostgreSQL.
//!
//! A migration that was released is never changed, only followed by another. Migrations must never read or
//! write through the entities of `services`: entities match the newest schema, a migration the one of its time.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod columns;
mod m2026_11_22_accounts;
mod m2026_11_22_receipts;
mod m2026_11_22_spine;
mod m2026_11_23_index_searches;
mod m2026_11_28_browser_key;
mod m2026_11_28_canonical_addresses;
mod m2026_11_28_contested_registrations;
mod m2026_11_28_devices;
mod m2026_11_28_inbox_order;
mod m2026_11_28_inquiry_limits;
mod m2026_11_28_mail_tokens;
mod m2026_11_28_search_names;
mod m2026_11_28_session_confirmed;
mod m2026_11_28_session_life;
mod m2026_11_28_site_secrets;
mod m2026_11_28_write_probe;
mod m2026_11_29_booking_days;
mod m2026_11_29_event_order;
mod m2026_11_29_profiles;
mod m2026_11_29_refused_forms;
mod m2026_11_29_time_zones;
mod m2026_11_29_tokens_of_a_letter;
mod m2026_11_30_profile_indexes;
mod m2026_11_30_search_titles;
mod m2026_11_30_session_time_zones;

/// Runs all migrations in order.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m2026_11_22_spine::Migration),
            Box::new(m2026_11_22_accounts::Migration),
            Box::new(m2026_11_22_receipts::Migration),
            Box::new(m2026_11_23_index_searches::Migration),
            Box::new(m2026_11_28_browser_key::Migration),
            Box::new(m2026_11_28_session_life::Migration),
            Box::new(m2026_11_28_contested_registrations::Migration),
            Box::new(m2026_11_28_canonical_addresses::Migration),
            Box::new(m2026_11_28_site_secrets::Migration),
            Box::new(m2026_11_28_session_confirmed::Migration),
            Box::new(m2026_11_28_inquiry_limits::Migration),
            Box::new(m2026_11_28_search_names::Migration),
            Box::new(m2026_11_28_mail_tokens::Migration),
            Box::new(m2026_11_28_devices::Migration),
            Box::new(m2026_11_28_inbox_order::Migration),
            Box::new(m2026_11_28_write_probe::Migration),
            Box::new(m2026_11_29_event_order::Migration),
            Box::new(m2026_11_29_tokens_of_a_letter::Migration),
            Box::new(m2026_11_29_refused_forms::Migration),
            Box::new(m2026_11_29_time_zones::Migration),
            Box::new(m2026_11_29_booking_days::Migration),
            Box::new(m2026_11_29_profiles::Migration),
            Box::new(m2026_11_30_profile_indexes::Migration),
            Box::new(m2026_11_30_search_titles::Migration),
            Box::new(m2026_11_30_session_time_zones::Migration),
        ]
    }
}
