//! Rows for a database, many at a time, in SQL that SQLite and PostgreSQL understand alike.

use crate::site::Result;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Rows that are written at once.
const BATCH_ROWS: usize = 2_000;

/// A connection to a database, and the rows that wait to be written.
#[derive(Debug)]
pub struct BulkInsert {
    connection: Backend,
    /// By table and columns. Tables are written in the order in which they were first named.
    pending: BTreeMap<usize, (&'static str, Vec<String>)>,
    count: usize,
}

#[derive(Debug)]
enum Backend {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl BulkInsert {
    /// Connects to a database by its address.
    ///
    /// # Errors
    /// When it can't be reached.
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

    /// An id, as this database wants it written.
    pub fn format_id(&self, id: Uuid) -> String {
        match self.connection {
            Backend::Sqlite(_) => self.format_bytes(id.as_bytes()),
            Backend::Postgres(_) => format!("'{id}'"),
        }
    }

    /// Bytes, as this database wants them written.
    pub fn format_bytes(&self, bytes: &[u8]) -> String {
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        match self.connection {
            Backend::Sqlite(_) => format!("x'{digits}'"),
            Backend::Postgres(_) => format!("'\\x{digits}'"),
        }
    }

    /// One more row, for a table with its columns.
    pub fn add_row(&mut self, table: &'static str, row: String) {
        let known = self.pending.iter().find(|(_, (name, _))| *name == table).map(|(at, _)| *at);
        let at = known.unwrap_or(self.pending.len());
        self.pending.entry(at).or_insert_with(|| (table, Vec::new())).1.push(row);
        self.count += 1;
    }

    /// Writes what waits, if that is much.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn flush_if_full(&mut self) -> Result<()> {
        if self.count >= BATCH_ROWS { self.flush_rows().await } else { Ok(()) }
    }

    /// Writes what waits, in one transaction.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn flush_rows(&mut self) -> Result<()> {
        let rows = self.pending.values_mut().filter(|(_, rows)| !rows.is_empty());
        let inserts: String = rows
            .map(|(table, rows)| format!("INSERT INTO {table} VALUES ({});\n", std::mem::take(rows).join("),\n(")))
            .collect();
        self.count = 0;
        self.run_sql(&format!("BEGIN;\n{inserts}COMMIT;")).await
    }

    /// Closes the connection: on SQLite, what is left open would keep the log from being cleared.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn close(self) -> Result<()> {
        match self.connection {
            Backend::Sqlite(connection) => connection.close().await?,
            Backend::Postgres(connection) => connection.close().await?,
        }
        Ok(())
    }

    /// Runs SQL of any kind.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn run_sql(&mut self, sql: &str) -> Result<()> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql));
        match &mut self.connection {
            Backend::Sqlite(connection) => sql.execute(connection).await.map(drop)?,
            Backend::Postgres(connection) => sql.execute(connection).await.map(drop)?,
        }
        Ok(())
    }
}
