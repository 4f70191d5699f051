//! `--json`: one document on stdout, and for an error one on stderr.

use serde_json::{Value, json};

use crate::project::Project;

fn error(project: &Project, models: &str, args: &[&str], code: i32) -> Value {
    let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
    let ended = project.run(models, &args);
    assert_eq!((ended.code, ended.out.as_str()), (code, ""), "{args:?}: {ended:?}");
    serde_json::from_str::<Value>(&ended.err).unwrap()["error"].clone()
}

#[test]
fn every_command_prints_a_document() {
    let project = Project::new();
    let made = project.json("first", &["makemigrations"]);
    assert_eq!(made["written"], json!(true));
    assert_eq!(made["migrations"][0]["migration"], json!("shop.0001_initial"));
    assert_eq!(made["migrations"][0]["operations"], json!(["Create model Author", "Create model Book"]));
    assert!(made["migrations"][0]["text"].as_str().unwrap().starts_with("app = \"shop\""));
    assert_eq!(project.json("first", &["makemigrations"])["migrations"], json!([]));

    let plan = project.json("first", &["migrate", "--plan"]);
    assert_eq!(plan["direction"], json!("forwards"));
    assert_eq!(plan["migrations"][0]["migration"], json!("shop.0001_initial"));
    let done = project.json("first", &["migrate"]);
    let expected = json!({ "migrations": [{ "migration": "shop.0001_initial", "direction": "forwards", "faked": false }] });
    assert_eq!(done, expected);

    project.ok("second", &["makemigrations", "--name", "numbers"]);
    let list = project.json("second", &["showmigrations"]);
    assert_eq!(list[0]["status"], json!("applied"));
    assert!(list[0]["applied_at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(list[1], json!({ "migration": "shop.0002_numbers", "status": "pending" }));

    let sql = project.json("second", &["sqlmigrate", "2", "--all"]);
    let databases: Vec<&Value> = sql.as_array().unwrap().iter().map(|one| &one["database"]).collect();
    assert_eq!(databases, [&json!("sqlite"), &json!("postgres"), &json!("mysql")]);
    assert!(sql[1]["parts"][0]["sql"].is_string() && sql[1]["parts"][0]["about"].is_string(), "{sql}");
    assert_eq!(sql[1]["atomic"], json!(true));

    let lint = project.json("second", &["lint"]);
    assert!(lint.as_array().unwrap().iter().any(|finding| finding["rule"] == json!("add-index")), "{lint}");
    let short = project.json("second", &["optimizemigration", "2"]);
    assert_eq!(short, json!({ "written": false, "migrations": [] }));
    let squashed = project.json("second", &["squashmigrations", "2", "--dry-run"]);
    assert_eq!(squashed["written"], json!(false));
}

#[test]
fn files_that_are_written_anew_are_told_with_those_that_they_replace() {
    let project = Project::new();
    project.ok("first", &["makemigrations"]);
    let updated = project.json("second", &["makemigrations", "--update"]);
    assert_eq!(updated["migrations"][0]["path"], updated["migrations"][0]["replaces"]);
    let empty = project.json("second", &["makemigrations", "--empty", "--name", "one"]);
    assert_eq!(empty["migrations"][0]["operations"], json!([]));
    project.write("migrations/0002_two.toml", "app = 'shop'\nparents = ['shop.0001_initial']\n");
    let merged = project.json("second", &["makemigrations", "--merge"]);
    assert_eq!(merged["migrations"][0]["migration"], json!("shop.0003_merge_0002_one_0002_two"));
    let file = merged["migrations"][0]["path"].as_str().unwrap();
    std::fs::remove_file(file).unwrap();
    let moved = project.json("second", &["rebase", "0002_two"]);
    assert_eq!(moved["migrations"][0]["migration"], json!("shop.0003_two"));
    assert!(moved["migrations"][0]["replaces"].as_str().unwrap().ends_with("0002_two.toml"), "{moved}");
}

#[test]
fn a_check_that_finds_something_prints_it_and_ends_with_one() {
    let project = Project::new();
    let ended = project.run("first", &["makemigrations", "--check", "--json"]);
    assert_eq!(ended.code, 1);
    let found: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(found["migrations"].as_array().unwrap().len(), 1);
}

#[test]
fn an_error_has_a_kind_and_candidates() {
    let project = Project::new();
    project.ok("second", &["makemigrations"]);
    let renamed = error(&project, "retitled", &["makemigrations"], 1);
    assert_eq!((&renamed["kind"], &renamed["candidates"]), (&json!("renamed_field"), &json!(["title"])));
    assert!(renamed["hint"].is_string() && renamed["message"].is_string());
    assert_eq!(error(&project, "required", &["makemigrations"], 1)["kind"], json!("fill"));
    assert_eq!(error(&project, "second", &["migrate", "shop", "9"], 2)["kind"], json!("no_migration"));
    assert_eq!(error(&project, "second", &["migrate", "--database", "x"], 2)["kind"], json!("no_database"));
    assert_eq!(error(&project, "second", &["migrat"], 2)["kind"], json!("usage"));
    assert_eq!(error(&project, "second", &["rebase", "1"], 2)["kind"], json!("one_branch"));
    project.ok("second", &["migrate"]);
    assert_eq!(error(&project, "second", &["migrate", "zero"], 1)["kind"], json!("destructive"));
}

#[test]
fn a_warning_is_a_document_too() {
    let project = Project::new();
    let ended = project.run("without_books", &["makemigrations", "--json"]);
    let warning: Value = serde_json::from_str(&ended.err).unwrap();
    assert!(warning["warning"].as_str().unwrap().contains("`shop.Book`"), "{ended:?}");
}
