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
        let (id, hex) = token.split_at_checked(32).ok_or_else(wrong)?;
        let id = Uuid::try_parse(id).map_err(|_| wrong())?;
        let key = decode_hex(hex).ok_or_else(wrong)?;
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
        let key: String = self.key.bytes().map(|byte| format!("{byte:02x}")).collect();
        format!("{}{key}", self.id.simple())
    }
}

fn decode_hex(hex: &str) -> Option<String> {
    let bytes = hex.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    String::from_utf8(bytes.collect::<Option<Vec<u8>>>()?).ok().filter(|key| !key.contains('\0'))
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
        for forged in ["", "x", "00000000000000000000000000000007zz", "éééééééééééééééééééééééé"]
        {
            assert!(PageCursor::parse(Some(forged)).is_err(), "{forged}");
        }
    }
}
