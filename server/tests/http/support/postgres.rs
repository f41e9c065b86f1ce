//! A database on the PostgreSQL server that `bin/with-postgres` starts.

use super::{certificate_authority::IssuedCertificate, soon};
use sqlx::{Connection, PgConnection};
use test_support::postgres::{PostgresDatabase, execute_on_server, server_url};

/// The database of one test, dropped after it.
pub(crate) struct Database(PostgresDatabase);

impl Database {
    pub(crate) async fn new() -> Self {
        Self(PostgresDatabase::create().await.expect("a database"))
    }

    pub(crate) fn url(&self) -> &str {
        self.0.url()
    }

    /// Closes all connections to the database and refuses new ones, or allows them again.
    pub(crate) async fn reachable(&self, reachable: bool) {
        on_server(&format!("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {reachable}", self.0.name())).await;
        if !reachable {
            self.0.disconnect_all().await.expect("no connections");
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
        let mut connection = PgConnection::connect(self.url()).await.expect("the database");
        sqlx::raw_sql(sql).execute(&mut connection).await.expect(sql);
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        let mut connection = PgConnection::connect(self.url()).await.expect("the database");
        sqlx::query_scalar(sql).fetch_one(&mut connection).await.expect(sql)
    }
}

async fn on_server(statement: &str) {
    execute_on_server(statement).await.expect("a statement");
}

/// Reloads the server's settings, and returns when new connections have this `ssl` setting.
async fn reload(ssl: &str) {
    on_server("SELECT pg_reload_conf()").await;
    let server = server_url().expect("a PostgreSQL server");
    let reloaded = async {
        loop {
            let mut connection = PgConnection::connect(&server).await.expect("the PostgreSQL server");
            let setting: String = sqlx::query_scalar("SHOW ssl").fetch_one(&mut connection).await.expect("a setting");
            if setting == ssl {
                return;
            }
        }
    };
    soon("reloading PostgreSQL's settings", reloaded).await;
}
