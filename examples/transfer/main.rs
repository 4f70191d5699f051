//! Money that goes from one account to another: by threads and by tasks at the same time, on the same database.
//!
//! ```sh
//! cargo run --example transfer                       # in a file that goes away
//! cargo run --example transfer --features postgres -- postgres://user:password@localhost/bank
//! ```

use amphi::prelude::*;

#[derive(Model, Debug, Clone)]
struct Account {
    id: i64,
    #[field(max_length = 40, unique)]
    owner: String,
    cents: i64,
}

/// Why a transfer was not made.
#[derive(Debug)]
enum Refused {
    Overdrawn { short_of: i64 },
    Database(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Refused::Database(error)
    }
}

fn owned_by(owner: &str) -> QuerySet<Account, Account> {
    Account::objects().filter(Account::owner.eq(owner))
}

/// Both accounts are locked, in the order of their keys, so that two transfers never wait for each other in a ring.
fn both(from: &str, to: &str) -> QuerySet<Account, Account> {
    Account::objects().filter(Account::owner.in_([from, to])).order_by(Account::id).select_for_update()
}

/// What is left to check and to write once both are locked.
fn check(accounts: &[Account], from: &str, cents: i64) -> Result<(), Refused> {
    match accounts.iter().find(|account| account.owner == from) {
        Some(account) if account.cents >= cents => Ok(()),
        Some(account) => Err(Refused::Overdrawn { short_of: cents - account.cents }),
        None => Err(Refused::Database(Error::DoesNotExist { model: "Account" })),
    }
}

/// In blocking code.
fn transfer(db: &Database, from: &str, to: &str, cents: i64) -> Result<(), Refused> {
    db.atomic_retry(Retry::new(), |tx| {
        check(&both(from, to).all(tx)?, from, cents)?;
        owned_by(from).update(Account::cents.set(Account::cents - cents), tx)?;
        owned_by(to).update(Account::cents.set(Account::cents + cents), tx)?;
        Ok(())
    })
}

/// The same in async code. It may be dropped anywhere: then nothing was moved, or all of it.
async fn transfer_async(db: &AsyncDatabase, from: &str, to: &str, cents: i64) -> Result<(), Refused> {
    db.atomic_retry(Retry::new(), async |tx: &AsyncTransaction| {
        check(&both(from, to).a().all(tx).await?, from, cents)?;
        owned_by(from).a().update(Account::cents.set(Account::cents - cents), tx).await?;
        owned_by(to).a().update(Account::cents.set(Account::cents + cents), tx).await?;
        Ok(())
    })
    .await
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::temp_dir().join(format!("amphi-transfer-{}.db", std::process::id()));
    let url = std::env::args().nth(1).unwrap_or_else(|| format!("sqlite://{}", file.display()));
    let db = Database::connect(&url)?;
    db.create_tables(models![Account])?;
    Account::objects().delete(&db)?;
    for owner in ["Ada", "Bob", "Cyd"] {
        Account::create().owner(owner).cents(1_000).insert(&db)?;
    }

    let threads = ["Ada", "Bob"].map(|from| {
        let db = db.clone();
        std::thread::spawn(move || (0..50).filter(|_| transfer(&db, from, "Cyd", 30).is_ok()).count())
    });
    let (made, refused) = tokio::runtime::Runtime::new()?.block_on(async {
        let tasks = ["Ada", "Bob"].map(|to| {
            let db = db.a();
            tokio::spawn(async move {
                let (mut made, mut refused) = (0, 0);
                for _ in 0..50 {
                    match transfer_async(&db, "Cyd", to, 20).await {
                        Ok(()) => made += 1,
                        Err(Refused::Overdrawn { short_of }) if short_of <= 20 => refused += 1,
                        Err(Refused::Overdrawn { short_of }) => return Err(format!("short of {short_of}")),
                        Err(Refused::Database(error)) => return Err(error.to_string()),
                    }
                }
                Ok((made, refused))
            })
        });
        let mut sum = (0, 0);
        for task in tasks {
            let (made, refused) = task.await??;
            sum = (sum.0 + made, sum.1 + refused);
        }
        Ok::<_, Box<dyn std::error::Error>>(sum)
    })?;
    let mut by_threads = 0;
    for thread in threads {
        by_threads += thread.join().map_err(|_| "a thread panicked")?;
    }
    println!("{by_threads} transfers by threads, {made} by tasks, {refused} of those refused");

    let accounts = Account::objects().order_by(Account::owner).all(&db)?;
    for account in &accounts {
        println!("{:>4} has {:>5}", account.owner, account.cents);
    }
    let sum: i64 = accounts.iter().map(|account| account.cents).sum();
    println!("together {sum}, as before");
    db.close();
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", file.display()));
    }
    if sum == 3_000 { Ok(()) } else { Err(format!("{sum} in place of 3000").into()) }
}
