//! Migrations made out of others.

use orm_core::schema::DialectSql;
use orm_migrations::graph::Graph;
use orm_migrations::operation::{AddField, CreateModel, Operation, RunSql};
use orm_migrations::rewrite::{merge, rebase, squash};
use orm_migrations::{Error, Migration};

use crate::build::{contents, described, model, name, nullable, text};
use crate::graphs::{id, migration};

fn add(field: &str) -> Operation {
    Operation::AddField(AddField { model: name("Book"), field: nullable(text(field)), fill: None })
}

fn with(mut migration: Migration, operations: Vec<Operation>) -> Migration {
    migration.operations = operations;
    migration
}

fn first() -> Migration {
    with(migration("shop.0001_initial", &[]), vec![Operation::CreateModel(CreateModel(model("Book", vec![])))])
}

fn diverged(left: &str, right: &str) -> Result<Graph, Error> {
    Graph::new(vec![
        first(),
        with(migration("shop.0002_a", &["shop.0001_initial"]), vec![add(left)]),
        with(migration("shop.0002_b", &["shop.0001_initial"]), vec![add(right)]),
        with(migration("shop.0003_c", &["shop.0002_b", "stock.0001_x"]), vec![add("c")]),
        migration("stock.0001_x", &["shop.0002_b"]),
    ])
}

#[test]
fn squashed_migrations_are_one_with_the_same_schema() -> Result<(), Error> {
    let sql = RunSql { sql: DialectSql::Same("UPDATE book SET a = 1".into()), reverse: None, state: vec![], elidable: true };
    let migrations = vec![
        first(),
        with(migration("shop.0002_a", &["shop.0001_initial"]), vec![add("a"), Operation::RunSql(sql)]),
        with(migration("shop.0003_b", &["shop.0002_a", "people.0001_x"]), vec![add("b")]),
        migration("people.0001_x", &[]),
        with(migration("shop.0004_c", &["shop.0003_b"]), vec![add("c")]),
    ];
    let graph = Graph::new(migrations.clone())?;
    let squashed = squash(&graph, "shop", None, &id("shop.0003_b"))?;
    assert_eq!(squashed.id, id("shop.0001_squashed_0003_b"));
    assert_eq!(squashed.parents, [id("people.0001_x")]);
    assert_eq!(squashed.replaces, [id("shop.0001_initial"), id("shop.0002_a"), id("shop.0003_b")]);
    assert_eq!(described(&squashed.operations), ["Create model Book"]);
    let with_squashed = Graph::new([migrations, vec![squashed]].concat())?;
    assert_eq!(with_squashed.iter().count(), 3);
    assert_eq!(contents(&with_squashed.state()?), contents(&graph.state()?));
    // Squashed once more, it stands for the first ones.
    let twice = squash(&with_squashed, "shop", None, &id("shop.0004_c"))?;
    assert_eq!(twice.replaces.len(), 4);
    assert!(squash(&graph, "shop", Some(&id("shop.0003_b")), &id("shop.0002_a")).is_err());
    Ok(())
}

#[test]
fn what_another_app_comes_between_cannot_be_one() -> Result<(), Error> {
    let error = squash(&diverged("a", "b")?, "shop", Some(&id("shop.0002_b")), &id("shop.0003_c")).unwrap_err();
    assert!(error.to_string().starts_with("stock.0001_x comes after shop.0002_b and before shop.0003_c"), "{error}");
    Ok(())
}

#[test]
fn ends_whose_order_does_not_matter_are_joined() -> Result<(), Error> {
    let graph = diverged("a", "b")?;
    let merged = merge(&graph, "shop")?;
    assert_eq!(merged.id, id("shop.0004_merge_0002_a_0003_c"));
    assert_eq!(merged.parents, [id("shop.0002_a"), id("shop.0003_c")]);
    let all: Vec<Migration> = graph.iter().cloned().chain([merged]).collect();
    let joined = Graph::new(all)?;
    joined.check_leaves()?;
    assert!(merge(&joined, "shop").is_err());
    let error = merge(&diverged("same", "same")?, "shop").unwrap_err();
    assert!(error.to_string().contains("\"Add field same to Book\" (shop.0002_a)"), "{error}");
    Ok(())
}

#[test]
fn a_branch_is_put_behind_another_one_and_others_name_it_anew() -> Result<(), Error> {
    let graph = diverged("a", "b")?;
    let moved = rebase(&graph, &id("shop.0003_c"), &id("shop.0002_a"))?;
    let names: Vec<String> = moved.iter().map(|(old, new)| format!("{old} {}", new.id)).collect();
    assert_eq!(names, ["shop.0002_b shop.0003_b", "stock.0001_x stock.0001_x", "shop.0003_c shop.0004_c"]);
    let unmoved = graph.iter().filter(|migration| !moved.iter().any(|(old, _)| *old == migration.id)).cloned();
    let rebased = Graph::new(unmoved.chain(moved.iter().map(|(_, new)| new.clone())).collect())?;
    rebased.check_leaves()?;
    assert_eq!(contents(&rebased.state()?), contents(&graph.state()?));
    assert!(rebase(&graph, &id("shop.0003_c"), &id("shop.0001_initial")).is_err());
    assert!(rebase(&graph, &id("shop.0003_c"), &id("stock.0001_x")).is_err());
    Ok(())
}
