//! The terminals of a query in blocking code.

use std::panic::Location;

use orm_core::Result;
use orm_core::draft::Draft;
use orm_core::expr::Assignments;
use orm_core::model::Model;
use orm_core::ops::{All, BulkCreate, Count, DeleteQuery, Deleted, Exists, First, Get, Last, UpdateQuery};
use orm_core::query::{Blocking, QuerySet, Selectable};

use crate::handle::Handle;
use crate::rows::Rows;

/// What runs a query in blocking code.
///
/// Each terminal fails with [`Error::BlockingInAsync`](orm_core::Error::BlockingInAsync) inside an async context, and with
/// [`Error::InvalidQuery`](orm_core::Error::InvalidQuery) for a combination that cannot be.
pub trait Terminals: Sized {
    /// The model.
    type Model: Model;
    /// What the rows are read into.
    type Rows: Selectable;

    /// The query.
    fn into_blocking(self) -> QuerySet<Self::Model, Self::Rows>;

    /// The only row.
    ///
    /// # Errors
    /// [`DoesNotExist`](orm_core::Error::DoesNotExist) or [`MultipleObjects`](orm_core::Error::MultipleObjects).
    #[track_caller]
    fn get(self, db: impl Handle) -> Result<<Self::Rows as Selectable>::Item> {
        db.run(Get::<Self::Rows>::new(self.into_blocking().into_query()), Location::caller())
    }

    /// The first row, by the primary key if the query has no order.
    ///
    /// # Errors
    /// What the database reports; no row is `None`.
    #[track_caller]
    fn first(self, db: impl Handle) -> Result<Option<<Self::Rows as Selectable>::Item>> {
        db.run(First::<Self::Rows>::new(self.into_blocking().into_query()), Location::caller())
    }

    /// The last row, by the primary key if the query has no order.
    ///
    /// # Errors
    /// What the database reports; no row is `None`.
    #[track_caller]
    fn last(self, db: impl Handle) -> Result<Option<<Self::Rows as Selectable>::Item>> {
        db.run(Last::<Self::Rows>::new(self.into_blocking().into_query()), Location::caller())
    }

    /// All rows.
    ///
    /// # Errors
    /// What the database reports.
    #[track_caller]
    fn all(self, db: impl Handle) -> Result<Vec<<Self::Rows as Selectable>::Item>> {
        db.run(All::<Self::Rows>::new(self.into_blocking().into_query()), Location::caller())
    }

    /// How many rows there are.
    ///
    /// # Errors
    /// What the database reports.
    #[track_caller]
    fn count(self, db: impl Handle) -> Result<u64> {
        db.run(Count::new(self.into_blocking().into_query()), Location::caller())
    }

    /// Whether there is a row.
    ///
    /// # Errors
    /// What the database reports.
    #[track_caller]
    fn exists(self, db: impl Handle) -> Result<bool> {
        db.run(Exists::new(self.into_blocking().into_query()), Location::caller())
    }

    /// The rows one by one, read as they are asked for. Inside a transaction they are read at once.
    ///
    /// # Errors
    /// What the database reports when the query starts; each row has a result of its own.
    #[track_caller]
    fn iter(self, db: impl Handle) -> Result<Rows<Self::Rows>> {
        db.rows::<Self::Rows>(self.into_blocking().into_query(), Location::caller())
    }

    /// Sets fields of all rows and tells how many rows there were. Fields that `auto_now` fills are left alone, as in Django; a `version`
    /// counts. No [hooks](orm_core::hooks::Hooks) run.
    ///
    /// # Errors
    /// [`InvalidQuery`](orm_core::Error::InvalidQuery) for a slice, [`InvalidValue`](orm_core::Error::InvalidValue) for a value that the
    /// field cannot hold, and what the database reports.
    #[track_caller]
    fn update(self, assignments: impl Assignments<Self::Model>, db: impl Handle) -> Result<u64> {
        db.run(UpdateQuery::new(self.into_blocking().into_query(), assignments), Location::caller())
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
    #[track_caller]
    fn delete(self, db: impl Handle) -> Result<Deleted> {
        db.run(DeleteQuery::new(self.into_blocking().into_query()), Location::caller())
    }

    /// Inserts rows in their order, all or none, and gives them back with their keys. No [hooks](orm_core::hooks::Hooks) run.
    ///
    /// # Errors
    /// [`InvalidValue`](orm_core::Error::InvalidValue), [`Constraint`](orm_core::Error::Constraint), and what the database reports.
    #[track_caller]
    fn bulk_create<D: Draft<Model = Self::Model>>(
        self,
        drafts: impl IntoIterator<Item = D>,
        db: impl Handle,
    ) -> Result<Vec<Self::Model>> {
        db.run(BulkCreate::new(drafts.into_iter().map(Draft::into_new)), Location::caller())
    }
}

impl<M: Model, S: Selectable> Terminals for QuerySet<M, S, Blocking> {
    type Model = M;
    type Rows = S;

    fn into_blocking(self) -> QuerySet<M, S> {
        self
    }
}
