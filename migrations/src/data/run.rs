//! The commands in both modes: `dump.run(&db, writer)` blocks, `dump.a().run(&db, writer).await` does not.

use std::io::{BufRead, Write};

use super::dump::Dumping;
use super::error::Result;
use super::load::Loading;
use super::{DumpData, Dumped, Flush, Flushed, LoadData, Loaded};

#[cfg(feature = "sync")]
impl DumpData {
    /// Writes the lines, and tells how many there were.
    ///
    /// # Errors
    /// [`Error`](super::Error) for a choice of what there is not, for what cannot be written, and what the database reports.
    #[track_caller]
    pub fn run(self, db: &orm_sync::Database, writer: impl Write + Send) -> Result<Dumped> {
        db.operate(Dumping(self, writer))?.map(|(dumped, _)| dumped)
    }
}

#[cfg(feature = "sync")]
impl LoadData {
    /// Loads the lines, and tells how many there were.
    ///
    /// # Errors
    /// [`Error`](super::Error) for the first line that cannot be loaded, for rows that point at nothing, and what the database reports.
    /// Nothing was loaded then.
    #[track_caller]
    pub fn run(self, db: &orm_sync::Database, reader: impl BufRead + Send) -> Result<Loaded> {
        db.operate(Loading(self, reader))?
    }
}

#[cfg(feature = "sync")]
impl Flush {
    /// Deletes the rows.
    ///
    /// # Errors
    /// [`Error::Unconfirmed`](super::Error::Unconfirmed), [`Error::PointedAt`](super::Error::PointedAt), and what the database reports.
    #[track_caller]
    pub fn run(self, db: &orm_sync::Database) -> Result<Flushed> {
        db.operate(self)?
    }
}

#[cfg(feature = "async")]
impl DumpData {
    /// The same for async code.
    pub fn a(self) -> AsyncDumpData {
        AsyncDumpData(self)
    }
}

/// [`DumpData`] for async code.
#[cfg(feature = "async")]
#[derive(Debug)]
#[must_use]
pub struct AsyncDumpData(DumpData);

#[cfg(feature = "async")]
impl AsyncDumpData {
    /// Writes the lines, tells how many there were, and gives the writer back.
    ///
    /// The writer is called where the rows come in, with at most 64 KiB at a time or one row: it should not block for long, as a file or
    /// a buffer in memory does not.
    ///
    /// # Errors
    /// As [`DumpData::run`].
    pub async fn run<W: Write + Send + 'static>(self, db: &orm_async::AsyncDatabase, writer: W) -> Result<(Dumped, W)> {
        db.operate(Dumping(self.0, writer)).await?
    }
}

#[cfg(feature = "async")]
impl LoadData {
    /// The same for async code.
    pub fn a(self) -> AsyncLoadData {
        AsyncLoadData(self)
    }
}

/// [`LoadData`] for async code.
#[cfg(feature = "async")]
#[derive(Debug)]
#[must_use]
pub struct AsyncLoadData(LoadData);

#[cfg(feature = "async")]
impl AsyncLoadData {
    /// Loads the lines, and tells how many there were.
    ///
    /// The reader is asked for a line at a time where the rows go out: it should not block for long, as a file or a buffer in memory does
    /// not.
    ///
    /// # Errors
    /// As [`LoadData::run`].
    pub async fn run<R: BufRead + Send + 'static>(self, db: &orm_async::AsyncDatabase, reader: R) -> Result<Loaded> {
        db.operate(Loading(self.0, reader)).await?
    }
}

#[cfg(feature = "async")]
impl Flush {
    /// The same for async code.
    pub fn a(self) -> AsyncFlush {
        AsyncFlush(self)
    }
}

/// [`Flush`] for async code.
#[cfg(feature = "async")]
#[derive(Debug)]
#[must_use]
pub struct AsyncFlush(Flush);

#[cfg(feature = "async")]
impl AsyncFlush {
    /// Deletes the rows.
    ///
    /// # Errors
    /// As [`Flush::run`].
    pub async fn run(self, db: &orm_async::AsyncDatabase) -> Result<Flushed> {
        db.operate(self.0).await?
    }
}
