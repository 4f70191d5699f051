//! Reading the rows of a statement as they come.

use std::ops::ControlFlow;
use std::pin::Pin;

use futures_core::Stream;
use futures_core::stream::BoxStream;
use orm_core::{Error, Result};
use sqlx_core::Either;
use sqlx_core::error::Error as SqlxError;

use crate::error::from_sqlx;

/// So many rows that nobody wants any more are read to the end; of more, the session is given up.
const FEW: usize = 1_000;

/// What a statement did.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Done {
    /// The rows that it touched.
    pub(crate) affected: u64,
    /// The key that MySQL filled in, of several rows the first.
    pub(crate) last_id: u64,
}

/// What came of a statement.
pub(crate) struct Answer {
    /// What it did.
    pub(crate) done: Done,
    /// What was wrong with a row.
    pub(crate) failure: Option<Error>,
    /// Its rows were not read to the end, so the session cannot be used any more.
    pub(crate) cut_short: bool,
}

/// Reads a statement's answer to its end, handing out rows until no more are wanted or one is wrong.
///
/// # Errors
/// What the server reports.
pub(crate) async fn drive<R, D>(
    mut answer: BoxStream<'_, Result<Either<D, R>, SqlxError>>,
    mut take: impl FnMut(&R) -> Result<ControlFlow<()>>,
    end: impl Fn(D) -> Done,
) -> Result<Answer> {
    let mut found = Answer { done: Done::default(), failure: None, cut_short: false };
    let mut unwanted: Option<usize> = None;
    loop {
        let next = std::future::poll_fn(|context| Pin::new(&mut answer).poll_next(context)).await;
        match next {
            None => break,
            Some(Err(error)) => return Err(from_sqlx(error)),
            Some(Ok(Either::Left(done))) => {
                let done = end(done);
                found.done.affected += done.affected;
                found.done.last_id = done.last_id;
            }
            Some(Ok(Either::Right(row))) => match &mut unwanted {
                Some(count) => {
                    *count += 1;
                    if *count > FEW {
                        found.cut_short = true;
                        break;
                    }
                }
                None => match take(&row) {
                    Ok(ControlFlow::Continue(())) => {}
                    Ok(ControlFlow::Break(())) => unwanted = Some(0),
                    Err(error) => {
                        found.failure = Some(error);
                        unwanted = Some(0);
                    }
                },
            },
        }
    }
    Ok(found)
}
