//! The field that points at another model's row.

use std::fmt;
use std::hash::{Hash, Hasher};

use crate::field::{ColumnType, FieldType};
use crate::model::Model;
use crate::relation::{Row, RowOf};
use crate::row::{ColumnReader, DecodeError};
use crate::value::{Value, ValueError};

/// The key of a row of `T`: what a foreign key's field holds (Django's `ForeignKey`).
///
/// It holds the key and never the row. A query that said `select_related` gives the row; in blocking code `fetch` loads it.
pub struct ForeignKey<T: Model> {
    key: T::Key,
}

impl<T: Model> ForeignKey<T> {
    /// Points at the row with this key.
    pub fn new(key: impl Into<T::Key>) -> Self {
        ForeignKey { key: key.into() }
    }

    /// Points at the row with this key, of the key's own type.
    pub(crate) fn of(key: T::Key) -> Self {
        ForeignKey { key }
    }

    /// Points at this row.
    pub fn to(row: &impl Row<Model = T>) -> Self {
        ForeignKey { key: row.model().key().into_owned() }
    }

    /// The key.
    pub fn key(&self) -> &T::Key {
        &self.key
    }

    /// The key, by value.
    pub fn into_key(self) -> T::Key {
        self.key
    }
}

impl<T: Model> Clone for ForeignKey<T> {
    fn clone(&self) -> Self {
        ForeignKey { key: self.key.clone() }
    }
}

impl<T: Model<Key: Copy>> Copy for ForeignKey<T> {}

impl<T: Model> PartialEq for ForeignKey<T> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl<T: Model> Eq for ForeignKey<T> {}

impl<T: Model> Hash for ForeignKey<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl<T: Model> fmt::Debug for ForeignKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({:?})", T::META.name, self.key)
    }
}

impl<T: Model> FieldType for ForeignKey<T> {
    type NonNull = Self;
    const COLUMN: ColumnType = T::Key::COLUMN;
    const WIDTH: usize = T::Key::WIDTH;

    #[inline]
    fn to_value(&self) -> Result<Value<'_>, ValueError> {
        self.key.to_value()
    }

    #[inline]
    fn part(&self, at: usize) -> Result<Value<'_>, ValueError> {
        self.key.part(at)
    }

    #[inline]
    fn decode_nullable<R: ColumnReader>(row: &R, index: usize) -> Result<Option<Self>, DecodeError> {
        Ok(T::Key::decode_nullable(row, index)?.map(|key| ForeignKey { key }))
    }
}

#[cfg(feature = "serde")]
impl<T: Model<Key: serde::Serialize>> serde::Serialize for ForeignKey<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.key.serialize(serializer)
    }
}

#[cfg(feature = "serde")]
impl<'de, T: Model<Key: serde::Deserialize<'de>>> serde::Deserialize<'de> for ForeignKey<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(ForeignKey { key: T::Key::deserialize(deserializer)? })
    }
}

/// What a field of type `T` can be given: the type itself, `&str` for text, a row or its key for a foreign key, and for an `Option`
/// what it may hold.
#[diagnostic::on_unimplemented(
    message = "a field of type `{T}` cannot be given a `{Self}`",
    label = "expected a value for `{T}`"
)]
pub trait IntoField<T> {
    /// The field's value.
    fn into_field(self) -> T;
}

impl<T> IntoField<T> for T {
    fn into_field(self) -> T {
        self
    }
}

impl<T: FieldType<NonNull = T>> IntoField<Option<T>> for T {
    fn into_field(self) -> Option<T> {
        Some(self)
    }
}

impl IntoField<String> for &str {
    fn into_field(self) -> String {
        self.to_owned()
    }
}

impl IntoField<Option<String>> for &str {
    fn into_field(self) -> Option<String> {
        Some(self.to_owned())
    }
}

impl IntoField<Vec<u8>> for &[u8] {
    fn into_field(self) -> Vec<u8> {
        self.to_vec()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Model, X: RowOf<T>> IntoField<ForeignKey<T>> for &X {
    fn into_field(self) -> ForeignKey<T> {
        ForeignKey::to(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Model, X: RowOf<T>> IntoField<Option<ForeignKey<T>>> for &X {
    fn into_field(self) -> Option<ForeignKey<T>> {
        Some(ForeignKey::to(self))
    }
}

macro_rules! key_into_field {
    ($($from:ty => $key:ty),+) => {$(
        impl<T: Model<Key = $key>> IntoField<ForeignKey<T>> for $from {
            fn into_field(self) -> ForeignKey<T> {
                ForeignKey { key: self.into() }
            }
        }

        impl<T: Model<Key = $key>> IntoField<Option<ForeignKey<T>>> for $from {
            fn into_field(self) -> Option<ForeignKey<T>> {
                Some(ForeignKey { key: self.into() })
            }
        }
    )+};
}
key_into_field!(i64 => i64, i32 => i32, String => String, &str => String);
#[cfg(feature = "uuid")]
key_into_field!(uuid::Uuid => uuid::Uuid);
