//! Loading relations to many for rows in hand: one query for each level, for all of them.

use std::fmt;
use std::marker::PhantomData;

use crate::connection::{Access, Connection};
use crate::error::{Error, Result};
use crate::ops::Operation;
use crate::path::{Path, RelatedSet, Root, Step, To};
use crate::query::{Blocking, Prefetch, Query, Selectable};
use crate::relation::{Many, NotLoaded, Relation, Row, Slot, WithQuery};
use crate::row::FromRow;

/// Reads the parts of rows that further queries give, for rows that a query gave.
pub struct PrefetchRows<S: Selectable> {
    rows: Vec<S::Item>,
    plan: Vec<Prefetch>,
}

impl<S: Selectable> PrefetchRows<S> {
    /// The operation on rows.
    #[must_use]
    pub fn new(rows: Vec<S::Item>, plan: Vec<Prefetch>) -> Self {
        PrefetchRows { rows, plan }
    }
}

impl<S: Selectable> fmt::Debug for PrefetchRows<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrefetchRows").field("plan", &self.plan).finish_non_exhaustive()
    }
}

impl<S: Selectable> Operation for PrefetchRows<S> {
    type Output = Vec<S::Item>;
    const NAME: &'static str = "prefetch_related";
    const ACCESS: Access = Access::Read;

    async fn run<C: Connection>(mut self, connection: &mut C) -> Result<Self::Output> {
        S::prefetch(&mut self.rows, &self.plan, connection).await?;
        Ok(self.rows)
    }
}

/// What `prefetch_related` on rows in hand takes: a relation to many of theirs that is not loaded yet, as it is or with a query of its
/// own; a tuple is given in several calls.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a relation to many that these rows have still to load",
    label = "expected a relation to many of the rows' model that is not loaded yet",
    note = "rows in hand take relations of their own, such as `Author::books`, or `Author::books.with(Book::objects())` with further ones \
            in that query"
)]
pub trait PrefetchFor<S> {
    /// The rows with the relation loaded.
    type Loaded: FromRow;

    /// The row with room for what is loaded.
    fn room(row: S) -> Self::Loaded;

    /// Notes the query for the related rows.
    fn plan(self, query: &mut Query);
}

#[diagnostic::do_not_recommend]
impl<S, R> PrefetchFor<S> for RelatedSet<Root<S::Model>, R>
where
    S: Row + Slot<R, Current = NotLoaded<R>>,
    R: Relation<Source = S::Model, Cardinality = Many>,
{
    type Loaded = S::With<Vec<R::Target>>;

    fn room(row: S) -> Self::Loaded {
        row.with(Vec::new())
    }

    fn plan(self, query: &mut Query) {
        let step = <To<Root<S::Model>, R> as Step>::NODE;
        query.prefetch(step, Box::new(Query::of((R::META.target)())));
    }
}

#[diagnostic::do_not_recommend]
impl<S, R, X> PrefetchFor<S> for WithQuery<Root<S::Model>, R, X>
where
    S: Row + Slot<R, Current = NotLoaded<R>>,
    R: Relation<Source = S::Model, Cardinality = Many>,
    X: Row<Model = R::Target>,
    Root<S::Model>: Path,
{
    type Loaded = S::With<Vec<X>>;

    fn room(row: S) -> Self::Loaded {
        row.with(Vec::new())
    }

    fn plan(self, query: &mut Query) {
        query.prefetch(<To<Root<S::Model>, R> as Step>::NODE, self.into_query());
    }
}

/// Relations to many to load for rows in hand: for one row, or for a `Vec` of them. Nothing is sent before `fetch`.
#[must_use = "nothing is loaded before `fetch`"]
pub struct PrefetchInto<T, L, Mode = Blocking> {
    rows: T,
    relation: L,
    mode: PhantomData<fn() -> Mode>,
}

impl<T: fmt::Debug, L, Mode> fmt::Debug for PrefetchInto<T, L, Mode> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PrefetchInto").field(&self.rows).finish()
    }
}

impl<T, L> PrefetchInto<T, L> {
    pub(super) fn new(rows: T, relation: L) -> Self {
        PrefetchInto { rows, relation, mode: PhantomData }
    }
}

impl<T, L, Mode> PrefetchInto<T, L, Mode> {
    /// The same in another mode.
    pub fn into_mode<Other>(self) -> PrefetchInto<T, L, Other> {
        PrefetchInto { rows: self.rows, relation: self.relation, mode: PhantomData }
    }
}

/// Loads a relation for rows.
async fn prefetch<S, L, C>(rows: Vec<S>, relation: L, connection: &mut C) -> Result<Vec<L::Loaded>>
where
    S: Row,
    L: PrefetchFor<S>,
    C: Connection,
{
    let mut query = Query::of(<S::Model as crate::model::Model>::META);
    relation.plan(&mut query);
    let mut rows: Vec<L::Loaded> = rows.into_iter().map(L::room).collect();
    <L::Loaded as FromRow>::prefetch(rows.iter_mut().collect(), &query.prefetches, connection).await?;
    Ok(rows)
}

impl<S: Row, L: PrefetchFor<S> + Send, Mode> Operation for PrefetchInto<Vec<S>, L, Mode> {
    type Output = Vec<L::Loaded>;
    const NAME: &'static str = "prefetch_related";
    const ACCESS: Access = Access::Read;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<Self::Output> {
        prefetch(self.rows, self.relation, connection).await
    }
}

impl<S: Row, L: PrefetchFor<S> + Send, Mode> Operation for PrefetchInto<S, L, Mode> {
    type Output = L::Loaded;
    const NAME: &'static str = "prefetch_related";
    const ACCESS: Access = Access::Read;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<Self::Output> {
        let rows = prefetch(vec![self.rows], self.relation, connection).await?;
        rows.into_iter().next().ok_or(Error::DoesNotExist { model: <S::Model as crate::model::Model>::META.name })
    }
}
