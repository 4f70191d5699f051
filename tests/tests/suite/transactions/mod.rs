//! Transactions: how they begin, end, nest and are done again, and what they tell.

mod advisory;
mod by_hand;
mod changed;
mod dead;
mod hooks;
mod locks;
mod nested;
mod options;
mod retry;
mod savepoints;
mod version;

use amphi::prelude::*;

#[derive(Model, Debug, Clone, PartialEq)]
pub struct Account {
    pub id: i64,
    #[field(max_length = 40, unique)]
    pub owner: String,
    pub balance: i64,
}

/// Two accounts, of Ada and Bob, with 100 each.
pub trait Opened {
    type Done;
    fn open_accounts(&self) -> Self::Done;
}

fn drafts() -> Vec<New<Account>> {
    ["Ada", "Bob"].map(|owner| New::of(Account { id: 0, owner: owner.to_owned(), balance: 100 })).into()
}

impl Opened for Database {
    type Done = Result<(), Error>;

    fn open_accounts(&self) -> Result<(), Error> {
        self.create_tables(models![Account])?;
        Account::objects().bulk_create(drafts(), self).map(drop)
    }
}

impl Opened for AsyncDatabase {
    type Done = std::pin::Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

    fn open_accounts(&self) -> Self::Done {
        let db = self.clone();
        Box::pin(async move {
            db.create_tables(models![Account]).await?;
            Account::objects().a().bulk_create(drafts(), &db).await.map(drop)
        })
    }
}

/// The account of somebody.
fn of(owner: &str) -> QuerySet<Account, Account> {
    Account::objects().filter(Account::owner.eq(owner))
}
