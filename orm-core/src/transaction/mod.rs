//! Transactions, written once for both modes: how one is begun, when it is done again, what is known of it while it is open, and how it
//! ends.

mod hooks;
mod ledger;
mod options;
mod outcome;
mod retry;
mod run;

pub use hooks::{HookError, HookOutcome, HookResult, RollbackHook};
pub use ledger::{Admitted, Ledger};
pub use options::{Isolation, SqliteBegin, TransactionOptions};
pub use outcome::{ParseTransactionIdError, ServerRun, TransactionId, TransactionOutcome};
pub use retry::Retry;
pub(crate) use run::caught;
pub use run::{Begins, Steps, commit, enter, leave, once, retried, roll_back, within_savepoint};
