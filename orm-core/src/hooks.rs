//! What a model does before and after its rows are written.

use std::future::{Future, ready};

use crate::connection::Connection;
use crate::error::Result;
use crate::model::Model;
use crate::running::Running;

/// What runs before and after a row of the model is inserted, updated or deleted (Django's signals `pre_save`, `post_delete` …).
///
/// `#[model(hooks)]` on the struct says that it is implemented, and all that is not written does nothing. A hook is written once for
/// both modes. It is given the handle of the write: what it runs [`on`](crate::query::QuerySet::on) that belongs to the same
/// transaction, and an error of a hook undoes the write and all that its hooks did. Then the row in hand is as it was.
///
/// A hook waits for nothing but its handle: no timers, no network, no other database. What must, waits behind the commit, in
/// `on_commit` of a transaction.
///
/// Hooks run for `insert`, `save`, `update` and `update_changed` of a row, and `delete` of a row. They do not run for `bulk_create`, for
/// the `update` and `delete` of a query, and for rows that go or change because another row is deleted.
///
/// ```
/// use orm_core::{Result, connection::Connection, model::Model, query::QuerySet, running::Running};
///
/// /// What a `before_insert` may ask: whether a row would be the first one.
/// async fn is_first<M: Model>(on: &mut Running<'_, impl Connection>) -> Result<bool> {
///     Ok(!QuerySet::<M>::new().on(on).exists().await?)
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`#[model(hooks)]` says that `{Self}` has hooks, and there is no `impl Hooks for {Self}`",
    label = "`{Self}` has no hooks",
    note = "write `impl Hooks for {Self}` with an `async fn before_insert(&mut self, on: &mut Running<'_, impl Connection>) -> Result<(), Error>` in it, or remove `hooks`"
)]
pub trait Hooks: Model {
    /// Runs before the row is inserted, and may change it. The fields are checked, and `auto_now` and `auto_now_add` filled in, behind
    /// it.
    ///
    /// # Errors
    /// Its own, which undoes all; so for each of the others.
    fn before_insert(&mut self, _on: &mut Running<'_, impl Connection>) -> impl Future<Output = Result<()>> + Send {
        ready(Ok(()))
    }

    /// Runs after the row was inserted; the row has its key. What it changes in the row is in the row that `insert` gives, and is not
    /// written.
    ///
    /// # Errors
    /// Its own.
    fn after_insert(&mut self, _on: &mut Running<'_, impl Connection>) -> impl Future<Output = Result<()>> + Send {
        ready(Ok(()))
    }

    /// Runs before the row, or some of its fields, are written, and may change it. Only what the write is about is written: all fields by
    /// `save`, the named ones by `update`, by `update_changed` what differs then. The fields are checked, and `auto_now` filled in,
    /// behind it.
    ///
    /// # Errors
    /// Its own.
    fn before_update(&mut self, _on: &mut Running<'_, impl Connection>) -> impl Future<Output = Result<()>> + Send {
        ready(Ok(()))
    }

    /// Runs after the row was written. What it changes in the row is in the row in hand afterwards, and is not written.
    ///
    /// # Errors
    /// Its own.
    fn after_update(&mut self, _on: &mut Running<'_, impl Connection>) -> impl Future<Output = Result<()>> + Send {
        ready(Ok(()))
    }

    /// Runs before the row is deleted.
    ///
    /// # Errors
    /// Its own.
    fn before_delete(&self, _on: &mut Running<'_, impl Connection>) -> impl Future<Output = Result<()>> + Send {
        ready(Ok(()))
    }

    /// Runs after the row was deleted.
    ///
    /// # Errors
    /// Its own.
    fn after_delete(&self, _on: &mut Running<'_, impl Connection>) -> impl Future<Output = Result<()>> + Send {
        ready(Ok(()))
    }
}

/// One of the [`Hooks`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hook {
    /// [`Hooks::before_insert`].
    BeforeInsert,
    /// [`Hooks::after_insert`].
    AfterInsert,
    /// [`Hooks::before_update`].
    BeforeUpdate,
    /// [`Hooks::after_update`].
    AfterUpdate,
    /// [`Hooks::before_delete`].
    BeforeDelete,
    /// [`Hooks::after_delete`].
    AfterDelete,
}

/// Runs a hook of a row: what the derive writes for `#[model(hooks)]`.
///
/// # Errors
/// The hook's own.
pub async fn run<M: Hooks, C: Connection>(row: &mut M, hook: Hook, on: &mut Running<'_, C>) -> Result<()> {
    match hook {
        Hook::BeforeInsert => row.before_insert(on).await,
        Hook::AfterInsert => row.after_insert(on).await,
        Hook::BeforeUpdate => row.before_update(on).await,
        Hook::AfterUpdate => row.after_update(on).await,
        Hook::BeforeDelete => row.before_delete(on).await,
        Hook::AfterDelete => row.after_delete(on).await,
    }
}
