//! Write probe: checks whether the database can be written by writing to it.

use super::Store;
use crate::{
    Error, Result,
    clock::{Clock, SystemClock},
    entity::write_probe,
    error::is_storage_full,
    metrics::PROBE_TIMEOUT,
};
use model::ApiError;
use sea_orm::{ActiveValue::Set, DbErr, EntityTrait, sea_query::OnConflict};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};
use tokio::{sync::Mutex, time::timeout};
use uuid::Uuid;

/// A result is reused for this long: the endpoint needs no authentication, and each probe costs a flush.
const PROBE_TTL: Duration = Duration::from_secs(1);
/// Size of an ordinary probe, in bytes.
const SMALL_PROBE: usize = 4 * 1_024;
/// Size of the probe after a write failed for lack of space, in bytes: larger than any use case's write, so that a
/// successful probe means that these succeed, too.
const LARGE_PROBE: usize = 256 * 1_024;

/// Whether the database can be written, as far as is known.
pub(super) struct WriteHealth {
    /// Id of the probe's row: one for each process, so that processes don't wait for each other's lock.
    id: Uuid,
    /// Whether a write has failed for lack of space since the last probe.
    is_full: AtomicBool,
    last: Mutex<Option<(Instant, std::result::Result<(), ApiError>)>>,
}

impl WriteHealth {
    pub(super) fn new() -> Self {
        Self { id: Uuid::now_v7(), is_full: AtomicBool::new(false), last: Mutex::default() }
    }

    /// Remembers a write that failed for lack of space. Passes the result through.
    pub(super) fn record_write<T>(&self, written: std::result::Result<T, DbErr>) -> std::result::Result<T, DbErr> {
        if written.as_ref().is_err_and(is_storage_full) {
            self.is_full.store(true, Ordering::Relaxed);
        }
        written
    }
}

impl Store {
    /// Checks whether the database can be written; probes at most once a second.
    ///
    /// # Errors
    /// `StorageFull`; `Unavailable` if the write fails for another reason or takes longer than two seconds.
    pub(crate) async fn check_writable(&self) -> std::result::Result<(), ApiError> {
        let mut last = self.health.last.lock().await;
        // A write that has failed since outdates a successful probe.
        let is_outdated = self.health.is_full.load(Ordering::Relaxed);
        match &*last {
            Some((at, found)) if at.elapsed() < PROBE_TTL && (found.is_err() || !is_outdated) => found.clone(),
            _ => {
                let result = timeout(PROBE_TIMEOUT, self.probe_write()).await.unwrap_or_else(|_| Err(Error::timeout()));
                let found = result.map_err(Error::into_api_error);
                *last = Some((Instant::now(), found.clone()));
                found
            }
        }
    }

    async fn probe_write(&self) -> Result<()> {
        let is_full = self.health.is_full.load(Ordering::Relaxed);
        // Random, because PostgreSQL compresses large values.
        let mut filler = vec![0; if is_full { LARGE_PROBE } else { SMALL_PROBE }];
        getrandom::fill(&mut filler).map_err(Error::internal)?;
        let row = write_probe::ActiveModel {
            process_id: Set(self.health.id),
            filler: Set(filler),
            probed_at: Set(SystemClock.now().millis()),
        };
        let mut on_conflict = OnConflict::column(write_probe::Column::ProcessId);
        on_conflict.update_columns([write_probe::Column::Filler, write_probe::Column::ProbedAt]);
        let tx = self.write().await?;
        write_probe::Entity::insert(row).on_conflict(on_conflict).exec_without_returning(&tx).await?;
        tx.commit().await?;
        self.health.is_full.store(false, Ordering::Relaxed);
        Ok(())
    }
}
