//! Accounts and what goes to and fro between them.

use amphi::prelude::*;

#[derive(Model, Debug, Clone, PartialEq)]
pub struct Account {
    pub id: i64,
    #[field(max_length = 40)]
    pub name: String,
    pub balance: i64,
}

#[derive(Model, Debug, Clone, PartialEq)]
pub struct Entry {
    pub id: i64,
    #[field(on_delete = Cascade)]
    pub account: ForeignKey<Account>,
    pub amount: i64,
}

/// So many accounts are there from the beginning.
pub const ACCOUNTS: i64 = 20;

/// Makes the tables, and fills them.
pub async fn fill(db: &AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Account, Entry]).await?;
    let accounts = (0..ACCOUNTS).map(|number| Account::create().name(format!("account {number}")).balance(1_000));
    Account::objects().a().bulk_create(accounts, db).await?;
    Ok(())
}

/// Moves money: two updates and two entries, all or none.
pub async fn transfer(db: &AsyncDatabase, from: i64, to: i64, amount: i64) -> Result<(), Error> {
    db.atomic(async |tx: &AsyncTransaction| {
        // In the order of the keys, so that no two transfers wait for each other.
        let moves = if from < to { [(from, -amount), (to, amount)] } else { [(to, amount), (from, -amount)] };
        for (account, change) in moves {
            Account::objects()
                .filter(Account::id.eq(account))
                .a()
                .update(Account::balance.set(Account::balance + change), tx)
                .await?;
            Entry::create().account(account).amount(change).a().insert(tx).await?;
        }
        Ok(())
    })
    .await
}

/// That no transfer was made by half: money neither came nor went, and the entries say the same as the balances.
pub async fn check(db: &AsyncDatabase) -> Result<(), Error> {
    let (accounts, entries) = db
        .atomic(async |tx: &AsyncTransaction| {
            let accounts = Account::objects().a().all(tx).await?;
            Ok::<_, Error>((accounts, Entry::objects().a().all(tx).await?))
        })
        .await?;
    assert_eq!(accounts.iter().map(|account| account.balance).sum::<i64>(), ACCOUNTS * 1_000, "money came or went");
    assert_eq!(entries.iter().map(|entry| entry.amount).sum::<i64>(), 0, "half a transfer was entered");
    for account in accounts {
        let entered: i64 = entries.iter().filter(|entry| *entry.account.key() == account.id).map(|entry| entry.amount).sum();
        assert_eq!(account.balance, 1_000 + entered, "{}", account.name);
    }
    Ok(())
}
