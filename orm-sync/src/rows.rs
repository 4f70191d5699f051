//! The rows of a query, one by one, in blocking code.

use std::fmt;
use std::panic::Location;

#[cfg(feature = "sqlite")]
use orm_core::connection::Access;
use orm_core::ops::All;
use orm_core::query::{Query, Selectable};
use orm_core::sql::{Form, Select};
use orm_core::{Error, Result};

use crate::database::Database;
use crate::driver::Driver;
use crate::guard;
use crate::handle::sealed::Sealed;

/// The rows of a query, read as they are asked for. Each item is a result, because reading may fail at any row.
///
/// It holds a connection until it is dropped.
pub struct Rows<S: Selectable> {
    source: Source<S>,
}

enum Source<S: Selectable> {
    Empty,
    Buffered(std::vec::IntoIter<S::Item>),
    #[cfg(feature = "sqlite")]
    Sqlite(Box<orm_sqlite::OwnedRows<Select>>),
    #[cfg(feature = "server")]
    Server(Box<orm_server::BlockingRows>),
}

impl<S: Selectable> fmt::Debug for Rows<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").finish_non_exhaustive()
    }
}

impl<S: Selectable> Rows<S> {
    pub(crate) fn open(database: &Database, query: Box<Query>) -> Result<Self> {
        if let Some(why) = query.invalid {
            return Err(Error::InvalidQuery(why));
        }
        query.outside_transaction()?;
        if query.is_never() {
            return Ok(Rows { source: Source::Empty });
        }
        database.driver().nesting().check_nested()?;
        let source = match database.driver() {
            // All connections to a database in memory are one: rows that were read as they are asked for would keep it from every other
            // query, such as a lazy load in the loop. The rows are in memory anyway.
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(pool) if *pool.options().location() == orm_sqlite::Location::Memory => {
                return Ok(Rows::buffered(database.run_unguarded(All::<S>::new(query))?));
            }
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(pool) => {
                let lease = pool.acquire_blocking(Access::Read)?;
                Source::Sqlite(Box::new(orm_sqlite::OwnedRows::new(lease, Select { query, form: Form::Rows })?))
            }
            // Rows that come as they are asked for need the server's session for longer than one message.
            #[cfg(feature = "server")]
            Driver::Server(pool) if pool.options().is_pooled() => {
                return Ok(Rows::buffered(database.run_unguarded(All::<S>::new(query))?));
            }
            #[cfg(feature = "server")]
            Driver::Server(pool) => {
                let lease = pool.lease("iter")?;
                Source::Server(Box::new(orm_server::BlockingRows::open(lease, Select { query, form: Form::Rows })?))
            }
        };
        Ok(Rows { source })
    }

    pub(crate) fn buffered(rows: Vec<S::Item>) -> Self {
        Rows { source: Source::Buffered(rows.into_iter()) }
    }
}

impl<S: Selectable> Iterator for Rows<S> {
    type Item = Result<S::Item>;

    /// The next row. It may have to wait for the disk, so inside an async context it is refused like any blocking call.
    #[track_caller]
    fn next(&mut self) -> Option<Self::Item> {
        if let Err(error) = guard::check("iter", Location::caller()) {
            return Some(Err(error));
        }
        match &mut self.source {
            Source::Empty => None,
            Source::Buffered(rows) => rows.next().map(Ok),
            #[cfg(feature = "sqlite")]
            Source::Sqlite(rows) => {
                let next = rows.next_with(|row| S::read(row));
                // The connection goes back as soon as there is nothing more to read.
                if !matches!(next, Some(Ok(_))) {
                    self.source = Source::Empty;
                }
                next
            }
            #[cfg(feature = "server")]
            Source::Server(rows) => rows.next_row::<S>(),
        }
    }
}
