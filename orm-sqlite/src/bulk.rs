//! Inserting many rows by one prepared statement.

use orm_core::field::Key;
use orm_core::model::Model;
use orm_core::sql::Insert;
use orm_core::{Error, Result};

use crate::bind::bind_value;

/// Binds the values of a row, which were checked before, to the placeholders of its insert.
pub(crate) fn bind_row<M: Model>(prepared: &mut rusqlite::Statement<'_>, row: &M) -> Result<()> {
    for (at, field) in Insert::fields(M::META).enumerate() {
        match row.value(field) {
            Ok(value) => bind_value(prepared, at + 1, &value)?,
            Err(_) => return Err(Error::InvalidQuery("a field had a value when it was checked and has none now")),
        }
    }
    Ok(())
}

/// The key of a model from the rowid that its row got.
pub(crate) fn generated_key<M: Model>(rowid: i64) -> Result<M::Key> {
    M::Key::from_generated(rowid).ok_or_else(|| Error::InvalidValue {
        model: M::META.name,
        field: M::META.key_field().name,
        reason: "the database filled in a key that is too large for the field's type".to_owned(),
    })
}
