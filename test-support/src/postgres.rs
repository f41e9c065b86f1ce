//! Databases on the PostgreSQL server that `bin/with-postgres` starts.

use crate::Result;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::{env, thread};
use uuid::Uuid;

/// A database with a name of its own. Dropped, with all connections to it, when this value is.
#[derive(Debug)]
pub struct PostgresDatabase {
    name: String,
    url: String,
}

impl PostgresDatabase {
    /// Creates a database without any table.
    ///
    /// # Errors
    /// Fails if this process doesn't run through `bin/with-postgres`.
    pub async fn create() -> Result<Self> {
        Self::create_with("").await
    }

    /// Creates a copy of another database, to which no connection may be open.
    ///
    /// # Errors
    /// Fails if this process doesn't run through `bin/with-postgres`, or a connection to the template is open.
    pub async fn create_copy(template: &Self) -> Result<Self> {
        Self::create_with(&format!(" TEMPLATE {}", template.name)).await
    }

    async fn create_with(options: &str) -> Result<Self> {
        let name = format!("greenroom_{}", Uuid::new_v4().simple());
        execute_on_server(&format!("CREATE DATABASE {name}{options}")).await?;
        let server = server_url()?;
        let (base, _) = server.rsplit_once('/').ok_or("GREENROOM_TEST_POSTGRES names no database")?;
        Ok(Self { url: format!("{base}/{name}"), name })
    }

    /// Returns its name, which is safe to use in SQL.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns its URL, with the credentials of the server's superuser.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Closes all connections to it.
    ///
    /// # Errors
    /// Fails if the server can't be reached.
    pub async fn disconnect_all(&self) -> Result<()> {
        let close = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname";
        execute_on_server(&format!("{close} = '{}'", self.name)).await
    }
}

impl Drop for PostgresDatabase {
    /// Drops the database on another thread, because this one may be inside a runtime.
    fn drop(&mut self) {
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let dropping = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(execute_on_server(&statement))
        });
        // Ignores errors, so that a failed test reports its own. The server is temporary.
        let _ = dropping.join();
    }
}

/// Executes a statement on the server's own database. Don't put text into it that a test hasn't made itself.
///
/// # Errors
/// Fails if this process doesn't run through `bin/with-postgres`, or the server refuses the statement.
pub async fn execute_on_server(statement: &str) -> Result<()> {
    let mut connection = PgConnection::connect(&server_url()?).await?;
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await?;
    Ok(connection.close().await?)
}

/// Returns the URL of the server and its own database.
///
/// # Errors
/// Fails if this process doesn't run through `bin/with-postgres`.
pub fn server_url() -> Result<String> {
    let url = env::var("GREENROOM_TEST_POSTGRES");
    Ok(url.map_err(
        |_| "GREENROOM_TEST_POSTGRES is not set: this needs PostgreSQL, so run it through bin/with-postgres",
    )?)
}
