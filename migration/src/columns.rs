//! Builders that name indexes and foreign keys by the same rule in every migration.

use sea_orm_migration::{prelude::*, sea_query::ForeignKeyCreateStatement};

pub(crate) fn build_index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut statement = Index::create();
    statement.name(format!("{table}_by_{}", columns.join("_"))).table(table);
    for column in columns {
        statement.col(*column);
    }
    statement
}

pub(crate) fn build_foreign_key(
    table: &'static str,
    column: &'static str,
    to: &'static str,
) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(format!("{table}_{column}")).from(table, column).to(to, "id").take()
}
