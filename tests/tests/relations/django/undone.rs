//! Work whose writes are undone, so that each query finds the rows as they were.

use amphi::prelude::*;

/// In blocking code.
pub trait Undone {
    /// What work in a transaction gives, which is then rolled back.
    fn undone<T>(&self, work: impl FnOnce(&Transaction) -> Result<T, Error>) -> Result<T, Error>;
}

impl Undone for Database {
    fn undone<T>(&self, work: impl FnOnce(&Transaction) -> Result<T, Error>) -> Result<T, Error> {
        let tx = self.begin()?;
        let told = work(&tx);
        tx.rollback()?;
        told
    }
}

/// In async code.
pub trait AsyncUndone {
    /// What work in a transaction gives, which is then rolled back.
    async fn undone<T>(&self, work: impl AsyncFnOnce(&AsyncTransaction) -> Result<T, Error>) -> Result<T, Error>;
}

impl AsyncUndone for AsyncDatabase {
    async fn undone<T>(&self, work: impl AsyncFnOnce(&AsyncTransaction) -> Result<T, Error>) -> Result<T, Error> {
        let tx = self.begin().await?;
        let told = work(&tx).await;
        tx.rollback().await?;
        told
    }
}
