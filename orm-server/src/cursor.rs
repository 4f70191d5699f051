//! The rows of a query, one by one, straight from the socket: what is not read yet stays with the server.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use orm_core::query::{Query, Selectable};
use orm_core::row::{ColumnReader, DecodeError};
use orm_core::sql::Select;
use orm_core::statement::undecodable;
use orm_core::{Error, Result};
use self_cell::{MutBorrow, self_cell};
use sqlx_core::Either;

use crate::error::from_sqlx;
use crate::session::Session;

/// What a statement answers, as each driver gives it.
pub(crate) enum Incoming<'s> {
    #[cfg(feature = "postgres")]
    Postgres(crate::postgres::Answering<'s>),
    /// With what the columns hold, once a row has shown it.
    #[cfg(feature = "mysql")]
    MySql(crate::mysql::Answering<'s>, Option<Vec<crate::mysql::Kind>>),
}

self_cell!(
    /// A session and what it is answering.
    struct Answering {
        owner: MutBorrow<Box<Session>>,
        #[covariant]
        dependent: Incoming,
    }
);

/// The rows of a query on a session, which it has until the last row was read.
pub(crate) struct Cursor {
    answering: Option<Answering>,
    statement: Select,
    /// The longest wait for a row.
    limit: Option<Duration>,
    waiting: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl Cursor {
    /// Sends a query.
    ///
    /// # Errors
    /// As [`Statement::render`], with the session.
    pub(crate) fn open(mut session: Box<Session>, statement: Select) -> Result<Self, (Box<Session>, Error)> {
        if let Err(error) = session.start() {
            return Err((session, error));
        }
        let limit = session.limit();
        let answering = Answering::try_new_or_recover(MutBorrow::new(session), |session| session.borrow_mut().answer(&statement));
        match answering {
            Ok(answering) => Ok(Cursor { answering: Some(answering), statement, limit, waiting: None }),
            Err((session, error)) => {
                let mut session = session.into_inner();
                // Nothing was sent.
                let settled = session.settle::<()>(Err(error));
                Err((session, settled.err().unwrap_or(Error::Closed)))
            }
        }
    }

    /// The next row; `None` at the end.
    pub(crate) fn poll_next<S: Selectable>(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<S::Item>>> {
        loop {
            let Some(answering) = &mut self.answering else { return Poll::Ready(None) };
            let statement = &self.statement;
            let polled = answering.with_dependent_mut(|_, incoming| match incoming {
                #[cfg(feature = "postgres")]
                Incoming::Postgres(rows) => rows.as_mut().poll_next(context).map(|next| {
                    next.map(|next| match next.map_err(from_sqlx)? {
                        Either::Left(_) => Ok(None),
                        Either::Right(row) => read::<S, _>(statement, &crate::postgres::Reader(&row)),
                    })
                }),
                #[cfg(feature = "mysql")]
                Incoming::MySql(rows, kinds) => rows.as_mut().poll_next(context).map(|next| {
                    next.map(|next| match next.map_err(from_sqlx)? {
                        Either::Left(_) => Ok(None),
                        Either::Right(row) => {
                            let kinds = kinds.get_or_insert_with(|| crate::mysql::kinds(&row));
                            read::<S, _>(statement, &crate::mysql::Reader { row: &row, kinds })
                        }
                    })
                }),
            });
            match polled {
                Poll::Pending => {
                    let Some(limit) = self.limit else { return Poll::Pending };
                    let sleep = self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
                    ready!(sleep.as_mut().poll(context));
                    return Poll::Ready(Some(Err(Error::timeout("stream", limit))));
                }
                Poll::Ready(next) => {
                    self.waiting = None;
                    match next {
                        None => return Poll::Ready(None),
                        Some(Ok(None)) => {}
                        Some(Ok(Some(row))) => return Poll::Ready(Some(Ok(row))),
                        Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                    }
                }
            }
        }
    }

    /// Reads on to the end of the answer, if that is near.
    pub(crate) async fn drain(&mut self) -> Result<()> {
        /// More rows than this are not worth reading.
        const FEW: usize = 1_000;
        for _ in 0..FEW {
            match std::future::poll_fn(|context| self.poll_next::<Skipped>(context)).await {
                None => return Ok(()),
                Some(Ok(())) => {}
                Some(Err(error)) => return Err(error),
            }
        }
        Err(Error::Interrupted)
    }

    /// The session back: ready if its answer was read to the end, lost, or, where neither is known, in the middle of an answer.
    pub(crate) fn into_session(self, lost: Option<bool>) -> Option<Box<Session>> {
        let mut session = self.answering?.into_owner().into_inner();
        if let Some(lost) = lost {
            session.settle_stream(lost);
        }
        Some(session)
    }
}

/// Takes rows that nobody wants.
struct Skipped;

impl Selectable for Skipped {
    type Item = ();

    fn select(_: &mut Query) {}

    fn read<R: ColumnReader>(_: &R) -> Result<(), DecodeError> {
        Ok(())
    }
}

fn read<S: Selectable, R: ColumnReader>(statement: &Select, row: &R) -> Result<Option<S::Item>> {
    S::read(row).map(Some).map_err(|error: DecodeError| undecodable(statement, error))
}
