//! The databases that blocking code can be connected to, and a connection to one of them.

use orm_core::connection::Access;
#[cfg(feature = "sqlite")]
use orm_core::connection::ready;
use orm_core::held::Holder;
use orm_core::ops::Operation;
use orm_core::{Error, Result};

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
    /// Waits for a connection.
    pub(crate) fn hold(&self, call: &'static str, access: Access) -> Result<Held> {
        self.check_nested()?;
        Ok(match self {
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(pool) => {
                let _ = call;
                Held::Sqlite(pool.acquire_blocking(access)?)
            }
            #[cfg(feature = "server")]
            Driver::Server(pool) => {
                let _ = access;
                Held::Server(pool.lease(call)?)
            }
        })
    }

    /// One that holds a connection, and marks the threads on which its user's code runs: what would wait there for the end of the
    /// transaction that waits for it is an error.
    pub(crate) fn holder(&self, access: Access) -> Holder {
        match self {
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(pool) => pool.holder(access),
            #[cfg(feature = "server")]
            Driver::Server(pool) => {
                let _ = access;
                pool.holder()
            }
        }
    }

    /// Whether what runs on this thread is in a transaction of this database.
    pub(crate) fn in_transaction_here(&self) -> bool {
        match self {
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(pool) => pool.in_transaction_here(),
            #[cfg(feature = "server")]
            Driver::Server(pool) => pool.in_transaction_here(),
        }
    }

    /// Refuses what passes a transaction by, where that was asked for.
    #[inline]
    pub(crate) fn check_nested(&self) -> Result<()> {
        let refuses = match self {
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(pool) => pool.options().refuses_nested(),
            #[cfg(feature = "server")]
            Driver::Server(pool) => pool.options().refuses_nested(),
        };
        if refuses && self.in_transaction_here() { Err(Error::NestedAcquire) } else { Ok(()) }
    }

    /// Runs an operation on a connection of its own.
    #[inline]
    pub(crate) fn run<O: Operation>(&self, operation: O) -> Result<O::Output> {
        self.check_nested()?;
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
