//! The rows of a query, one by one, on a connection that they hold until the last.

use std::task::{Context, Poll};

use orm_core::held::Held;
use orm_core::query::Selectable;
use orm_core::sql::Select;
use orm_core::{Error, Result};

use super::blocking::BlockingLease;
use super::lease::Lease;
use crate::cursor::Cursor;
use crate::limits::within;

/// The rows of a query in async code. Dropped before the last, it reads the rest in the background if that is little, or else closes the
/// connection and has the server stop.
pub struct LeasedRows(Option<(Lease, Cursor)>);

impl LeasedRows {
    /// Sends a query.
    ///
    /// # Errors
    /// [`Error::InvalidValue`] and what rendering meets; the server's own errors come with the first row.
    pub fn open(mut lease: Lease, statement: Select) -> Result<Self> {
        match Cursor::open(lease.take_session()?, statement) {
            Ok(cursor) => Ok(LeasedRows(Some((lease, cursor)))),
            Err((session, error)) => {
                lease.put_session(session);
                Err(error)
            }
        }
    }

    /// The next row; `None` at the end and after an error.
    pub fn poll_next<S: Selectable>(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<S::Item>>> {
        let Some((_, cursor)) = &mut self.0 else { return Poll::Ready(None) };
        let polled = cursor.poll_next::<S>(context);
        match &polled {
            Poll::Pending | Poll::Ready(Some(Ok(_))) => {}
            // A row that cannot be read is not the end of the answer; the rest goes as that of a dropped one.
            Poll::Ready(Some(Err(Error::Decode { .. }))) => self.abandon(),
            Poll::Ready(Some(Err(error))) => {
                let lost = matches!(error, Error::ConnectionLost { .. } | Error::Timeout { .. });
                self.finish(lost);
            }
            Poll::Ready(None) => self.finish(false),
        }
        polled
    }

    /// Gives the connection back.
    fn finish(&mut self, lost: bool) {
        if let Some((mut lease, cursor)) = self.0.take()
            && let Some(session) = cursor.into_session(Some(lost))
        {
            lease.put_session(session);
        }
    }

    fn abandon(&mut self) {
        let Some((lease, cursor)) = self.0.take() else { return };
        let home = lease.home().clone();
        home.spawn(drain(Abandoned(Some((lease, cursor)))));
    }
}

impl Drop for LeasedRows {
    fn drop(&mut self) {
        self.abandon();
    }
}

/// A connection whose rows nobody wants. Dropped, it gives the session back to its lease in whatever state it is.
struct Abandoned(Option<(Lease, Cursor)>);

impl Drop for Abandoned {
    fn drop(&mut self) {
        if let Some((mut lease, cursor)) = self.0.take()
            && let Some(session) = cursor.into_session(None)
        {
            lease.put_session(session);
        }
    }
}

async fn drain(mut abandoned: Abandoned) {
    let Some((lease, cursor)) = &mut abandoned.0 else { return };
    let limit = lease.core().options.release_timeout;
    if within(Some(limit), "release", cursor.drain()).await.is_err() {
        return;
    }
    if let Some((mut lease, cursor)) = abandoned.0.take()
        && let Some(session) = cursor.into_session(Some(false))
    {
        lease.put_session(session);
    }
}

/// The rows of a query in blocking code. Dropped before the last, it closes the connection unless the rest is little.
pub struct BlockingRows(Option<(BlockingLease, Cursor, Held)>);

impl BlockingRows {
    /// Sends a query.
    ///
    /// # Errors
    /// [`Error::InvalidValue`] and what rendering meets; the server's own errors come with the first row.
    pub fn open(mut lease: BlockingLease, statement: Select) -> Result<Self> {
        let held = lease.hold();
        match Cursor::open(lease.take_session()?, statement) {
            Ok(cursor) => Ok(BlockingRows(Some((lease, cursor, held)))),
            Err((session, error)) => {
                lease.put_session(session);
                Err(error)
            }
        }
    }

    /// The next row; `None` at the end and after an error.
    pub fn next_row<S: Selectable>(&mut self) -> Option<Result<S::Item>> {
        let (lease, cursor, _) = self.0.as_mut()?;
        let next = lease
            .block_on(std::future::poll_fn(|context| cursor.poll_next::<S>(context)))
            .unwrap_or_else(|error| Some(Err(error)));
        match &next {
            Some(Ok(_)) => {}
            Some(Err(Error::Decode { .. })) => self.finish(None),
            Some(Err(error)) => self.finish(Some(matches!(error, Error::ConnectionLost { .. } | Error::Timeout { .. }))),
            None => self.finish(Some(false)),
        }
        next
    }

    /// Gives the connection back; in which state, if that is known.
    fn finish(&mut self, lost: Option<bool>) {
        if let Some((mut lease, cursor, _)) = self.0.take()
            && let Some(session) = cursor.into_session(lost)
        {
            lease.put_session(session);
        }
    }
}

impl Drop for BlockingRows {
    fn drop(&mut self) {
        // A destructor does not wait for the rest of the rows.
        self.finish(None);
    }
}
