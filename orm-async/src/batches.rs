//! The rows of an SQLite query on their way from the thread that reads them.

use std::ops::ControlFlow;
use std::task::{Context, Poll, ready};

use orm_core::connection::{Access, Connection, Sink};
use orm_core::query::Selectable;
use orm_core::row::{ColumnReader, DecodeError};
use orm_core::sql::Select;
use orm_core::{Error, Result};
use tokio::sync::mpsc;

/// Rows cross threads in batches of this many.
const BATCH: usize = 256;
/// So many batches wait to be taken; with the one that is filled and the one that is read, this bounds the memory of a stream.
const IN_FLIGHT: usize = 2;

/// The batches, and the job that sends them, which is called off when its handle is dropped.
pub(crate) struct Batches<T> {
    receiver: mpsc::Receiver<Result<Vec<T>>>,
    job: orm_sqlite::JobHandle,
}

impl<T: Send + 'static> Batches<T> {
    /// Starts a query.
    pub(crate) fn open<S: Selectable<Item = T>>(pool: &orm_sqlite::Pool, statement: Select) -> Self {
        let (sender, receiver) = mpsc::channel(IN_FLIGHT);
        let job = pool.submit(Access::Read, Box::new(move |session| send_rows::<S>(session, &statement, sender)));
        Batches { receiver, job }
    }

    /// The next batch; an empty one is the end.
    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Result<Vec<T>>> {
        let next = ready!(self.receiver.poll_recv(context));
        Poll::Ready(next.unwrap_or_else(|| Err(self.job.failure().unwrap_or_else(torn))))
    }
}

/// Sends the rows of a statement in batches, until they end or nobody takes them.
fn send_rows<S: Selectable>(session: &mut orm_sqlite::Session, statement: &Select, sender: mpsc::Sender<Result<Vec<S::Item>>>) {
    let mut sink = Filling::<S> { batch: Vec::with_capacity(BATCH), sender };
    let fetched = orm_core::connection::ready(session.fetch(statement, &mut sink));
    let Filling { batch, sender } = sink;
    // A failed send means that the stream was dropped.
    if !batch.is_empty() && sender.blocking_send(Ok(batch)).is_err() {
        return;
    }
    // An empty batch is the end. Without one the channel was torn down before the rows were all there.
    let _ = sender.blocking_send(fetched.map(|()| Vec::new()));
}

/// Fills batches and sends the full ones.
struct Filling<S: Selectable> {
    batch: Vec<S::Item>,
    sender: mpsc::Sender<Result<Vec<S::Item>>>,
}

impl<S: Selectable> Sink for Filling<S> {
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

/// The channel of a stream ended without its end: the job panicked.
#[cold]
fn torn() -> Error {
    Error::Database { code: None, message: "the stream ended early: reading a row panicked".to_owned() }
}
