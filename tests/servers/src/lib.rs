//! Private database servers for the tests of amphi, and what breaks them on purpose.
//!
//! - [`Server`]: a PostgreSQL or MariaDB of one's own in a temporary folder. It can be killed, frozen and started again, and it is gone,
//!   folder and all, when the process that started it is gone, however that process ended.
//! - [`Servers`]: both, from the environment, from installed binaries, or installed first.
//! - [`Pooler`]: a PgBouncer before a PostgreSQL.
//! - [`proxy::Proxy`]: stands between client and server, and breaks connections at exact bytes.
//! - [`oracle::Oracle`]: asks the server itself who is inside a transaction and who holds locks.
//!
//! Everything here blocks and needs no runtime, so that blocking and async tests can use it alike; what can be awaited
//! is beside it.

#![cfg(unix)]

/// The examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;

mod block;
mod error;
mod find;
mod install;
mod kind;
mod mariadb;
mod options;
pub mod oracle;
mod pooler;
mod port;
mod postgres;
mod process;
pub mod proxy;
mod server;
mod servers;
mod supervisor;
mod user;

pub use error::{Error, Result};
pub use kind::{Flavour, Kind};
pub use options::{Auth, Options};
pub use pooler::Pooler;
pub use port::{free_port, wait_for_port};
pub use server::{Server, Shutdown};
pub use servers::{Database, Servers};
