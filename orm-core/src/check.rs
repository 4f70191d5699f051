//! Values are checked before they are bound, where a database would store something else or nothing.

use chrono::Datelike;

use crate::error::{Error, Result};
use crate::field::ColumnType;
use crate::meta::{FieldMeta, ModelMeta};
use crate::model::Model;
use crate::relation::Forward;
use crate::schema::{FieldKind, FieldState};
use crate::sql::Features;
use crate::value::{Value, ValueError};

/// The value of a row's field, checked.
#[inline]
pub(crate) fn checked<M: Model>(row: &M, field: usize) -> Result<Value<'_>> {
    let meta = M::META.field(field);
    match row.value(field) {
        Ok(value) => {
            check(M::META, meta, &value)?;
            Ok(value)
        }
        Err(error) => Err(invalid(M::META, meta, error)),
    }
}

/// The value of a row's key, checked.
#[inline]
pub(crate) fn checked_key<M: Model>(row: &M) -> Result<Value<'_>> {
    match M::META.key {
        [field] => checked(row, *field),
        fields => checked_all(row, fields.iter().copied()),
    }
}

/// The value of a foreign key of a row, checked.
#[inline]
pub(crate) fn checked_held<R: Forward>(row: &R::Source) -> Result<Value<'_>> {
    let fields = R::META.fields();
    if fields.len() == 1 { checked(row, fields.start) } else { checked_all(row, fields) }
}

/// The values of fields of a row that are meant together, checked.
fn checked_all<M: Model>(row: &M, fields: impl Iterator<Item = usize>) -> Result<Value<'_>> {
    fields.map(|field| checked(row, field)).collect::<Result<_>>().map(Value::Tuple)
}

/// Checks that every field of a row that an insert writes, with its key or without, can hold its value exactly, and the database too.
pub(crate) fn check_row<M: Model>(row: &M, keyed: bool, features: &Features) -> Result<()> {
    crate::sql::Insert::fields(M::META, keyed).try_for_each(|field| {
        let value = checked(row, field)?;
        features.holds(&value).map_err(|error| invalid(M::META, M::META.field(field), error))
    })
}

/// Checks that a field can hold a value exactly.
#[inline]
pub(crate) fn check(model: &'static ModelMeta, field: &'static FieldMeta, value: &Value<'_>) -> Result<()> {
    fits(field, value).map_err(|error| invalid(model, field, error))
}

fn fits(field: &FieldMeta, value: &Value<'_>) -> Result<(), ValueError> {
    Limits {
        integer_bits: match field.column_type {
            ColumnType::I16 => 16,
            ColumnType::I32 => 32,
            _ => 64,
        },
        nullable: field.nullable,
        max_length: field.max_length,
        #[cfg(feature = "decimal")]
        max_digits: field.max_digits,
        #[cfg(feature = "decimal")]
        decimal_places: field.decimal_places,
    }
    .take(value)
}

impl FieldState {
    /// Checks that the field, whose kind is that of its column, can hold a value exactly.
    ///
    /// # Errors
    /// [`ValueError`] that says why it cannot.
    pub fn holds(&self, value: &Value<'_>) -> Result<(), ValueError> {
        Limits {
            integer_bits: match self.kind {
                FieldKind::I16 => 16,
                FieldKind::I32 => 32,
                _ => 64,
            },
            nullable: self.nullable,
            max_length: self.max_length,
            #[cfg(feature = "decimal")]
            max_digits: self.max_digits,
            #[cfg(feature = "decimal")]
            decimal_places: self.decimal_places,
        }
        .take(value)
    }
}

/// What a field says of its values beside their type.
struct Limits {
    integer_bits: u32,
    nullable: bool,
    max_length: Option<u32>,
    #[cfg(feature = "decimal")]
    max_digits: Option<u32>,
    #[cfg(feature = "decimal")]
    decimal_places: Option<u32>,
}

impl Limits {
    #[inline]
    fn take(&self, value: &Value<'_>) -> Result<(), ValueError> {
        match value {
            Value::Text(text) => self.text_fits(text),
            Value::I64(number) => self.integer_fits(*number),
            #[cfg(feature = "decimal")]
            Value::Decimal(number) => self.decimal_fits(number),
            Value::Date(date) => year_fits(date.year()),
            Value::DateTime(moment) => year_fits(moment.year()),
            Value::Timestamp(moment) => year_fits(moment.year()),
            Value::Null(_) if !self.nullable => Err(ValueError::new("the field is not nullable")),
            Value::Enum(_, label) => self.text_fits(label),
            // Whether an element may be NULL is said by its type.
            Value::Array(array) => {
                array.values.iter().filter(|element| !element.is_null()).try_for_each(|element| self.take(element))
            }
            _ => Ok(()),
        }
    }
}

#[cold]
pub(crate) fn invalid(model: &'static ModelMeta, field: &'static FieldMeta, error: ValueError) -> Error {
    Error::InvalidValue { model: model.name, field: field.name, reason: error.0 }
}

/// Databases agree on the years 1 to 9999.
pub(crate) fn year_fits(year: i32) -> Result<(), ValueError> {
    if (1..=9999).contains(&year) { Ok(()) } else { Err(ValueError::new("dates are stored from year 1 to 9999")) }
}

impl Limits {
    fn text_fits(&self, text: &str) -> Result<(), ValueError> {
        let Some(max) = self.max_length else { return Ok(()) };
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        // A text never has more characters than bytes, so most need no counting.
        if text.len() <= max {
            return Ok(());
        }
        let length = text.chars().count();
        if length <= max {
            Ok(())
        } else {
            Err(ValueError::new(format!("it takes at most {max} characters, this text has {length}")))
        }
    }

    fn integer_fits(&self, number: i64) -> Result<(), ValueError> {
        let fits = match self.integer_bits {
            16 => i16::try_from(number).is_ok(),
            32 => i32::try_from(number).is_ok(),
            _ => true,
        };
        if fits { Ok(()) } else { Err(ValueError::new("the integer is too large for the field's width")) }
    }

    #[cfg(feature = "decimal")]
    fn decimal_fits(&self, number: &rust_decimal::Decimal) -> Result<(), ValueError> {
        let (Some(digits), Some(places)) = (self.max_digits, self.decimal_places) else { return Ok(()) };
        let number = number.normalize();
        let whole = number.trunc().mantissa().unsigned_abs();
        let whole_digits = whole.checked_ilog10().map_or(0, |log| log + 1);
        if number.scale() > places {
            Err(ValueError::new(format!("it keeps {places} digits behind the point, this number has {}", number.scale())))
        } else if whole_digits > digits.saturating_sub(places) {
            Err(ValueError::new(format!(
                "it keeps {} digits before the point, this number has {whole_digits}",
                digits.saturating_sub(places)
            )))
        } else {
            Ok(())
        }
    }
}
