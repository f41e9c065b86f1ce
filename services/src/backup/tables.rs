//! Copying all tables' rows from one database to another, and comparing them.

use crate::entity;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, IntoActiveModel, Iterable, ModelTrait, PaginatorTrait,
    PrimaryKeyToColumn, QueryFilter, QueryOrder, QuerySelect, Value, sea_query::Expr,
};
use sha2::{Digest, Sha256};

/// Rows per statement.
const BATCH: u64 = 500;

/// Calls a function for every table that is moved, in an order in which foreign keys find their rows.
macro_rules! for_each_table {
    ($do:ident $arguments:tt) => {
        vec![
            for_each_table!(person $do $arguments),
            for_each_table!(last_seen $do $arguments),
            for_each_table!(browser_key $do $arguments),
            for_each_table!(event_sequence $do $arguments),
            for_each_table!(session $do $arguments),
            for_each_table!(device $do $arguments),
            for_each_table!(token $do $arguments),
            for_each_table!(booking $do $arguments),
            for_each_table!(conversation $do $arguments),
            for_each_table!(message $do $arguments),
            for_each_table!(mail $do $arguments),
            for_each_table!(notification $do $arguments),
            for_each_table!(event $do $arguments),
            for_each_table!(email_budget $do $arguments),
            for_each_table!(known_device $do $arguments),
            for_each_table!(site_secret $do $arguments),
        ]
    };
    ($table:ident $do:ident ($($argument:expr),*)) => {
        $do::<entity::$table::Entity>($($argument),*).await?
    };
}

/// Digest of a table's rows: equal rows have an equal hash in either kind of database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableDigest {
    /// Name of the table.
    pub table: &'static str,
    /// Number of rows.
    pub rows: u64,
    /// SHA-256 of all rows in the order of their keys, in hexadecimal.
    pub hash: String,
}

/// The table that failed, and why.
pub(super) type TableError = (&'static str, DbErr);

/// Copies every table; returns the digests of the rows read.
pub(super) async fn copy_tables(
    from: &impl ConnectionTrait,
    to: &impl ConnectionTrait,
) -> Result<Vec<TableDigest>, TableError> {
    Ok(for_each_table!(copy_table(from, Some(to))))
}

/// Returns the digest of every table.
pub(super) async fn digest_tables(of: &impl ConnectionTrait) -> Result<Vec<TableDigest>, TableError> {
    Ok(for_each_table!(copy_table(of, None::<&sea_orm::DatabaseTransaction>)))
}

/// Returns the first table that holds rows, and their number.
pub(super) async fn find_nonempty(of: &impl ConnectionTrait) -> Result<Option<(&'static str, u64)>, TableError> {
    Ok(for_each_table!(count_rows(of)).into_iter().find(|(_, rows)| *rows > 0))
}

async fn count_rows<E>(of: &impl ConnectionTrait) -> Result<(&'static str, u64), TableError>
where
    E: EntityTrait,
    E::Model: Sync,
{
    let table = E::default().as_str();
    Ok((table, E::find().count(of).await.map_err(|error| (table, error))?))
}

/// Reads a table in pages and hashes its rows; writes them to `to`, if given.
async fn copy_table<E>(
    from: &impl ConnectionTrait,
    to: Option<&impl ConnectionTrait>,
) -> Result<TableDigest, TableError>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let table = E::default().as_str();
    let (mut rows, mut hash, mut after) = (0, Sha256::new(), None);
    loop {
        let page = read_page::<E>(from, after).await.map_err(|error| (table, error))?;
        let Some(last) = page.last() else { break };
        after = Some(key_columns::<E>().map(|column| Expr::value(last.get(column))).collect());
        for row in &page {
            rows += 1;
            E::Column::iter()
                .try_for_each(|column| update_hash(&mut hash, row.get(column)))
                .map_err(|error| (table, error))?;
        }
        if let Some(to) = to {
            let page = page.into_iter().map(IntoActiveModel::into_active_model);
            E::insert_many(page).exec_without_returning(to).await.map_err(|error| (table, error))?;
        }
    }
    Ok(TableDigest { table, rows, hash: hex::encode(hash.finalize()) })
}

/// Reads the page of rows after a key. Keys consist of ids and numbers only, which both databases order alike.
async fn read_page<E: EntityTrait>(
    from: &impl ConnectionTrait,
    after: Option<Vec<Expr>>,
) -> Result<Vec<E::Model>, DbErr> {
    let mut query = E::find().limit(BATCH);
    if let Some(last) = after {
        let key = key_columns::<E>().map(|column| Expr::col(column.as_column_ref())).collect::<Vec<_>>();
        query = query.filter(Expr::tuple(key).gt(Expr::tuple(last)));
    }
    for column in key_columns::<E>() {
        query = query.order_by_asc(column);
    }
    query.all(from).await
}

fn key_columns<E: EntityTrait>() -> impl Iterator<Item = E::Column> {
    E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column)
}

/// Adds a value by type, length and bytes, so that different rows never produce the same input.
fn update_hash(hash: &mut Sha256, value: Value) -> Result<(), DbErr> {
    let (kind, bytes) = match value {
        Value::Bool(value) => (b'b', value.map(|value| vec![u8::from(value)])),
        Value::Int(value) => (b'i', value.map(|value| i64::from(value).to_be_bytes().to_vec())),
        Value::BigInt(value) => (b'i', value.map(|value| value.to_be_bytes().to_vec())),
        Value::String(value) => (b't', value.map(String::into_bytes)),
        Value::Bytes(value) => (b'x', value),
        Value::Uuid(value) => (b'u', value.map(|value| value.as_bytes().to_vec())),
        other => return Err(DbErr::Type(format!("values of this type can't be compared: {other:?}"))),
    };
    hash.update([kind, u8::from(bytes.is_some())]);
    if let Some(bytes) = bytes {
        hash.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(bytes);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::{Database, IdenStatic, Statement};
    use std::collections::BTreeSet;

    type Columns = BTreeSet<(String, String)>;

    async fn columns<E: EntityTrait>() -> Result<Columns, DbErr> {
        let table = E::default().as_str().to_owned();
        Ok(E::Column::iter().map(|column| (table.clone(), column.as_str().to_owned())).collect())
    }

    async fn copied_columns() -> Result<Columns, DbErr> {
        Ok(for_each_table!(columns()).into_iter().flatten().collect())
    }

    /// What was typed into a refused form is kept for ten minutes, less than a move takes.
    #[tokio::test]
    async fn every_table_and_column_is_copied() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("greenroom.db").display());
        crate::migrate(&url).await.expect("the schema");
        let database = Database::connect(&url).await.expect("a database");
        let query = "SELECT t.name AS t, c.name AS c FROM sqlite_schema t JOIN pragma_table_info(t.name) c \
            WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT IN ('seaql_migrations', 'write_probe', 'refused_form')";
        let statement = Statement::from_string(sea_orm::DbBackend::Sqlite, query);
        let rows = database.query_all_raw(statement).await.expect("the schema");
        let name = |row: &sea_orm::QueryResult, column| row.try_get::<String>("", column).expect("a name");
        let schema: Columns = rows.iter().map(|row| (name(row, "t"), name(row, "c"))).collect();
        assert_eq!(copied_columns().await.expect("names"), schema);
    }

    #[test]
    fn different_rows_have_different_digests() {
        let values: Vec<Vec<Value>> = vec![
            vec!["ab".into(), "c".into()],
            vec!["a".into(), "bc".into()],
            vec!["abc".into(), "".into()],
            vec!["abc".into(), Value::String(None)],
            vec![Value::String(None), "abc".into()],
            vec![b"abc".to_vec().into(), "".into()],
            vec![true.into()],
            vec![1_i64.into()],
            vec![Value::Bool(None)],
        ];
        let hashes = values.iter().map(|values| {
            let mut hash = Sha256::new();
            values.iter().try_for_each(|value| update_hash(&mut hash, value.clone())).expect("supported types");
            hash.finalize().to_vec()
        });
        assert_eq!(hashes.collect::<BTreeSet<_>>().len(), values.len());
    }
}
