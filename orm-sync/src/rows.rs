//! The rows of a query, one by one, in blocking code.

use std::fmt;
use std::panic::Location;

#[cfg(feature = "sqlite")]
use orm_core::connection::Access;
use orm_core::ops::{All, PrefetchRows};
use orm_core::query::{Prefetch, Query, Selectable};
use orm_core::sql::{Form, Select};
use orm_core::{Error, Result};

use crate::database::Database;
use crate::driver::Driver;
use crate::guard;
use crate::handle::sealed::Sealed;

/// The rows of a query, read as they are asked for. Each item is a result, because reading may fail at any row.
///
/// It holds a connection until it is dropped. What the query prefetches is read for a few hundred rows at a time, on a second
/// connection.
pub struct Rows<S: Selectable> {
    source: Source<S>,
    prefetched: Option<Prefetched<S>>,
}

/// Rows whose relations to many are read by further queries, for so many rows at a time.
struct Prefetched<S: Selectable> {
    database: Database,
    plan: Vec<Prefetch>,
    ready: std::vec::IntoIter<S::Item>,
    /// What ended the rows behind those that are ready.
    failed: Option<Error>,
}

/// So many rows are read before what they prefetch.
const CHUNK: usize = 256;

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
    pub(crate) fn open(database: &Database, mut query: Box<Query>) -> Result<Self> {
        if let Some(why) = query.invalid {
            return Err(Error::InvalidQuery(why));
        }
        query.outside_transaction()?;
        if query.is_never() {
            return Ok(Rows { source: Source::Empty, prefetched: None });
        }
        database.driver().nesting().check_nested()?;
        // With a single connection there is none for what is prefetched while the rows are read.
        if S::PREFETCHES && database.driver().nesting().is_single() {
            return Ok(Rows::buffered(database.run_unguarded(All::<S>::new(query))?));
        }
        let plan = std::mem::take(&mut query.prefetches);
        let source = match database.driver() {
            // All connections to a database in memory are one: rows that were read as they are asked for would keep it from every other
            // query, such as a lazy load in the loop. The rows are in memory anyway.
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(pool) if *pool.options().location() == orm_sqlite::Location::Memory => {
                query.prefetches = plan;
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
                query.prefetches = plan;
                return Ok(Rows::buffered(database.run_unguarded(All::<S>::new(query))?));
            }
            #[cfg(feature = "server")]
            Driver::Server(pool) => {
                let lease = pool.lease("iter")?;
                Source::Server(Box::new(orm_server::BlockingRows::open(lease, Select { query, form: Form::Rows })?))
            }
        };
        let prefetched =
            S::PREFETCHES.then(|| Prefetched { database: database.clone(), plan, ready: Vec::new().into_iter(), failed: None });
        Ok(Rows { source, prefetched })
    }

    pub(crate) fn buffered(rows: Vec<S::Item>) -> Self {
        Rows { source: Source::Buffered(rows.into_iter()), prefetched: None }
    }
}

impl<S: Selectable> Source<S> {
    /// The next row, without what is prefetched.
    fn next(&mut self) -> Option<Result<S::Item>> {
        match self {
            Source::Empty => None,
            Source::Buffered(rows) => rows.next().map(Ok),
            #[cfg(feature = "sqlite")]
            Source::Sqlite(rows) => {
                let next = rows.next_with(|row| S::read(row));
                // The connection goes back as soon as there is nothing more to read.
                if !matches!(next, Some(Ok(_))) {
                    *self = Source::Empty;
                }
                next
            }
            #[cfg(feature = "server")]
            Source::Server(rows) => rows.next_row::<S>(),
        }
    }
}

impl<S: Selectable> Prefetched<S> {
    /// The next row, with what is prefetched.
    fn next(&mut self, source: &mut Source<S>) -> Option<Result<S::Item>> {
        if let Some(row) = self.ready.next() {
            return Some(Ok(row));
        }
        if let Some(error) = self.failed.take() {
            return Some(Err(error));
        }
        let mut rows = Vec::with_capacity(CHUNK);
        while rows.len() < CHUNK {
            match source.next() {
                Some(Ok(row)) => rows.push(row),
                Some(Err(error)) => {
                    self.failed = Some(error);
                    break;
                }
                None => break,
            }
        }
        if rows.is_empty() {
            return self.failed.take().map(Err);
        }
        match self.database.run_unguarded(PrefetchRows::<S>::new(rows, self.plan.clone())) {
            Ok(rows) => {
                self.ready = rows.into_iter();
                self.ready.next().map(Ok)
            }
            Err(error) => {
                *source = Source::Empty;
                Some(Err(error))
            }
        }
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
        match &mut self.prefetched {
            None => self.source.next(),
            Some(prefetched) => prefetched.next(&mut self.source),
        }
    }
}
