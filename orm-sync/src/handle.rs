//! What blocking terminals take: a database or a transaction.

use std::panic::Location;

use orm_core::Result;
use orm_core::ops::Operation;
use orm_core::query::{Query, Selectable};

use crate::guard;
use crate::rows::Rows;
use crate::{Database, Transaction};

/// A blocking handle: `&Database` or `&Transaction`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a blocking handle",
    label = "expected `&Database` or `&Transaction`",
    note = "for an async handle put `.a()` before the terminal and `.await` behind it: `query.a().get(&db).await?`"
)]
pub trait Handle: sealed::Sealed {}

impl Handle for &Database {}
impl Handle for &Transaction {}
impl Handle for &mut Transaction {}

pub(crate) mod sealed {
    use super::{Location, Operation, Query, Result, Rows, Selectable};

    /// What a handle can do; not for implementing elsewhere.
    pub trait Sealed: Sized {
        /// Runs an operation on a connection of this handle.
        fn run_unguarded<O: Operation>(self, operation: O) -> Result<O::Output>;

        /// Opens a query's rows.
        fn rows_unguarded<S: Selectable>(self, query: Box<Query>) -> Result<Rows<S>>;

        /// Whether lazy loads are refused.
        fn refuses_lazy(&self) -> bool;

        /// Runs an operation, unless this would stall an async executor.
        #[inline]
        fn run<O: Operation>(self, operation: O, location: &'static Location<'static>) -> Result<O::Output> {
            self.run_as(O::NAME, operation, location)
        }

        /// The same for a call that goes by another name than its operation.
        #[inline]
        fn run_as<O: Operation>(
            self,
            call: &'static str,
            operation: O,
            location: &'static Location<'static>,
        ) -> Result<O::Output> {
            super::guard::check(call, location)?;
            self.run_unguarded(operation)
        }

        /// Opens a query's rows, unless this would stall an async executor.
        fn rows<S: Selectable>(self, query: Box<Query>, location: &'static Location<'static>) -> Result<Rows<S>> {
            super::guard::check("iter", location)?;
            self.rows_unguarded(query)
        }
    }
}
