//! The databases that async code can be connected to, and a connection to one of them.

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
    /// Waits for a connection.
    pub(crate) async fn hold(&self, call: &'static str, access: Access) -> Result<Held> {
        self.nesting().check_nested()?;
        Ok(match self {
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(pool) => {
                let _ = call;
                Held::Sqlite(pool.clone(), pool.acquire(access).await?)
            }
            #[cfg(feature = "server")]
            Driver::Server(pool) => {
                let _ = access;
                Held::Server(pool.lease(call).await?)
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
    pub(crate) async fn run<O: Operation<Output: 'static> + 'static>(&self, operation: O) -> Result<O::Output> {
        match self {
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(pool) => {
                pool.check_nested()?;
                // Only owned data crosses to the thread that may block, and a whole operation runs there, however many statements it
                // has, so that each costs one hop.
                pool.call(O::ACCESS, move |session| ready(operation.run(session))).await?
            }
            #[cfg(feature = "server")]
            Driver::Server(pool) => {
                pool.check_nested()?;
                pool.lease(O::NAME).await?.run(operation).await.1
            }
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
