//! The databases that blocking code can be connected to, and a connection to one of them.

use orm_core::Result;
#[cfg(feature = "sqlite")]
use orm_core::connection::ready;
use orm_core::ops::Operation;

/// The connections to a database.
#[derive(Clone, Debug)]
pub enum Driver {
    #[cfg(feature = "sqlite")]
    /// SQLite.
    Sqlite(orm_sqlite::Pool),
    #[cfg(feature = "server")]
    /// A server.
    Server(orm_server::BlockingPool),
}

/// A connection that is held for more than one operation.
#[derive(Debug)]
pub(crate) enum Held {
    #[cfg(feature = "sqlite")]
    Sqlite(orm_sqlite::Lease),
    #[cfg(feature = "server")]
    Server(orm_server::BlockingLease),
}

impl Driver {
    /// Waits for a connection that may write.
    pub(crate) fn hold(&self, call: &'static str) -> Result<Held> {
        Ok(match self {
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(pool) => {
                let _ = call;
                Held::Sqlite(pool.acquire_blocking(orm_core::connection::Access::Write)?)
            }
            #[cfg(feature = "server")]
            Driver::Server(pool) => Held::Server(pool.lease(call)?),
        })
    }

    /// Runs the body of a transaction. The thread counts as holding the connection, so that a write through the database, which would
    /// wait for the end of the transaction that waits for it, is an error at once.
    pub(crate) fn inside<T>(&self, body: impl FnOnce() -> T) -> T {
        match self {
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(pool) => {
                let _held = pool.hold(orm_core::connection::Access::Write);
                body()
            }
            #[cfg(feature = "server")]
            Driver::Server(_) => body(),
        }
    }

    /// Runs an operation on a connection of its own.
    #[inline]
    pub(crate) fn run<O: Operation>(&self, operation: O) -> Result<O::Output> {
        match self {
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(pool) => pool.run(O::ACCESS, |session| ready(operation.run(session))),
            #[cfg(feature = "server")]
            Driver::Server(pool) => pool.lease(O::NAME)?.run(operation),
        }
    }
}

impl Held {
    /// Runs an operation.
    pub(crate) fn run<O: Operation>(&mut self, operation: O) -> Result<O::Output> {
        match self {
            #[cfg(feature = "sqlite")]
            Held::Sqlite(lease) => ready(operation.run(&mut **lease)),
            #[cfg(feature = "server")]
            Held::Server(lease) => lease.run(operation),
        }
    }
}
