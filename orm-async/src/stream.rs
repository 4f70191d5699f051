//! The rows of a query, one by one, in async code.

use std::fmt;
use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use orm_core::connection::{Access, Connection, Sink};
use orm_core::ops::All;
use orm_core::query::{Query, Selectable};
use orm_core::row::{ColumnReader, DecodeError};
use orm_core::sql::{Form, Select};
use orm_core::{Error, Result};
use tokio::sync::mpsc;

use crate::database::{AsyncDatabase, Driver};
use crate::handle::sealed::Sealed;

/// Rows cross threads in batches of this many.
const BATCH: usize = 256;
/// So many batches wait to be taken; with the one that is filled and the one that is read, this bounds the memory of a stream.
const IN_FLIGHT: usize = 2;

/// The rows of a query: a stream of results, because reading may fail at any row.
///
/// It holds a connection until it ends or is dropped; a dropped stream interrupts its query. Inside a transaction the rows are read
/// at once.
pub struct RowStream<'t, S: Selectable> {
    batch: std::vec::IntoIter<S::Item>,
    source: Source<'t, S::Item>,
}

type Whole<'t, T> = Pin<Box<dyn Future<Output = Result<Vec<T>>> + Send + 't>>;

enum Source<'t, T> {
    Ended,
    Failed(Error),
    Whole(Whole<'t, T>),
    /// The batches, and the job that sends them, which is called off when its handle is dropped.
    Batches(mpsc::Receiver<Result<Vec<T>>>, orm_sqlite::JobHandle),
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
        if query.is_never() {
            return RowStream::from_source(Source::Ended);
        }
        match &database.driver {
            // All connections to a database in memory are one: a stream would keep it from every other query. The rows are in memory
            // anyway.
            Driver::Sqlite(pool) if *pool.options().location() == orm_sqlite::Location::Memory => {
                RowStream::whole(database.run(All::<S>::new(query)))
            }
            Driver::Sqlite(pool) => {
                let (sender, receiver) = mpsc::channel(IN_FLIGHT);
                let statement = Select { query, form: Form::Rows };
                let job = pool.submit(Access::Read, Box::new(move |session| send_rows::<S>(session, &statement, sender)));
                RowStream::from_source(Source::Batches(receiver, job))
            }
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

/// Sends the rows of a statement in batches, until they end or nobody takes them.
fn send_rows<S: Selectable>(session: &mut orm_sqlite::Session, statement: &Select, sender: mpsc::Sender<Result<Vec<S::Item>>>) {
    let mut sink = Batches::<S> { batch: Vec::with_capacity(BATCH), sender };
    let fetched = orm_core::connection::ready(session.fetch(statement, &mut sink));
    let Batches { batch, sender } = sink;
    // A failed send means that the stream was dropped.
    if !batch.is_empty() && sender.blocking_send(Ok(batch)).is_err() {
        return;
    }
    // An empty batch is the end. Without one the channel was torn down before the rows were all there.
    let _ = sender.blocking_send(fetched.map(|()| Vec::new()));
}

/// Fills batches and sends the full ones.
struct Batches<S: Selectable> {
    batch: Vec<S::Item>,
    sender: mpsc::Sender<Result<Vec<S::Item>>>,
}

impl<S: Selectable> Sink for Batches<S> {
    fn row<R: ColumnReader>(&mut self, row: &R) -> Result<ControlFlow<()>, DecodeError> {
        self.batch.push(S::read(row)?);
        if self.batch.len() == BATCH {
            let full = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
            if self.sender.blocking_send(Ok(full)).is_err() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
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
                Source::Batches(receiver, job) => match ready!(receiver.poll_recv(context)) {
                    Some(Ok(batch)) if !batch.is_empty() => {
                        stream.batch = batch.into_iter();
                        continue;
                    }
                    Some(last) => Some(last),
                    None => Some(Err(job.failure().unwrap_or_else(torn))),
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

/// The channel of a stream ended without its end: the job panicked.
fn torn() -> Error {
    Error::Database { code: None, message: "the stream ended early: reading a row panicked".to_owned() }
}
