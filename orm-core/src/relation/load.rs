//! How `select_related` changes the type of a row.

use crate::model::Model;
use crate::path::{Path, Related, Root, To};
use crate::query::Query;
use crate::relation::{Cardinality, NotLoaded, Relation};
use crate::row::FromRow;

/// A row of a model, plain or with loaded relations.
pub trait Row: FromRow {
    /// The model.
    type Model: Model;

    /// The model's own part.
    fn model(&self) -> &Self::Model;

    /// The model's own part, without what was loaded beside it.
    fn into_model(self) -> Self::Model;

    /// The slot of a relation, whatever its state: for a relation that was loaded by `select_related_if`, a [`Maybe`](super::Maybe).
    fn related<R: Relation>(&self, _relation: Related<Root<Self::Model>, R>) -> &Self::Current
    where
        Self: Slot<R>,
    {
        self.current()
    }
}

/// A row of the model `M`.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a row of `{M}`", label = "expected a row of `{M}`")]
pub trait RowOf<M>: Row<Model = M> {}

#[diagnostic::do_not_recommend]
impl<M: Model, X: Row<Model = M>> RowOf<M> for X {}

/// A row that has a slot for the relation `R`.
pub trait Slot<R: Relation>: FromRow {
    /// What the slot holds.
    type Current: FromRow;
    /// The row with another thing in the slot.
    type With<N: FromRow>: FromRow;

    /// What the slot holds.
    fn current(&self) -> &Self::Current;

    /// Puts another thing into the slot.
    fn with<N: FromRow>(self, slot: N) -> Self::With<N>;
}

/// What loading does to a slot of the relation `R`.
pub trait Fill<R: Relation>: FromRow {
    /// The related row once it is loaded; what was loaded before stays.
    type Row: FromRow;
    /// The slot with another related row in it.
    type Refill<N: FromRow>: FromRow;
}

impl<R: Relation> Fill<R> for NotLoaded<R> {
    type Row = R::Target;
    type Refill<N: FromRow> = <R::Cardinality as Cardinality>::Slot<N>;
}

impl<R: Relation, X: Row<Model = R::Target>> Fill<R> for X {
    type Row = X;
    type Refill<N: FromRow> = N;
}

impl<R: Relation, X: Row<Model = R::Target>> Fill<R> for Option<X> {
    type Row = X;
    type Refill<N: FromRow> = Option<N>;
}

impl<R: Relation, X: Row<Model = R::Target>> Fill<R> for Vec<X> {
    type Row = X;
    type Refill<N: FromRow> = Vec<N>;
}

/// A path into the row `S`: the part at its end, loading what lies on the way.
///
/// It is the path that has this, not the row: a search among all rows for one that has it would have no end.
#[diagnostic::on_unimplemented(
    message = "the relation does not begin at `{S}`, which is what this query gives",
    label = "not a relation that this query can load",
    note = "`select_related` takes foreign keys of the query's model, such as `Book::author` or `Book::author.country`"
)]
pub trait Focus<S: FromRow>: Path {
    /// The part.
    type Part: FromRow;
    /// The row with another part there.
    type Replace<N: FromRow>: FromRow;
}

#[diagnostic::do_not_recommend]
impl<M: Model, S: Row<Model = M>> Focus<S> for Root<M> {
    type Part = S;
    type Replace<N: FromRow> = N;
}

#[diagnostic::do_not_recommend]
impl<S, P, R> Focus<S> for To<P, R>
where
    S: FromRow,
    R: Relation,
    P: Focus<S>,
    P::Part: Slot<R>,
    <P::Part as Slot<R>>::Current: Fill<R>,
{
    type Part = <<P::Part as Slot<R>>::Current as Fill<R>>::Row;
    type Replace<N: FromRow> = P::Replace<<P::Part as Slot<R>>::With<<<P::Part as Slot<R>>::Current as Fill<R>>::Refill<N>>>;
}

/// What `select_related` takes: a relation's path, or several in a tuple.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a relation of these rows",
    label = "not a relation that this query can load",
    note = "`select_related` takes foreign keys of the query's model, such as `Book::author` or `Book::author.country`, or a tuple of them"
)]
pub trait Load<S> {
    /// The rows with the relation loaded.
    type Loaded: FromRow;

    /// Notes the queries for the relations to many on the way.
    fn plan(query: &mut Query);
}

#[diagnostic::do_not_recommend]
impl<S: FromRow, P: Path, R: Relation> Load<S> for Related<P, R>
where
    To<P, R>: Focus<S>,
{
    type Loaded = <To<P, R> as Focus<S>>::Replace<<To<P, R> as Focus<S>>::Part>;

    fn plan(query: &mut Query) {
        query.prefetch_path(P::NODE);
    }
}

macro_rules! load_tuple {
    ($first:ident $(, $rest:ident)+) => {
        #[diagnostic::do_not_recommend]
        impl<S, $first: Load<S> $(, $rest)+> Load<S> for ($first $(, $rest)+)
        where
            ($($rest,)+): Load<$first::Loaded>,
        {
            type Loaded = <($($rest,)+) as Load<$first::Loaded>>::Loaded;

            fn plan(query: &mut Query) {
                $first::plan(query);
                <($($rest,)+) as Load<$first::Loaded>>::plan(query);
            }
        }
        load_tuple!($($rest),+);
    };
    ($only:ident) => {
        impl<S, $only: Load<S>> Load<S> for ($only,) {
            type Loaded = $only::Loaded;

            fn plan(query: &mut Query) {
                $only::plan(query);
            }
        }
    };
}
load_tuple!(A, B, C, D, E, F, G, H);
