//! Loading that is decided at run time: the slot says so in its type.

use std::future::Future;

use crate::connection::Connection;
use crate::path::{Path, Related, To};
use crate::query::{Prefetch, RowTree};
use crate::relation::{Cardinality, Focus, NotLoaded, Relation, Slot, ToOne};
use crate::row::{ColumnReader, DecodeError, FromRow};

/// A slot that was loaded, or was not, as the query was told when it ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maybe<X> {
    /// The query loaded it.
    Loaded(X),
    /// The query did not load it.
    NotLoaded,
}

impl<X> Maybe<X> {
    /// What was loaded, if it was.
    pub fn as_option(&self) -> Option<&X> {
        match self {
            Maybe::Loaded(loaded) => Some(loaded),
            Maybe::NotLoaded => None,
        }
    }
}

/// A column in front of the slot's own says whether they mean something.
impl<X: FromRow> FromRow for Maybe<X> {
    const WIDTH: usize = 1 + X::WIDTH;
    const TREE: &'static RowTree = &RowTree { conditional: true, ..*X::TREE };

    fn from_row<C: ColumnReader>(row: &C, at: usize) -> Result<Self, DecodeError> {
        if row.bool(at)? == Some(true) { X::from_row(row, at + 1).map(Maybe::Loaded) } else { Ok(Maybe::NotLoaded) }
    }

    const PREFETCHES: bool = X::PREFETCHES;

    fn prefetch<C: Connection>(
        rows: Vec<&mut Self>,
        plan: &[Prefetch],
        connection: &mut C,
    ) -> impl Future<Output = crate::Result<()>> + Send {
        let loaded = |row| match row {
            &mut Maybe::Loaded(ref mut loaded) => Some(loaded),
            Maybe::NotLoaded => None,
        };
        X::prefetch(rows.into_iter().filter_map(loaded).collect(), plan, connection)
    }
}

/// What `select_related_if` takes: the path of a relation that is not loaded yet.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a relation that these rows have still to load",
    label = "expected a foreign key of the query's model that is not loaded yet"
)]
pub trait LoadIf<S> {
    /// The rows with the relation loaded, maybe.
    type Loaded: FromRow;
    /// The path, for the query that does not load it.
    type Path: Path;
}

impl<S: FromRow, P: Focus<S>, R: Relation<Cardinality: ToOne>> LoadIf<S> for Related<P, R>
where
    P::Part: Slot<R, Current = NotLoaded<R>>,
{
    type Loaded = P::Replace<<P::Part as Slot<R>>::With<Maybe<<R::Cardinality as Cardinality>::Slot<R::Target>>>>;
    type Path = To<P, R>;
}
