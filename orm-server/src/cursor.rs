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

use crate::error::{from_sqlx, is_broken_plan};
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
    progress: Progress,
    statement: Select,
    /// Whether the query may be sent once more, should its plan be broken: not after its first row, and not twice.
    renewable: bool,
    /// The longest wait for a row.
    limit: Option<Duration>,
    waiting: Option<Pin<Box<tokio::time::Sleep>>>,
}

/// A session that forgets its plans, and whether it did.
type Forgetting = Pin<Box<dyn Future<Output = (Box<Session>, Result<()>)> + Send>>;

/// What the session of a cursor is at.
enum Progress {
    Answering(Answering),
    /// It forgets the plans that it has, because a change of a table broke that of the query.
    Forgetting(Forgetting),
    /// Nothing more: its answer has ended, or it could not be asked again.
    Ended(Box<Session>),
    /// The session is gone.
    Lost,
}

impl Cursor {
    /// Sends a query.
    ///
    /// # Errors
    /// As [`Statement::render`](orm_core::statement::Statement::render), with the session.
    pub(crate) fn open(mut session: Box<Session>, statement: Select) -> Result<Self, (Box<Session>, Error)> {
        if let Err(error) = session.start() {
            return Err((session, error));
        }
        let limit = session.limit();
        // An error inside a transaction has ended that.
        let renewable = session.depth() == 0;
        match ask(session, &statement) {
            Ok(answering) => Ok(Cursor { progress: Progress::Answering(answering), statement, renewable, limit, waiting: None }),
            Err((mut session, error)) => {
                // Nothing was sent.
                let settled = session.settle::<()>(Err(error));
                Err((session, settled.err().unwrap_or(Error::Closed)))
            }
        }
    }

    /// The next row; `None` at the end.
    ///
    /// As other statements, one whose plan was broken by a change of its tables is prepared anew and sent once more, unless a transaction
    /// is open, or a row was handed out.
    pub(crate) fn poll_next<S: Selectable>(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<S::Item>>> {
        loop {
            let polled = match &mut self.progress {
                Progress::Answering(answering) => next::<S>(answering, &self.statement, context),
                Progress::Forgetting(work) => match work.as_mut().poll(context) {
                    Poll::Pending => Poll::Pending,
                    Poll::Ready((session, forgotten)) => {
                        self.waiting = None;
                        let asked = match forgotten {
                            Ok(()) => ask(session, &self.statement),
                            Err(error) => Err((session, error)),
                        };
                        match asked {
                            Ok(answering) => {
                                self.progress = Progress::Answering(answering);
                                continue;
                            }
                            Err((session, error)) => {
                                self.progress = Progress::Ended(session);
                                Poll::Ready(Some(Err(error)))
                            }
                        }
                    }
                },
                Progress::Ended(_) | Progress::Lost => return Poll::Ready(None),
            };
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
                        Some(Ok(Some(row))) => {
                            self.renewable = false;
                            return Poll::Ready(Some(Ok(row)));
                        }
                        Some(Err(error)) if self.renewable && is_broken_plan(&error) => self.forget_plans(),
                        Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                    }
                }
            }
        }
    }

    /// Has the session forget its plans, after which the query is sent once more.
    fn forget_plans(&mut self) {
        self.renewable = false;
        let progress = std::mem::replace(&mut self.progress, Progress::Lost);
        let Some(mut session) = progress.into_session() else { return };
        self.progress = Progress::Forgetting(Box::pin(async move {
            let forgotten = session.forget_plans().await;
            (session, forgotten)
        }));
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
        let mut session = self.progress.into_session()?;
        if let Some(lost) = lost {
            session.settle_stream(lost);
        }
        Some(session)
    }
}

impl Progress {
    fn into_session(self) -> Option<Box<Session>> {
        match self {
            Progress::Answering(answering) => Some(answering.into_owner().into_inner()),
            Progress::Ended(session) => Some(session),
            // A session that is dropped closes its connection.
            Progress::Forgetting(_) => None,
            Progress::Lost => None,
        }
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

/// Has a session answer a query.
///
/// # Errors
/// What rendering meets, with the session; nothing was sent.
fn ask(session: Box<Session>, statement: &Select) -> Result<Answering, (Box<Session>, Error)> {
    Answering::try_new_or_recover(MutBorrow::new(session), |session| session.borrow_mut().answer(statement))
        .map_err(|(session, error)| (session.into_inner(), error))
}

/// The next row of an answer, or word of the end of a statement.
fn next<S: Selectable>(
    answering: &mut Answering,
    statement: &Select,
    context: &mut Context<'_>,
) -> Poll<Option<Result<Option<S::Item>>>> {
    answering.with_dependent_mut(|_, incoming| match incoming {
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
    })
}

fn read<S: Selectable, R: ColumnReader>(statement: &Select, row: &R) -> Result<Option<S::Item>> {
    S::read(row).map(Some).map_err(|error: DecodeError| undecodable(statement, error))
}
