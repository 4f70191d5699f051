//! The rows of a statement one by one, for a caller that keeps them coming.

use std::sync::Arc;

use orm_core::Result;
use orm_core::held::Held;
use orm_core::row::DecodeError;
use orm_core::statement::{Compiled, Statement, Walk, undecodable};
use rusqlite::Rows;
use self_cell::{MutBorrow, self_cell};

use crate::bind::bind_all;
use crate::error::from_rusqlite;
use crate::pool::Lease;
use crate::prepared::Prepared;
use crate::row::SqliteRow;

self_cell!(
    /// A prepared statement and its rows.
    struct Stepping<'c> {
        owner: MutBorrow<Prepared<'c>>,

        #[covariant]
        dependent: Rows,
    }
);

self_cell!(
    /// A lease and a statement that runs on its session.
    struct Cursor {
        owner: Lease,

        #[not_covariant]
        dependent: Stepping,
    }
);

/// The rows of a statement, read one by one from the database; nothing is buffered.
///
/// It holds its lease until the last row, an error, or its drop. It stays on its thread: a running statement of SQLite cannot be sent to
/// another one.
pub struct OwnedRows<S> {
    cursor: Option<(Cursor, Held)>,
    statement: S,
}

impl<S: Statement> OwnedRows<S> {
    /// Starts a statement.
    ///
    /// # Errors
    /// As [`Session::fetch_now`](crate::Session::fetch_now).
    pub fn new(mut lease: Lease, statement: S) -> Result<Self> {
        let held = lease.hold();
        let cursor = {
            let walk = Walk::of(&statement);
            let (compiled, keep) = lease.compile(&statement, &walk)?;
            Cursor::try_new(lease, |lease| start(lease, &compiled, keep, &walk))?
        };
        Ok(OwnedRows { cursor: Some((cursor, held)), statement })
    }

    /// Reads the next row; `None` behind the last one and after an error.
    pub fn next_with<T>(&mut self, read: impl FnOnce(&SqliteRow<'_>) -> Result<T, DecodeError>) -> Option<Result<T>> {
        let (cursor, _) = self.cursor.as_mut()?;
        let stepped = cursor.with_dependent_mut(|_, stepping| {
            stepping.with_dependent_mut(|_, rows| match rows.next() {
                Ok(Some(row)) => Some(Ok(read(&SqliteRow::new(row)))),
                Ok(None) => None,
                Err(error) => Some(Err(from_rusqlite(error))),
            })
        });
        let outcome = match stepped {
            Some(Ok(Ok(value))) => return Some(Ok(value)),
            Some(Ok(Err(error))) => Some(Err(undecodable(&self.statement, error))),
            Some(Err(error)) => Some(Err(error)),
            None => None,
        };
        // The session is free for others from here.
        self.cursor = None;
        outcome
    }
}

fn start<'c>(lease: &'c Lease, compiled: &Arc<Compiled>, keep: bool, walk: &Walk<'_>) -> Result<Stepping<'c>> {
    let mut prepared = Prepared::new(lease.connection()?, &compiled.sql, keep)?;
    bind_all(&mut prepared, compiled, walk)?;
    Ok(Stepping::new(MutBorrow::new(prepared), |prepared| prepared.borrow_mut().raw_query()))
}

impl<S> std::fmt::Debug for OwnedRows<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OwnedRows").field("finished", &self.cursor.is_none()).finish_non_exhaustive()
    }
}
