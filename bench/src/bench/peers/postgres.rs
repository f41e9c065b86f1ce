//! Databases on the PostgreSQL server that `bin/with-postgres` has started.

use bench::site::Result;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use std::{fs, path::Path};
use test_support::postgres::server_url;
use uuid::Uuid;

/// A new database. It is deleted together with the server.
pub(crate) struct Postgres {
    pub(crate) url: String,
    /// The process id of the server.
    pub(crate) id: u32,
}

impl Postgres {
    pub(crate) async fn create_database() -> Result<Self> {
        let server = server_url().map_err(|_| "no PostgreSQL: bin/bench starts one")?;
        let mut connection = PgConnection::connect(&server).await?;
        let name = format!("bench_{}", Uuid::now_v7().simple());
        sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await?;
        let folder: String = sqlx::query("SHOW data_directory").fetch_one(&mut connection).await?.try_get(0)?;
        let file = fs::read_to_string(Path::new(&folder).join("postmaster.pid"))?;
        let id = file.lines().next().ok_or("postmaster.pid is empty")?.trim().parse()?;
        let (base, _) = server.rsplit_once('/').ok_or("the URL names no database")?;
        Ok(Self { url: format!("{base}/{name}"), id })
    }
}
