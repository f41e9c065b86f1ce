//! Bulk inserts in SQL that both SQLite and PostgreSQL accept.

use crate::site::Result;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Rows per transaction.
const BATCH_ROWS: usize = 2_000;

/// A database connection and the rows that are waiting to be written.
#[derive(Debug)]
pub struct BulkInsert {
    connection: Backend,
    /// Rows by table and columns, in the order in which the tables were first named.
    pending: BTreeMap<usize, (&'static str, Vec<String>)>,
    count: usize,
}

#[derive(Debug)]
enum Backend {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl BulkInsert {
    /// Connects to a database by its URL.
    ///
    /// # Errors
    /// Fails if the database can't be reached.
    pub async fn connect_to(url: &str) -> Result<Self> {
        let connection = if url.starts_with("sqlite:") {
            let mut connection = SqliteConnection::connect(url).await?;
            connection.execute("PRAGMA cache_size = -200000").await?;
            Backend::Sqlite(connection)
        } else {
            Backend::Postgres(PgConnection::connect(url).await?)
        };
        Ok(Self { connection, pending: BTreeMap::new(), count: 0 })
    }

    /// Formats an id as a literal of this database.
    pub fn format_id(&self, id: Uuid) -> String {
        match self.connection {
            Backend::Sqlite(_) => self.format_bytes(id.as_bytes()),
            Backend::Postgres(_) => format!("'{id}'"),
        }
    }

    /// Formats bytes as a literal of this database.
    pub fn format_bytes(&self, bytes: &[u8]) -> String {
        let digits = hex::encode(bytes);
        match self.connection {
            Backend::Sqlite(_) => format!("x'{digits}'"),
            Backend::Postgres(_) => format!("'\\x{digits}'"),
        }
    }

    /// Adds a row for a table, which is named with its columns.
    pub fn add_row(&mut self, table: &'static str, row: String) {
        let known = self.pending.iter().find(|(_, (name, _))| *name == table).map(|(at, _)| *at);
        let at = known.unwrap_or(self.pending.len());
        self.pending.entry(at).or_insert_with(|| (table, Vec::new())).1.push(row);
        self.count += 1;
    }

    /// Writes the waiting rows if there are at least [`BATCH_ROWS`].
    ///
    /// # Errors
    /// Fails if the database rejects them.
    pub async fn flush_if_full(&mut self) -> Result<()> {
        if self.count >= BATCH_ROWS { self.flush_rows().await } else { Ok(()) }
    }

    /// Writes the waiting rows in one transaction.
    ///
    /// # Errors
    /// Fails if the database rejects them.
    pub async fn flush_rows(&mut self) -> Result<()> {
        let rows = self.pending.values_mut().filter(|(_, rows)| !rows.is_empty());
        let inserts: String = rows
            .map(|(table, rows)| format!("INSERT INTO {table} VALUES ({});\n", std::mem::take(rows).join("),\n(")))
            .collect();
        self.count = 0;
        self.run_sql(&format!("BEGIN;\n{inserts}COMMIT;")).await
    }

    /// Closes the connection. On SQLite, an open connection would keep the WAL from being truncated.
    ///
    /// # Errors
    /// Fails if the database doesn't close it.
    pub async fn close(self) -> Result<()> {
        match self.connection {
            Backend::Sqlite(connection) => connection.close().await?,
            Backend::Postgres(connection) => connection.close().await?,
        }
        Ok(())
    }

    /// Runs any SQL, also several statements.
    ///
    /// # Errors
    /// Fails if the database rejects it.
    pub async fn run_sql(&mut self, sql: &str) -> Result<()> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql));
        match &mut self.connection {
            Backend::Sqlite(connection) => sql.execute(connection).await.map(drop)?,
            Backend::Postgres(connection) => sql.execute(connection).await.map(drop)?,
        }
        Ok(())
    }
}
