//! `flush`, `dumpdata` and `loaddata`.

use amphi::prelude::*;
use serde_json::{Value, json};

use crate::project::{Project, ended};

const LINES: &str = "{\"model\":\"shop.Author\",\"pk\":1,\"fields\":{\"name\":\"Lem\"}}\n\
                     {\"model\":\"shop.Book\",\"pk\":7,\"fields\":{\"title\":\"Größe \\\"X\\\"\",\"author\":1,\"isbn\":null}}\n";

/// A project with two rows.
fn shop() -> Project {
    let project = Project::new();
    project.ok("second", &["makemigrations"]);
    project.ok("second", &["migrate"]);
    project.write("rows.jsonl", LINES);
    let file = project.path().join("rows.jsonl");
    let loaded = project.ok("second", &["loaddata", file.to_str().unwrap()]);
    assert_eq!(loaded, "Loaded 2 rows\n  shop.Author: 1\n  shop.Book: 1\n");
    project
}

#[test]
fn what_was_dumped_is_loaded_again() {
    let project = shop();
    assert_eq!(project.ok("second", &["dumpdata"]), LINES);
    let file = project.path().join("dump.jsonl");
    let file = file.to_str().unwrap();
    let wrote = project.ok("second", &["dumpdata", "shop.Book", "-o", file]);
    assert_eq!(wrote, format!("Wrote 1 rows to {file}\n  shop.Book: 1\n"));
    assert_eq!(project.read("dump.jsonl"), LINES.lines().nth(1).unwrap().to_owned() + "\n");
    assert_eq!(project.ok("second", &["dumpdata", "--exclude", "shop.Book"]).lines().count(), 1);
    assert_eq!(project.ok("second", &["dumpdata", "shop.Author", "--pks", "1,2"]).lines().count(), 1);
    assert_eq!(project.ok("second", &["dumpdata", "shop.Author", "--pks", "2"]), "");
    project.ok("second", &["flush", "--yes"]);
    assert_eq!(project.ok("second", &["dumpdata"]), "");
}

#[test]
fn rows_are_loaded_from_stdin_all_of_them_or_none() {
    let project = shop();
    project.ok("second", &["flush", "--yes"]);
    project.write("wrong.jsonl", &LINES.replace("\"title\"", "\"titel\""));
    let file = std::fs::File::open(project.path().join("wrong.jsonl")).unwrap();
    let wrong = ended(project.command("second", &["loaddata", "-"]).stdin(file));
    assert_eq!((wrong.code, wrong.out.as_str()), (1, ""), "{wrong:?}");
    assert!(wrong.err.contains("line 2, `shop.Book`, `titel`") && wrong.err.contains("did you mean `title`?"), "{wrong:?}");
    assert_eq!(project.ok("second", &["dumpdata"]), "");
    let file = std::fs::File::open(project.path().join("rows.jsonl")).unwrap();
    assert_eq!(ended(project.command("second", &["loaddata", "-"]).stdin(file)).code, 0);
    assert_eq!(project.ok("second", &["dumpdata"]), LINES);
    let error = project.fails("second", &["loaddata", "/no/such/file"], 1);
    assert!(error.contains("/no/such/file: "), "{error}");
}

#[test]
fn rows_are_deleted_only_when_that_is_confirmed() {
    let project = shop();
    let error = project.fails("second", &["flush"], 1);
    assert_eq!(error, "error: this deletes all rows of 2 tables\nhint: `--yes` confirms it\n");
    assert_eq!(project.ok("second", &["dumpdata"]), LINES);
    assert_eq!(project.ok("second", &["flush", "-y"]), "Deleted all rows of 2 tables\n");
    // What is applied stays noted.
    project.ok("second", &["migrate", "--check"]);
}

#[test]
fn documents_tell_what_was_done() {
    let project = shop();
    let file = project.path().join("dump.jsonl");
    let file = file.to_str().unwrap();
    let dumped = project.json("second", &["dumpdata", "-o", file]);
    assert_eq!(dumped["rows"], json!(2));
    assert_eq!(project.json("second", &["loaddata", file])["models"][1], json!({ "model": "shop.Book", "rows": 1 }));
    let refused = project.run("second", &["dumpdata", "--json"]);
    assert_eq!(refused.code, 2, "{refused:?}");
    let unconfirmed: Value = serde_json::from_str(&project.run("second", &["flush", "--json"]).err).unwrap();
    assert_eq!(unconfirmed["error"]["kind"], json!("unconfirmed"));
    assert_eq!(project.json("second", &["flush", "--yes"])["models"].as_array().unwrap().len(), 2);
    let error: Value = serde_json::from_str(&project.run("second", &["dumpdata", "shop.Bok", "-o", file, "--json"]).err).unwrap();
    assert_eq!(error["error"]["kind"], json!("choice"));
}

#[test]
fn without_migrations_the_tables_are_those_of_the_models() {
    let project = shop();
    let rows = project.path().join("rows.jsonl");
    std::fs::remove_dir_all(project.path().join("migrations")).unwrap();
    std::fs::remove_file(project.path().join("shop.db")).unwrap();
    let url = format!("sqlite://{}", project.path().join("shop.db").display());
    Database::connect(&url).unwrap().create_tables(models![amphi_tests::library::Country]).unwrap();
    // The models of the program have other tables, and the database is asked for them.
    let error = project.fails("second", &["loaddata", rows.to_str().unwrap()], 1);
    assert!(error.contains("no such table: author"), "{error}");
}
