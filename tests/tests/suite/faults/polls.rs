//! Every operation, dropped at its polls, while each byte of the network comes alone.

use std::time::Duration;

use amphi::prelude::*;
use amphi_servers::proxy::{Pace, Scope};

use super::ground::{is_long, on_servers, polled};
use super::models::{Account, Entry, check, fill, transfer};

/// The operations by their names.
const OPERATIONS: &[&str] = &[
    "get",
    "first",
    "all",
    "count",
    "exists",
    "values",
    "insert",
    "bulk_create",
    "save",
    "update of a row",
    "refresh",
    "delete",
    "update",
    "delete of a query",
    "load_related",
    "stream",
    "atomic",
    "nested",
    "create_tables",
];

async fn operate(name: &str, db: &AsyncDatabase) -> Result<(), Error> {
    let one = || Account::objects().filter(Account::id.eq(1));
    match name {
        "get" => one().a().get(db).await.map(drop),
        "first" => Account::objects().a().first(db).await.map(drop),
        "all" => Account::objects().limit(2).a().all(db).await.map(drop),
        "count" => Account::objects().a().count(db).await.map(drop),
        "exists" => one().a().exists(db).await.map(drop),
        "values" => Account::objects().limit(2).values((Account::name, Account::balance)).a().all(db).await.map(drop),
        "insert" => Account::create().name("new").balance(0).a().insert(db).await.map(drop),
        "bulk_create" => {
            let new = (0..3).map(|_| Account::create().name("new").balance(0));
            Account::objects().a().bulk_create(new, db).await.map(drop)
        }
        "save" => held(1).a().save(db).await,
        "update of a row" => held(1).a().update(Account::name, db).await,
        "refresh" => held(1).a().refresh(db).await,
        "delete" => match Account::objects().filter(Account::name.eq("new")).a().first(db).await? {
            Some(mut row) => row.a().delete(db).await,
            None => Ok(()),
        },
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
        "create_tables" => db.create_tables(models![Account, Entry]).await,
        other => panic!("no operation {other}"),
    }
}

/// An account as it would be in hand.
fn held(id: i64) -> Account {
    Account { id, name: format!("account {}", id - 1), balance: 1_000 }
}

on_servers! {
    /// A connection that was abandoned comes clean or goes, whatever was on the wire.
    async fn an_operation_dropped_at_any_poll_leaves_nothing_behind(ground, current_thread) {
        let db = AsyncDatabase::connect(&ground.url("max_connections=2")).await.unwrap();
        fill(&db).await.unwrap();
        transfer(&db, 4, 5, 1).await.unwrap();
        for name in OPERATIONS {
            operate(name, &db).await.unwrap_or_else(|error| panic!("{name}: {error}"));
            // A balance that `save` wrote would not fit the entries.
            let keeps_balances = !matches!(*name, "save");
            ground.proxy.pace(Scope::ALL, Pace::full().slice(1, Duration::from_micros(20)));
            let mut times = 0;
            // Each byte takes a millisecond, so that the suite takes every ninth poll and the long run every one.
            let stride = if is_long() { 1 } else { 9 };
            loop {
                let done = polled(times, operate(name, &db)).await;
                match done {
                    None => {}
                    Some(Ok(())) => break,
                    Some(Err(error)) => panic!("{name} after {times} polls: {error}"),
                }
                let after = format!("{name} dropped after {times} polls");
                if times % 12 == 0 {
                    ground.comes_clean(&db, &after).await;
                }
                times += stride;
            }
            ground.proxy.pace(Scope::ALL, Pace::full());
            let after = format!("{name}, of {times} polls");
            println!("{after}");
            ground.comes_clean(&db, &after).await;
            ground.serves_at_full_size(&db, 2, &after).await;
            if keeps_balances {
                Account::objects().filter(Account::name.eq("new")).a().delete(&db).await.unwrap();
                check(&db).await.unwrap();
            } else {
                let entered: i64 = Entry::objects().filter(Entry::account.eq(1)).values(Entry::amount).a().all(&db).await.unwrap().iter().sum();
                let one = Account::objects().filter(Account::id.eq(1));
                one.a().update(Account::balance.set(1_000 + entered), &db).await.unwrap();
            }
        }
        db.close().await;
    }
}
