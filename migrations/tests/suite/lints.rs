//! What is dangerous to apply while a program runs.

use orm_core::schema::{FieldKind, FieldState};
use orm_migrations::lint::{RULES, lint};
use orm_migrations::operation::{
    AddConstraint, AddField, AddIndex, AlterField, CreateModel, DeleteModel, Operation, RemoveField, RenameField,
};
use orm_migrations::{Error, Migration, MigrationId};

use crate::build::{check, index, model, name, nullable, state, text};

fn found(operation: Operation, atomic: bool) -> Vec<&'static str> {
    let mut migration = Migration::new(MigrationId::new("shop", "0002_x"), vec![]);
    (migration.operations, migration.atomic) = (vec![operation], atomic);
    let before = state([model("Book", vec![text("title"), nullable(FieldState::new("copies", FieldKind::I32))])]);
    lint(&migration, &before).unwrap().into_iter().map(|finding| finding.rule.name).collect()
}

#[test]
fn each_danger_is_found_and_the_safe_way_is_not() {
    let book = || name("Book");
    let add = |field: FieldState| Operation::AddField(AddField { model: book(), field, fill: None });
    assert_eq!(found(add(text("x")), true), ["new-not-null"]);
    assert_eq!(found(add(nullable(text("x"))), true), [""; 0]);
    let remove = Operation::RemoveField(RemoveField { model: book(), field: "title".into(), fill: None });
    assert_eq!(found(remove, true), ["removed", "rebuild"]);
    assert_eq!(found(Operation::DeleteModel(DeleteModel { model: book() }), true), ["removed"]);
    let rename = |column: Option<&str>| {
        let (to, column) = ("name".to_owned(), column.map(str::to_owned));
        Operation::RenameField(RenameField { model: book(), field: "title".into(), to, column })
    };
    assert_eq!(found(rename(None), true), ["renamed"]);
    assert_eq!(found(rename(Some("title")), true), [""; 0]);
    let alter = |field: FieldState| Operation::AlterField(AlterField { model: book(), field, fill: None });
    assert_eq!(found(alter(FieldState::new("copies", FieldKind::I64)), true), ["set-not-null", "alter-type", "rebuild"]);
    assert_eq!(found(alter(FieldState { comment: Some("c".into()), ..text("title") }), true), [""; 0]);
    let by_title = |concurrently| Operation::AddIndex(AddIndex { model: book(), index: index(None, &["title"]), concurrently });
    assert_eq!(found(by_title(false), true), ["add-index"]);
    assert_eq!(found(by_title(true), true), ["concurrently-in-transaction"]);
    assert_eq!(found(by_title(true), false), [""; 0]);
    let some =
        |not_valid| Operation::AddConstraint(AddConstraint { model: book(), constraint: check("some", "id > 0"), not_valid });
    assert_eq!(found(some(false), true), ["add-constraint", "rebuild"]);
    assert_eq!(found(some(true), true), ["rebuild"]);
}

#[test]
fn what_is_done_to_a_new_model_is_safe() -> Result<(), Error> {
    let mut migration = Migration::new(MigrationId::new("shop", "0001_initial"), vec![]);
    let add = AddField { model: name("Tag"), field: text("x"), fill: None };
    migration.operations = vec![Operation::CreateModel(CreateModel(model("Tag", vec![]))), Operation::AddField(add)];
    assert_eq!(lint(&migration, &state([]))?, []);
    Ok(())
}

#[test]
fn every_rule_has_a_name_of_its_own() {
    let names: std::collections::BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(names.len(), RULES.len());
}
