//! Everything that a terminal does, written once for both modes.
//!
//! An operation owns or borrows what it needs and runs on any [`Connection`]. The async side awaits it; the blocking side polls it
//! once, because its connections are always ready.

mod advisory;
mod create_tables;
mod delete;
mod hooked;
mod joined;
mod load;
mod manage;
mod prefetch;
mod read;
mod transaction;
mod write;

use std::future::Future;

pub use advisory::{ReleaseLock, TakeLock, TakeTransactionLock};
pub use create_tables::CreateTables;
pub use delete::{DeleteQuery, Deleted, OwnedRemove, RemoveRow};
pub use hooked::{RemoveHooked, SaveHooked};
pub(crate) use joined::{link_rows, release_rows, take_rows, unlink_rows};
pub use load::{InHand, LoadRelated, WithLoaded};
pub use manage::{AddRelated, CreateRelated, NOT_IN_BULK, RemoveRelated, SetRelated};
pub use prefetch::{PrefetchFor, PrefetchInto, PrefetchRows};
pub use read::{All, Count, Exists, First, Get, Last, Refresh};
pub use transaction::{Begin, Commit, OutcomeOf, Rollback};
pub use write::{BulkCreate, InsertOne, OwnedSave, SaveRow, Saved, UpdateQuery, set_generated, touch};

pub(crate) use write::finish;

use crate::connection::{Access, Connection};
use crate::error::Result;

/// One unit of work for a connection.
pub trait Operation: Send {
    /// What it gives.
    type Output: Send;

    /// The terminal's name, for messages.
    const NAME: &'static str;

    /// Whether it may write.
    const ACCESS: Access;

    /// Does the work.
    fn run<C: Connection>(self, connection: &mut C) -> impl Future<Output = Result<Self::Output>> + Send;
}
