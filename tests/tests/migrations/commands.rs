//! The commands that ask a database, in both modes.

use amphi::migrations::command::{MigrationPlan, MigrationStatus, PlanMigrations, ShowMigrations, Status};
use amphi::migrations::graph::Target;
use amphi::migrations::{Direction, MigrationId, Migrations};
use amphi::prelude::*;

fn migrations() -> Migrations {
    let fields = "fields = [{ name = 'id', type = 'i64', generated = true }]";
    let create = |table: &str| {
        format!("[[operations]]\nop = 'create_model'\nmodel = 'shop.{table}'\ntable = '{table}'\nkey = ['id']\n{fields}\n")
    };
    Migrations::embedded(&[
        ("0001_one.toml", &format!("app = 'shop'\n{}", create("one"))),
        ("0002_two.toml", &format!("app = 'shop'\nparents = ['shop.0001_one']\n{}", create("two"))),
    ])
    .unwrap()
}

fn check(plan: &MigrationPlan, back: &MigrationPlan, shown: &[MigrationStatus]) {
    let names: Vec<String> = plan.migrations.iter().map(|planned| planned.migration.to_string()).collect();
    assert_eq!((plan.direction, names.as_slice()), (Direction::Forwards, &["shop.0002_two".to_owned()][..]));
    assert_eq!(plan.migrations[0].operations, ["Create model two"]);
    assert_eq!(back.direction, Direction::Backwards);
    assert_eq!(back.migrations[0].destroys.len(), 1, "{back:?}");
    let statuses: Vec<Status> = shown.iter().map(|one| one.status).collect();
    assert_eq!(statuses, [Status::Applied, Status::Pending]);
    assert!(shown[0].applied_at.is_some() && shown[1].applied_at.is_none());
}

#[test]
fn what_is_applied_and_what_would_be_is_the_same_in_both_modes() {
    let migrations = migrations();
    let first = Target::Migration(MigrationId::new("shop", "0001_one"));
    let zero = Target::Zero("shop".to_owned());
    let db = Database::connect("sqlite::memory:").unwrap();
    // A database that nothing was applied to is left without a table.
    assert_eq!(ShowMigrations::new(&migrations).run(&db).unwrap()[0].status, Status::Pending);
    assert_eq!(PlanMigrations::new(&migrations).run(&db).unwrap().migrations.len(), 2);
    assert!(amphi::migrations::apply::history(&db).unwrap().entries.is_empty());
    migrations.migrate().to(first).run(&db).unwrap();

    let plan = PlanMigrations::new(&migrations).run(&db).unwrap();
    let back = PlanMigrations::new(&migrations).to(zero.clone()).run(&db).unwrap();
    check(&plan, &back, &ShowMigrations::new(&migrations).run(&db).unwrap());

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let db = db.a();
        let plan = PlanMigrations::new(&migrations).a().run(&db).await.unwrap();
        let back = PlanMigrations::new(&migrations).to(zero).a().run(&db).await.unwrap();
        check(&plan, &back, &ShowMigrations::new(&migrations).a().run(&db).await.unwrap());
    });
}
