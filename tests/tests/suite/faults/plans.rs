//! Statements that were prepared before a table changed.

use amphi::prelude::*;
use amphi_servers::Kind;
use amphi_servers::oracle::Oracle;

use super::ground::Ground;
use super::models::{Account, fill};
use amphi_tests::futures::current_thread;

/// How many rows come one by one.
async fn streamed(db: &AsyncDatabase) -> Result<usize, Error> {
    let mut rows = Account::objects().limit(1).a().stream(db);
    let mut count = 0;
    while rows.try_next().await?.is_some() {
        count += 1;
    }
    Ok(count)
}

/// PostgreSQL answers 0A000 to a statement whose plan would give other columns now.
#[test]
#[ignore = "starts a server; `tests/run` asks for it"]
fn a_plan_broken_by_a_migration_is_made_anew() {
    let ground = Ground::new(Kind::Postgres);
    let migrate = Oracle::connect_blocking(&ground.server.url()).unwrap();
    current_thread().block_on(async {
        let db = AsyncDatabase::connect(&ground.url("max_connections=1")).await.unwrap();
        fill(&db).await.unwrap();
        let get = || Account::objects().filter(Account::id.eq(1));
        for round in 0..3 {
            get().a().get(&db).await.unwrap();
            streamed(&db).await.unwrap();
            let (wider, narrower) = ("varchar(60)", "varchar(40)");
            let name = if round % 2 == 0 { wider } else { narrower };
            migrate.rows(&format!("ALTER TABLE account ALTER COLUMN name TYPE {name}")).await.unwrap();
            // Outside a transaction nobody notices, whichever comes first: it has the session forget all plans.
            if round == 1 {
                assert_eq!(streamed(&db).await.unwrap(), 1);
            }
            assert_eq!(get().a().get(&db).await.unwrap().id, 1);
            assert_eq!(streamed(&db).await.unwrap(), 1);
            // Inside one the error has ended it, and that is for the caller to do again.
            migrate.rows("ALTER TABLE account ALTER COLUMN balance TYPE integer").await.unwrap();
            let inside = db.atomic(async |tx: &AsyncTransaction| get().a().get(tx).await.map(drop)).await;
            assert!(matches!(inside, Err(Error::Retryable { .. })), "{inside:?}");
            db.atomic(async |tx: &AsyncTransaction| get().a().get(tx).await.map(drop)).await.unwrap();
            migrate.rows("ALTER TABLE account ALTER COLUMN balance TYPE bigint").await.unwrap();
        }
        db.close().await;
    });
}

/// Who reads rows one by one in blocking code does not notice either, and a table that goes away is an error as before.
#[test]
#[ignore = "starts a server; `tests/run` asks for it"]
fn a_broken_plan_of_rows_that_are_iterated_is_made_anew() {
    let ground = Ground::new(Kind::Postgres);
    let migrate = Oracle::connect_blocking(&ground.server.url()).unwrap();
    let url = ground.url("max_connections=1");
    current_thread().block_on(async { fill(&AsyncDatabase::connect(&url).await.unwrap()).await.unwrap() });
    let db = Database::connect(&url).unwrap();
    let ids =
        || Account::objects().order_by(Account::id).iter(&db).and_then(|rows| rows.map(|row| row.map(|row| row.id)).collect());
    let all: Result<Vec<i64>, Error> = ids();
    assert_eq!(all.as_ref().ok().map(Vec::len), Some(20));
    for name in ["varchar(60)", "varchar(40)", "text"] {
        migrate.rows_blocking(&format!("ALTER TABLE account ALTER COLUMN name TYPE {name}")).unwrap();
        assert_eq!(ids().unwrap(), *all.as_ref().unwrap(), "{name}");
    }
    migrate.rows_blocking("DROP TABLE account CASCADE").unwrap();
    assert!(matches!(ids(), Err(Error::Database { code: Some(code), .. }) if code == "42P01"));
    assert!(matches!(ids(), Err(Error::Database { code: Some(code), .. }) if code == "42P01"), "the session goes on");
    db.close();
}
