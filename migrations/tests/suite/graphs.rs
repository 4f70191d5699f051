//! The order of migrations, and what they lead to.

use std::collections::BTreeSet;

use orm_migrations::graph::{Graph, Plan, Target};
use orm_migrations::operation::{AddField, CreateModel, DeleteModel, Operation};
use orm_migrations::{Error, Migration, MigrationId};

use crate::build::{described, model, name, nullable, text};

pub fn id(written: &str) -> MigrationId {
    MigrationId::try_from(written.to_owned()).unwrap()
}

pub fn migration(written: &str, parents: &[&str]) -> Migration {
    Migration::new(id(written), parents.iter().map(|parent| id(parent)).collect())
}

fn names(plan: &Plan<'_>) -> (bool, Vec<String>) {
    match plan {
        Plan::Forwards(all) => (true, all.iter().map(|migration| migration.id.to_string()).collect()),
        Plan::Backwards(all) => (false, all.iter().map(|migration| migration.id.to_string()).collect()),
    }
}

/// Two apps that need each other's migrations.
fn two_apps() -> Vec<Migration> {
    vec![
        migration("shop.0003_c", &["shop.0002_b", "stock.0001_initial"]),
        migration("shop.0001_initial", &[]),
        migration("shop.0002_b", &["shop.0001_initial"]),
        migration("stock.0001_initial", &["shop.0001_initial"]),
        migration("stock.0002_b", &["stock.0001_initial"]),
    ]
}

fn applied(written: &[&str]) -> BTreeSet<MigrationId> {
    written.iter().map(|written| id(written)).collect()
}

#[test]
fn each_comes_behind_its_parents_also_those_of_other_apps() -> Result<(), Error> {
    let graph = Graph::new(two_apps())?;
    let order: Vec<String> = graph.iter().map(|migration| migration.id.to_string()).collect();
    assert_eq!(order, ["shop.0001_initial", "shop.0002_b", "stock.0001_initial", "shop.0003_c", "stock.0002_b"]);
    let mut migrations = two_apps();
    migrations[4].run_before = vec![id("shop.0003_c")];
    let order: Vec<String> = Graph::new(migrations)?.iter().map(|migration| migration.id.name.clone()).collect();
    assert_eq!(order.last().map(String::as_str), Some("0003_c"));
    assert_eq!(graph.find("shop", "0002")?, &id("shop.0002_b"));
    assert!(matches!(graph.find("shop", "00"), Err(Error::NoTarget { found, .. }) if found.len() == 3));
    assert!(matches!(graph.find("shop", "9"), Err(Error::NoTarget { found, .. }) if found.is_empty()));
    Ok(())
}

#[test]
fn plans_lead_forwards_backwards_and_to_nothing() -> Result<(), Error> {
    let graph = Graph::new(two_apps())?;
    let forwards = |target| graph.plan(&target).map(|plan| names(&plan));
    assert_eq!(forwards(Target::Latest)?.1.len(), 5);
    assert_eq!(forwards(Target::App("stock".into()))?.1, ["shop.0001_initial", "stock.0001_initial", "stock.0002_b"]);
    assert_eq!(forwards(Target::Zero("shop".into()))?, (false, vec![]));
    let all: Vec<String> = graph.iter().map(|migration| migration.id.to_string()).collect();
    let done = Graph::with_applied(two_apps(), &all.iter().map(|written| id(written)).collect())?;
    let plan = |target| done.plan(&target).map(|plan| names(&plan));
    assert_eq!(plan(Target::Latest)?, (true, vec![]));
    assert_eq!(plan(Target::Migration(id("shop.0003_c")))?, (true, vec![]));
    assert_eq!(plan(Target::Migration(id("shop.0001_initial")))?.1, ["shop.0003_c", "shop.0002_b"]);
    // What others have built on it goes too.
    assert_eq!(plan(Target::Zero("stock".into()))?.1, ["stock.0002_b", "shop.0003_c", "stock.0001_initial"]);
    assert!(matches!(plan(Target::Zero("nobody".into())), Err(Error::NoTarget { .. })));
    assert!(matches!(plan(Target::Migration(id("shop.0009_x"))), Err(Error::NoTarget { .. })));
    Ok(())
}

#[test]
fn what_does_not_fit_together_is_an_error_that_names_it() {
    let fails = |migrations: Vec<Migration>| Graph::new(migrations).unwrap_err();
    let error = fails(vec![migration("shop.0001_initial", &[]), migration("shop.0002_b", &["shop.0001_inital"])]);
    assert!(error.to_string().contains("did you mean `shop.0001_initial`"), "{error}");
    let error = fails(vec![migration("shop.0001_a", &["stock.0001_a"]), migration("stock.0001_a", &["shop.0001_a"])]);
    assert_eq!(error.to_string(), "these migrations wait for each other: stock.0001_a → shop.0001_a → stock.0001_a");
    let error = fails(vec![migration("shop.0001_a", &["shop.0001_a"])]);
    assert!(matches!(&error, Error::Cycle { migrations } if migrations.len() == 1), "{error}");
    let error = fails(vec![migration("shop.0001_a", &[]), migration("shop.0001_a", &[])]);
    assert!(matches!(error, Error::Twice { .. }));
    let error = fails(vec![migration("shop.0001_a", &[]), migration("shop.0001_b", &["shop.0001_a"])]);
    assert!(matches!(error, Error::SameNumber { .. }), "{error}");
    let mut before = migration("shop.0001_a", &[]);
    before.run_before = vec![id("stock.0001_none")];
    assert!(matches!(fails(vec![before]), Error::Missing { list: "run_before", .. }));
}

#[test]
fn a_history_with_two_ends_names_both() -> Result<(), Error> {
    let graph = Graph::new(vec![
        migration("shop.0001_initial", &[]),
        migration("shop.0002_a", &["shop.0001_initial"]),
        migration("shop.0002_b", &["shop.0001_initial"]),
    ])?;
    let error = graph.plan(&Target::Latest).unwrap_err();
    let said =
        "the migrations of `shop` have several ends: `shop.0002_a` and `shop.0002_b`; join them with `makemigrations --merge`";
    assert_eq!(error.to_string(), said);
    // Each of the two can still be asked for.
    assert_eq!(names(&graph.plan(&Target::Migration(id("shop.0002_b")))?).1, ["shop.0001_initial", "shop.0002_b"]);
    Ok(())
}

#[test]
fn a_squashed_migration_stands_for_what_it_replaces_unless_that_is_half_applied() -> Result<(), Error> {
    let migrations = || {
        let mut squashed = migration("shop.0001_squashed_0002_b", &[]);
        squashed.replaces = vec![id("shop.0001_initial"), id("shop.0002_b")];
        [two_apps(), vec![squashed]].concat()
    };
    let order = |of: &[&str]| -> Result<Vec<String>, Error> {
        let graph = Graph::with_applied(migrations(), &applied(of))?;
        graph.check_history()?;
        Ok(names(&graph.plan(&Target::App("shop".into()))?).1)
    };
    assert_eq!(order(&[])?, ["shop.0001_squashed_0002_b", "stock.0001_initial", "shop.0003_c"]);
    assert_eq!(order(&["shop.0001_initial"])?, ["shop.0002_b", "stock.0001_initial", "shop.0003_c"]);
    assert_eq!(order(&["shop.0001_initial", "shop.0002_b"])?, ["stock.0001_initial", "shop.0003_c"]);
    assert_eq!(order(&["shop.0001_squashed_0002_b"])?, ["stock.0001_initial", "shop.0003_c"]);
    // It stands for them when their files are gone.
    let mut left = migrations();
    left.retain(|migration| !["0001_initial", "0002_b"].contains(&migration.id.name.as_str()) || migration.id.app == "stock");
    assert_eq!(Graph::new(left)?.iter().count(), 4);
    let known = Graph::with_applied(migrations(), &applied(&["shop.0001_initial", "shop.0002_b", "old.0001_x"]))?;
    assert_eq!(known.unknown_applied(), [id("old.0001_x")]);
    let recorded = applied(&["shop.0001_initial", "shop.0002_b"]);
    assert_eq!(known.newly_replaced(&recorded).count(), 1);
    Ok(())
}

#[test]
fn what_was_applied_before_its_parent_is_told() -> Result<(), Error> {
    let graph = Graph::with_applied(two_apps(), &applied(&["shop.0001_initial", "shop.0003_c"]))?;
    assert!(matches!(graph.check_history(), Err(Error::OutOfOrder { parent, .. }) if parent == id("shop.0002_b")));
    Ok(())
}

#[test]
fn what_is_undone_is_undone_from_the_schema_of_its_time() -> Result<(), Error> {
    let mut first = migration("shop.0001_initial", &[]);
    first.operations = vec![Operation::CreateModel(CreateModel(model("Book", vec![])))];
    let mut second = migration("shop.0002_b", &["shop.0001_initial"]);
    let field = nullable(text("title"));
    second.operations = vec![Operation::AddField(AddField { model: name("Book"), field, fill: None })];
    let mut third = migration("shop.0003_c", &["shop.0002_b"]);
    third.operations = vec![Operation::DeleteModel(DeleteModel { model: name("Book") })];
    let all = applied(&["shop.0001_initial", "shop.0002_b", "shop.0003_c"]);
    let graph = Graph::with_applied(vec![first, second, third], &all)?;
    let Plan::Backwards(plan) = graph.plan(&Target::Zero("shop".into()))? else { panic!("backwards") };
    let undo = graph.undo(&plan)?;
    let said: Vec<String> = undo.iter().flat_map(|step| described(&step.operations)).collect();
    assert_eq!(said, ["Create model Book", "Remove field title from Book", "Delete model Book"]);
    let mut state = graph.applied_state()?;
    undo.iter().flat_map(|step| &step.operations).try_for_each(|operation| operation.apply(&mut state)).unwrap();
    assert_eq!(state.models().count(), 0);
    Ok(())
}

#[test]
fn an_operation_that_does_not_fit_is_named_with_its_migration() -> Result<(), Error> {
    let mut first = migration("shop.0001_initial", &[]);
    first.operations = vec![Operation::DeleteModel(DeleteModel { model: name("Book") })];
    let error = Graph::new(vec![first])?.state().unwrap_err();
    assert_eq!(error.to_string(), "shop.0001_initial, operation 1 (Delete model Book): there is no model `shop.Book`");
    Ok(())
}

#[test]
fn each_of_five_hundred_migrations_is_applied_once() -> Result<(), Error> {
    let mut migrations = Vec::new();
    for number in 1..=500_usize {
        let parent = format!("shop.{:04}_m", number - 1);
        let mut next = migration(
            &format!("shop.{number:04}_m"),
            if number == 1 { &[] } else { std::slice::from_ref(&parent) }
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .as_slice(),
        );
        let of = format!("Model{}", number / 10);
        next.operations = if number == 1 || number % 10 == 0 {
            vec![Operation::CreateModel(CreateModel(model(&of, vec![])))]
        } else {
            vec![Operation::AddField(AddField { model: name(&of), field: nullable(text(&format!("f{number}"))), fill: None })]
        };
        migrations.push(next);
    }
    let graph = Graph::new(migrations)?;
    // One that was applied twice would not fit.
    let state = graph.state()?;
    let fields: usize = state.models().map(|model| model.fields.len()).sum();
    assert_eq!((state.models().count(), fields), (51, 51 + 449));
    Ok(())
}
