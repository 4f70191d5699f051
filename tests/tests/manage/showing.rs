//! `showmigrations`, `sqlmigrate` and `lint`.

use crate::project::Project;

fn shop() -> Project {
    let project = Project::new();
    project.ok("first", &["makemigrations"]);
    project.ok("second", &["makemigrations", "--name", "numbers"]);
    project
}

#[test]
fn the_list_marks_what_is_applied() {
    let project = shop();
    assert_eq!(project.ok("second", &["showmigrations"]), "shop\n [ ] 0001_initial\n [ ] 0002_numbers\n");
    project.ok("second", &["migrate", "1"]);
    assert_eq!(project.ok("second", &["showmigrations", "--plan"]), "[X] shop.0001_initial\n[ ] shop.0002_numbers\n");
    std::fs::remove_file(project.path().join("migrations/0002_numbers.toml")).unwrap();
    let renamed = project.path().join("migrations/0001_begin.toml");
    std::fs::rename(project.path().join("migrations/0001_initial.toml"), renamed).unwrap();
    let list = project.ok("second", &["showmigrations", "shop"]);
    assert_eq!(list, "shop\n [ ] 0001_begin\n [?] 0001_initial (applied, and there is no file of it)\n");
    project.fails("second", &["showmigrations", "shpo"], 2);
}

#[test]
fn without_migrations_there_is_nothing_to_show_and_it_is_told_how_to_make_them() {
    let project = Project::new();
    assert_eq!(project.ok("first", &["showmigrations"]), "There are no migrations\n");
    let error = project.fails("first", &["sqlmigrate", "1"], 1);
    assert!(error.contains("there are no migrations yet\nhint: `makemigrations` writes them"), "{error}");
    assert_eq!(project.ok("first", &["migrate"]), "Nothing to do: the database is there already\n");
}

#[test]
fn the_sql_of_a_migration_is_that_of_the_database() {
    let project = shop();
    let sql = project.ok("first", &["sqlmigrate", "shop", "0001"]);
    assert!(sql.starts_with("BEGIN;\n-- ") && sql.ends_with("COMMIT;\n"), "{sql}");
    assert!(sql.contains("CREATE TABLE \"author\"") && sql.contains(" STRICT"), "{sql}");
    let sql = project.ok("first", &["sqlmigrate", "1", "--dialect", "mariadb"]);
    assert!(sql.contains("CREATE TABLE `author`") && !sql.contains("BEGIN;"), "{sql}");
    let sql = project.ok("first", &["sqlmigrate", "1", "--backwards", "--dialect", "postgres"]);
    assert!(sql.contains("DROP TABLE \"book\""), "{sql}");
    assert!(!project.path().join("shop.db").exists(), "no database is needed");
}

#[test]
fn where_a_table_is_made_anew_the_checks_of_foreign_keys_are_off_before_the_transaction() {
    let project = shop();
    project.ok("second", &["makemigrations", "--empty", "--name", "longer"]);
    project.write(
        "migrations/0003_longer.toml",
        "app = 'shop'\nparents = ['shop.0002_numbers']\n[[operations]]\nop = 'alter_field'\nmodel = 'shop.Book'\n\
         field = { name = 'isbn', type = 'text', max_length = 17, nullable = true }\n",
    );
    let sql = project.ok("second", &["sqlmigrate", "3"]);
    assert!(sql.starts_with("PRAGMA foreign_keys = OFF;\nBEGIN;\n"), "{sql}");
    assert!(sql.ends_with("PRAGMA foreign_key_check;\nCOMMIT;\nPRAGMA foreign_keys = ON;\n"), "{sql}");
    assert!(!project.ok("second", &["sqlmigrate", "1"]).contains("PRAGMA"));
}

#[test]
fn the_sql_of_all_databases_tells_what_one_of_them_does_not_have() {
    let project = shop();
    project.write(
        "migrations/0003_named.toml",
        "app = 'shop'\nparents = ['shop.0002_numbers']\n[[operations]]\nop = 'add_index'\nmodel = 'shop.Book'\n\
         index = { parts = [{ field = 'title' }], method = 'gin' }\n",
    );
    let all = project.ok("first", &["sqlmigrate", "3", "--all"]);
    assert!(all.starts_with("-- SQLite\n-- not on this database: "), "{all}");
    assert!(all.contains("\n-- PostgreSQL\nBEGIN;\n") && all.contains("USING \"gin\""), "{all}");
    project.fails("first", &["sqlmigrate", "3"], 1);
}

#[test]
fn lint_names_what_is_dangerous_and_how_to_do_it_safely() {
    let project = shop();
    let found = project.ok("second", &["lint"]);
    assert!(found.contains("shop.0002_numbers, operation ") && found.contains("add-index (postgres)"), "{found}");
    assert!(found.contains("    safely: write `concurrently = true`"), "{found}");
    assert_eq!(project.ok("second", &["lint", "1"]), "Nothing dangerous was found\n");
    assert_eq!(project.ok("second", &["lint", "--dialect", "mysql"]), "Nothing dangerous was found\n");
    assert_eq!(project.run("second", &["lint", "--check"]).code, 1);
    assert_eq!(project.run("second", &["lint", "shop", "1", "--check"]).code, 0);
}

#[test]
fn colours_are_for_terminals_and_for_who_asks() {
    let project = shop();
    let plain = project.ok("second", &["lint"]);
    assert!(!plain.contains('\u{1b}'));
    let colored = project.ok("second", &["lint", "--color", "always"]);
    assert!(colored.contains('\u{1b}'));
    let ended = crate::project::ended(project.command("second", &["lint"]).env("CLICOLOR_FORCE", "1"));
    assert!(ended.out.contains('\u{1b}'));
    let ended = crate::project::ended(project.command("second", &["lint"]).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1"));
    assert!(
        !ended.out.contains('\u{1b}') || ended.out == colored,
        "NO_COLOR and CLICOLOR_FORCE together are anstream's to judge"
    );
}

#[test]
fn who_reads_only_the_first_line_is_no_failure() {
    let project = shop();
    let mut command = project.command("second", &["sqlmigrate", "1", "--all"]);
    let mut child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
}
