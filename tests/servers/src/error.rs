//! What goes wrong.

use std::{io, path::PathBuf, time::Duration};

use crate::Kind;

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What goes wrong with the servers of a test.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No server binaries, and none could be installed.
    #[error("{kind} is not installed here{why}.\n{}", kind.how_to_get())]
    NotInstalled {
        /// Which server.
        kind: Kind,
        /// Why it was not installed just now; empty, or begins with a colon.
        why: String,
    },
    /// A server that an environment variable names does not answer.
    #[error("{variable} names a server that does not answer: {why}")]
    NotReachable {
        /// The variable.
        variable: &'static str,
        /// What the client said.
        why: String,
    },
    /// A program ended with an error.
    #[error("{what} failed: {why}")]
    Failed {
        /// What was being done.
        what: String,
        /// The end of its output.
        why: String,
    },
    /// The server ended by itself.
    #[error("{kind} ended while it was wanted:\n{log}")]
    Ended {
        /// Which server.
        kind: Kind,
        /// The end of its log.
        log: String,
    },
    /// The port of the server belongs to somebody else by now.
    #[error("port {0} is taken")]
    PortTaken(u16),
    /// No free port was found.
    #[error("no free port on 127.0.0.1 between 15000 and 32000")]
    NoPort,
    /// Something did not happen in time.
    #[error("not within {within:?}: {what}")]
    TooSlow {
        /// What was waited for.
        what: String,
        /// For how long.
        within: Duration,
    },
    /// Sessions of the server are not as they should be.
    #[error("not clean within {within:?}:\n{}", offenders.join("\n"))]
    NotClean {
        /// For how long this was waited for.
        within: Duration,
        /// A line for each session and lock.
        offenders: Vec<String>,
    },
    /// The server is not running.
    #[error("{0} is not running")]
    NotRunning(Kind),
    /// There is no user that the server may run as; it refuses to run as root.
    #[error("a server cannot run as root, and none of the users {0:?} exists")]
    NoUser(&'static [&'static str]),
    /// There is no folder for temporary files that the server's user may enter.
    #[error("no folder for temporary files that other users may enter: neither {0} nor /tmp nor /var/tmp")]
    NoFolder(PathBuf),
    /// A URL of a database that cannot be read.
    #[error("not a database URL: {0}")]
    Url(String),
    /// PostgreSQL, seen by the client.
    #[error("PostgreSQL: {}", detail(.0))]
    Postgres(#[from] tokio_postgres::Error),
    /// MariaDB or MySQL, seen by the client.
    #[error("MariaDB: {0}")]
    MariaDb(#[from] mysql_async::Error),
    /// The operating system.
    #[error("{what}: {source}")]
    Io {
        /// What was being done.
        what: String,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    /// Adds what was being done to an error of the system.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { what: what.into(), source }
    }
}

/// The client's own text hides the server's.
fn detail(error: &tokio_postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |db| format!("{} ({})", db.message(), db.code().code()))
}
