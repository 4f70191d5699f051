//! The drivers of amphi for database servers, under both of its modes.
//!
//! Use the facade, the crate `amphi`; this crate's paths may move. PostgreSQL and MySQL/MariaDB are spoken through sqlx, whose name goes
//! no further than this crate. Its pool and its transactions are not used: see [`Pool`] for ours.

#![cfg(any(feature = "postgres", feature = "mysql"))]

mod bind;
mod cursor;
mod driver;
mod error;
mod limits;
#[cfg(feature = "mysql")]
mod mysql;
mod options;
mod pool;
#[cfg(feature = "postgres")]
mod postgres;
mod rows;
mod session;

pub use options::ServerOptions;
pub use pool::{BlockingLease, BlockingPool, BlockingRows, Lease, LeasedRows, Pool};
pub use session::Session;
