//! Statements for many at once, in few sizes.
//!
//! A database prepares a statement once for each text, and a text has a place for each of its values. With as many texts
//! as there can be values, nearly every one would be new to it: to prepare it takes longer than what it does.

use super::Transaction;
use sea_orm::{ActiveModelTrait, DbErr, EntityTrait, sea_query::OnConflict};

/// Up to here, rows are inserted by a statement of just their number.
const EXACT_LIMIT: usize = 16;

/// The most that one statement is for: databases take some ten thousand values at once.
pub(crate) const MAX_BATCH: usize = 1_024;

/// Alternatives for one statement: as many as the next power of two. The last comes again and again, which says nothing
/// more.
pub(crate) fn pad_to_bucket<T: Clone>(values: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut values: Vec<T> = values.into_iter().collect();
    if let Some(last) = values.last().cloned() {
        values.resize(values.len().next_power_of_two(), last);
    }
    values
}

/// Inserts rows, as many at once as there is a statement for.
pub(crate) async fn insert_all<A: ActiveModelTrait>(
    tx: &Transaction,
    rows: impl IntoIterator<Item = A>,
) -> Result<(), DbErr> {
    insert_in_chunks(tx, rows, None).await
}

/// The same for rows some of which are there, and which changes those.
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

/// How many of so many rows are inserted at once.
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
    fn chunk_sizes_are_powers_of_two() {
        let chunk_sizes = [1, 16, 17, 32, 200, 256, 9_000].map(chunk_size);
        assert_eq!(chunk_sizes, [1, 16, 16, 32, 128, 256, 1_024]);
    }
}
