//! The databases that blocking code can be connected to, and a connection to one of them.

use std::sync::Arc;

use orm_core::Result;
use orm_core::connection::Access;
#[cfg(feature = "sqlite")]
use orm_core::connection::ready;
use orm_core::held::Nesting;
use orm_core::ops::Operation;
use orm_core::statement::Recorder;

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
        self.nesting().check_nested()?;
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

    /// What is known of who holds the connections.
    pub(crate) fn nesting(&self) -> &dyn Nesting {
        match self {
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(pool) => pool,
            #[cfg(feature = "server")]
            Driver::Server(pool) => pool,
        }
    }

    /// Whether lazy loads are refused.
    pub(crate) fn refuses_lazy(&self) -> bool {
        match self {
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(pool) => pool.options().refuses_lazy(),
            #[cfg(feature = "server")]
            Driver::Server(pool) => pool.options().refuses_lazy(),
        }
    }

    /// Where the connections tell which statements they send.
    pub(crate) fn recorder(&self) -> &Arc<Recorder> {
        match self {
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(pool) => pool.recorder(),
            #[cfg(feature = "server")]
            Driver::Server(pool) => pool.recorder(),
        }
    }

    /// Runs an operation on a connection of its own.
    #[inline]
    pub(crate) fn run<O: Operation>(&self, operation: O) -> Result<O::Output> {
        match self {
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(pool) => {
                pool.check_nested()?;
                pool.run(O::ACCESS, |session| ready(operation.run(session)))
            }
            #[cfg(feature = "server")]
            Driver::Server(pool) => {
                pool.check_nested()?;
                pool.lease(O::NAME)?.run(operation)
            }
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
