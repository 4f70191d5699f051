//! What the operations on the rows of a relation take: rows or their keys, one or many.

use crate::model::Model;
use crate::relation::{ForeignKey, RowOf};

/// A row of `T`, or its key: what names one row.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` is neither a row of `{T}` nor a key of one",
    label = "expected a `&{T}`, a key of `{T}` or a foreign key to `{T}`"
)]
pub trait IntoKey<T: Model> {
    /// The key.
    fn into_key(self) -> T::Key;
}

#[diagnostic::do_not_recommend]
impl<T: Model, X: RowOf<T>> IntoKey<T> for &X {
    fn into_key(self) -> T::Key {
        self.model().key().into_owned()
    }
}

impl<T: Model> IntoKey<T> for ForeignKey<T> {
    fn into_key(self) -> T::Key {
        ForeignKey::into_key(self)
    }
}

impl<T: Model> IntoKey<T> for &ForeignKey<T> {
    fn into_key(self) -> T::Key {
        self.key().clone()
    }
}

macro_rules! into_key {
    ($($from:ty => $key:ty),+ $(,)?) => {$(
        impl<T: Model<Key = $key>> IntoKey<T> for $from {
            fn into_key(self) -> $key {
                self.to_owned().into()
            }
        }
    )+};
}
into_key!(i64 => i64, &i64 => i64, i32 => i32, &i32 => i32, String => String, &String => String, &str => String, &&str => String);
#[cfg(feature = "uuid")]
into_key!(uuid::Uuid => uuid::Uuid, &uuid::Uuid => uuid::Uuid);

/// One row or key, as a kind of [`IntoKeys`].
pub struct One(());

/// A collection of rows or keys, as a kind of [`IntoKeys`].
pub struct Several(());

/// What `add`, `remove` and `set` take: a row of `T` or its key, or any collection of them.
///
/// The compiler finds out which of both it is, and so what `Kind` is.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` names no rows of `{T}`",
    label = "expected rows or keys of `{T}`",
    note = "give a `&{T}`, a key or a foreign key, or an array, slice, Vec or iterator of them"
)]
pub trait IntoKeys<T: Model, Kind> {
    /// The keys, in their order.
    fn into_keys(self) -> Vec<T::Key>;
}

impl<T: Model, K: IntoKey<T>> IntoKeys<T, One> for K {
    fn into_keys(self) -> Vec<T::Key> {
        vec![self.into_key()]
    }
}

impl<T: Model, I: IntoIterator<Item: IntoKey<T>>> IntoKeys<T, Several> for I {
    fn into_keys(self) -> Vec<T::Key> {
        self.into_iter().map(IntoKey::into_key).collect()
    }
}

/// The keys, each once, in their order.
pub(crate) fn each_once<T: Model, Kind>(keys: impl IntoKeys<T, Kind>) -> Vec<T::Key> {
    let mut keys = keys.into_keys();
    if keys.len() > 1 {
        let mut seen = std::collections::HashSet::with_capacity(keys.len());
        keys.retain(|key| seen.insert(key.clone()));
    }
    keys
}
