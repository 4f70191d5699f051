//! Statements that were prepared before a table changed.

use amphi::prelude::*;
use amphi_servers::Kind;
use amphi_servers::oracle::Oracle;

use super::ground::{Ground, current_thread};
use super::models::{Account, fill};

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
            let (wider, narrower) = ("varchar(60)", "varchar(40)");
            let name = if round % 2 == 0 { wider } else { narrower };
            migrate.rows(&format!("ALTER TABLE account ALTER COLUMN name TYPE {name}")).await.unwrap();
            assert_eq!(get().a().get(&db).await.unwrap().id, 1, "outside a transaction nobody notices");
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
