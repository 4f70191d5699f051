//! Transactions in tasks, and panics in transactions.

use std::panic::{AssertUnwindSafe, catch_unwind};

use amphi::field::{ColumnType, FieldType};
use amphi::prelude::*;
use amphi::row::{ColumnReader, DecodeError};
use amphi::value::{Value, ValueError};

use super::{Entry, current_thread, in_time, multi_thread, url};
use amphi_tests::support::TempFile;

#[test]
fn a_transaction_may_be_spawned() {
    let file = TempFile::unused();
    multi_thread().block_on(in_time("spawned transactions", async {
        let db = AsyncDatabase::connect(&file.url()).await.unwrap();
        db.create_tables(models![Entry]).await.unwrap();
        let names = vec!["a".to_owned(), "bb".to_owned()];
        // What the closure uses may be its own, borrowed from the task, or borrowed from the transaction around it.
        let task = {
            let db = db.clone();
            tokio::spawn(async move {
                let made = db.atomic(async |tx| {
                    let mut made = Vec::new();
                    for name in &names {
                        let length = i64::try_from(name.len()).unwrap();
                        made.push(Entry::create().owner(length).amount(1).a().insert(tx).await?);
                    }
                    let inner = tx.atomic(async |tx| {
                        Entry::objects().filter(Entry::owner.eq(made[0].owner)).a().update(Entry::amount.set(5), tx).await
                    });
                    inner.await?;
                    Ok::<_, Error>(made)
                });
                (made.await, names.len())
            })
        };
        let (made, names) = task.await.unwrap();
        assert_eq!((made.unwrap().len(), names), (2, 2));
        let moved = {
            let (db, text) = (db.clone(), String::from("ccc"));
            tokio::spawn(async move {
                db.atomic(async move |tx: &AsyncTransaction| {
                    let length = i64::try_from(text.len()).unwrap();
                    Entry::create().owner(length).amount(9).a().insert(tx).await
                })
                .await
            })
        };
        moved.await.unwrap().unwrap();
        let rows = Entry::objects().order_by(Entry::id).values((Entry::owner, Entry::amount)).a().all(&db).await.unwrap();
        assert_eq!(rows, [(1, 5), (2, 1), (3, 9)]);
    }));
}

#[test]
fn a_panic_in_a_blocking_transaction_rolls_back() {
    let file = TempFile::unused();
    let db = Database::connect(&url(&file, "acquire_timeout=20000")).unwrap();
    db.create_tables(models![Entry]).unwrap();
    for round in 0..20 {
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            db.atomic(|tx| {
                Entry::create().owner(1).amount(round).insert(tx)?;
                if round % 2 == 0 {
                    let _rows = Entry::objects().iter(tx)?;
                    panic!("on purpose");
                }
                tx.atomic(|tx| {
                    Entry::create().owner(1).amount(round).insert(tx)?;
                    if round > 0 { panic!("on purpose, in a savepoint") } else { Ok::<_, Error>(()) }
                })
            })
        }));
        assert!(panicked.is_err());
        assert_eq!(Entry::objects().filter(Entry::owner.eq(1)).count(&db).unwrap(), 0);
        db.atomic(|tx| Entry::create().owner(2).amount(round).insert(tx)).unwrap();
    }
    // Caught around an inner one, the outer one goes on without it.
    let outer = db.atomic(|tx| {
        Entry::create().owner(3).amount(1).insert(tx)?;
        let inner = catch_unwind(AssertUnwindSafe(|| {
            tx.atomic(|tx| {
                Entry::create().owner(1).amount(2).insert(tx)?;
                if tx_is_open(tx) { panic!("on purpose, in a savepoint") } else { Ok::<_, Error>(()) }
            })
        }));
        assert!(inner.is_err());
        Entry::create().owner(3).amount(3).insert(tx)
    });
    outer.unwrap();
    assert_eq!(Entry::objects().filter(Entry::owner.ne(2)).order_by(Entry::id).values(Entry::amount).all(&db).unwrap(), [1, 3]);
}

fn tx_is_open(tx: &Transaction) -> bool {
    Entry::objects().count(tx).is_ok()
}

#[test]
fn a_panic_in_an_async_transaction_rolls_back() {
    let file = TempFile::unused();
    for runtime in [multi_thread(), current_thread()] {
        runtime.block_on(in_time("panics", async {
            let db = AsyncDatabase::connect(&url(&file, "acquire_timeout=20000")).await.unwrap();
            db.create_tables(models![Entry]).await.unwrap();
            Entry::objects().a().delete(&db).await.unwrap();
            for round in 0..20 {
                let inside = db.clone();
                let task = tokio::spawn(async move {
                    let panics = inside.atomic(async |tx| {
                        Entry::create().owner(1).amount(round).a().insert(tx).await?;
                        if round % 2 == 0 {
                            panic!("on purpose");
                        }
                        let inner = tx.atomic(async |tx| {
                            Entry::create().owner(1).amount(round).a().insert(tx).await?;
                            if round > 0 { panic!("on purpose, in a savepoint") } else { Ok::<_, Error>(()) }
                        });
                        inner.await
                    });
                    panics.await
                });
                assert!(task.await.unwrap_err().is_panic());
                assert_eq!(Entry::objects().filter(Entry::owner.eq(1)).a().count(&db).await.unwrap(), 0);
                db.atomic(async |tx| Entry::create().owner(2).amount(round).a().insert(tx).await).await.unwrap();
            }
            assert_eq!(Entry::objects().a().count(&db).await.unwrap(), 20);
        }));
    }
}

/// Text that cannot bear to be read, or to be stored.
#[derive(Debug, Clone, PartialEq)]
struct Bomb(String);

impl FieldType for Bomb {
    type NonNull = Self;
    const COLUMN: ColumnType = ColumnType::Text;

    fn to_value(&self) -> Result<Value<'_>, ValueError> {
        assert!(self.0 != "stored", "on purpose: stored");
        Ok(Value::Text(self.0.as_str().into()))
    }

    fn decode_nullable<R: ColumnReader>(row: &R, index: usize) -> Result<Option<Self>, DecodeError> {
        let text = row.text(index)?.map(str::to_owned);
        assert!(text.as_deref() != Some("read"), "on purpose: read");
        Ok(text.map(Bomb))
    }
}

#[derive(Model, Debug, Clone)]
struct Mine {
    id: i64,
    bomb: Bomb,
}

#[test]
fn a_panic_while_a_value_is_read_or_written_harms_nobody_else() {
    let file = TempFile::unused();
    let db = Database::connect(&url(&file, "readers=1&acquire_timeout=20000")).unwrap();
    db.create_tables(models![Mine]).unwrap();
    Mine::objects().bulk_create(["a", "read", "b"].map(|text| Mine::create().bomb(Bomb(text.to_owned()))), &db).unwrap();
    let peaceful = || Mine::objects().filter(Mine::id.ne(2));
    for _ in 0..10 {
        assert!(catch_unwind(AssertUnwindSafe(|| Mine::objects().all(&db))).is_err());
        let mut rows = Mine::objects().order_by(Mine::id).iter(&db).unwrap();
        assert!(rows.next().is_some_and(|row| row.is_ok()));
        assert!(catch_unwind(AssertUnwindSafe(|| rows.next())).is_err());
        drop(rows);
        assert!(catch_unwind(AssertUnwindSafe(|| Mine::create().bomb(Bomb("stored".to_owned())).insert(&db))).is_err());
        let dead = catch_unwind(AssertUnwindSafe(|| {
            db.atomic(|tx| {
                Mine::create().bomb(Bomb("c".to_owned())).insert(tx)?;
                Mine::objects().all(tx)
            })
        }));
        assert!(dead.is_err());
        assert_eq!(peaceful().all(&db).unwrap().len(), 2);
        assert_eq!(peaceful().update(Mine::bomb.set(Bomb("x".to_owned())), &db).unwrap(), 2);
    }
    for runtime in [multi_thread(), current_thread()] {
        runtime.block_on(in_time("panics", async {
            let db = db.a();
            for _ in 0..10 {
                let told = |outcome: Result<(), Error>| match outcome {
                    Err(Error::Database { code: None, message }) => assert!(message.contains("panicked"), "{message}"),
                    other => panic!("{other:?}"),
                };
                told(Mine::objects().a().all(&db).await.map(drop));
                told(Mine::create().bomb(Bomb("stored".to_owned())).a().insert(&db).await.map(drop));
                let mut stream = Mine::objects().order_by(Mine::id).a().stream(&db);
                let last = loop {
                    match stream.try_next().await {
                        Ok(Some(row)) => assert_eq!(row.id, 1),
                        last => break last,
                    }
                };
                told(last.map(drop));
                let dead = db.atomic(async |tx| {
                    Mine::create().bomb(Bomb("c".to_owned())).a().insert(tx).await?;
                    told(Mine::objects().a().all(tx).await.map(drop));
                    let after = Mine::objects().a().count(tx).await;
                    assert!(matches!(after, Err(Error::TransactionDead)), "{after:?}");
                    Ok::<_, Error>(())
                });
                let dead = dead.await;
                assert!(matches!(dead, Err(Error::TransactionDead)), "{dead:?}");
                assert_eq!(peaceful().a().all(&db).await.unwrap().len(), 2);
                assert_eq!(peaceful().a().update(Mine::bomb.set(Bomb("x".to_owned())), &db).await.unwrap(), 2);
            }
        }));
    }
    assert_eq!(Mine::objects().count(&db).unwrap(), 3);
}
