//! How long something may take.

use std::time::{Duration, Instant};

use orm_core::{Error, Result};

/// How long a session may take for a statement, and for the transaction that is open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) statement: Option<Duration>,
    /// When the transaction must be at its end, and how long that was at first.
    pub(crate) transaction: Option<(Instant, Duration)>,
}

impl Limits {
    /// A transaction begins that may take so long.
    pub(crate) fn begin(&mut self, limit: Option<Duration>) {
        // So far away that no clock has it is none.
        self.transaction = limit.and_then(|limit| Some((Instant::now().checked_add(limit)?, limit)));
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

    /// Waits for something that the server does, for as long as it may take.
    ///
    /// # Errors
    /// [`Error::Timeout`]; its own.
    pub(crate) async fn keep<T>(self, call: &'static str, work: impl Future<Output = Result<T>>) -> Result<T> {
        let Some((at, whole)) = self.transaction else { return within(self.statement, call, work).await };
        let left = at.saturating_duration_since(Instant::now());
        match self.statement {
            Some(limit) if limit < left => within(self.statement, call, work).await,
            _ => within(Some(left), call, work).await.map_err(|error| match error {
                Error::Timeout { .. } => Error::timeout("atomic", whole),
                error => error,
            }),
        }
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
