//! What async terminals take: a database or a transaction.

use std::future::Future;

use orm_core::Result;
use orm_core::ops::Operation;
use orm_core::query::{Query, Selectable};

use crate::stream::RowStream;
use crate::{AsyncDatabase, AsyncTransaction};

/// An async handle: `&AsyncDatabase` or `&AsyncTransaction`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an async handle",
    label = "expected `&AsyncDatabase` or `&AsyncTransaction`",
    note = "a blocking handle takes the query without `.a()` and without `.await`; `db.a()` gives the async database over the same settings"
)]
pub trait AsyncHandle: sealed::Sealed {}

impl AsyncHandle for &AsyncDatabase {}
impl AsyncHandle for &AsyncTransaction {}

pub(crate) mod sealed {
    use super::{Future, Operation, Query, Result, RowStream, Selectable};

    /// What a handle can do; not for implementing elsewhere.
    pub trait Sealed: Sized + Send {
        /// Runs an operation on a connection of this handle.
        fn run<O: Operation<Output: 'static> + 'static>(self, operation: O) -> impl Future<Output = Result<O::Output>> + Send;

        /// Opens a query's rows.
        fn rows<'t, S: Selectable>(self, query: Box<Query>) -> RowStream<'t, S>
        where
            Self: 't;
    }
}
