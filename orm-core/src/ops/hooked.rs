//! Writing a row of a model with hooks: the write and what its hooks do are one transaction.

use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::Poll;

use crate::connection::{Access, Connection};
use crate::draft::New;
use crate::error::{Error, Result};
use crate::expr::FieldSet;
use crate::hooks::Hook;
use crate::model::Model;
use crate::ops::write::{finish, insert as insert_alone, touch};
use crate::ops::{Operation, OwnedRemove, RemoveRow, SaveRow};
use crate::running::Running;
use crate::sql::{DeleteRow, UpdateRow};
use crate::transaction::caught;

/// A write between its hooks.
trait Hooked: Send {
    type Output: Send;

    /// Does it, in a transaction that is open.
    fn write<C: Connection>(self, on: &mut Running<'_, C>) -> impl Future<Output = Result<Self::Output>> + Send;
}

type Written<'c, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'c>>;

/// Runs a write with its hooks as one transaction, or as one savepoint inside one.
///
/// The future is boxed, because a hook may write rows whose hooks write rows of this model.
fn whole<'c, H: Hooked + 'c, C: Connection>(hooked: H, connection: &'c mut C) -> Written<'c, H::Output> {
    Box::pin(async move {
        connection.begin().await?;
        let may_wait = !connection.is_always_ready();
        let mut running = Running::new(&mut *connection);
        let (outcome, panic) = match caught(waiting_only_if(may_wait, hooked.write(&mut running))).await {
            Ok(outcome) => (outcome, None),
            Err(panic) => (Err(Error::TransactionDead), Some(panic)),
        };
        let outcome = running.end(outcome).await;
        let outcome = finish(connection, outcome).await;
        // What panics in a transaction must not leave it at another savepoint than its owner knows of.
        panic.map_or(outcome, |panic| resume_unwind(panic))
    })
}

/// Awaits hooks, which may have to wait if their connection has to.
async fn waiting_only_if<T>(may_wait: bool, hooks: impl Future<Output = Result<T>> + Send) -> Result<T> {
    let mut hooks = std::pin::pin!(hooks);
    std::future::poll_fn(|context| match hooks.as_mut().poll(context) {
        Poll::Pending if !may_wait => Poll::Ready(Err(Error::InvalidQuery(
            "a hook waits for nothing but the handle that it is given; do the rest in an `on_commit` of the transaction",
        ))),
        polled => polled,
    })
    .await
}

/// Inserts a row, between its hooks.
pub(super) fn insert<M: Model, C: Connection>(row: New<M>, connection: &mut C) -> Written<'_, M> {
    whole(InsertHooked(row), connection)
}

struct InsertHooked<M>(New<M>);

impl<M: Model> Hooked for InsertHooked<M> {
    type Output = M;

    async fn write<C: Connection>(self, on: &mut Running<'_, C>) -> Result<M> {
        let InsertHooked(mut row) = self;
        row.row.run_hook(Hook::BeforeInsert, on).await?;
        let mut row = insert_alone(row, on.ready().await?).await?;
        row.run_hook(Hook::AfterInsert, on).await?;
        Ok(row)
    }
}

/// Writes a row that is there, between its hooks, and gives it as it is then.
///
/// It works on a copy: the row in hand stays as it is if the write fails, or nobody waits for it.
#[derive(Debug)]
pub struct SaveHooked<M> {
    row: M,
    fields: Fields<M>,
}

/// Which fields a save writes.
#[derive(Debug)]
enum Fields<M> {
    All,
    Named(Named),
    /// Those that differ from the row as it was.
    Changed(M),
}

/// The positions of named fields.
#[derive(Debug)]
struct Named(Vec<usize>);

impl<M> FieldSet<M> for &Named {
    fn fields(&self, into: &mut Vec<usize>) {
        into.extend(&self.0);
    }
}

impl<M: Model> SaveHooked<M> {
    fn new(row: &M, fields: Fields<M>) -> Option<Self> {
        Some(SaveHooked { row: row.copied_for_hooks()?, fields })
    }

    /// The save of all fields of a row, if its model has hooks.
    pub fn all(row: &M) -> Option<Self> {
        SaveHooked::new(row, Fields::All)
    }

    /// The save of named fields of a row, if its model has hooks.
    pub fn of_fields(row: &M, fields: &impl FieldSet<M>) -> Option<Self> {
        let mut named = Vec::new();
        fields.fields(&mut named);
        SaveHooked::new(row, Fields::Named(Named(named)))
    }

    /// The save of the fields that differ from those of the row as it was before, if its model has hooks.
    pub fn changed(row: &M, before: &M) -> Option<Self> {
        SaveHooked::new(row, Fields::Changed(before.copied_for_hooks()?))
    }
}

impl<M: Model> Hooked for SaveHooked<M> {
    type Output = M;

    async fn write<C: Connection>(self, on: &mut Running<'_, C>) -> Result<M> {
        let SaveHooked { mut row, fields } = self;
        row.run_hook(Hook::BeforeUpdate, on).await?;
        touch(&mut row, false);
        let update = match &fields {
            Fields::All => UpdateRow::all(&row)?,
            Fields::Named(fields) => UpdateRow::of_fields(&row, fields)?,
            Fields::Changed(before) => UpdateRow::changed(&row, before)?,
        };
        let save = SaveRow::new(update).into_owned();
        save.run(on.ready().await?).await?.tell(&mut row);
        row.run_hook(Hook::AfterUpdate, on).await?;
        Ok(row)
    }
}

impl<M: Model> Operation for SaveHooked<M> {
    type Output = M;
    const NAME: &'static str = "save";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<M> {
        whole(self, connection).await
    }
}

/// Deletes a row that is there, between its hooks.
#[derive(Debug)]
pub struct RemoveHooked<M>(M);

impl<M: Model> RemoveHooked<M> {
    /// The deletion of a row, if its model has hooks.
    pub fn new(row: &M) -> Option<Self> {
        row.copied_for_hooks().map(RemoveHooked)
    }
}

impl<M: Model> Hooked for RemoveHooked<M> {
    type Output = <OwnedRemove as Operation>::Output;

    async fn write<C: Connection>(self, on: &mut Running<'_, C>) -> Result<Self::Output> {
        let RemoveHooked(mut row) = self;
        row.run_hook(Hook::BeforeDelete, on).await?;
        let remove = RemoveRow::new(DeleteRow::new(&row)?).into_owned();
        let removed = remove.run(on.ready().await?).await;
        if removed.is_ok() {
            row.run_hook(Hook::AfterDelete, on).await?;
        }
        removed
    }
}

impl<M: Model> Operation for RemoveHooked<M> {
    type Output = <OwnedRemove as Operation>::Output;
    const NAME: &'static str = "delete";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<Self::Output> {
        whole(self, connection).await
    }
}
