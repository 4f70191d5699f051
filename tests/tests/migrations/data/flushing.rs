//! All rows deleted.

use amphi::migrations::Migrations;
use amphi::migrations::data::{DumpData, Error as DataError, Flush, LoadData};
use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::super::builders::*;
use super::{Ask, Create, Script, Shared, Told as _, failed, lines};

const NOTED: &str = "app = 'shop'\n[[operations]]\nop = 'run_sql'\nsql = 'SELECT 1'\nreverse = ''\n";

#[everywhere]
async fn the_rows_go_and_the_tables_stay(db: AsyncDatabase) -> Result<(), Error> {
    let migrations = Migrations::embedded(&[("0001_a.toml", NOTED)]).unwrap();
    migrations.migrate().fake(true).a().run(&db).await.map_err(|error| Error::Configuration(error.to_string()))?;
    db.operate(Create(shop())).await?;
    db.operate(Script(SHOP_ROWS)).await?;
    let unconfirmed = Flush::new(shop()).a().run(&db).await;
    assert!(matches!(unconfirmed, Err(DataError::Unconfirmed { tables: 3 })));
    assert_eq!(db.operate(Ask("SELECT COUNT(*) FROM book")).await?, ["3"]);

    let flushed = Flush::new(shop()).yes(true).a().run(&db).await.map_err(failed)?;
    assert_eq!(flushed.models, [name("Author"), name("Book"), name("Review")]);
    let out = Shared::default();
    assert_eq!(DumpData::new(shop()).a().run(&db, out.clone()).await.map_err(failed)?.told().rows, 0);
    assert_eq!(db.operate(Ask("SELECT name FROM amphi_migration")).await?, ["0001_a"], "what is applied is noted still");
    // Rows are numbered from 1 again.
    let new = r#"{"model":"shop.Author","fields":{"name":"a"}}"#;
    LoadData::new(shop()).a().run(&db, lines(new)).await.map_err(failed)?;
    assert_eq!(db.operate(Ask("SELECT id FROM author")).await?, ["1"]);
    // Nothing to delete is no error.
    Flush::new(shop()).yes(true).a().run(&db).await.map_err(failed)?;
    Flush::new(shop()).yes(true).a().run(&db).await.map_err(failed)?;
    Ok(())
}

#[everywhere]
async fn rows_of_others_that_point_at_them_refuse_it(db: AsyncDatabase) -> Result<(), Error> {
    db.operate(Create(shop())).await?;
    db.operate(Script(SHOP_ROWS)).await?;
    let mut some = shop();
    some.remove(&name("Review"));
    let refused = Flush::new(some.clone()).yes(true).a().run(&db).await;
    match refused {
        Err(DataError::PointedAt { by }) => assert_eq!(by, "review"),
        // PostgreSQL says so itself.
        Err(DataError::Database(_)) => assert_eq!(db.backend(), amphi::Backend::Postgres),
        other => panic!("{other:?}"),
    }
    assert_eq!(db.operate(Ask("SELECT COUNT(*) FROM book")).await?, ["3"], "nothing was deleted");
    if db.backend() != amphi::Backend::Postgres {
        // A table without such rows is in nobody's way.
        db.operate(Script(&["DELETE FROM review WHERE answer_to_id IS NOT NULL", "DELETE FROM review"])).await?;
        Flush::new(some).yes(true).a().run(&db).await.map_err(failed)?;
        assert_eq!(db.operate(Ask("SELECT COUNT(*) FROM book")).await?, ["0"]);
    }
    Ok(())
}
