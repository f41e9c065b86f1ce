//! A database on the PostgreSQL server that `bin/with-postgres` starts.

use super::{certificate_authority::IssuedCertificate, new_id, soon};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::thread;

/// The database of one test, dropped after it.
pub(crate) struct Database {
    name: String,
}

impl Database {
    pub(crate) async fn new() -> Self {
        let database = Self { name: format!("greenroom_{}", new_id().replace('-', "")) };
        on_server(&format!("CREATE DATABASE {}", database.name)).await;
        database
    }

    pub(crate) fn url(&self) -> String {
        let server = server();
        let (base, _) = server.rsplit_once('/').expect("GREENROOM_TEST_POSTGRES names a database");
        format!("{base}/{}", self.name)
    }

    /// Closes all connections to the database and refuses new ones, or allows them again.
    pub(crate) async fn reachable(&self, reachable: bool) {
        let name = &self.name;
        on_server(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS {reachable}")).await;
        if !reachable {
            let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname";
            on_server(&format!("{cut} = '{name}'")).await;
        }
    }

    /// Enables TLS for new connections, with this certificate. The server writes the files itself, because it may run
    /// as another user.
    pub(crate) async fn encrypt(&self, issued: &IssuedCertificate) {
        let (certificate, key) = (&issued.certificate, issued.key.serialize_pem());
        for (name, text) in [("test.crt", certificate), ("test.key", &key)] {
            let lines: Vec<String> = text.lines().map(|line| format!("('{line}')")).collect();
            on_server(&format!(
                "COPY (SELECT * FROM (VALUES {}) AS lines) TO PROGRAM 'umask 077; cat > {name}'",
                lines.join(", ")
            ))
            .await;
        }
        for setting in ["ssl_cert_file = 'test.crt'", "ssl_key_file = 'test.key'", "ssl = on"] {
            on_server(&format!("ALTER SYSTEM SET {setting}")).await;
        }
        reload("on").await;
    }

    /// Disables TLS again.
    pub(crate) async fn decrypt(&self) {
        on_server("ALTER SYSTEM SET ssl = off").await;
        reload("off").await;
    }

    pub(crate) async fn run(&self, sql: &'static str) {
        let mut connection = PgConnection::connect(&self.url()).await.expect("the database");
        sqlx::raw_sql(sql).execute(&mut connection).await.expect(sql);
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        let mut connection = PgConnection::connect(&self.url()).await.expect("the database");
        sqlx::query_scalar(sql).fetch_one(&mut connection).await.expect(sql)
    }
}

impl Drop for Database {
    /// Drops the database on another thread, because this one is inside of a runtime.
    fn drop(&mut self) {
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let dropping = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(on_server(&statement));
        });
        // Ignores errors, so that a failed test reports its own.
        let _ = dropping.join();
    }
}

async fn on_server(statement: &str) {
    let mut connection = PgConnection::connect(&server()).await.expect("the PostgreSQL server");
    // Contains only names that these tests generate.
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.expect("a statement");
}

/// Reloads the server's settings, and returns when new connections have this `ssl` setting.
async fn reload(ssl: &str) {
    on_server("SELECT pg_reload_conf()").await;
    let reloaded = async {
        loop {
            let mut connection = PgConnection::connect(&server()).await.expect("the PostgreSQL server");
            let setting: String = sqlx::query_scalar("SHOW ssl").fetch_one(&mut connection).await.expect("a setting");
            if setting == ssl {
                return;
            }
        }
    };
    soon("reloading PostgreSQL's settings", reloaded).await;
}

fn server() -> String {
    std::env::var("GREENROOM_TEST_POSTGRES")
        .expect("GREENROOM_TEST_POSTGRES is not set: these tests need PostgreSQL, so run through bin/with-postgres")
}
