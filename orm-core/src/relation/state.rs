//! The states of a relation's slot.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;

use crate::connection::Connection;
use crate::field::FieldType;
use crate::meta::{RelationMeta, Through};
use crate::model::Model;
use crate::path::Path;
use crate::query::{Prefetch, RowTree};
use crate::relation::Row;
use crate::row::{ColumnReader, DecodeError, FromRow};

/// A relation of a model, as a type of its own: `book::author`. Made by the derive.
pub trait Relation: Sized + Send + 'static {
    /// The model that it begins at.
    type Source: Model;
    /// The model that it leads to.
    type Target: Model;
    /// [`Required`], [`Nullable`] or [`Many`].
    type Cardinality: Cardinality;
    /// The relation as data.
    const META: &'static RelationMeta;
}

/// A foreign key, as a type of its own: its source holds the key of its target.
pub trait Forward: Relation<Cardinality: ToOne> {
    /// The key that a row holds; `None` if it is NULL.
    fn key(source: &Self::Source) -> Option<&<Self::Target as Model>::Key>;
}

/// A relation between two models whose keys a third one holds.
pub trait ManyToMany: Relation<Cardinality = Many> {
    /// The model that holds both.
    type Through: Model;
    /// Its foreign key to the model that the relation begins at.
    type Near: Forward<Source = Self::Through, Target = Self::Source>;
    /// Its foreign key to the model that the relation leads to.
    type Far: Forward<Source = Self::Through, Target = Self::Target>;
    /// The model between, as data.
    const THROUGH: &'static Through;
}

/// The way back of a foreign key.
pub trait Back: Relation {
    /// The foreign key.
    type Of: Forward<Source = Self::Target, Target = Self::Source>;
}

/// To how many rows a relation leads.
pub trait Cardinality: 'static {
    /// The type of a field of type `T` seen through a relation at the end of `P`.
    type Field<P: Path, T: FieldType>: FieldType;
    /// What a slot holds once rows of type `X` are loaded.
    type Slot<X: FromRow>: FromRow;
    /// What reading the relation gives.
    type Ref<'a, T: 'a>;
}

/// A relation that leads to at most one row.
pub trait ToOne: Cardinality {
    /// What the key's field holds.
    type Held<K: FieldType<NonNull = K>>: FieldType;
    /// Puts a related row, or none, into a slot; a required relation without a row gives nothing.
    fn slot<X: FromRow>(row: Option<X>) -> Option<Self::Slot<X>>;
}

/// To one row.
pub struct Required(());

impl Cardinality for Required {
    type Field<P: Path, T: FieldType> = P::Field<T>;
    type Slot<X: FromRow> = X;
    type Ref<'a, T: 'a> = &'a T;
}

impl ToOne for Required {
    type Held<K: FieldType<NonNull = K>> = K;

    fn slot<X: FromRow>(row: Option<X>) -> Option<X> {
        row
    }
}

/// To one row or none.
pub struct Nullable(());

impl Cardinality for Nullable {
    type Field<P: Path, T: FieldType> = Option<T::NonNull>;
    type Slot<X: FromRow> = Option<X>;
    type Ref<'a, T: 'a> = Option<&'a T>;
}

impl ToOne for Nullable {
    type Held<K: FieldType<NonNull = K>> = Option<K>;

    fn slot<X: FromRow>(row: Option<X>) -> Option<Option<X>> {
        Some(row)
    }
}

/// To any number of rows.
pub struct Many(());

impl Cardinality for Many {
    // A condition about a field of the related rows is about a row that is there.
    type Field<P: Path, T: FieldType> = T;
    type Slot<X: FromRow> = Vec<X>;
    type Ref<'a, T: 'a> = Models<'a, T>;
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

    const PREFETCHES: bool = X::PREFETCHES;

    fn prefetch<C: Connection>(
        rows: Vec<&mut Self>,
        plan: &[Prefetch],
        connection: &mut C,
    ) -> impl Future<Output = crate::Result<()>> + Send {
        X::prefetch(rows.into_iter().flatten().collect(), plan, connection)
    }
}

/// A slot in which the relation `R` was loaded.
pub trait Loads<R: Relation> {
    /// The related row as its plain model.
    fn loaded(&self) -> <R::Cardinality as Cardinality>::Ref<'_, R::Target>;
}

#[diagnostic::do_not_recommend]
impl<R: Relation<Cardinality = Required>, X: Row<Model = R::Target>> Loads<R> for X {
    fn loaded(&self) -> &R::Target {
        self.model()
    }
}

#[diagnostic::do_not_recommend]
impl<R: Relation<Cardinality = Nullable>, X: Row<Model = R::Target>> Loads<R> for Option<X> {
    fn loaded(&self) -> Option<&R::Target> {
        self.as_ref().map(Row::model)
    }
}

#[diagnostic::do_not_recommend]
impl<R: Relation<Cardinality = Many>, X: Row<Model = R::Target>> Loads<R> for Vec<X> {
    fn loaded(&self) -> Models<'_, R::Target> {
        Models(Box::new(self.iter().map(Row::model)))
    }
}

/// The related rows of a relation to many, each as its plain model.
pub struct Models<'a, T>(Box<dyn ExactSizeIterator<Item = &'a T> + 'a>);

impl<'a, T> Iterator for Models<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T> ExactSizeIterator for Models<'_, T> {}

impl<T> fmt::Debug for Models<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Models").field("len", &self.len()).finish()
    }
}
