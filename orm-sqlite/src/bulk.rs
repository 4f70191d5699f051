//! Inserting many rows by one prepared statement.

use orm_core::field::{ColumnType, Key};
use orm_core::meta::FieldMeta;
use orm_core::model::Model;
use orm_core::sql::Insert;
use orm_core::value::Value;
use orm_core::{Error, Result};

use crate::bind::bind_value;

/// Binds the values of a row to the placeholders of its insert, without making an [`Insert`] for each.
pub(crate) fn bind_row<M: Model>(prepared: &mut rusqlite::Statement<'_>, row: &M) -> Result<()> {
    let mut plain = true;
    for (at, field) in Insert::fields(M::META).enumerate() {
        let Ok(value) = row.value(field) else {
            // It says why.
            Insert::row(row)?;
            return Err(Error::InvalidQuery("a field had a value at one moment and none at another"));
        };
        plain &= plainly_fits(M::META.field(field), &value);
        bind_value(prepared, at + 1, &value)?;
    }
    // What does not plainly fit is looked at closely, by who knows how.
    if plain { Ok(()) } else { Insert::row(row).map(drop) }
}

/// Whether a field can hold a value beyond doubt.
#[inline]
fn plainly_fits(field: &FieldMeta, value: &Value<'_>) -> bool {
    match value {
        // A text never has more characters than bytes.
        Value::Text(text) => field.max_length.is_none_or(|max| text.len() <= max as usize),
        Value::I64(number) => match field.column_type {
            ColumnType::I16 => i16::try_from(*number).is_ok(),
            ColumnType::I32 => i32::try_from(*number).is_ok(),
            _ => true,
        },
        Value::Null => field.nullable,
        _ => field.max_digits.is_none(),
    }
}

/// The key of a model from the rowid that its row got.
pub(crate) fn generated_key<M: Model>(rowid: i64) -> Result<M::Key> {
    M::Key::from_generated(rowid).ok_or_else(|| Error::InvalidValue {
        model: M::META.name,
        field: M::META.key_field().name,
        reason: "the database filled in a key that is too large for the field's type".to_owned(),
    })
}
