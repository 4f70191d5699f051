//! Migrators that work at once: each migration is applied once, and nobody fails.

use amphi::migrations::graph::Target;
use amphi::migrations::{Applied, Error as MigrationError, Migrations};
use amphi::prelude::*;
use amphi::{Connection, Running};
use amphi_test_macros::everywhere;
use amphi_tests::support::{url, url_with};

use super::run::Asked;

/// The first two in a transaction each, the third one operation by operation.
const INITIAL: &str = r#"
app = "shop"

[[operations]]
op = "create_model"
model = "shop.Ran"
table = "once_ran"
key = ["id"]
fields = [
    { name = "id", type = "i64", generated = true },
    { name = "what", type = "text", max_length = 20 },
]

[[operations]]
op = "run_step"
step = "first"
reverse = ""
"#;

const SECOND: &str = r#"
app = "shop"
parents = ["shop.0001_initial"]

[[operations]]
op = "run_sql"
sql = "INSERT INTO once_ran (what) VALUES ('sql')"
reverse = ""
"#;

const BY_AND_BY: &str = r#"
app = "shop"
atomic = false
parents = ["shop.0002_second"]

[[operations]]
op = "run_step"
step = "first"
reverse = ""

[[operations]]
op = "alter_field"
model = "shop.Ran"
field = { name = "what", type = "text", max_length = 30 }

[[operations]]
op = "run_step"
step = "second"
reverse = ""

[[operations]]
op = "run_sql"
sql = "INSERT INTO once_ran (what) VALUES ('later sql')"
reverse = ""
"#;

const FAILING: &str = r#"
app = "shop"
parents = ["shop.0003_by_and_by"]

[[operations]]
op = "run_step"
step = "second"
reverse = ""

[[operations]]
op = "run_sql"
sql = "INSERT INTO once_nowhere (id) VALUES (1)"
reverse = ""
"#;

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "once_ran")]
struct Ran {
    id: i64,
    #[field(max_length = 30)]
    what: String,
}

async fn first(on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
    Ran::create().what("first").on(on).insert().await.map(drop)
}

async fn second(on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
    Ran::create().what("second").on(on).insert().await.map(drop)
}

amphi::steps!(Steps: first, second);

const GOOD: [(&str, &str); 3] =
    [("0001_initial.toml", INITIAL), ("0002_second.toml", SECOND), ("0003_by_and_by.toml", BY_AND_BY)];

fn failed(error: MigrationError) -> Error {
    Error::Configuration(error.to_string())
}

/// Sixteen migrators, each with connections of its own.
struct Sixteen {
    databases: Vec<Database>,
    /// What asks for the sessions of theirs that hold a lock.
    locks: String,
}

impl Sixteen {
    fn new() -> Self {
        // A busy machine takes a while for so many connections.
        let name = format!("once{}", std::process::id());
        let (address, locks) = match url().split(':').next() {
            Some("postgres") => (
                url_with(&format!("connect_timeout=60000&options[application_name]={name}")),
                format!(
                    "SELECT a.pid::text FROM pg_locks l JOIN pg_stat_activity a USING (pid) \
                     WHERE l.locktype = 'advisory' AND a.application_name = '{name}'"
                ),
            ),
            Some("mysql") => (
                url_with("connect_timeout=60000"),
                "SELECT IS_USED_LOCK(SHA2(CONCAT_WS(0x0A, CAST(DATABASE() AS BINARY), CAST('amphi migrations' AS BINARY)), 256)) \
                 AS holder HAVING holder IS NOT NULL"
                    .to_owned(),
            ),
            _ => (url(), "SELECT 'a lock' WHERE 1 = 0".to_owned()),
        };
        let open = || Database::connect(&address).expect("the database opens");
        let databases = std::thread::scope(|scope| {
            let opening: Vec<_> = (0..16).map(|_| scope.spawn(open)).collect();
            opening.into_iter().map(|opening| opening.join().expect("the database opens")).collect()
        });
        Sixteen { databases, locks }
    }

    /// All begin at once; what each says. When all are done, none of their sessions holds a lock.
    fn run(&self, migrations: &Migrations) -> Vec<Result<Vec<Applied>, MigrationError>> {
        std::thread::scope(|scope| {
            let migrators: Vec<_> =
                self.databases.iter().map(|db| scope.spawn(|| migrations.migrate_with::<Steps>().run(db))).collect();
            let told = migrators.into_iter().map(|migrator| migrator.join().expect("no migrator panics")).collect();
            let asking = scope.spawn(|| self.databases[0].operate(Asked(self.locks.clone())).expect("the database answers"));
            assert_eq!(asking.join().expect("the database answers"), Vec::<String>::new(), "no lock is left");
            told
        })
    }

    fn close(self) {
        std::thread::scope(|scope| {
            scope.spawn(|| self.databases.into_iter().for_each(|db| db.close()));
        });
    }
}

/// How often it is tried in each of the two modes.
fn rounds() -> u32 {
    if amphi_tests::support::is_long() { 100 } else { 10 }
}

#[everywhere]
async fn sixteen_migrators_apply_each_once(db: AsyncDatabase) -> Result<(), Error> {
    let (migrations, sixteen) = (Migrations::embedded(&GOOD).unwrap(), Sixteen::new());
    for round in 0..rounds() {
        let outcomes = sixteen.run(&migrations);
        let applied: Vec<Applied> =
            outcomes.into_iter().flat_map(|outcome| outcome.unwrap_or_else(|error| panic!("{error}"))).collect();
        let mut names: Vec<String> = applied.into_iter().map(|applied| applied.id.name).collect();
        names.sort();
        assert_eq!(names, ["0001_initial", "0002_second", "0003_by_and_by"], "round {round}");
        assert_eq!(
            Ran::objects().order_by(Ran::id.asc()).values(Ran::what).a().all(&db).await?,
            ["first", "sql", "first", "second", "later sql"],
            "round {round}"
        );
        let zero = migrations.migrate_with::<Steps>().to(Target::Zero("shop".into())).allow_destructive(true);
        zero.a().run(&db).await.map_err(failed)?;
    }
    sixteen.close();
    Ok(())
}

#[everywhere]
async fn a_failing_migration_fails_for_all_and_the_others_are_applied_once(db: AsyncDatabase) -> Result<(), Error> {
    let migrations = Migrations::embedded(&[GOOD[0], GOOD[1], GOOD[2], ("0004_failing.toml", FAILING)]).unwrap();
    let (good, sixteen) = (Migrations::embedded(&GOOD).unwrap(), Sixteen::new());
    for round in 0..rounds().div_ceil(5) {
        for outcome in sixteen.run(&migrations) {
            let Err(MigrationError::Database { migration, doing, .. }) = &outcome else { panic!("{outcome:?}") };
            assert_eq!((migration.name.as_str(), doing.as_str()), ("0004_failing", "run SQL"));
        }
        let mut expected = vec!["first", "sql", "first", "second", "later sql"];
        if url().starts_with("mysql") {
            // What failed goes on where it failed: its step is done, once.
            expected.push("second");
        }
        assert_eq!(Ran::objects().order_by(Ran::id.asc()).values(Ran::what).a().all(&db).await?, expected, "round {round}");
        if url().starts_with("mysql") {
            break;
        }
        assert_eq!(good.migrate_with::<Steps>().a().run(&db).await.map_err(failed)?, []);
        let zero = good.migrate_with::<Steps>().to(Target::Zero("shop".into())).allow_destructive(true);
        zero.a().run(&db).await.map_err(failed)?;
    }
    sixteen.close();
    Ok(())
}
