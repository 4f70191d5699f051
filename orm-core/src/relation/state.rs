//! The states of a relation's slot.

use std::fmt;
use std::marker::PhantomData;

use crate::field::FieldType;
use crate::meta::RelationMeta;
use crate::model::Model;
use crate::path::Path;
use crate::query::RowTree;
use crate::relation::Row;
use crate::row::{ColumnReader, DecodeError, FromRow};

/// A foreign key of a model, as a type of its own: `book::author`. Made by the derive.
pub trait Relation: Sized + Send + 'static {
    /// The model that holds the key.
    type Source: Model;
    /// The model that it points at.
    type Target: Model;
    /// [`Required`] or [`Nullable`].
    type Optionality: Optionality;
    /// The relation as data.
    const META: &'static RelationMeta;

    /// The key that a row holds; `None` if it is NULL.
    fn key(source: &Self::Source) -> Option<&<Self::Target as Model>::Key>;
}

/// Whether a relation may lead nowhere.
pub trait Optionality: 'static {
    /// The type of a field of type `T` seen through a relation at the end of `P`.
    type Field<P: Path, T: FieldType>: FieldType;
    /// What the key's field holds.
    type Held<K: FieldType<NonNull = K>>: FieldType;
    /// What a slot holds once a row of type `X` is loaded.
    type Slot<X: FromRow>: FromRow;
    /// What reading the relation gives.
    type Ref<'a, T: 'a>;
    /// Puts a related row, or none, into a slot; a required relation without a row gives nothing.
    fn slot<X: FromRow>(row: Option<X>) -> Option<Self::Slot<X>>;
}

/// The key cannot be NULL.
pub struct Required(());

impl Optionality for Required {
    type Field<P: Path, T: FieldType> = P::Field<T>;
    type Held<K: FieldType<NonNull = K>> = K;
    type Slot<X: FromRow> = X;
    type Ref<'a, T: 'a> = &'a T;

    fn slot<X: FromRow>(row: Option<X>) -> Option<X> {
        row
    }
}

/// The key may be NULL.
pub struct Nullable(());

impl Optionality for Nullable {
    type Field<P: Path, T: FieldType> = Option<T::NonNull>;
    type Held<K: FieldType<NonNull = K>> = Option<K>;
    type Slot<X: FromRow> = Option<X>;
    type Ref<'a, T: 'a> = Option<&'a T>;

    fn slot<X: FromRow>(row: Option<X>) -> Option<Option<X>> {
        Some(row)
    }
}

/// A slot whose relation `R` was not loaded. It takes no room and gives nothing away.
pub struct NotLoaded<R>(PhantomData<fn() -> R>);

impl<R> NotLoaded<R> {
    /// The slot.
    pub const NEW: Self = NotLoaded(PhantomData);
}

impl<R> Clone for NotLoaded<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for NotLoaded<R> {}

impl<R> PartialEq for NotLoaded<R> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<R> Eq for NotLoaded<R> {}

impl<R> fmt::Debug for NotLoaded<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NotLoaded")
    }
}

impl<R: 'static> FromRow for NotLoaded<R> {
    const WIDTH: usize = 0;
    const TREE: &'static RowTree = &RowTree::NOT_LOADED;

    #[inline]
    fn from_row<C: ColumnReader>(_: &C, _: usize) -> Result<Self, DecodeError> {
        Ok(Self::NEW)
    }
}

impl<X: FromRow> FromRow for Option<X> {
    const WIDTH: usize = X::WIDTH;
    const TREE: &'static RowTree = X::TREE;

    #[inline]
    fn from_row<C: ColumnReader>(row: &C, at: usize) -> Result<Self, DecodeError> {
        if row.is_null(at + X::TREE.key_offset())? { Ok(None) } else { X::from_row(row, at).map(Some) }
    }
}

/// A slot in which the relation `R` was loaded.
pub trait Loads<R: Relation> {
    /// The related row as its plain model.
    fn loaded(&self) -> <R::Optionality as Optionality>::Ref<'_, R::Target>;
}

#[diagnostic::do_not_recommend]
impl<R: Relation<Optionality = Required>, X: Row<Model = R::Target>> Loads<R> for X {
    fn loaded(&self) -> &R::Target {
        self.model()
    }
}

#[diagnostic::do_not_recommend]
impl<R: Relation<Optionality = Nullable>, X: Row<Model = R::Target>> Loads<R> for Option<X> {
    fn loaded(&self) -> Option<&R::Target> {
        self.as_ref().map(Row::model)
    }
}
