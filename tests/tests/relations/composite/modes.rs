//! What only one of the modes has: rows one by one, lazy loads; and hooks, which see the key.

use amphi::model::Model as _;
use amphi::prelude::*;
use amphi::{Connection, Hooks, Running};
use amphi_test_macros::everywhere;

use super::models::*;
use amphi_tests::support::{Place, run_asynchronous, run_blocking};

fn one_by_one(db: &Database) -> Result<(), Error> {
    db.create_tables(tables())?;
    Line::objects().bulk_create(lines(), db)?;
    let mut keys = Vec::new();
    for line in Line::objects().filter(Line::pk.in_([("b", 2), ("a", 1)])).order_by(Line::pk.asc()).iter(db)? {
        keys.push(line?.key().into_owned());
    }
    assert_eq!(keys, [key("a", 1), key("b", 2)]);
    let item = Item::create().line(("b", 2)).name("i").price(1).insert(db)?;
    assert_eq!(item.line.fetch(db)?.title, "b2");
    assert_eq!(item.spare.fetch(db)?, None);
    // The row went away meanwhile.
    Line::objects().filter(Line::pk.eq(("b", 2))).delete(db)?;
    assert!(matches!(item.line.fetch(db), Err(Error::DoesNotExist { model: "Line" })));
    Ok(())
}

async fn streamed(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    Line::objects().a().bulk_create(lines(), &db).await?;
    let mut rows = Line::objects().filter(Line::pk.ne(("b", 2))).order_by(Line::pk.desc()).a().stream(&db);
    let mut keys = Vec::new();
    while let Some(line) = rows.try_next().await? {
        keys.push(line.key().into_owned());
    }
    assert_eq!(keys, [key(ODD, 3), key("b", 1), key("a", 2), key("a", 1)]);
    Ok(())
}

macro_rules! on_each {
    ($($database:ident $(#[$ignored:meta])?),+) => {$(
        mod $database {
            use super::*;

            #[test]
            $(#[$ignored])?
            fn rows_one_by_one_and_lazy_loads() {
                run_blocking(Place::$database, "composite", &[], |db| one_by_one(&db));
            }

            #[test]
            $(#[$ignored])?
            fn rows_as_a_stream() {
                run_asynchronous(Place::$database, "composite", &[], streamed);
            }
        }
    )+};
}
on_each!(
    sqlite,
    postgres #[ignore = "needs a server, named by AMPHI_POSTGRES_URL"],
    mysql #[ignore = "needs a server, named by AMPHI_MYSQL_URL"]
);

/// Its hooks count its lines.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(primary_key = ["tenant", "number"], hooks)]
struct Counted {
    #[field(max_length = 20)]
    tenant: String,
    number: i32,
    /// How many rows there were of the tenant.
    seen: i64,
}

impl Counted {
    async fn count(&mut self, on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
        let all = Counted::objects().filter(Counted::tenant.eq(&self.tenant)).on(on).count().await?;
        self.seen = i64::try_from(all).unwrap_or(i64::MAX);
        Ok(())
    }
}

impl Hooks for Counted {
    async fn before_insert(&mut self, on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
        self.count(on).await
    }

    async fn before_update(&mut self, on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
        self.count(on).await
    }
}

#[everywhere]
async fn hooks_run_for_a_row_of_such_a_key(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Counted]).await?;
    for (tenant, number) in [("a", 1), ("b", 1), ("a", 2)] {
        Counted::create().tenant(tenant).number(number).seen(0).a().insert(&db).await?;
    }
    let mut first = Counted::objects().filter(Counted::pk.eq(("a", 1))).a().get(&db).await?;
    assert_eq!(first.seen, 0);
    first.a().save(&db).await?;
    assert_eq!(first.seen, 2);
    let seen = Counted::objects().order_by(Counted::pk.asc()).values((Counted::pk, Counted::seen)).a().all(&db).await?;
    assert_eq!(seen, [(key("a", 1), 2), (key("a", 2), 1), (key("b", 1), 0)]);
    assert_eq!(first.a().delete(&db).await?, 1);
    Ok(())
}
