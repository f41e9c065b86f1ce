use super::Store;
use sea_orm::{DatabaseConnection, DbBackend};

impl Store {
    /// How many connections are in use and how many are idle, of those that read; on PostgreSQL, of all.
    pub(crate) fn connections(&self) -> [(&'static str, usize); 2] {
        let (open, idle) = sizes(&self.reader);
        [("used", (open as usize).saturating_sub(idle)), ("idle", idle)]
    }
}

fn sizes(connection: &DatabaseConnection) -> (u32, usize) {
    match connection.get_database_backend() {
        DbBackend::Postgres => {
            let pool = connection.get_postgres_connection_pool();
            (pool.size(), pool.num_idle())
        }
        _ => {
            let pool = connection.get_sqlite_connection_pool();
            (pool.size(), pool.num_idle())
        }
    }
}
