//! Transactions, written once for both modes: [how one is begun](options), [when it is done again](retry), [what is known of it
//! while it is open](ledger) and [how it ends](run).

mod hooks;
mod ledger;
mod options;
mod outcome;
mod retry;
mod run;

pub use hooks::{HookError, HookOutcome, HookResult, RollbackHook};
pub use ledger::{Admitted, Ledger};
pub use options::{Isolation, SqliteBegin, TransactionOptions};
pub use outcome::{TransactionId, TransactionOutcome};
pub use retry::Retry;
pub use run::{Begins, Steps, commit, enter, leave, once, retried, roll_back, within_savepoint};
