//! Flattened fields in a query: `Book::stamps.created`.

use std::fmt;
use std::marker::PhantomData;

use crate::embedded::Embeddable;
use crate::expr::FieldSet;
use crate::model::PathFields;
use crate::path::{Path, Root};

/// Where the first column of a flattened struct stands among those of the model, as a type.
pub trait Position: 'static {
    /// The position.
    const AT: usize;
}

/// The position `FIELD` of a model.
pub struct At<const FIELD: usize>(());

impl<const FIELD: usize> Position for At<FIELD> {
    const AT: usize = FIELD;
}

/// The position `FIELD` of a flattened struct that begins at `A`.
pub struct Within<A, const FIELD: usize>(PhantomData<fn() -> A>);

impl<A: Position, const FIELD: usize> Position for Within<A, FIELD> {
    const AT: usize = A::AT + FIELD;
}

type Marker<P, T, A> = PhantomData<fn() -> (P, T, A)>;

/// A flattened struct in a query: `Book::stamps`. Its fields are its fields: `Book::stamps.created`.
pub struct Embedded<P, T, A>(Marker<P, T, A>);

impl<P, T, A> Embedded<P, T, A> {
    /// The struct `T` at the end of the path `P`, from the position `A` on.
    pub const NEW: Self = Embedded(PhantomData);
}

impl<P, T, A> Clone for Embedded<P, T, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P, T, A> Copy for Embedded<P, T, A> {}

impl<P: Path, T: Embeddable, A: Position> fmt::Debug for Embedded<P, T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedded").field("at", &A::AT).field("count", &T::COUNT).finish()
    }
}

impl<P: Path, T: Embeddable, A: Position> std::ops::Deref for Embedded<P, T, A> {
    type Target = T::Fields<P, A>;

    fn deref(&self) -> &Self::Target {
        <Self::Target as PathFields>::REF
    }
}

/// All of its fields.
impl<M, T: Embeddable, A: Position> FieldSet<M> for Embedded<Root<M>, T, A> {
    fn fields(&self, into: &mut Vec<usize>) {
        into.extend(A::AT..A::AT + T::COUNT);
    }
}
