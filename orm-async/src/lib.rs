//! The async side of amphi: `AsyncDatabase`, `.a()`, transactions, and the terminals that are awaited.
//!
//! Use the facade, the crate `amphi`; this crate's paths may move. Without the feature of a database there is nothing to connect to, and
//! the crate is empty.

#![cfg(any(feature = "sqlite", feature = "server"))]

mod advisory;
#[cfg(feature = "sqlite")]
mod batches;
mod database;
mod driver;
mod handle;
mod manager;
mod row;
mod stream;
mod terminals;
mod transaction;
mod view;

pub use advisory::AsyncAdvisoryLock;
pub use database::AsyncDatabase;
pub use handle::AsyncHandle;
pub use manager::AsyncManagerTerminals;
pub use row::{AsyncDraft, AsyncRow};
pub use stream::RowStream;
pub use terminals::{AsyncFetchRelated, AsyncTerminals};
pub use transaction::{AsyncSavepoint, AsyncTransaction};
pub use view::{DraftView, IntoAsync, RowView};
