//! The terminals of a query in async code.

use std::future::Future;

use orm_core::Result;
use orm_core::draft::Draft;
use orm_core::expr::Assignments;
use orm_core::model::Model;
use orm_core::ops::{
    All, BulkCreate, Count, DeleteQuery, Deleted, Exists, First, Get, Last, LoadRelated, Operation, PrefetchInto, UpdateQuery,
};
use orm_core::polymorphic::LoadAnyOf;
use orm_core::query::{Async, QuerySet, Selectable};

use crate::handle::AsyncHandle;
use crate::stream::RowStream;

/// What runs a query in async code.
///
/// Each terminal fails with [`Error::InvalidQuery`](orm_core::Error::InvalidQuery) for a combination that cannot be. A future that is
/// dropped interrupts its query and leaves nothing behind.
pub trait AsyncTerminals: Sized + Send {
    /// The model.
    type Model: Model;
    /// What the rows are read into.
    type Rows: Selectable;

    /// The query.
    fn into_async(self) -> QuerySet<Self::Model, Self::Rows, Async>;

    /// The only row.
    ///
    /// # Errors
    /// [`DoesNotExist`](orm_core::Error::DoesNotExist) or [`MultipleObjects`](orm_core::Error::MultipleObjects).
    fn get(self, db: impl AsyncHandle) -> impl Future<Output = Result<<Self::Rows as Selectable>::Item>> + Send {
        db.run(Get::<Self::Rows>::new(self.into_async().into_query()))
    }

    /// The first row, by the primary key if the query has no order.
    ///
    /// # Errors
    /// What the database reports; no row is `None`.
    fn first(self, db: impl AsyncHandle) -> impl Future<Output = Result<Option<<Self::Rows as Selectable>::Item>>> + Send {
        db.run(First::<Self::Rows>::new(self.into_async().into_query()))
    }

    /// The last row, by the primary key if the query has no order.
    ///
    /// # Errors
    /// What the database reports; no row is `None`.
    fn last(self, db: impl AsyncHandle) -> impl Future<Output = Result<Option<<Self::Rows as Selectable>::Item>>> + Send {
        db.run(Last::<Self::Rows>::new(self.into_async().into_query()))
    }

    /// All rows.
    ///
    /// # Errors
    /// What the database reports.
    fn all(self, db: impl AsyncHandle) -> impl Future<Output = Result<Vec<<Self::Rows as Selectable>::Item>>> + Send {
        db.run(All::<Self::Rows>::new(self.into_async().into_query()))
    }

    /// How many rows there are.
    ///
    /// # Errors
    /// What the database reports.
    fn count(self, db: impl AsyncHandle) -> impl Future<Output = Result<u64>> + Send {
        db.run(Count::new(self.into_async().into_query()))
    }

    /// Whether there is a row.
    ///
    /// # Errors
    /// What the database reports.
    fn exists(self, db: impl AsyncHandle) -> impl Future<Output = Result<bool>> + Send {
        db.run(Exists::new(self.into_async().into_query()))
    }

    /// The rows one by one, read as they are asked for. Inside a transaction they are read at once.
    fn stream<'t>(self, db: impl AsyncHandle + 't) -> RowStream<'t, Self::Rows> {
        db.rows::<Self::Rows>(self.into_async().into_query())
    }

    /// Sets fields of all rows and tells how many rows there were. Fields that `auto_now` fills are left alone, as in Django; a `version`
    /// counts. No [hooks](orm_core::hooks::Hooks) run.
    ///
    /// # Errors
    /// [`InvalidQuery`](orm_core::Error::InvalidQuery) for a slice, [`InvalidValue`](orm_core::Error::InvalidValue) for a value that the
    /// field cannot hold, and what the database reports.
    fn update(
        self,
        assignments: impl Assignments<Self::Model>,
        db: impl AsyncHandle,
    ) -> impl Future<Output = Result<u64>> + Send {
        db.run(UpdateQuery::new(self.into_async().into_query(), assignments))
    }

    /// Deletes all rows and tells how many went, of each model: what points at them follows its `on_delete`, wherever in the program its
    /// model is. All goes, or nothing.
    ///
    /// A model that nothing points at is one statement; anything else is done in a transaction, without loading the rows that go along.
    ///
    /// No [hooks](orm_core::hooks::Hooks) run.
    ///
    /// # Errors
    /// [`Protected`](orm_core::Error::Protected) or [`Restricted`](orm_core::Error::Restricted) if a row stands in the way, which the
    /// error tells; [`InvalidQuery`](orm_core::Error::InvalidQuery) for a slice, and what the database reports.
    fn delete(self, db: impl AsyncHandle) -> impl Future<Output = Result<Deleted>> + Send {
        db.run(DeleteQuery::new(self.into_async().into_query()))
    }

    /// Inserts rows in their order, all or none, and gives them back with their keys. No [hooks](orm_core::hooks::Hooks) run.
    ///
    /// # Errors
    /// [`InvalidValue`](orm_core::Error::InvalidValue), [`Constraint`](orm_core::Error::Constraint), and what the database reports.
    fn bulk_create<D: Draft<Model = Self::Model>>(
        self,
        drafts: impl IntoIterator<Item = D>,
        db: impl AsyncHandle,
    ) -> impl Future<Output = Result<Vec<Self::Model>>> + Send {
        db.run(BulkCreate::new(drafts.into_iter().map(Draft::into_new)))
    }
}

impl<M: Model, S: Selectable> AsyncTerminals for QuerySet<M, S, Async> {
    type Model = M;
    type Rows = S;

    fn into_async(self) -> QuerySet<M, S, Async> {
        self
    }
}

/// The terminal of [`load_related`](orm_core::ops::InHand::load_related) and
/// [`prefetch_related`](orm_core::ops::InHand::prefetch_related) on rows in hand, in async code.
pub trait AsyncFetchRelated: Operation<Output: 'static> + Sized + 'static {
    /// Loads the relation and gives the rows back with it.
    ///
    /// # Errors
    /// [`DoesNotExist`](orm_core::Error::DoesNotExist) if a key leads nowhere.
    fn fetch(self, db: impl AsyncHandle) -> impl Future<Output = Result<Self::Output>> + Send {
        db.run(self)
    }
}

impl<T: 'static, R: 'static> AsyncFetchRelated for LoadRelated<T, R, Async> where Self: Operation<Output: 'static> {}

impl<T: 'static, L: 'static> AsyncFetchRelated for PrefetchInto<T, L, Async> where Self: Operation<Output: 'static> {}

impl<S: 'static, A: 'static> AsyncFetchRelated for LoadAnyOf<S, A, Async> where Self: Operation<Output: 'static> {}
