//! The bank: money goes to and fro between accounts, from threads and tasks at once, while everything breaks that can break.
//!
//! The truth is written in the transaction that moves the money. Afterwards each transfer that was acknowledged is there once, none that
//! was rolled back is, and one whose commit is not known is there or not and is told right; and nobody ever saw another sum.

mod clients;
mod processes;
mod sqlite;
mod under_faults;

use std::collections::HashSet;

use amphi::prelude::*;
use amphi::transaction::{TransactionId, TransactionOutcome};

/// So many accounts, with so much in each.
pub const ACCOUNTS: i64 = 100;
pub const BALANCE: i64 = 1_000;

#[derive(Model, Debug, Clone, PartialEq)]
pub struct Account {
    pub id: i64,
    pub balance: i64,
}

/// A transfer, under the number that its client gave it.
#[derive(Model, Debug, Clone, PartialEq)]
pub struct Transfer {
    pub id: i64,
    #[field(on_delete = Protect)]
    pub source: ForeignKey<Account>,
    #[field(on_delete = Protect)]
    pub target: ForeignKey<Account>,
    pub amount: i64,
}

/// What a client wants to move, and how.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    pub id: i64,
    pub source: i64,
    pub target: i64,
    pub amount: i64,
    /// By reading and writing as if alone, and not by locks on the rows.
    pub serializable: bool,
}

/// What a client was told of its transfers.
#[derive(Debug, Default)]
pub struct Log {
    pub acknowledged: Vec<i64>,
    pub rolled_back: Vec<i64>,
    /// With the transaction's number, where it is known.
    pub unknown: Vec<(i64, Option<TransactionId>)>,
    /// How often a transaction was done again.
    pub retries: u64,
}

impl Log {
    pub fn note(&mut self, id: i64, outcome: Result<u32, Error>) {
        match outcome {
            Ok(attempt) => {
                self.acknowledged.push(id);
                self.retries += u64::from(attempt - 1);
            }
            Err(Error::CommitUnknown { transaction }) => self.unknown.push((id, transaction)),
            Err(error) if is_expected(&error) => self.rolled_back.push(id),
            Err(error) => panic!("transfer {id}: {error}: {error:?}"),
        }
    }

    pub fn extend(&mut self, other: Log) {
        self.acknowledged.extend(other.acknowledged);
        self.rolled_back.extend(other.rolled_back);
        self.unknown.extend(other.unknown);
        self.retries += other.retries;
    }
}

/// What may go wrong when servers die, networks break and others want the same.
pub fn is_expected(error: &Error) -> bool {
    matches!(
        error,
        Error::Retryable { .. }
            | Error::Busy
            | Error::ConnectionLost { .. }
            | Error::Connect { .. }
            | Error::Timeout { .. }
            | Error::PoolExhausted { .. }
            | Error::Interrupted
            | Error::TransactionDead
            // An account that is empty.
            | Error::InvalidQuery("the account is empty")
    )
}

/// Opens the bank.
pub async fn open(db: &AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Account, Transfer]).await?;
    let accounts = (1..=ACCOUNTS).map(|id| New::with_key(Account { id, balance: BALANCE }));
    Account::objects().a().bulk_create(accounts, db).await.map(drop)
}

/// The sum of all accounts in one state of the database.
pub async fn sum(db: &AsyncDatabase) -> Result<i64, Error> {
    let options = TransactionOptions::new().isolation(Isolation::RepeatableRead).read_only();
    db.atomic_with(options, async |tx: &AsyncTransaction| {
        // In two queries, so that a state that moves between them would show.
        let (low, high) = (Account::id.lte(ACCOUNTS / 2), Account::id.gt(ACCOUNTS / 2));
        let low = Account::objects().filter(low).values(Account::balance).a().all(tx).await?;
        let high = Account::objects().filter(high).values(Account::balance).a().all(tx).await?;
        Ok::<_, Error>(low.iter().chain(&high).sum())
    })
    .await
}

/// Compares what was told with what is there.
pub async fn audit(db: &AsyncDatabase, log: &Log) {
    assert_eq!(sum(db).await.expect("the bank answers"), ACCOUNTS * BALANCE, "money came or went");
    let transfers = Transfer::objects().a().all(db).await.expect("the bank answers");
    let there: HashSet<i64> = transfers.iter().map(|transfer| transfer.id).collect();
    assert_eq!(there.len(), transfers.len(), "a transfer is there twice");
    for id in &log.acknowledged {
        assert!(there.contains(id), "transfer {id} was acknowledged, and is not there");
    }
    for id in &log.rolled_back {
        assert!(!there.contains(id), "transfer {id} was rolled back, and is there");
    }
    let mut resolved = 0;
    for (id, transaction) in &log.unknown {
        let Some(transaction) = transaction else { continue };
        let outcome = db.outcome_of(*transaction).await.expect("the server knows");
        let right = if there.contains(id) { TransactionOutcome::Committed } else { TransactionOutcome::RolledBack };
        // The server crashed since, and may have given the number to another.
        if outcome != TransactionOutcome::Forgotten {
            resolved += 1;
            assert_eq!(outcome, right, "transfer {id}, transaction {transaction}");
        }
    }
    let numbered = log.unknown.iter().filter(|(_, transaction)| transaction.is_some()).count();
    println!("{resolved} of {numbered} unknown ones are resolved");
    // The balances are what the transfers made of them.
    let mut balances = vec![BALANCE; usize::try_from(ACCOUNTS).expect("they are few")];
    let at = |key: &ForeignKey<Account>| usize::try_from(*key.key() - 1).expect("keys begin at 1");
    for transfer in &transfers {
        balances[at(&transfer.source)] -= transfer.amount;
        balances[at(&transfer.target)] += transfer.amount;
    }
    let accounts = Account::objects().order_by(Account::id).values(Account::balance).a().all(db).await.expect("the bank answers");
    assert_eq!(accounts, balances);
}
