//! The blocking side of amphi: `Database`, transactions, and the terminals that block.
//!
//! Use the facade, the crate `amphi`; this crate's paths may move. Without the feature of a database there is nothing to connect to, and
//! the crate is empty.

#![cfg(any(feature = "sqlite", feature = "server"))]

mod advisory;
mod database;
mod driver;
mod guard;
mod handle;
mod lazy;
mod load;
mod manager;
mod row;
mod rows;
mod terminals;
mod transaction;

pub use advisory::AdvisoryLock;
pub use database::Database;
#[doc(hidden)]
pub use driver::Driver;
pub use handle::Handle;
pub use load::{Fetch, FetchRelated};
pub use manager::ManagerTerminals;
pub use row::{Insert, SaveRow};
pub use rows::Rows;
pub use terminals::Terminals;
pub use transaction::{Savepoint, Transaction};
