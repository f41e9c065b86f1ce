//! Bulk statements in few sizes, so that they stay in the statement cache.
//!
//! A prepared statement is cached by its text, and the text has a placeholder for each value. With one text for each
//! number of values, nearly every statement would have to be prepared, which takes longer than running it.

use super::Transaction;
use sea_orm::{ActiveModelTrait, DbErr, EntityTrait, sea_query::OnConflict};

/// Up to this many rows, an INSERT has exactly their number.
const EXACT_LIMIT: usize = 16;

/// Maximum number of rows or values per statement: databases accept some ten thousand parameters.
pub(crate) const MAX_BATCH: usize = 1_024;

/// Pads the values of an `IN` list or an `OR` to the next power of two by repeating the last one, which doesn't change
/// the result.
pub(crate) fn pad_to_bucket<T: Clone>(values: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut values: Vec<T> = values.into_iter().collect();
    if let Some(last) = values.last().cloned() {
        values.resize(values.len().next_power_of_two(), last);
    }
    values
}

/// Inserts rows in chunks of the bucket sizes.
pub(crate) async fn insert_all<A: ActiveModelTrait>(
    tx: &Transaction,
    rows: impl IntoIterator<Item = A>,
) -> Result<(), DbErr> {
    insert_in_chunks(tx, rows, None).await
}

/// Inserts rows in chunks of the bucket sizes; applies `change` to those that exist.
pub(crate) async fn upsert_all<A: ActiveModelTrait>(
    tx: &Transaction,
    rows: impl IntoIterator<Item = A>,
    change: &OnConflict,
) -> Result<(), DbErr> {
    insert_in_chunks(tx, rows, Some(change)).await
}

async fn insert_in_chunks<A: ActiveModelTrait>(
    tx: &Transaction,
    rows: impl IntoIterator<Item = A>,
    change: Option<&OnConflict>,
) -> Result<(), DbErr> {
    let mut rows: Vec<A> = rows.into_iter().collect();
    while !rows.is_empty() {
        let rest = rows.split_off(chunk_size(rows.len()));
        let mut insert = A::Entity::insert_many(rows);
        if let Some(change) = change {
            insert = insert.on_conflict(change.clone());
        }
        insert.exec_without_returning(tx).await?;
        rows = rest;
    }
    Ok(())
}

/// Returns the size of the next chunk if `rows` rows are left.
fn chunk_size(rows: usize) -> usize {
    let even = || rows.next_power_of_two() >> usize::from(!rows.is_power_of_two());
    if rows <= EXACT_LIMIT { rows } else { even().min(MAX_BATCH) }
}

#[cfg(test)]
mod tests {
    use super::{chunk_size, pad_to_bucket};

    #[test]
    fn values_are_padded_to_a_power_of_two() {
        assert_eq!(pad_to_bucket([1, 2, 3]), [1, 2, 3, 3]);
        assert_eq!(pad_to_bucket([1, 2, 3, 4]), [1, 2, 3, 4]);
        assert!(pad_to_bucket(Vec::<u8>::new()).is_empty());
    }

    #[test]
    fn large_chunk_sizes_are_powers_of_two() {
        let chunk_sizes = [1, 16, 17, 32, 200, 256, 9_000].map(chunk_size);
        assert_eq!(chunk_sizes, [1, 16, 16, 32, 128, 256, 1_024]);
    }
}
