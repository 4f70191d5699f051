//! Rows that are not in the database yet.
//!
//! `Book::create()` gives a builder, made by the derive, with one setter per field. Its type knows which required fields were given,
//! so that an insert without one of them does not compile. What is complete becomes a [`New`].

use std::marker::PhantomData;

use crate::model::Model;
use crate::relation::{ForeignKey, Forward};

/// A complete row that is not in the database yet.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "the row is not in the database until it is inserted"]
pub struct New<M> {
    pub(crate) row: M,
    /// Whether the row has its key already, also where the database would fill it in.
    pub(crate) keyed: bool,
}

impl<M> New<M> {
    /// A row to insert. Where the database fills in the key, the one that stands in `row` does not count.
    pub fn of(row: M) -> Self {
        New { row, keyed: false }
    }

    /// A row to insert with the key that stands in it, as rows of a fixture are.
    ///
    /// ```
    /// # use orm_core::{draft::New, model::Model};
    /// fn fixture<M: Model>(rows: Vec<M>) -> impl Iterator<Item = New<M>> {
    ///     rows.into_iter().map(New::with_key)
    /// }
    /// ```
    pub fn with_key(row: M) -> Self {
        New { row, keyed: true }
    }

    /// A row to insert with this key, or without one with the key that the database fills in.
    pub fn keyed(mut row: M, key: Option<M::Key>) -> Self
    where
        M: Model,
    {
        match key {
            Some(key) => {
                row.set_key(key);
                New::with_key(row)
            }
            None => New::of(row),
        }
    }
}

/// A required field that was given.
pub struct Set<T>(pub T);

/// The required field `F` of `M`, not given yet.
pub struct Missing<F>(PhantomData<fn() -> F>);

impl<F> Missing<F> {
    /// Not given.
    pub const NEW: Self = Missing(PhantomData);
}

/// A required field that must have been given.
#[diagnostic::on_unimplemented(
    message = "the field `{F}` of `{M}` is required and was not given",
    label = "`{F}` is missing",
    note = "call the method of that name on the draft first, or give the field a default with `#[field(default = ..)]`"
)]
pub trait Given<F, M, T> {
    /// The value.
    fn into_given(self) -> T;
}

impl<F, M, T> Given<F, M, T> for Set<T> {
    fn into_given(self) -> T {
        self.0
    }
}

/// The flattened field `F` of `M`, not given yet; it need not be if all of its fields begin with a value.
pub struct Unset<F>(PhantomData<fn() -> F>);

impl<F> Unset<F> {
    /// Not given.
    pub const NEW: Self = Unset(PhantomData);
}

impl<F, M, T: Begin<F, M>> Given<F, M, T> for Unset<F> {
    fn into_given(self) -> T {
        T::begin()
    }
}

/// A struct that the flattened field `F` of `M` may begin with: each of its fields has a default, may be NULL, or is filled in.
#[diagnostic::on_unimplemented(
    message = "the field `{F}` of `{M}` is required and was not given",
    label = "`{F}` is missing",
    note = "call the method of that name on the draft first, or give each field of `{Self}` a default with `#[field(default = ..)]`"
)]
pub trait Begin<F, M> {
    /// The struct as a new row begins with it.
    fn begin() -> Self;
}

/// A row that is being made, complete or not.
pub trait Drafting {
    /// The model.
    type Model;
}

impl<M> Drafting for New<M> {
    type Model = M;
}

/// What can be inserted: a complete draft, or a [`New`] row.
pub trait Draft: Drafting + Sized {
    /// The row to insert.
    fn into_new(self) -> New<Self::Model>;
}

impl<M> Draft for New<M> {
    fn into_new(self) -> New<M> {
        self
    }
}

/// A model whose rows can begin as drafts.
pub trait Drafted: Model {
    /// The draft to which nothing was given yet.
    type Draft: Drafting<Model = Self>;

    /// The draft to which nothing was given yet.
    fn begin() -> Self::Draft;
}

/// A draft that can be given the foreign key `F`, because it is still missing or may be.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a draft in which the foreign key `{F}` is still missing",
    label = "expected a draft without `{F}`",
    note = "leave this foreign key out: it is the key of the row whose relation this is, and filled in here"
)]
pub trait TakesKey<F: Forward>: Drafting<Model = F::Source> {
    /// The draft with the key.
    type Given;

    /// Gives it the key.
    fn give_key(self, key: ForeignKey<F::Target>) -> Self::Given;
}
