use crate::{Error, Result};
use model::FieldError;
use sea_orm::{ColumnTrait, ExprTrait, sea_query::Expr};
use uuid::Uuid;

/// Rows per page of a list.
pub(crate) const PAGE_SIZE: u64 = 30;

/// Keyset cursor: the last row of a page, after which the next page starts. Opaque to clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PageCursor {
    pub(crate) key: String,
    pub(crate) id: Uuid,
}

impl PageCursor {
    pub(crate) fn new(key: impl ToString, id: Uuid) -> Self {
        Self { key: key.to_string(), id }
    }

    /// Parses a client's cursor. `None` means the first page.
    pub(crate) fn parse(token: Option<&str>) -> Result<Option<Self>> {
        let wrong = || Error::for_field("page", FieldError::Invalid);
        let Some(token) = token else { return Ok(None) };
        let (id, key) = token.split_at_checked(32).ok_or_else(wrong)?;
        let id = Uuid::try_parse(id).map_err(|_| wrong())?;
        let key = hex::decode(key).ok().and_then(|key| String::from_utf8(key).ok());
        let key = key.filter(|key| !key.contains('\0')).ok_or_else(wrong)?;
        Ok(Some(Self { key, id }))
    }

    /// Selects the rows after this one in descending order of a number and an id. A row-value comparison, so that the
    /// index is used for both columns.
    ///
    /// # Errors
    /// `Invalid` if the cursor's key isn't a number.
    pub(crate) fn after_descending<C: ColumnTrait>(&self, columns: [C; 2]) -> Result<Expr> {
        let number: i64 = self.key.parse().map_err(|_| Error::for_field("page", FieldError::Invalid))?;
        let columns = Expr::tuple(columns.map(|column| column.into_expr()));
        Ok(columns.lt(Expr::tuple([Expr::value(number), Expr::value(self.id)])))
    }

    fn encode(&self) -> String {
        format!("{}{}", self.id.simple(), hex::encode(&self.key))
    }
}

/// Truncates rows read with a limit of `PAGE_SIZE + 1` to one page; returns the cursor of the next page.
pub(crate) fn truncate_page<T>(rows: &mut Vec<T>, cursor: impl Fn(&T) -> PageCursor) -> Option<String> {
    let full = usize::try_from(PAGE_SIZE).unwrap_or(usize::MAX);
    if rows.len() <= full {
        return None;
    }
    rows.truncate(full);
    rows.last().map(|row| cursor(row).encode())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_cursor_round_trips_and_forgery_is_refused() {
        let cursor = PageCursor::new("DJ Kamau é", Uuid::from_u128(7));
        assert_eq!(PageCursor::parse(Some(&cursor.encode())).expect("a cursor"), Some(cursor));
        let (odd, signed) = ("000000000000000000000000000000074", "00000000000000000000000000000007+4");
        let (zero, not_hex) = ("0000000000000000000000000000000700", "00000000000000000000000000000007zz");
        for forged in ["", "x", odd, signed, zero, not_hex, "éééééééééééééééééééééééé"] {
            assert!(PageCursor::parse(Some(forged)).is_err(), "{forged}");
        }
    }
}
