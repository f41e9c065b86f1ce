//! The database of the nodes.

use crate::{
    faulty_disk::FaultyDisk,
    postgres::PostgresServer,
    settings::{DatabaseKind, RunOptions, Synchronous},
};
use bench::{fault_proxy::FaultProxy, site::Result};
use sea_orm::ConnectionTrait;
use std::path::Path;
use tempfile::TempDir;
use tokio::sync::Mutex;

/// A database for this run only; deleted when dropped.
pub(crate) enum Database {
    /// SQLite in a directory.
    File(TempDir),
    /// SQLite on a disk that can fail and lose power.
    Disk(Box<Mutex<FaultyDisk>>, TempDir, Synchronous),
    /// PostgreSQL, and its port.
    Server(Mutex<PostgresServer>, u16),
}

impl Database {
    pub(crate) async fn start(run: &RunOptions) -> Result<Self> {
        match (run.database, run.synchronous) {
            (DatabaseKind::Postgres, None) => {
                let server = PostgresServer::start().await?;
                let port = server.port;
                Ok(Self::Server(Mutex::new(server), port))
            }
            (DatabaseKind::Postgres, Some(_)) => Err("only SQLite supports --synchronous".into()),
            (DatabaseKind::Sqlite, _) if run.nodes != 1 => Err("SQLite supports one node only".into()),
            (DatabaseKind::Sqlite, None) => Ok(Self::File(tempfile::tempdir()?)),
            (DatabaseKind::Sqlite, Some(synchronous)) => {
                let folder = tempfile::tempdir()?;
                let disk = FaultyDisk::mount(folder.path())?;
                Ok(Self::Disk(Box::new(Mutex::new(disk)), folder, synchronous))
            }
        }
    }

    /// Returns the port, if the database is a server.
    pub(crate) fn port(&self) -> Option<u16> {
        match self {
            Self::Server(_, port) => Some(*port),
            _ => None,
        }
    }

    /// Returns the URL that bypasses the proxies.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Server(_, port) => PostgresServer::url(*port),
            Self::File(folder) | Self::Disk(_, folder, _) => sqlite_url(folder.path()),
        }
    }

    /// Returns the URL for a node: behind its proxy, if the database is a server.
    pub(crate) fn url_for_node(&self, proxy: Option<&FaultProxy>) -> String {
        match (self, proxy) {
            (Self::Server(..), Some(proxy)) => PostgresServer::url(proxy.local_addr().port()),
            (Self::Disk(_, _, Synchronous::Normal), _) => format!("{}&synchronous=normal", self.url()),
            _ => self.url(),
        }
    }

    /// Moves a server's tables to the disk that can be filled.
    pub(crate) async fn move_tables_to_small_disk(&self) -> Result<()> {
        let Self::Server(server, _) = self else { return Ok(()) };
        let Some(tablespace) = server.lock().await.tablespace_path() else { return Ok(()) };
        let connection = sea_orm::Database::connect(self.url()).await?;
        connection.execute_unprepared(&format!("CREATE TABLESPACE small LOCATION '{tablespace}'")).await?;
        for object in ["TABLE", "INDEX"] {
            let statement = format!("ALTER {object} ALL IN TABLESPACE pg_default SET TABLESPACE small");
            connection.execute_unprepared(&statement).await?;
        }
        Ok(connection.close().await?)
    }

    /// Flushes everything written so far, whatever `synchronous` mode the nodes use.
    pub(crate) async fn flush_to_disk(&self) -> Result<()> {
        if let Self::Disk(..) = self {
            let connection = sea_orm::Database::connect(self.url()).await?;
            connection.execute_unprepared("PRAGMA wal_checkpoint(FULL)").await?;
            connection.close().await?;
        }
        Ok(())
    }
}

fn sqlite_url(folder: &Path) -> String {
    format!("sqlite://{}?mode=rwc", folder.join("greenroom.db").display())
}
