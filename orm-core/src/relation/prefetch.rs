//! `prefetch_related`: the rows of relations to many, read by one query for each level.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::ops::ControlFlow;

use crate::check::checked_key;
use crate::connection::{Connection, Sink};
use crate::error::Result;
use crate::field::FieldType;
use crate::model::Model;
use crate::path::{Path, RelatedSet, Step, To};
use crate::query::{Prefetch, Query, QuerySet, RowTree, Selection};
use crate::relation::{Focus, Many, Relation, Row, Slot};
use crate::row::{ColumnReader, DecodeError, FromRow};
use crate::sql::SelectRelated;

/// What `prefetch_related` takes: the path of a relation to many, one with a query of its own, or several in a tuple.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a relation to many of these rows",
    label = "not a relation that this query can prefetch",
    note = "`prefetch_related` takes relations to many such as `Author::books` or `Book::author.books`, one with a query such as \
            `Author::books.with(Book::objects())`, or a tuple of them; what leads to one row is loaded by `select_related`"
)]
pub trait PrefetchRelated<S> {
    /// The rows with the relation loaded.
    type Loaded: FromRow;

    /// Notes the query for its rows.
    fn plan(self, query: &mut Query);
}

#[diagnostic::do_not_recommend]
impl<S: FromRow, P: Path, R: Relation<Cardinality = Many>> PrefetchRelated<S> for RelatedSet<P, R>
where
    To<P, R>: Focus<S> + Step,
{
    type Loaded = <To<P, R> as Focus<S>>::Replace<<To<P, R> as Focus<S>>::Part>;

    fn plan(self, query: &mut Query) {
        // What is planned for it stays, as what its type says is loaded does.
        query.prefetch_path(Some(<To<P, R> as Step>::NODE));
    }
}

/// A relation to many, and the query by which `prefetch_related` reads its rows.
#[must_use = "nothing is read before a query prefetches it"]
pub struct WithQuery<P, R, X> {
    query: Box<Query>,
    marker: Marker<P, R, X>,
}

type Marker<P, R, X> = PhantomData<fn() -> (P, R, X)>;

impl<P, R, X> fmt::Debug for WithQuery<P, R, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.query.fmt(f)
    }
}

impl<P: Path, R: Relation<Cardinality = Many>> RelatedSet<P, R> {
    /// The relation with the query by which `prefetch_related` reads its rows (Django's `Prefetch`): with a filter and an order of its
    /// own, with relations of theirs loaded, and if it is sliced, so many for each row that the relation begins at. If it is distinct, a
    /// row that many-to-many links twice to one of those comes once for it.
    ///
    /// It takes the place of any query for the relation before; the relation alone, named again, keeps what was planned for it.
    pub fn with<X: Row<Model = R::Target>, Mode>(self, query: QuerySet<R::Target, X, Mode>) -> WithQuery<P, R, X> {
        WithQuery { query: query.into_query(), marker: PhantomData }
    }
}

impl<P, R, X> WithQuery<P, R, X> {
    /// The untyped query.
    pub(crate) fn into_query(self) -> Box<Query> {
        self.query
    }
}

#[diagnostic::do_not_recommend]
impl<S, P, R, X> PrefetchRelated<S> for WithQuery<P, R, X>
where
    S: FromRow,
    P: Focus<S>,
    P::Part: Slot<R>,
    R: Relation<Cardinality = Many>,
    X: Row<Model = R::Target>,
    To<P, R>: Step,
{
    type Loaded = P::Replace<<P::Part as Slot<R>>::With<Vec<X>>>;

    fn plan(self, query: &mut Query) {
        query.prefetch(<To<P, R> as Step>::NODE, self.query);
    }
}

macro_rules! prefetch_tuple {
    ($first:ident $(, $rest:ident)+) => {
        #[diagnostic::do_not_recommend]
        impl<S, $first: PrefetchRelated<S> $(, $rest)+> PrefetchRelated<S> for ($first $(, $rest)+)
        where
            ($($rest,)+): PrefetchRelated<$first::Loaded>,
        {
            type Loaded = <($($rest,)+) as PrefetchRelated<$first::Loaded>>::Loaded;

            fn plan(self, query: &mut Query) {
                #[allow(non_snake_case)]
                let ($first, $($rest),+) = self;
                $first.plan(query);
                ($($rest,)+).plan(query);
            }
        }
        prefetch_tuple!($($rest),+);
    };
    ($only:ident) => {
        impl<S, $only: PrefetchRelated<S>> PrefetchRelated<S> for ($only,) {
            type Loaded = $only::Loaded;

            fn plan(self, query: &mut Query) {
                self.0.plan(query);
            }
        }
    };
}
prefetch_tuple!(A, B, C, D, E, F, G, H);

/// The related rows of a relation to many. They are read by a query of their own.
impl<X: FromRow> FromRow for Vec<X> {
    const WIDTH: usize = 0;
    const TREE: &'static RowTree = &RowTree::NOT_LOADED;
    const PREFETCHES: bool = true;

    #[inline]
    fn from_row<C: ColumnReader>(_: &C, _: usize) -> Result<Self, DecodeError> {
        Ok(Vec::new())
    }

    async fn fill<R: Relation, C: Connection>(
        slots: Vec<(&R::Source, &mut Self)>,
        plan: &[Prefetch],
        connection: &mut C,
    ) -> Result<()> {
        // Without a plan they were loaded before, by another query.
        let Some(mut query) = Prefetch::find(plan, R::META).and_then(|prefetch| prefetch.query.clone()) else { return Ok(()) };
        let plan = std::mem::take(&mut query.prefetches);
        let mut related = RelatedRows::<R, X>::new(slots);
        if let Some(why) = query.invalid {
            return Err(crate::Error::InvalidQuery(why));
        }
        let keys = related.keys()?;
        if keys.is_empty() || query.is_never() {
            return Ok(());
        }
        query.selection = Selection::Rows(X::TREE);
        connection.fetch(&SelectRelated::new(query, R::META, keys)?, &mut related).await?;
        if X::PREFETCHES {
            let rows = related.slots.into_iter().flat_map(|(_, slot)| slot.iter_mut()).collect();
            X::prefetch(rows, &plan, connection).await?;
        }
        Ok(())
    }
}

/// The rows of a relation on their way into the slots of the rows that it begins at.
struct RelatedRows<'s, R: Relation, X> {
    slots: Vec<(&'s R::Source, &'s mut Vec<X>)>,
    /// The first slot of each key.
    first: HashMap<Cow<'s, <R::Source as Model>::Key>, usize>,
    /// The next slot of the same key; the slot itself if there is none.
    next: Vec<usize>,
}

impl<'s, R: Relation, X> RelatedRows<'s, R, X> {
    fn new(slots: Vec<(&'s R::Source, &'s mut Vec<X>)>) -> Self {
        let mut first = HashMap::with_capacity(slots.len());
        let mut next = Vec::with_capacity(slots.len());
        for (at, (source, _)) in slots.iter().enumerate() {
            let source: &'s R::Source = source;
            next.push(first.insert(source.key(), at).unwrap_or(at));
        }
        RelatedRows { slots, first, next }
    }

    /// The keys, each once.
    fn keys(&self) -> Result<Vec<crate::value::Value<'static>>> {
        let once = self.slots.iter().enumerate().filter(|(at, _)| self.next.get(*at) == Some(at));
        once.map(|(_, (source, _))| Ok(checked_key(*source)?.into_owned())).collect()
    }
}

impl<R: Relation, X: FromRow> Sink for RelatedRows<'_, R, X> {
    #[inline]
    fn row<C: ColumnReader>(&mut self, row: &C) -> Result<ControlFlow<()>, DecodeError> {
        let key = <R::Source as Model>::Key::decode(row, 0)?;
        let mut slot = self.first.get(&key).copied();
        // Rows that have the same related ones each get their own.
        while let Some(at) = slot {
            if let Some((_, rows)) = self.slots.get_mut(at) {
                rows.push(X::from_row(row, <R::Source as Model>::Key::WIDTH)?);
            }
            slot = self.next.get(at).copied().filter(|next| *next != at);
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// The slots of a relation of rows, each beside the row that it is of.
pub fn slots_of<'r, S, M, X>(rows: &'r mut [&mut S], slot: impl Fn(&'r mut S) -> (&'r M, &'r mut X)) -> Vec<(&'r M, &'r mut X)> {
    rows.iter_mut().map(|row| slot(row)).collect()
}
