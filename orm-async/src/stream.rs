//! The rows of a query, one by one, in async code.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use orm_core::ops::{All, PrefetchRows};
use orm_core::query::{Prefetch, Query, Selectable};
use orm_core::sql::{Form, Select};
use orm_core::{Error, Result};

#[cfg(feature = "sqlite")]
use crate::batches::Batches;
use crate::database::AsyncDatabase;
use crate::driver::Driver;
use crate::handle::sealed::Sealed;

/// The rows of a query: a stream of results, because reading may fail at any row.
///
/// It holds a connection until it ends or is dropped; a dropped stream interrupts its query. Inside a transaction the rows are read
/// at once.
///
/// What the query prefetches is read for a few hundred rows at a time, on a second connection.
pub struct RowStream<'t, S: Selectable> {
    batch: std::vec::IntoIter<S::Item>,
    source: Source<'t, S::Item>,
    prefetched: Option<Prefetched<'t, S>>,
}

/// Rows whose relations to many are read by further queries, for so many rows at a time.
struct Prefetched<'t, S: Selectable> {
    database: &'t AsyncDatabase,
    plan: Vec<Prefetch>,
    /// The rows that were read without what is prefetched.
    read: Vec<S::Item>,
    filling: Option<Whole<'t, S::Item>>,
    ready: std::vec::IntoIter<S::Item>,
    /// What ended the rows behind those that were read.
    failed: Option<Error>,
    ended: bool,
}

/// So many rows are read before what they prefetch.
const CHUNK: usize = 256;

type Whole<'t, T> = Pin<Box<dyn Future<Output = Result<Vec<T>>> + Send + 't>>;

#[cfg(feature = "server")]
type Opening<'t> = Pin<Box<dyn Future<Output = Result<orm_server::LeasedRows>> + Send + 't>>;

enum Source<'t, T> {
    Ended,
    Failed(Error),
    Whole(Whole<'t, T>),
    /// A query that waits for its connection.
    #[cfg(feature = "server")]
    Opening(Opening<'t>),
    #[cfg(feature = "server")]
    Server(Box<orm_server::LeasedRows>),
    #[cfg(feature = "sqlite")]
    Sqlite(Batches<T>),
}

impl<S: Selectable> fmt::Debug for RowStream<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowStream").finish_non_exhaustive()
    }
}

impl<'t, S: Selectable> RowStream<'t, S> {
    fn from_source(source: Source<'t, S::Item>) -> Self {
        RowStream { batch: Vec::new().into_iter(), source, prefetched: None }
    }

    pub(crate) fn whole(rows: impl Future<Output = Result<Vec<S::Item>>> + Send + 't) -> Self {
        RowStream::from_source(Source::Whole(Box::pin(rows)))
    }

    pub(crate) fn open(database: &'t AsyncDatabase, mut query: Box<Query>) -> Self {
        if let Some(why) = query.invalid {
            return RowStream::from_source(Source::Failed(Error::InvalidQuery(why)));
        }
        if let Err(error) = query.outside_transaction() {
            return RowStream::from_source(Source::Failed(error));
        }
        if query.is_never() {
            return RowStream::from_source(Source::Ended);
        }
        if let Err(error) = database.driver.nesting().check_nested() {
            return RowStream::from_source(Source::Failed(error));
        }
        // With a single connection there is none for what is prefetched while the rows are read.
        if S::PREFETCHES && database.driver.nesting().is_single() {
            return RowStream::whole(database.run(All::<S>::new(query)));
        }
        let plan = std::mem::take(&mut query.prefetches);
        let source = match &database.driver {
            // All connections to a database in memory are one: a stream would keep it from every other query. The rows are in memory
            // anyway.
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(pool) if *pool.options().location() == orm_sqlite::Location::Memory => {
                query.prefetches = plan;
                return RowStream::whole(database.run(All::<S>::new(query)));
            }
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(pool) => Source::Sqlite(Batches::open::<S>(pool, Select { query, form: Form::Rows })),
            // Rows that come as they are asked for need the server's session for longer than one message.
            #[cfg(feature = "server")]
            Driver::Server(pool) if pool.options().is_pooled() => {
                query.prefetches = plan;
                return RowStream::whole(database.run(All::<S>::new(query)));
            }
            #[cfg(feature = "server")]
            Driver::Server(pool) => Source::Opening(Box::pin(async move {
                let lease = pool.lease("stream").await?;
                orm_server::LeasedRows::open(lease, Select { query, form: Form::Rows })
            })),
        };
        let prefetched = S::PREFETCHES.then(|| Prefetched {
            database,
            plan,
            read: Vec::new(),
            filling: None,
            ready: Vec::new().into_iter(),
            failed: None,
            ended: false,
        });
        RowStream { prefetched, ..RowStream::from_source(source) }
    }

    /// The next row; `None` at the end. What [`Stream`] gives, without its traits.
    ///
    /// # Errors
    /// What the database reports, or [`Error::Decode`] for a row that cannot be read. After an error the stream has ended.
    pub async fn try_next(&mut self) -> Result<Option<S::Item>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await.transpose()
    }
}

impl<S: Selectable> Unpin for RowStream<'_, S> {}

impl<S: Selectable> Stream for RowStream<'_, S> {
    type Item = Result<S::Item>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let stream = self.get_mut();
        match stream.prefetched.take() {
            None => stream.poll_row(context),
            Some(mut prefetched) => {
                let next = prefetched.poll_next(stream, context);
                stream.prefetched = Some(prefetched);
                next
            }
        }
    }
}

impl<S: Selectable> RowStream<'_, S> {
    /// The next row, without what is prefetched.
    fn poll_row(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<S::Item>>> {
        loop {
            if let Some(row) = self.batch.next() {
                return Poll::Ready(Some(Ok(row)));
            }
            let next = match &mut self.source {
                Source::Ended => return Poll::Ready(None),
                Source::Failed(_) => None,
                Source::Whole(rows) => Some(ready!(rows.as_mut().poll(context))),
                #[cfg(feature = "server")]
                Source::Opening(opening) => match ready!(opening.as_mut().poll(context)) {
                    Ok(rows) => {
                        self.source = Source::Server(Box::new(rows));
                        continue;
                    }
                    Err(error) => Some(Err(error)),
                },
                #[cfg(feature = "server")]
                Source::Server(rows) => match ready!(rows.poll_next::<S>(context)) {
                    Some(Ok(row)) => return Poll::Ready(Some(Ok(row))),
                    Some(Err(error)) => Some(Err(error)),
                    None => None,
                },
                #[cfg(feature = "sqlite")]
                Source::Sqlite(batches) => match ready!(batches.poll_next(context)) {
                    Ok(batch) if !batch.is_empty() => {
                        self.batch = batch.into_iter();
                        continue;
                    }
                    last => Some(last),
                },
            };
            let ended = std::mem::replace(&mut self.source, Source::Ended);
            match next {
                Some(Ok(rows)) => self.batch = rows.into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => {
                    if let Source::Failed(error) = ended {
                        return Poll::Ready(Some(Err(error)));
                    }
                }
            }
        }
    }
}

impl<'t, S: Selectable> Prefetched<'t, S> {
    /// The next row, with what is prefetched.
    fn poll_next(&mut self, stream: &mut RowStream<'t, S>, context: &mut Context<'_>) -> Poll<Option<Result<S::Item>>> {
        loop {
            if let Some(row) = self.ready.next() {
                return Poll::Ready(Some(Ok(row)));
            }
            if let Some(filling) = &mut self.filling {
                let filled = ready!(filling.as_mut().poll(context));
                self.filling = None;
                match filled {
                    Ok(rows) => self.ready = rows.into_iter(),
                    Err(error) => {
                        stream.source = Source::Ended;
                        stream.batch = Vec::new().into_iter();
                        (self.ended, self.failed) = (true, None);
                        return Poll::Ready(Some(Err(error)));
                    }
                }
                continue;
            }
            while self.read.len() < CHUNK && !self.ended {
                match ready!(stream.poll_row(context)) {
                    Some(Ok(row)) => self.read.push(row),
                    Some(Err(error)) => (self.ended, self.failed) = (true, Some(error)),
                    None => self.ended = true,
                }
            }
            if self.read.is_empty() {
                return Poll::Ready(self.failed.take().map(Err));
            }
            let fill = PrefetchRows::<S>::new(std::mem::take(&mut self.read), self.plan.clone());
            self.filling = Some(Box::pin(self.database.run(fill)));
        }
    }
}
