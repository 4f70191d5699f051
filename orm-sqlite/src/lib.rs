//! The SQLite driver of amphi, for its blocking and its async side alike.
//!
//! Use the facade, the crate `amphi`; this crate's paths may move.

mod bind;
mod bulk;
mod connection;
#[cfg(feature = "decimal")]
mod decimal;
mod error;
mod functions;
mod interrupt;
mod moment;
mod open;
mod options;
mod pool;
mod prepared;
mod row;
mod rows;
mod session;
#[cfg(feature = "chrono-tz")]
mod zone;

pub use options::{Location, Mode, SqliteOptions, Synchronous};
pub use pool::{Acquire, JobHandle, Lease, LeaseJob, Pool, SessionJob};
pub use row::SqliteRow;
pub use rows::OwnedRows;
pub use session::{Role, Session};
