//! The types that a primary key may have.

use crate::field::FieldType;
use crate::model::Model;
use crate::relation::ForeignKey;

/// A type that a primary key may have: that of its field, or for a key of several fields a tuple.
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

/// A type of one column by whose equality rows are told apart: what the parts of a key are made of.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot be a part of a key",
    label = "not a type that tells rows apart",
    note = "the parts of a primary key are i16, i32, i64, bool, String, NaiveDate, Uuid with its feature, newtypes of these, and foreign keys to \
            models whose key is one field"
)]
pub trait KeyColumn: FieldType<NonNull = Self> + Clone + Eq + std::hash::Hash + std::fmt::Debug {}

/// The type of a field that is a part of a primary key of several fields.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot be a part of a primary key",
    label = "not a type of which a key can be made",
    note = "the parts of a primary key are i16, i32, i64, bool, String, NaiveDate, Uuid with its feature, newtypes of these, and foreign keys to \
            models whose key is one field"
)]
pub trait KeyPart: FieldType {
    /// What stands for the field in the key: the type itself, or for a foreign key the key of the model that it points at.
    type Key: KeyColumn;

    /// The part of the key.
    fn to_key(&self) -> Self::Key;

    /// The field of this part of a key.
    fn from_key(key: Self::Key) -> Self;
}

#[diagnostic::do_not_recommend]
impl<K: KeyColumn> KeyPart for K {
    type Key = K;

    fn to_key(&self) -> K {
        self.clone()
    }

    fn from_key(key: K) -> K {
        key
    }
}

#[diagnostic::do_not_recommend]
impl<T: Model<Key: KeyColumn>> KeyPart for ForeignKey<T> {
    type Key = T::Key;

    fn to_key(&self) -> T::Key {
        self.key().clone()
    }

    fn from_key(key: T::Key) -> Self {
        ForeignKey::of(key)
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

macro_rules! key_columns {
    ($($type:ty),+) => {$(impl KeyColumn for $type {})+};
}
key_columns!(i16, i32, i64, bool, String, chrono::NaiveDate);
#[cfg(feature = "uuid")]
key_columns!(uuid::Uuid);
