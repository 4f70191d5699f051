//! Inserting many rows by one prepared statement.

use orm_core::model::Model;
use orm_core::sql::Insert;
use orm_core::{Error, Result};

use crate::bind::bind_value;

/// Binds the values of a row, which were checked before, to the placeholders of its insert.
pub(crate) fn bind_row<M: Model>(prepared: &mut rusqlite::Statement<'_>, row: &M, keyed: bool) -> Result<()> {
    for (at, field) in Insert::fields(M::META, keyed).enumerate() {
        match row.value(field) {
            Ok(value) => bind_value(prepared, at + 1, &value)?,
            Err(_) => return Err(Error::InvalidQuery("a field had a value when it was checked and has none now")),
        }
    }
    Ok(())
}
