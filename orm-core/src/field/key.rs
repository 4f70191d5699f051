//! The types that a primary key may have.

use crate::field::FieldType;

/// A type that a primary key may have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a primary key",
    label = "not a key type",
    note = "primary keys are i64 or i32 (filled in by the database), String, or Uuid with the feature `uuid`"
)]
pub trait Key: FieldType<NonNull = Self> + Clone + Eq + std::hash::Hash + std::fmt::Debug {
    /// Whether the database fills it in.
    const GENERATED: bool;

    /// The key that the database filled in.
    fn from_generated(_id: i64) -> Option<Self> {
        None
    }
}

impl Key for i64 {
    const GENERATED: bool = true;

    fn from_generated(id: i64) -> Option<Self> {
        Some(id)
    }
}

impl Key for i32 {
    const GENERATED: bool = true;

    fn from_generated(id: i64) -> Option<Self> {
        id.try_into().ok()
    }
}

impl Key for String {
    const GENERATED: bool = false;
}

#[cfg(feature = "uuid")]
impl Key for uuid::Uuid {
    const GENERATED: bool = false;
}
