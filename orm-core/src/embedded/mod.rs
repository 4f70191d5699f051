//! Structs of fields that several models share (Django's abstract base classes): flattened into a model, their fields are columns of
//! its table.

mod columns;
mod path;

pub use columns::{ConstText, Names, Part, clash, count_named, count_versions, fields, named, names, renamed, too_long, width};
pub use path::{At, Embedded, Position, Within};

use chrono::{DateTime, Utc};

use crate::meta::FieldMeta;
use crate::model::PathFields;
use crate::path::Path;
use crate::row::{ColumnReader, DecodeError};
use crate::value::{Value, ValueError};

/// A struct whose fields become columns of every model that it is flattened into. Made by `#[derive(Embeddable)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be flattened into a model",
    label = "not a struct of fields",
    note = "add `#[derive(Embeddable)]` to the struct; what is stored in one column stands without `flatten`"
)]
pub trait Embeddable: Sized + Send + Sync + 'static {
    /// The fields as seen from the end of the path `P`, the first of them at the position `A`.
    type Fields<P: Path, A: Position>: PathFields;

    /// The fields, named as without a prefix.
    const FIELDS: &'static [FieldMeta];

    /// How many columns there are.
    const COUNT: usize = Self::FIELDS.len();

    /// Reads the struct from the columns that start at `at`.
    ///
    /// # Errors
    /// [`DecodeError`] if a column holds what the field cannot.
    fn from_row<R: ColumnReader>(row: &R, at: usize) -> Result<Self, DecodeError>;

    /// The value of the field at a position; of the last one, for a position that is not there.
    ///
    /// # Errors
    /// [`ValueError`] if the value cannot be stored exactly.
    fn value(&self, field: usize) -> Result<Value<'_>, ValueError>;

    /// Whether a field has `auto_now` or `auto_now_add`.
    const HAS_CLOCK: bool = false;

    /// Sets what `auto_now`, and where `inserting` also `auto_now_add`, fill in.
    fn touch(&mut self, _now: DateTime<Utc>, _inserting: bool) {}

    /// Sets the field that counts how often the row was written, if there is one.
    fn set_version(&mut self, _version: i64) {}
}

/// The default of the field at a position of an [`Embeddable`] struct. Made by the derive.
pub trait DefaultOf<const FIELD: usize> {
    /// The field's type.
    type Field;

    /// The default, evaluated anew.
    fn default_of() -> Self::Field;
}
