//! `makemigrations`.

use crate::project::Project;

#[test]
fn a_migration_is_written_once() {
    let project = Project::new();
    let said = project.ok("first", &["makemigrations"]);
    let expected = "Migrations of shop:\n  migrations/0001_initial.toml\n    - Create model Author\n    - Create model Book\n";
    assert_eq!(said, expected);
    assert_eq!(project.files(), ["0001_initial.toml"]);
    assert_eq!(project.ok("first", &["makemigrations"]), "No changes detected\n");
    assert_eq!(project.files().len(), 1);
}

#[test]
fn a_check_finds_changes_and_writes_nothing() {
    let project = Project::new();
    let found = project.run("first", &["makemigrations", "--check"]);
    assert_eq!((found.code, found.err.as_str()), (1, ""));
    assert!(found.out.starts_with("The models have changes that no migration has:\n"), "{}", found.out);
    assert!(project.files().is_empty());
    project.ok("first", &["makemigrations"]);
    project.ok("first", &["makemigrations", "--check"]);
    assert_eq!(project.run("second", &["makemigrations", "--check"]).code, 1);
    assert_eq!(project.files().len(), 1);
}

#[test]
fn a_dry_run_prints_the_file_and_writes_nothing() {
    let project = Project::new();
    let said = project.ok("first", &["makemigrations", "--dry-run"]);
    assert!(said.contains("model = \"shop.Author\""), "{said}");
    assert!(project.files().is_empty());
}

#[test]
fn a_migration_is_called_as_it_is_said() {
    let project = Project::new();
    project.ok("first", &["makemigrations", "--name", "shelves"]);
    project.ok("second", &["makemigrations", "-n", "numbers"]);
    assert_eq!(project.files(), ["0001_shelves.toml", "0002_numbers.toml"]);
    assert!(project.read("migrations/0002_numbers.toml").contains("parents = [\"shop.0001_shelves\"]"));
    let error = project.fails("required", &["makemigrations", "--empty", "--name", "../over"], 1);
    assert!(error.contains("cannot be called `../over`"), "{error}");
}

#[test]
fn an_empty_migration_comes_after_the_last_one() {
    let project = Project::new();
    project.ok("first", &["makemigrations"]);
    project.ok("first", &["makemigrations", "--empty", "--name", "fill"]);
    let text = project.read("migrations/0002_fill.toml");
    assert_eq!(text, "app = \"shop\"\nparents = [\"shop.0001_initial\"]\n");
    project.ok("first", &["makemigrations", "blog", "--empty"]);
    assert_eq!(project.files(), ["0001_initial.toml", "0002_fill.toml", "blog/0001_initial.toml"]);
}

#[test]
fn an_update_becomes_a_part_of_the_last_migration_and_keeps_its_comments() {
    let project = Project::new();
    project.ok("first", &["makemigrations"]);
    let text = project.read("migrations/0001_initial.toml");
    project.write("migrations/0001_initial.toml", &format!("# Reviewed by Ada.\n{text}"));
    project.ok("second", &["makemigrations", "--update"]);
    assert_eq!(project.files(), ["0001_initial.toml"]);
    let text = project.read("migrations/0001_initial.toml");
    assert!(text.starts_with("# Reviewed by Ada.\n"), "{text}");
    assert!(text.contains("isbn"), "{text}");
    assert_eq!(project.ok("second", &["makemigrations"]), "No changes detected\n");
    // The two are one: a model is made with its field.
    assert!(!text.contains("add_field"), "{text}");
}

#[test]
fn an_update_of_what_others_come_after_is_refused() {
    let project = Project::new();
    project.ok("first", &["makemigrations"]);
    project.write("migrations/blog/0001_initial.toml", "app = \"blog\"\nparents = [\"shop.0001_initial\"]\n");
    let before = project.read("migrations/0001_initial.toml");
    let error = project.fails("second", &["makemigrations", "shop", "--update"], 1);
    assert!(error.contains("blog.0001_initial comes after it"), "{error}");
    assert_eq!(project.read("migrations/0001_initial.toml"), before);
}

#[test]
fn without_a_terminal_a_rename_is_no_guess() {
    let project = Project::new();
    project.ok("second", &["makemigrations"]);
    let error = project.fails("retitled", &["makemigrations"], 1);
    assert!(error.contains("the field `heading` of `shop.Book` is new"), "{error}");
    assert!(error.contains("\n  - title\n"), "{error}");
    assert!(error.contains("\nhint: on a terminal"), "{error}");
    assert_eq!(project.files().len(), 1);
}

#[test]
fn without_a_terminal_a_field_that_may_not_be_null_is_no_guess() {
    let project = Project::new();
    project.ok("second", &["makemigrations"]);
    let error = project.fails("required", &["makemigrations"], 1);
    assert!(error.contains("the field `pages` of `shop.Book` is new and may not be NULL"), "{error}");
}

#[test]
fn several_apps_have_a_folder_each() {
    let project = Project::new();
    project.ok("two_apps", &["makemigrations"]);
    assert_eq!(project.files(), ["blog/0001_initial.toml", "shop/0001_initial.toml"]);

    // An app that comes later does not move the first one's files.
    let project = Project::new();
    project.ok("first", &["makemigrations"]);
    project.ok("two_apps", &["makemigrations"]);
    assert_eq!(project.files(), ["0001_initial.toml", "blog/0001_initial.toml"]);
    project.ok("second", &["makemigrations", "shop"]);
    assert_eq!(project.files().len(), 3);
}

#[test]
fn only_the_apps_that_are_named_get_migrations() {
    let project = Project::new();
    project.ok("two_apps", &["makemigrations", "blog"]);
    assert_eq!(project.files().len(), 1, "{:?}", project.files());
    assert!(project.files()[0].ends_with("0001_initial.toml"));
    let error = project.fails("two_apps", &["makemigrations", "blok"], 2);
    assert!(error.contains("no model is of the app `blok`") && error.contains("- blog\n"), "{error}");
}

#[test]
fn models_that_are_linked_and_not_listed_are_warned_of() {
    let project = Project::new();
    let made = project.run("without_books", &["makemigrations"]);
    assert_eq!(made.code, 0, "{made:?}");
    assert!(made.err.starts_with("warning: `shop.Book`"), "{made:?}");
    // What is listed in another version has the same name, and is no other model.
    assert!(!made.err.contains("`shop.Author`"), "{made:?}");
}

#[test]
fn two_models_of_one_name_are_refused() {
    let project = Project::new();
    let error = project.run("twice", &["makemigrations"]).err;
    assert!(error.contains("two models are called `shop.Author`"), "{error}");
    // All that are linked: several versions of each.
    let error = project.fails("", &["makemigrations"], 1);
    assert!(error.contains("amphi::manage!(models: [..])"), "{error}");
}
