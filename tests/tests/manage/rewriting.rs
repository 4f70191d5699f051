//! `squashmigrations`, `optimizemigration`, `rebase` and the merge of branches.

use crate::project::Project;

fn shop() -> Project {
    let project = Project::new();
    project.ok("first", &["makemigrations"]);
    project.ok("second", &["makemigrations", "--name", "numbers"]);
    project
}

/// Two branches behind the first migration: `0002_numbers`, and `0002_mine`, which adds a model.
fn diverged() -> Project {
    let project = shop();
    project.write(
        "migrations/0002_mine.toml",
        "# Mine.\napp = 'shop'\nparents = ['shop.0001_initial']\n\n[[operations]]\nop = 'create_model'\nmodel = 'shop.Tag'\n\
         table = 'tag'\nkey = ['id']\nfields = [{ name = 'id', type = 'i64', generated = true }] # only a number\n",
    );
    project
}

#[test]
fn squashed_migrations_stand_for_what_is_applied() {
    let project = shop();
    project.ok("second", &["migrate"]);
    let said = project.ok("second", &["squashmigrations", "2"]);
    assert!(said.contains("migrations/0001_squashed_0002_numbers.toml"), "{said}");
    assert_eq!(project.ok("second", &["migrate"]), "Nothing to do: the database is there already\n");
    for old in ["0001_initial", "0002_numbers"] {
        std::fs::remove_file(project.path().join(format!("migrations/{old}.toml"))).unwrap();
    }
    let list = project.ok("second", &["showmigrations"]);
    assert_eq!(list, "shop\n [X] 0001_squashed_0002_numbers (2 squashed migrations)\n");
    assert_eq!(project.ok("second", &["makemigrations"]), "No changes detected\n");
}

#[test]
fn a_squash_that_is_only_shown_writes_nothing() {
    let project = shop();
    let said = project.ok("second", &["squashmigrations", "shop", "1", "2", "--dry-run", "--name", "all"]);
    assert!(said.contains("0001_all.toml") && said.contains("replaces = ["), "{said}");
    assert_eq!(project.files().len(), 2);
    let error = project.fails("second", &["squashmigrations", "shop", "2", "1"], 1);
    assert!(error.contains("is not among the migrations"), "{error}");
}

#[test]
fn a_migration_is_written_shorter_and_keeps_its_comments() {
    let project = shop();
    project.write(
        "migrations/0003_more.toml",
        "# More.\napp = 'shop'\nparents = ['shop.0002_numbers']\n\n\
         [[operations]]\nop = 'add_field'\nmodel = 'shop.Book'\nfield = { name = 'note', type = 'text', nullable = true }\n\n\
         [[operations]]\nop = 'rename_field'\nmodel = 'shop.Book'\nfield = 'note'\nto = 'remark'\n\n\
         # Needed by the warehouse.\n[[operations]]\nop = 'add_field'\nmodel = 'shop.Author'\n\
         field = { name = 'born', type = 'i32', nullable = true }\n",
    );
    assert_eq!(project.run("second", &["optimizemigration", "3", "--check"]).code, 1);
    project.ok("second", &["optimizemigration", "3"]);
    let text = project.read("migrations/0003_more.toml");
    assert!(text.starts_with("# More.\n") && text.contains("# Needed by the warehouse.\n"), "{text}");
    assert!(text.contains("remark") && !text.contains("rename_field"), "{text}");
    let said = project.ok("second", &["optimizemigration", "3", "--check"]);
    assert_eq!(said, "shop.0003_more has as few operations as can be\n");
}

#[test]
fn branches_that_diverged_are_found_and_merged() {
    let project = diverged();
    let error = project.fails("second", &["migrate"], 1);
    assert!(error.contains("- shop.0002_mine\n  - shop.0002_numbers\nhint: `makemigrations --merge`"), "{error}");
    project.fails("second", &["makemigrations"], 1);
    project.ok("second", &["makemigrations", "--merge"]);
    assert_eq!(project.files().len(), 4);
    assert_eq!(project.ok("second", &["migrate"]).lines().count(), 4);
    assert_eq!(project.ok("second", &["makemigrations", "--merge"]), "No changes detected\n");
}

#[test]
fn a_branch_is_put_behind_another_one() {
    let project = diverged();
    let shown = project.ok("second", &["rebase", "0002_mine", "--dry-run"]);
    assert!(shown.contains("migrations/0003_mine.toml") && shown.contains("instead of migrations/0002_mine.toml"), "{shown}");
    assert_eq!(project.files().len(), 3);
    project.ok("second", &["rebase", "shop", "0002_mine"]);
    assert_eq!(project.files(), ["0001_initial.toml", "0002_numbers.toml", "0003_mine.toml"]);
    let text = project.read("migrations/0003_mine.toml");
    assert!(
        text.starts_with("# Mine.\n") && text.contains("# only a number") && text.contains("\"shop.0002_numbers\""),
        "{text}"
    );
    assert_eq!(project.ok("second", &["migrate"]).lines().count(), 3);
    let error = project.fails("second", &["rebase", "3"], 2);
    assert!(error.contains("there is no other branch"), "{error}");
}

#[test]
fn what_stands_where_a_file_is_to_be_written_stays() {
    let project = shop();
    project.write(
        "migrations/0001_squashed_0002_numbers.toml",
        "app = 'shop'\nreplaces = ['shop.0001_initial', 'shop.0002_numbers']\n",
    );
    let before = project.read("migrations/0001_squashed_0002_numbers.toml");
    let ended = project.run("second", &["squashmigrations", "2"]);
    assert!(ended.code != 0, "{ended:?}");
    assert_eq!(project.read("migrations/0001_squashed_0002_numbers.toml"), before);
    assert!(project.files().iter().all(|file| !file.ends_with(".new")));
}
