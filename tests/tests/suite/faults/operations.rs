//! Every async operation, by its name.

use amphi::prelude::*;

use super::models::{Account, Entry, transfer};

/// The operations by their names.
pub const OPERATIONS: &[&str] = &[
    "connect",
    "get",
    "first",
    "last",
    "all",
    "count",
    "exists",
    "values",
    "select_related",
    "insert",
    "bulk_create",
    "save",
    "update of a row",
    "update_changed",
    "refresh",
    "insert and delete",
    "update",
    "delete of a query",
    "load_related",
    "stream",
    "stream that ends early",
    "stream of a transaction",
    "atomic",
    "nested",
    "rolled back",
    "create_tables",
];

/// Does one of them, on a database whose URL is told for those that connect anew.
pub async fn operate(name: &str, db: &AsyncDatabase, url: &str) -> Result<(), Error> {
    let one = || Account::objects().filter(Account::id.eq(1));
    match name {
        "connect" => {
            AsyncDatabase::connect(url).await?.close().await;
            Ok(())
        }
        "get" => one().a().get(db).await.map(drop),
        "first" => Account::objects().a().first(db).await.map(drop),
        "last" => Account::objects().a().last(db).await.map(drop),
        "all" => Account::objects().limit(2).a().all(db).await.map(drop),
        "count" => Account::objects().a().count(db).await.map(drop),
        "exists" => one().a().exists(db).await.map(drop),
        "values" => Account::objects().limit(2).values((Account::name, Account::balance)).a().all(db).await.map(drop),
        "select_related" => Entry::objects().select_related(Entry::account).limit(2).a().all(db).await.map(drop),
        "insert" => Account::create().name("new").balance(0).a().insert(db).await.map(drop),
        "bulk_create" => {
            let new = (0..3).map(|_| Account::create().name("new").balance(0));
            Account::objects().a().bulk_create(new, db).await.map(drop)
        }
        "save" => held(1).a().save(db).await,
        "update of a row" => held(1).a().update(Account::name, db).await,
        "update_changed" => held(1).a().update_changed(&Account { name: "other".into(), ..held(1) }, db).await,
        "refresh" => held(1).a().refresh(db).await,
        "insert and delete" => {
            let mut new = Account::create().name("new").balance(0).a().insert(db).await?;
            new.a().delete(db).await.map(drop)
        }
        "update" => one().a().update(Account::balance.set(Account::balance + 0), db).await.map(drop),
        "delete of a query" => Account::objects().filter(Account::name.eq("new")).a().delete(db).await.map(drop),
        "load_related" => {
            let entries = Entry::objects().limit(3).a().all(db).await?;
            entries.load_related(Entry::account).a().fetch(db).await.map(drop)
        }
        "stream" => {
            let mut rows = Account::objects().limit(2).a().stream(db);
            while rows.try_next().await?.is_some() {}
            Ok(())
        }
        "stream that ends early" => Account::objects().a().stream(db).try_next().await.map(drop),
        "stream of a transaction" => {
            db.atomic(async |tx: &AsyncTransaction| {
                let mut rows = Account::objects().limit(2).a().stream(tx);
                while rows.try_next().await?.is_some() {}
                Ok(())
            })
            .await
        }
        "atomic" => transfer(db, 1, 2, 5).await,
        "nested" => {
            db.atomic(async |tx: &AsyncTransaction| {
                Entry::create().account(3).amount(0).a().insert(tx).await?;
                tx.atomic(async |tx: &AsyncTransaction| {
                    Entry::create().account(3).amount(0).a().insert(tx).await?;
                    Ok::<_, Error>(())
                })
                .await
            })
            .await
        }
        "rolled back" => {
            let outcome = db.atomic(async |tx: &AsyncTransaction| {
                Entry::create().account(3).amount(7).a().insert(tx).await?;
                let inner = tx.atomic(async |tx: &AsyncTransaction| {
                    Entry::create().account(3).amount(8).a().insert(tx).await?;
                    Err::<(), _>(Error::InvalidQuery("undo this"))
                });
                assert!(matches!(inner.await, Err(Error::InvalidQuery("undo this"))));
                Err::<(), _>(Error::InvalidQuery("undo that"))
            });
            match outcome.await {
                Err(Error::InvalidQuery("undo that")) => Ok(()),
                other => other,
            }
        }
        "create_tables" => db.create_tables(models![Account, Entry]).await,
        other => panic!("no operation {other}"),
    }
}

/// An account as it would be in hand.
fn held(id: i64) -> Account {
    Account { id, name: format!("account {}", id - 1), balance: 1_000 }
}
