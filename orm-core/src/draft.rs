//! Rows that are not in the database yet.
//!
//! `Book::create()` gives a builder, made by the derive, with one setter per field. Its type knows which required fields were given,
//! so that an insert without one of them does not compile. What is complete becomes a [`New`].

use std::marker::PhantomData;

/// A complete row that is not in the database yet: its generated key is still to come.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "the row is not in the database until it is inserted"]
pub struct New<M>(pub(crate) M);

impl<M> New<M> {
    /// A row to insert. Where the database fills in the key, the one that stands in `row` does not count.
    pub fn of(row: M) -> Self {
        New(row)
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
