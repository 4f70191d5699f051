//! How long something may take.

use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use orm_core::{Error, Result};
use tokio::time::{Sleep, sleep_until};

/// How long a session may take for a statement, and for the transaction that is open.
#[derive(Debug)]
pub(crate) struct Limits {
    statement: Option<Duration>,
    /// Whether statements may take as long as they need for now.
    lifted: bool,
    /// When the transaction must be at its end, and how long that was at first.
    transaction: Option<(Instant, Duration)>,
    /// A timer that is set once and serves one statement after the other: it rings early for those that come later, and is set anew
    /// then. Setting one for each would cost every statement two turns of the runtime's clock.
    timer: Option<Pin<Box<Sleep>>>,
}

impl Limits {
    pub(crate) fn new(statement: Option<Duration>) -> Self {
        Limits { statement, lifted: false, transaction: None, timer: None }
    }

    /// The longest that a statement may take.
    pub(crate) fn statement(&self) -> Option<Duration> {
        self.statement.filter(|_| !self.lifted)
    }

    /// Lets statements take as long as they need, or no longer.
    pub(crate) fn lift(&mut self, lifted: bool) {
        self.lifted = lifted;
    }

    /// Whether statements may take as long as they need.
    pub(crate) fn is_lifted(&self) -> bool {
        self.lifted
    }

    /// A transaction begins that may take so long.
    pub(crate) fn begin(&mut self, limit: Option<Duration>) {
        // So far away that no clock has it is none.
        self.transaction = limit.and_then(|limit| Some((Instant::now().checked_add(limit)?, limit)));
    }

    /// No transaction is open any more.
    pub(crate) fn end(&mut self) {
        self.transaction = None;
    }

    /// Whether the transaction may go on.
    ///
    /// # Errors
    /// [`Error::Timeout`].
    pub(crate) fn check(&self) -> Result<()> {
        match self.transaction {
            Some((at, limit)) if Instant::now() >= at => Err(Error::timeout("atomic", limit)),
            _ => Ok(()),
        }
    }

    /// When a call that begins now must be at its end, and the error that it is otherwise.
    fn deadline(&self, call: &'static str) -> Option<(Instant, &'static str, Duration)> {
        let statement = self.statement().and_then(|limit| Some((Instant::now().checked_add(limit)?, call, limit)));
        let transaction = self.transaction.map(|(at, limit)| (at, "atomic", limit));
        match (statement, transaction) {
            (Some(statement), Some(transaction)) if statement.0 < transaction.0 => Some(statement),
            (statement, transaction) => transaction.or(statement),
        }
    }

    /// Waits for something that the server does, for as long as it may take.
    ///
    /// # Errors
    /// [`Error::Timeout`]; its own.
    pub(crate) async fn keep<T>(&mut self, call: &'static str, work: impl Future<Output = Result<T>>) -> Result<T> {
        let Some((at, call, limit)) = self.deadline(call) else { return work.await };
        let mut work = pin!(work);
        std::future::poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(done),
            Poll::Pending => self.poll_until(at, context).map(|()| Err(Error::timeout(call, limit))),
        })
        .await
    }

    fn poll_until(&mut self, at: Instant, context: &mut Context<'_>) -> Poll<()> {
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(at.into())));
        if timer.deadline() > at.into() {
            timer.as_mut().reset(at.into());
        }
        while timer.as_mut().poll(context).is_ready() {
            if Instant::now() >= at {
                return Poll::Ready(());
            }
            timer.as_mut().reset(at.into());
        }
        Poll::Pending
    }
}

/// Waits for something at most so long.
///
/// # Errors
/// [`Error::Timeout`]; its own.
pub(crate) async fn within<T>(limit: Option<Duration>, call: &'static str, work: impl Future<Output = Result<T>>) -> Result<T> {
    match limit {
        None => work.await,
        Some(limit) => match tokio::time::timeout(limit, work).await {
            Ok(done) => done,
            Err(_) => Err(Error::timeout(call, limit)),
        },
    }
}
