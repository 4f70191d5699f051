//! The query that users build.

use std::fmt;
use std::marker::PhantomData;

use crate::connection::Connection;
use crate::expr::{Cond, Condition, Expr, Node};
use crate::model::Model;
use crate::path::Path;
use crate::query::selection::ValuesStruct;
use crate::query::{Lock, LockedWith, NullsOrder, OrderTerm, Query, SelectList, Selectable, Selection, ValuesOf};
use crate::relation::{Load, LoadIf, PrefetchRelated};
use crate::running::{OnQuery, Running};

/// The mode of a query whose terminals block. A query begins in it.
pub struct Blocking(());

/// The mode of a query whose terminals are async; `.a()` turns a query into it.
pub struct Async(());

type Marker<M, S, Mode> = PhantomData<fn() -> (M, S, Mode)>;

/// A query for rows of `M`, read into `S` (Django's `QuerySet`).
///
/// Builders never touch a database. A terminal does: `get`, `first`, `last`, `all`, `count`, `exists`, `iter`, `update`, `delete` in
/// blocking code; the same behind `.a()`, with `stream` for `iter`, in async code.
#[must_use = "a query does nothing until a terminal such as `all` runs it"]
pub struct QuerySet<M, S = M, Mode = Blocking> {
    /// Boxed, because builders and operations hand it on by value.
    query: Box<Query>,
    marker: Marker<M, S, Mode>,
}

impl<M, S, Mode> Clone for QuerySet<M, S, Mode> {
    fn clone(&self) -> Self {
        QuerySet { query: self.query.clone(), marker: PhantomData }
    }
}

impl<M, S, Mode> fmt::Debug for QuerySet<M, S, Mode> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.query.fmt(f)
    }
}

impl<M: Model> QuerySet<M> {
    /// All rows of the model; `Book::objects()` is this.
    pub fn new() -> Self {
        QuerySet::from_query(Box::new(Query::new(M::META, M::TREE)))
    }
}

impl<M: Model> Default for QuerySet<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M, S, Mode> QuerySet<M, S, Mode> {
    fn from_query(query: Box<Query>) -> Self {
        QuerySet { query, marker: PhantomData }
    }

    /// The untyped query.
    #[must_use]
    pub fn into_query(self) -> Box<Query> {
        self.query
    }

    /// The untyped query, to look at.
    #[must_use]
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// The SQL that a database is sent for all of the rows; its values stand there as placeholders.
    ///
    /// # Errors
    /// [`InvalidQuery`](crate::Error::InvalidQuery) for a combination that cannot be.
    pub fn to_sql(&self, backend: crate::sql::Backend) -> crate::Result<String> {
        let mut writer = crate::sql::Writer::new(backend.dialect());
        crate::sql::Select::render_query(&self.query, crate::sql::Form::Rows, &mut writer)?;
        Ok(writer.finish().0)
    }

    /// The same query in another mode.
    pub fn into_mode<Other>(self) -> QuerySet<M, S, Other> {
        QuerySet::from_query(self.query)
    }

    /// The same query on the handle of an operation that runs, such as a hook has: `Book::objects().on(on).count().await?`.
    pub fn on<'r, 'c, C: Connection>(self, running: &'r mut Running<'c, C>) -> OnQuery<'r, 'c, C, M, S> {
        OnQuery::new(self.query, running)
    }

    /// Only rows for which the condition is true. Conditions of several calls must all be true.
    ///
    /// On a slice this is an error when the query runs: a slice cannot be filtered afterwards.
    pub fn filter(mut self, condition: Cond<M>) -> Self {
        let (depth, condition) = condition.into_filter();
        self.query.restrict(depth, condition);
        self
    }

    /// Only rows for which the condition is not true; a comparison with NULL is not.
    pub fn exclude(self, condition: Cond<M>) -> Self {
        self.filter(!condition)
    }

    /// No rows, and no query is sent.
    pub fn none(mut self) -> Self {
        self.query.filter = Condition::Never;
        self
    }

    /// In this order, in place of any before and of the model's own: one term, or several in a tuple; of `()`, in none.
    pub fn order_by(mut self, terms: impl OrderTerms<M>) -> Self {
        if self.query.is_sliced() {
            self.query.refuse("a slice cannot be ordered; order first, then slice");
        }
        self.query.order.clear();
        self.query.unordered = true;
        self.query.reversed = false;
        terms.collect(&mut self.query.order);
        self
    }

    /// In the opposite order.
    pub fn reverse(mut self) -> Self {
        if self.query.is_sliced() {
            self.query.refuse("a slice cannot be reversed; reverse first, then slice");
        }
        self.query.reversed = !self.query.reversed;
        self
    }

    /// At most `count` rows.
    pub fn limit(mut self, count: u64) -> Self {
        self.query.take(count);
        self
    }

    /// Without the first `count` rows. On a slice it counts from the slice's start.
    pub fn offset(mut self, count: u64) -> Self {
        self.query.skip(count);
        self
    }

    /// The rows of these positions, counted from 0; a slice of a slice counts within it.
    ///
    /// ```
    /// # use orm_core::{model::Model, query::QuerySet};
    /// fn third_page<M: Model>(query: QuerySet<M>) -> QuerySet<M> {
    ///     query.slice(20..30)
    /// }
    /// ```
    pub fn slice(mut self, range: impl std::ops::RangeBounds<u64>) -> Self {
        use std::ops::Bound;
        let start = match range.start_bound() {
            Bound::Included(start) => *start,
            Bound::Excluded(start) => start.saturating_add(1),
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(end) => Some(end.saturating_add(1)),
            Bound::Excluded(end) => Some(*end),
            Bound::Unbounded => None,
        };
        self.query.skip(start);
        if let Some(end) = end {
            self.query.take(end.saturating_sub(start));
        }
        self
    }

    /// Equal rows once.
    pub fn distinct(mut self) -> Self {
        if self.query.is_sliced() {
            self.query.refuse("a slice cannot be made distinct; make it distinct first, then slice");
        }
        self.query.distinct = true;
        self
    }

    /// Locks the rows that are read until the transaction ends, so that nobody else changes, deletes or locks them meanwhile. Rows that
    /// another transaction has locked are waited for.
    ///
    /// It needs a transaction, otherwise it is [`TransactionRequired`](crate::Error::TransactionRequired) on every database. Only rows of
    /// the query's own model are locked, but on MariaDB those of all tables that it joins. On SQLite nothing is to be locked: a
    /// transaction that writes is alone.
    pub fn select_for_update(self) -> Self {
        self.lock(Lock::update())
    }

    /// Locks the rows that are read in this way: `Lock::shared()`, `Lock::update().skip_locked()`.
    ///
    /// ```
    /// # use orm_core::{model::Model, query::{Lock, QuerySet}};
    /// fn next_job<M: Model>(jobs: QuerySet<M>) -> QuerySet<M> {
    ///     jobs.lock(Lock::update().skip_locked()).limit(1)
    /// }
    /// ```
    pub fn lock<Of: LockedWith<M>>(mut self, lock: Lock<Of>) -> Self {
        self.query.lock = Some(lock.untyped());
        self
    }

    /// Rows of chosen columns: an expression, or a tuple of up to twelve (Django's `values_list`).
    pub fn values<L: SelectList<M>>(mut self, columns: L) -> QuerySet<M, L::Output, Mode> {
        self.query.selection = Selection::Values(columns.nodes().into_iter().flat_map(Node::into_parts).collect());
        QuerySet::from_query(self.query)
    }

    /// Rows of a struct that derives `Values`.
    pub fn values_as<T: ValuesStruct<Model = M>>(mut self) -> QuerySet<M, ValuesOf<T>, Mode> {
        self.query.selection = Selection::Values(T::nodes().into_iter().flat_map(Node::into_parts).collect());
        QuerySet::from_query(self.query)
    }

    /// Loads related rows in the same query, through one relation or a tuple of them; what is loaded shows in the row's type.
    pub fn select_related<L: Load<S>>(mut self, _relations: L) -> QuerySet<M, L::Loaded, Mode> {
        L::plan(&mut self.query);
        <L::Loaded as Selectable>::select(&mut self.query);
        QuerySet::from_query(self.query)
    }
}

impl<M, S, Mode> QuerySet<M, S, Mode> {
    /// Loads the rows of relations to many by one more query for each level, however many rows there are; what is loaded shows in the
    /// row's type (Django's `prefetch_related`).
    ///
    /// It takes a relation such as `Author::books`, a path such as `Book::author.books` or `Author::books.reviews`, a relation with a query
    /// of its own such as `Author::books.with(Book::objects().order_by(Book::title).limit(3))`, or a tuple of up to eight.
    pub fn prefetch_related<L: PrefetchRelated<S>>(mut self, relations: L) -> QuerySet<M, L::Loaded, Mode> {
        relations.plan(&mut self.query);
        <L::Loaded as Selectable>::select(&mut self.query);
        QuerySet::from_query(self.query)
    }

    /// Loads a related row in the same query if `load` is true. The slot is a [`Maybe`](crate::relation::Maybe), read by
    /// `row.related(Book::author)`.
    pub fn select_related_if<L: LoadIf<S>>(mut self, load: bool, _relation: L) -> QuerySet<M, L::Loaded, Mode> {
        <L::Loaded as Selectable>::select(&mut self.query);
        let path = L::Path::NODE;
        if path.is_some_and(|node| node.many) {
            self.query.refuse("what is behind a relation to many is loaded, or not, by the query that `with` takes");
        }
        if !load {
            self.query.unloaded.extend(path);
        }
        QuerySet::from_query(self.query)
    }
}

/// One term of an order: `Book::title.asc()`.
#[must_use = "an order does nothing until a query takes it"]
pub struct OrderBy<M> {
    term: OrderTerm,
    model: PhantomData<fn() -> M>,
}

impl<M> Clone for OrderBy<M> {
    fn clone(&self) -> Self {
        OrderBy { term: self.term.clone(), model: PhantomData }
    }
}

impl<M> fmt::Debug for OrderBy<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.term.fmt(f)
    }
}

impl<M> OrderBy<M> {
    pub(crate) fn new(node: Node, descending: bool) -> Self {
        OrderBy { term: OrderTerm { node, descending, nulls: None }, model: PhantomData }
    }

    /// NULLs before everything else, on every database.
    pub fn nulls_first(mut self) -> Self {
        self.term.nulls = Some(NullsOrder::First);
        self
    }

    /// NULLs after everything else, on every database.
    pub fn nulls_last(mut self) -> Self {
        self.term.nulls = Some(NullsOrder::Last);
        self
    }
}

/// What `order_by` takes: a term, a field, a tuple of up to eight, an array or a `Vec`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an order of rows of `{M}`",
    label = "expected terms such as `{M}::field.asc()`",
    note = "several terms stand in a tuple, such as `(Book::title.asc(), Book::id.desc())`"
)]
pub trait OrderTerms<M> {
    /// Appends them to a list.
    fn collect(self, into: &mut Vec<OrderTerm>);
}

impl<M> OrderTerms<M> for () {
    fn collect(self, _: &mut Vec<OrderTerm>) {}
}

impl<M> OrderTerms<M> for OrderBy<M> {
    fn collect(self, into: &mut Vec<OrderTerm>) {
        let OrderTerm { node, descending, nulls } = self.term;
        into.extend(node.into_parts().into_iter().map(|node| OrderTerm { node, descending, nulls }));
    }
}

impl<M, T: crate::field::FieldType, N: Into<Node>> OrderTerms<M> for Expr<M, T, N> {
    fn collect(self, into: &mut Vec<OrderTerm>) {
        into.push(self.asc().term);
    }
}

impl<M, T: OrderTerms<M>> OrderTerms<M> for Vec<T> {
    fn collect(self, into: &mut Vec<OrderTerm>) {
        for term in self {
            term.collect(into);
        }
    }
}

impl<M, T: OrderTerms<M>, const N: usize> OrderTerms<M> for [T; N] {
    fn collect(self, into: &mut Vec<OrderTerm>) {
        for term in self {
            term.collect(into);
        }
    }
}

macro_rules! order_tuples {
    ($($name:ident . $index:tt),+) => {
        impl<M, $($name: OrderTerms<M>),+> OrderTerms<M> for ($($name,)+) {
            fn collect(self, into: &mut Vec<OrderTerm>) {
                $(self.$index.collect(into);)+
            }
        }
    };
}
order_tuples!(A.0);
order_tuples!(A.0, B.1);
order_tuples!(A.0, B.1, C.2);
order_tuples!(A.0, B.1, C.2, D.3);
order_tuples!(A.0, B.1, C.2, D.3, E.4);
order_tuples!(A.0, B.1, C.2, D.3, E.4, F.5);
order_tuples!(A.0, B.1, C.2, D.3, E.4, F.5, G.6);
order_tuples!(A.0, B.1, C.2, D.3, E.4, F.5, G.6, H.7);
