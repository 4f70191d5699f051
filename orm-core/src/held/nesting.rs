//! What the pools of all databases answer about who holds their connections.

use super::Holder;
use crate::connection::Access;
use crate::error::{Error, Result};

/// The connections of a database, of which who holds one may not always take another.
pub trait Nesting {
    /// A transaction on a connection of this kind, which marks the threads on which its user's code runs: what would wait there for the
    /// end of the transaction that waits for it is an error. What is spawned runs elsewhere.
    fn holder(&self, access: Access) -> Holder;

    /// Whether what runs here is in a transaction of this database.
    fn in_transaction_here(&self) -> bool;

    /// Whether what passes a transaction by is an error always.
    fn refuses_nested(&self) -> bool;

    /// Whether there is never more than one connection for what reads.
    fn is_single(&self) -> bool;

    /// Refuses what passes a transaction by, where that was asked for.
    ///
    /// # Errors
    /// [`Error::NestedAcquire`].
    #[inline]
    fn check_nested(&self) -> Result<()> {
        if self.refuses_nested() && self.in_transaction_here() { Err(Error::NestedAcquire) } else { Ok(()) }
    }
}
