//! The beginning and the end of a transaction or savepoint, for the handles that hold one connection from the one to the other.

use crate::connection::{Access, Connection};
use crate::error::Result;
use crate::ops::Operation;

macro_rules! steps {
    ($($(#[$docs:meta])* $name:ident, $call:literal, $method:ident;)+) => {$(
        $(#[$docs])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl Operation for $name {
            type Output = ();
            const NAME: &'static str = $call;
            const ACCESS: Access = Access::Write;

            async fn run<C: Connection>(self, connection: &mut C) -> Result<()> {
                connection.$method().await
            }
        }
    )+};
}

steps! {
    /// Begins a transaction, or a savepoint inside one.
    Begin, "begin", begin;
    /// Commits the innermost transaction or savepoint.
    Commit, "commit", commit;
    /// Undoes the innermost transaction or savepoint.
    Rollback, "rollback", rollback;
}
