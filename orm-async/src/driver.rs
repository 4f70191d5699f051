//! The databases that async code can be connected to, and a connection to one of them.

use orm_core::Result;
#[cfg(feature = "sqlite")]
use orm_core::connection::{Access, ready};
use orm_core::ops::Operation;

/// The connections to a database.
#[derive(Clone, Debug)]
pub(crate) enum Driver {
    #[cfg(feature = "sqlite")]
    Sqlite(orm_sqlite::Pool),
    #[cfg(feature = "server")]
    Server(orm_server::Pool),
}

/// A connection that is held for more than one operation.
#[derive(Debug)]
pub(crate) enum Held {
    #[cfg(feature = "sqlite")]
    Sqlite(orm_sqlite::Pool, orm_sqlite::Lease),
    #[cfg(feature = "server")]
    Server(orm_server::Lease),
}

impl Driver {
    /// Waits for a connection that may write.
    pub(crate) async fn hold(&self, call: &'static str) -> Result<Held> {
        Ok(match self {
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(pool) => {
                let _ = call;
                Held::Sqlite(pool.clone(), pool.acquire(Access::Write).await?)
            }
            #[cfg(feature = "server")]
            Driver::Server(pool) => Held::Server(pool.lease(call).await?),
        })
    }

    /// Awaits the body of a transaction.
    ///
    /// While it is polled the thread counts as holding the connection, so that a write through the database, which would wait for the end
    /// of the transaction that waits for it, is an error at once. What is spawned is polled elsewhere.
    pub(crate) async fn inside<T>(&self, body: impl Future<Output = T>) -> T {
        match self {
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(pool) => {
                let mut body = std::pin::pin!(body);
                std::future::poll_fn(|context| {
                    let _held = pool.hold(Access::Write);
                    body.as_mut().poll(context)
                })
                .await
            }
            #[cfg(feature = "server")]
            Driver::Server(_) => body.await,
        }
    }

    /// Runs an operation on a connection of its own.
    pub(crate) async fn run<O: Operation<Output: 'static> + 'static>(&self, operation: O) -> Result<O::Output> {
        match self {
            #[cfg(feature = "sqlite")]
            // Only owned data crosses to the thread that may block, and a whole operation runs there, however many statements it has,
            // so that each costs one hop.
            Driver::Sqlite(pool) => pool.call(O::ACCESS, move |session| ready(operation.run(session))).await?,
            #[cfg(feature = "server")]
            Driver::Server(pool) => pool.lease(O::NAME).await?.run(operation).await.1,
        }
    }
}

impl Held {
    /// Runs an operation. Dropped halfway, it takes the connection with it, which comes clean in the background.
    pub(crate) async fn run<O: Operation<Output: 'static> + 'static>(self, operation: O) -> Result<(Held, Result<O::Output>)> {
        Ok(match self {
            #[cfg(feature = "sqlite")]
            Held::Sqlite(pool, lease) => {
                let work = move |lease: &mut orm_sqlite::Lease| ready(operation.run(&mut **lease));
                let (lease, outcome) = pool.call_leased(lease, work).await?;
                (Held::Sqlite(pool, lease), outcome)
            }
            #[cfg(feature = "server")]
            Held::Server(lease) => {
                let (lease, outcome) = lease.run(operation).await;
                (Held::Server(lease), outcome)
            }
        })
    }

    /// Gives the connection back, with its transaction undone, without anybody waiting for it.
    pub(crate) fn abandon(self) {
        match self {
            // Rolling back may take its time: not on a runtime's thread.
            #[cfg(feature = "sqlite")]
            Held::Sqlite(pool, lease) => pool.run_leased(lease, Box::new(drop)).detach(),
            #[cfg(feature = "server")]
            Held::Server(lease) => drop(lease),
        }
    }
}
