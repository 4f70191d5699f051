//! A PgBouncer between us and PostgreSQL, which gives its connections to others after each transaction.

use amphi::prelude::*;
use amphi_servers::oracle::{Oracle, Who};
use amphi_servers::{Kind, Pooler, Server};

use crate::faults::models::{ACCOUNTS, Account, Entry, check, fill, transfer};
use amphi_tests::futures::{current_thread, multi_thread};

/// So many connections of the server are for all clients.
const CONNECTIONS: usize = 2;

fn ground() -> (Server, Pooler) {
    let server = Server::start(Kind::Postgres).expect("a server starts");
    let pooler = Pooler::start(&server, CONNECTIONS).expect("a pooler starts");
    (server, pooler)
}

fn url(pooler: &Pooler) -> String {
    format!("{}?pooler=transaction&max_connections=50&acquire_timeout=30000", pooler.url())
}

/// What one task does, again and again, on connections that others use in between.
async fn work(db: &AsyncDatabase, task: i64) -> Result<(), Error> {
    let (from, to) = (task % ACCOUNTS + 1, (task + 7) % ACCOUNTS + 1);
    for round in 0..4 {
        transfer(db, from, to, 1).await?;
        let name = format!("account {}", from - 1);
        let account = Account::objects().filter(Account::name.eq(name.as_str())).a().get(db).await?;
        assert_eq!(account.id, from);
        let mut rows = Account::objects().order_by(Account::id).a().stream(db);
        let mut count = 0;
        while let Some(row) = rows.try_next().await? {
            count += 1;
            assert_eq!(row.id, count);
        }
        assert_eq!(count, ACCOUNTS);
        let entries = (0..3).map(|_| Entry::create().account(from).amount(0));
        assert_eq!(Entry::objects().a().bulk_create(entries, db).await?.len(), 3);
        // A savepoint that is undone, inside of what is kept.
        db.atomic(async |tx: &AsyncTransaction| {
            let undone = tx.atomic(async |tx: &AsyncTransaction| {
                Account::objects().a().update(Account::balance.set(round), tx).await?;
                Err::<(), _>(Error::InvalidQuery("undo this"))
            });
            assert!(undone.await.is_err());
            Entry::create().account(to).amount(0).a().insert(tx).await.map(drop)
        })
        .await?;
        // An error leaves the connection as it was.
        let refused = Entry::create().account(999).amount(0).a().insert(db).await;
        assert!(refused.is_err_and(|error| error.is_foreign_key_violation()));
    }
    Ok(())
}

#[test]
#[ignore = "starts a server; `tests/run` asks for it"]
fn fifty_tasks_share_two_connections() {
    let (server, pooler) = ground();
    let oracle = Oracle::connect_blocking(&server.url()).unwrap();
    multi_thread().block_on(async {
        let db = AsyncDatabase::connect(&url(&pooler)).await.unwrap();
        fill(&db).await.unwrap();
        let tasks: Vec<_> = (0..50)
            .map(|task| {
                let db = db.clone();
                tokio::spawn(async move {
                    loop {
                        match work(&db, task).await {
                            // Two transactions may wait for each other; then one is done again.
                            Err(Error::Retryable { .. }) => {}
                            done => return done,
                        }
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("no panic").unwrap();
        }
        check(&db).await.unwrap();
        let state = oracle.wait_until_clean(&Who::Everybody, std::time::Duration::from_secs(5)).await.unwrap();
        assert!(state.sessions.len() <= CONNECTIONS, "{:?}", state.sessions);
        // A transaction that is dropped is undone, and its connection goes to the others.
        let dropped = db.atomic(async |tx: &AsyncTransaction| {
            Account::objects().a().update(Account::balance.set(0), tx).await?;
            std::future::pending::<Result<(), Error>>().await
        });
        assert!(tokio::time::timeout(std::time::Duration::from_millis(100), dropped).await.is_err());
        oracle.wait_until_clean(&Who::Everybody, std::time::Duration::from_secs(5)).await.unwrap();
        check(&db).await.unwrap();
        db.close().await;
    });
}

#[test]
#[ignore = "starts a server; `tests/run` asks for it"]
fn blocking_code_shares_them_too() {
    let (_server, pooler) = ground();
    let db = Database::connect(&url(&pooler)).unwrap();
    current_thread().block_on(fill(&db.a())).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8_i64 {
            let db = &db;
            scope.spawn(move || {
                for _ in 0..5 {
                    let own = || Account::objects().filter(Account::id.eq(thread + 1));
                    let mut account = own().get(db).unwrap();
                    assert_eq!(account.id, thread + 1);
                    account.balance += 1;
                    account.save(db).unwrap();
                    let ids: Vec<i64> =
                        Account::objects().order_by(Account::id).iter(db).unwrap().map(|row| row.unwrap().id).collect();
                    assert_eq!(ids, (1..=ACCOUNTS).collect::<Vec<_>>());
                    let undone = db.atomic(|tx| {
                        own().update(Account::balance.set(0), tx)?;
                        Err::<(), _>(Error::InvalidQuery("undo this"))
                    });
                    assert!(undone.is_err());
                    let entries = (0..3).map(|_| Entry::create().account(thread + 1).amount(0));
                    assert_eq!(Entry::objects().bulk_create(entries, db).unwrap().len(), 3);
                }
            });
        }
    });
    let balances = Account::objects().order_by(Account::id).limit(8).values(Account::balance).all(&db).unwrap();
    assert_eq!(balances, [1_005; 8]);
    assert_eq!(Entry::objects().count(&db).unwrap(), 8 * 5 * 3);
    db.close();
}
