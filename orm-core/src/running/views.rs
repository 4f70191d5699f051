//! Queries, drafts and rows on a handle, with the terminals that both modes have.

use std::marker::PhantomData;

use super::Running;
use crate::connection::Connection;
use crate::draft::{Draft, Drafting};
use crate::error::Result;
use crate::expr::{Assignments, FieldSet};
use crate::model::Model;
use crate::ops::{
    All, BulkCreate, Count, DeleteQuery, Exists, First, Get, InsertOne, Last, Operation, OwnedRemove, Refresh, RemoveHooked,
    RemoveRow, SaveHooked, SaveRow, UpdateQuery, touch,
};
use crate::query::{Query, Selectable};
use crate::sql::{DeleteRow, UpdateRow};

/// A query on the handle of an operation that runs: see [`on`](crate::query::QuerySet::on). Its terminals are those of the other modes.
#[must_use = "a query does nothing until a terminal such as `all` runs it"]
pub struct OnQuery<'r, 'c, C, M, S> {
    running: &'r mut Running<'c, C>,
    query: Box<Query>,
    rows: PhantomData<fn() -> (M, S)>,
}

impl<'r, 'c, C: Connection, M, S> OnQuery<'r, 'c, C, M, S> {
    pub(crate) fn new(query: Box<Query>, running: &'r mut Running<'c, C>) -> Self {
        OnQuery { running, query, rows: PhantomData }
    }

    /// The only row.
    ///
    /// # Errors
    /// [`DoesNotExist`](crate::Error::DoesNotExist) or [`MultipleObjects`](crate::Error::MultipleObjects).
    pub async fn get(self) -> Result<S::Item>
    where
        S: Selectable,
    {
        self.running.run(Get::<S>::new(self.query)).await
    }

    /// The first row, by the primary key if the query has no order.
    ///
    /// # Errors
    /// What the database reports; no row is `None`.
    pub async fn first(self) -> Result<Option<S::Item>>
    where
        S: Selectable,
    {
        self.running.run(First::<S>::new(self.query)).await
    }

    /// The last row, by the primary key if the query has no order.
    ///
    /// # Errors
    /// What the database reports; no row is `None`.
    pub async fn last(self) -> Result<Option<S::Item>>
    where
        S: Selectable,
    {
        self.running.run(Last::<S>::new(self.query)).await
    }

    /// All rows.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn all(self) -> Result<Vec<S::Item>>
    where
        S: Selectable,
    {
        self.running.run(All::<S>::new(self.query)).await
    }

    /// How many rows there are.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn count(self) -> Result<u64> {
        self.running.run(Count::new(self.query)).await
    }

    /// Whether there is a row.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn exists(self) -> Result<bool> {
        self.running.run(Exists::new(self.query)).await
    }

    /// Sets fields of all rows and tells how many rows there were. No hooks run.
    ///
    /// # Errors
    /// [`InvalidQuery`](crate::Error::InvalidQuery) for a slice, [`InvalidValue`](crate::Error::InvalidValue) for a value that the field
    /// cannot hold, and what the database reports.
    pub async fn update(self, assignments: impl Assignments<M>) -> Result<<UpdateQuery as Operation>::Output> {
        self.running.run(UpdateQuery::new(self.query, assignments)).await
    }

    /// Deletes all rows and tells how many there were. No hooks run.
    ///
    /// # Errors
    /// [`InvalidQuery`](crate::Error::InvalidQuery) for a slice, and what the database reports.
    pub async fn delete(self) -> Result<<DeleteQuery as Operation>::Output> {
        self.running.run(DeleteQuery::new(self.query)).await
    }

    /// Inserts rows in their order, all or none, and gives them back with their keys. No hooks run.
    ///
    /// # Errors
    /// [`InvalidValue`](crate::Error::InvalidValue), [`Constraint`](crate::Error::Constraint), and what the database reports.
    pub async fn bulk_create<D: Draft<Model = M>>(self, drafts: impl IntoIterator<Item = D>) -> Result<Vec<M>>
    where
        M: Model,
    {
        self.running.run(BulkCreate::new(drafts.into_iter().map(Draft::into_new))).await
    }
}

/// A draft on the handle of an operation that runs: see [`RunDraft::on`].
#[must_use = "the row is not in the database until it is inserted"]
pub struct OnDraft<'r, 'c, C, D> {
    running: &'r mut Running<'c, C>,
    draft: D,
}

/// Putting a draft on a handle: `Author::create().name("Lem").on(on).insert().await?`.
pub trait RunDraft: Drafting + Sized {
    /// The same on the handle of an operation that runs, such as a hook has.
    fn on<'r, 'c, C: Connection>(self, running: &'r mut Running<'c, C>) -> OnDraft<'r, 'c, C, Self> {
        OnDraft { running, draft: self }
    }
}

impl<D: Drafting> RunDraft for D {}

impl<C: Connection, D: Drafting> OnDraft<'_, '_, C, D> {
    /// Inserts the row and gives it back with what the database filled in. It never updates.
    ///
    /// # Errors
    /// [`InvalidValue`](crate::Error::InvalidValue) if a field cannot hold its value, [`Constraint`](crate::Error::Constraint) if the
    /// database refuses the row, and those of its hooks.
    pub async fn insert(self) -> Result<D::Model>
    where
        D: Draft,
        D::Model: Model,
    {
        let row = self.draft.into_new();
        self.running.run(InsertOne::new(row)).await
    }
}

/// A row on the handle of an operation that runs: see [`RunRow::on`].
#[must_use = "nothing is written until a terminal such as `save` does it"]
pub struct OnRow<'r, 'c, 'm, C, M> {
    running: &'r mut Running<'c, C>,
    row: &'m mut M,
}

/// Putting a row on a handle: `author.on(on).save().await?`.
pub trait RunRow: Model {
    /// The same on the handle of an operation that runs, such as a hook has.
    fn on<'r, 'c, 'm, C: Connection>(&'m mut self, running: &'r mut Running<'c, C>) -> OnRow<'r, 'c, 'm, C, Self> {
        OnRow { running, row: self }
    }
}

impl<M: Model> RunRow for M {}

impl<C: Connection, M: Model> OnRow<'_, '_, '_, C, M> {
    /// Writes all fields of the row. It never inserts: a row that was deleted stays deleted.
    ///
    /// # Errors
    /// [`DoesNotExist`](crate::Error::DoesNotExist) if the row is not there, [`Stale`](crate::Error::Stale) if it has another version,
    /// [`InvalidValue`](crate::Error::InvalidValue), [`Constraint`](crate::Error::Constraint), and those of its hooks.
    pub async fn save(self) -> Result<()> {
        let hooked = SaveHooked::all(self.row);
        self.write(hooked, |row| UpdateRow::all(row)).await
    }

    /// Writes the named fields of the row, and those that `auto_now` fills in.
    ///
    /// # Errors
    /// As [`save`](Self::save).
    pub async fn update(self, fields: impl FieldSet<M>) -> Result<()> {
        let hooked = SaveHooked::of_fields(self.row, &fields);
        self.write(hooked, |row| UpdateRow::of_fields(row, fields)).await
    }

    /// Writes the fields that differ from those of `before`, a copy of the row as it was read.
    ///
    /// # Errors
    /// As [`save`](Self::save). Nothing is sent if nothing differs.
    pub async fn update_changed(self, before: &M) -> Result<()> {
        if UpdateRow::changed(self.row, before)?.is_empty() {
            return Ok(());
        }
        let hooked = SaveHooked::changed(self.row, before);
        self.write(hooked, |row| UpdateRow::changed(row, before)).await
    }

    async fn write(self, hooked: Option<SaveHooked<M>>, update: impl FnOnce(&M) -> Result<UpdateRow<'_>>) -> Result<()> {
        match hooked {
            Some(save) => *self.row = self.running.run(save).await?,
            None => {
                touch(self.row, false);
                let save = SaveRow::new(update(self.row)?).into_owned();
                self.running.run(save).await?.tell(self.row);
            }
        }
        Ok(())
    }

    /// Deletes the row. What points at it follows its `on_delete`.
    ///
    /// # Errors
    /// [`DoesNotExist`](crate::Error::DoesNotExist) if the row is not there, [`Stale`](crate::Error::Stale) if it has another version,
    /// [`Constraint`](crate::Error::Constraint) if another row stands in the way, and those of its hooks.
    pub async fn delete(self) -> Result<<OwnedRemove as Operation>::Output> {
        match RemoveHooked::new(self.row) {
            Some(remove) => self.running.run(remove).await,
            None => {
                let remove = RemoveRow::new(DeleteRow::new(self.row)?).into_owned();
                self.running.run(remove).await
            }
        }
    }

    /// Reads the row anew.
    ///
    /// # Errors
    /// [`DoesNotExist`](crate::Error::DoesNotExist) if the row is not there any more.
    pub async fn refresh(self) -> Result<()> {
        let refresh = Refresh::new(self.row)?;
        *self.row = self.running.run(refresh).await?;
        Ok(())
    }
}

/// A relation to load for rows in hand, on the handle of an operation that runs.
#[must_use = "nothing is loaded before `fetch`"]
pub struct OnRelated<'r, 'c, C, L> {
    running: &'r mut Running<'c, C>,
    load: L,
}

impl<'r, 'c, C: Connection, L> OnRelated<'r, 'c, C, L> {
    pub(crate) fn new(load: L, running: &'r mut Running<'c, C>) -> Self {
        OnRelated { running, load }
    }

    /// Loads the relation and gives the rows back with it.
    ///
    /// # Errors
    /// [`DoesNotExist`](crate::Error::DoesNotExist) if a key leads nowhere.
    pub async fn fetch(self) -> Result<L::Output>
    where
        L: Operation,
    {
        self.running.run(self.load).await
    }
}

macro_rules! debug {
    ($($name:ident<$($lifetime:lifetime),+; $($other:ident),+>),+ $(,)?) => {$(
        impl<$($lifetime,)+ C $(, $other)+> std::fmt::Debug for $name<$($lifetime,)+ C $(, $other)+> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).field("running", &self.running).finish_non_exhaustive()
            }
        }
    )+};
}
debug!(OnQuery<'r, 'c; M, S>, OnDraft<'r, 'c; D>, OnRow<'r, 'c, 'm; M>, OnRelated<'r, 'c; L>);
