//! `drift`, `inspectdb`, `migrate --fake-initial`, `check` and `erd`.

use serde_json::json;

use crate::project::Project;

/// A project whose migration is applied.
fn shop() -> Project {
    let project = Project::new();
    project.ok("second", &["makemigrations"]);
    project.ok("second", &["migrate"]);
    project
}

/// Another program changes the database.
fn script(project: &Project, sql: &str) {
    rusqlite::Connection::open(project.path().join("shop.db")).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn drift_tells_what_another_program_did() {
    let project = shop();
    assert_eq!(project.ok("second", &["drift"]), "The database is as its migrations made it\n");
    assert_eq!(project.json("second", &["drift"]), json!([]));
    script(&project, "ALTER TABLE book ADD COLUMN shelf TEXT; CREATE TABLE other (id INTEGER PRIMARY KEY)");
    let found = project.run("second", &["drift"]);
    assert_eq!((found.code, found.err.as_str()), (1, ""), "{found:?}");
    assert!(found.out.contains("shelf") && !found.out.contains("other"), "{found:?}");
    let all = project.run("second", &["drift", "--foreign", "--json"]);
    let all: serde_json::Value = serde_json::from_str(&all.out).unwrap();
    assert_eq!(all.as_array().unwrap().len(), 2, "{all}");
    assert!(all.as_array().unwrap().iter().any(|one| one["table"] == json!("other") && one["foreign"] == json!(true)), "{all}");
}

#[test]
fn drift_is_from_what_is_applied_and_not_from_what_is_to_be() {
    let project = Project::new();
    project.ok("first", &["makemigrations"]);
    project.ok("first", &["migrate"]);
    project.ok("second", &["makemigrations"]);
    project.ok("second", &["drift"]);
}

#[test]
fn models_of_an_existing_database_are_written() {
    let project = shop();
    let source = project.ok("second", &["inspectdb"]);
    assert!(source.contains("pub struct Author {") && source.contains("pub author: ForeignKey<Author>"), "{source}");
    let source = project.json("second", &["inspectdb", "author", "--app", "library"]);
    let source = source["source"].as_str().unwrap();
    assert!(source.contains("pub struct Author") && !source.contains("Book"), "{source}");
    let error = project.fails("second", &["inspectdb", "no_table"], 2);
    assert!(error.contains("there is no table `no_table`") && error.contains("- author\n"), "{error}");
}

#[test]
fn a_first_migration_whose_tables_are_there_is_only_noted() {
    let project = shop();
    script(&project, "DROP TABLE amphi_migration");
    project.fails("second", &["migrate"], 1);
    assert_eq!(project.ok("second", &["migrate", "--fake-initial"]), "Noted as applied shop.0001_initial\n");
    assert_eq!(project.ok("second", &["migrate", "--fake-initial"]), "Nothing to do: the database is there already\n");
    project.ok("second", &["migrate", "zero", "--allow-destructive"]);
    // Where nothing is there, it is applied.
    assert_eq!(project.ok("second", &["migrate", "--fake-initial"]), "Applied shop.0001_initial\n");
}

#[test]
fn models_are_looked_over_for_the_databases_that_are_named() {
    let project = Project::new();
    // A warning is no failure: those of the other versions are linked, and are not in the list.
    let warned = project.ok("first", &["check"]);
    assert!(warned.contains("(amphi.W001)") && !warned.contains("error: "), "{warned}");
    let wrong = project.run("twice", &["check", "--dialect", "sqlite,postgres"]);
    assert_eq!(wrong.code, 1, "{wrong:?}");
    assert!(wrong.out.contains("(amphi.E001)"), "{wrong:?}");
    let left_out = project.run("without_books", &["check", "--json"]);
    assert_eq!((left_out.code, left_out.err.as_str()), (0, ""), "{left_out:?}");
    let left_out: serde_json::Value = serde_json::from_str(&left_out.out).unwrap();
    assert_eq!(left_out[0]["id"], json!("amphi.W001"));
}

#[test]
fn the_models_are_drawn() {
    let project = Project::new();
    let drawn = project.ok("first", &["erd"]);
    assert!(drawn.starts_with("erDiagram\n") && drawn.contains("shop.Book"), "{drawn}");
    let file = project.path().join("models.svg");
    let said = project.ok("first", &["erd", "--output", file.to_str().unwrap()]);
    assert_eq!(said, format!("Wrote {}\n", file.display()));
    assert!(project.read("models.svg").starts_with("<svg "));
    assert!(project.json("first", &["erd", "--format", "svg"])["diagram"].as_str().unwrap().starts_with("<svg "));
}
