//! The rows of a query, one by one, in async code.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use orm_core::ops::All;
use orm_core::query::{Query, Selectable};
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
pub struct RowStream<'t, S: Selectable> {
    batch: std::vec::IntoIter<S::Item>,
    source: Source<'t, S::Item>,
}

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
        RowStream { batch: Vec::new().into_iter(), source }
    }

    pub(crate) fn whole(rows: impl Future<Output = Result<Vec<S::Item>>> + Send + 't) -> Self {
        RowStream::from_source(Source::Whole(Box::pin(rows)))
    }

    pub(crate) fn open(database: &'t AsyncDatabase, query: Box<Query>) -> Self {
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
        match &database.driver {
            // All connections to a database in memory are one: a stream would keep it from every other query. The rows are in memory
            // anyway.
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(pool) if *pool.options().location() == orm_sqlite::Location::Memory => {
                RowStream::whole(database.run(All::<S>::new(query)))
            }
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(pool) => {
                let batches = Batches::open::<S>(pool, Select { query, form: Form::Rows });
                RowStream::from_source(Source::Sqlite(batches))
            }
            // Rows that come as they are asked for need the server's session for longer than one message.
            #[cfg(feature = "server")]
            Driver::Server(pool) if pool.options().is_pooled() => RowStream::whole(database.run(All::<S>::new(query))),
            #[cfg(feature = "server")]
            Driver::Server(pool) => RowStream::from_source(Source::Opening(Box::pin(async move {
                let lease = pool.lease("stream").await?;
                orm_server::LeasedRows::open(lease, Select { query, form: Form::Rows })
            }))),
        }
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
        loop {
            if let Some(row) = stream.batch.next() {
                return Poll::Ready(Some(Ok(row)));
            }
            let next = match &mut stream.source {
                Source::Ended => return Poll::Ready(None),
                Source::Failed(_) => None,
                Source::Whole(rows) => Some(ready!(rows.as_mut().poll(context))),
                #[cfg(feature = "server")]
                Source::Opening(opening) => match ready!(opening.as_mut().poll(context)) {
                    Ok(rows) => {
                        stream.source = Source::Server(Box::new(rows));
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
                        stream.batch = batch.into_iter();
                        continue;
                    }
                    last => Some(last),
                },
            };
            let ended = std::mem::replace(&mut stream.source, Source::Ended);
            match next {
                Some(Ok(rows)) => stream.batch = rows.into_iter(),
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
