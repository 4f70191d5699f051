//! `migrate`.

use amphi::prelude::*;

use crate::project::Project;

/// A project with two migrations.
fn shop() -> Project {
    let project = Project::new();
    project.ok("first", &["makemigrations"]);
    project.ok("second", &["makemigrations", "--name", "numbers"]);
    project
}

#[test]
fn all_migrations_are_applied_and_undone() {
    let project = shop();
    assert_eq!(project.ok("second", &["migrate"]), "Applied shop.0001_initial\nApplied shop.0002_numbers\n");
    assert_eq!(project.ok("second", &["migrate"]), "Nothing to do: the database is there already\n");
    assert!(project.path().join("shop.db").exists());
    let back = project.ok("second", &["migrate", "shop", "1", "--allow-destructive"]);
    assert_eq!(back, "Undone shop.0002_numbers\n");
    assert_eq!(project.ok("second", &["migrate", "shop", "0002"]), "Applied shop.0002_numbers\n");
    let back = project.ok("second", &["migrate", "zero", "--allow-destructive"]);
    assert_eq!(back, "Undone shop.0002_numbers\nUndone shop.0001_initial\n");
}

#[test]
fn what_loses_data_needs_a_flag() {
    let project = shop();
    project.ok("second", &["migrate"]);
    let error = project.fails("second", &["migrate", "zero"], 1);
    assert!(error.contains("shop.0002_numbers loses"), "{error}");
    assert!(error.contains("hint: `--allow-destructive`"), "{error}");
    // Nothing was done.
    assert_eq!(project.ok("second", &["migrate"]), "Nothing to do: the database is there already\n");
    let plan = project.ok("second", &["migrate", "zero", "--plan"]);
    assert!(plan.starts_with("Undo shop.0002_numbers\n") && plan.contains("    loses "), "{plan}");
}

#[test]
fn a_plan_and_a_check_do_nothing() {
    let project = shop();
    let plan = project.ok("second", &["migrate", "--plan"]);
    let expected = "Apply shop.0001_initial\n    Create model Author\n    Create model Book\nApply shop.0002_numbers\n";
    assert!(plan.starts_with(expected), "{plan}");
    assert_eq!(project.run("second", &["migrate", "--check"]).code, 1);
    project.ok("second", &["migrate"]);
    project.ok("second", &["migrate", "--check"]);
    let plan = project.ok("second", &["migrate", "--plan"]);
    assert_eq!(plan, "Nothing to do: the database is there already\n");
}

#[test]
fn a_faked_migration_is_only_noted() {
    let project = shop();
    assert_eq!(project.ok("second", &["migrate", "shop", "1", "--fake"]), "Noted as applied shop.0001_initial\n");
    // There is no table, and so the next one fails, and says where.
    let error = project.fails("second", &["migrate"], 1);
    assert!(error.contains("shop.0002_numbers"), "{error}");
    assert_eq!(project.ok("second", &["migrate", "zero", "--fake"]), "Noted as undone shop.0001_initial\n");
    project.ok("second", &["migrate"]);
}

#[test]
fn what_was_applied_before_a_failure_is_told() {
    let project = shop();
    project.write(
        "migrations/0003_wrong.toml",
        "app = 'shop'\nparents = ['shop.0002_numbers']\n[[operations]]\nop = 'run_sql'\nsql = 'INSERT INTO nowhere VALUES (1)'\n",
    );
    let ended = project.run("second", &["migrate"]);
    assert_eq!(ended.code, 1);
    assert_eq!(ended.out, "Applied shop.0001_initial\nApplied shop.0002_numbers\n");
    assert!(ended.err.contains("shop.0003_wrong, run SQL: "), "{}", ended.err);
}

#[test]
fn a_step_in_rust_is_run_and_one_that_there_is_not_is_refused_before_anything_is_done() {
    let project = shop();
    let step = |name: &str| {
        format!("app = 'shop'\nparents = ['shop.0002_numbers']\n[[operations]]\nop = 'run_step'\nstep = '{name}'\nreverse = ''\n")
    };
    project.write("migrations/0003_step.toml", &step("nowhere"));
    let ended = project.run("second", &["migrate"]);
    assert!(ended.code == 1 && ended.out.is_empty(), "{ended:?}");
    assert!(ended.err.contains("hint: name the steps in `src/bin/manage.rs`"), "{}", ended.err);
    project.write("migrations/0003_step.toml", &step("nothing"));
    assert!(project.ok("second", &["migrate"]).ends_with("Applied shop.0003_step\n"));
}

#[test]
fn a_name_that_is_none_is_answered_with_the_likely_ones() {
    let project = shop();
    let error = project.fails("second", &["migrate", "shop", "0002_nubmers"], 2);
    assert!(error.contains("hint: did you mean `0002_numbers`?"), "{error}");
    let error = project.fails("second", &["migrate", "shop", "7"], 2);
    assert!(error.contains("- 0001_initial\n  - 0002_numbers\n"), "{error}");
    let error = project.fails("second", &["migrate", "shpo", "2"], 2);
    assert!(error.contains("there is no app `shpo`") && error.contains("did you mean `shop`?"), "{error}");
    let error = project.fails("second", &["migrate", "shop", "000"], 2);
    assert!(error.contains("more than one"), "{error}");
    assert!(!project.path().join("shop.db").exists());
}

#[test]
fn a_changed_file_is_told_with_what_to_do() {
    let project = shop();
    project.ok("second", &["migrate"]);
    let text = project.read("migrations/0002_numbers.toml").replace("13", "17");
    project.write("migrations/0002_numbers.toml", &text);
    let error = project.fails("second", &["migrate"], 1);
    assert!(error.contains("shop.0002_numbers was changed after it was applied"), "{error}");
    let list = project.ok("second", &["showmigrations"]);
    assert_eq!(list, "shop\n [X] 0001_initial\n [!] 0002_numbers (changed after it was applied)\n");
}

#[test]
fn a_program_with_its_migrations_in_it_applies_them_and_writes_no_files() {
    let project = Project::new();
    let at = format!("sqlite://{}", project.path().join("e.db").display());
    let run = |args: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_shop_manage"));
        command.args(args).current_dir(project.path()).env("SHOP_MODELS", "embedded").env("DATABASE_URL", &at);
        crate::project::ended(&mut command)
    };
    let applied = run(&["migrate"]);
    assert_eq!((applied.code, applied.out.as_str()), (0, "Applied shop.0001_initial\n"), "{applied:?}");
    let refused = run(&["makemigrations"]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("has its migrations in it"), "{refused:?}");
    let db = Database::connect(&at).unwrap();
    assert_eq!(amphi::migrations::apply::history(&db).unwrap().entries.len(), 1);
}
