//! Which database a command is for.

use amphi_tests::support::{Place, Scratch};

use crate::project::{Project, ended};

fn shop() -> Project {
    let project = Project::new();
    project.ok("first", &["makemigrations"]);
    project
}

#[test]
fn a_database_has_a_name_or_a_url() {
    let project = shop();
    project.write("amphi.toml", "[databases]\ndefault = 'sqlite://shop.db'\nother = 'sqlite://${OTHER_NAME}.db'\n");
    let other = ended(project.command("first", &["migrate", "--database", "other"]).env("OTHER_NAME", "copy"));
    assert_eq!(other.code, 0, "{other:?}");
    assert!(project.path().join("copy.db").exists() && !project.path().join("shop.db").exists());
    let url = format!("sqlite://{}", project.path().join("third.db").display());
    project.ok("first", &["migrate", "--database", &url]);
    assert!(project.path().join("third.db").exists());
    let by_environment = ended(project.command("first", &["showmigrations"]).env("DATABASE_URL", &url));
    assert!(by_environment.out.contains("[X]"), "{by_environment:?}");
}

#[test]
fn a_variable_that_is_not_set_is_named() {
    let project = shop();
    project.write("amphi.toml", "[databases]\ndefault = 'postgres://me:${AMPHI_NO_SUCH_PASSWORD}@db/shop'\n");
    let error = project.fails("first", &["migrate"], 2);
    assert!(error.contains("needs the environment variable `AMPHI_NO_SUCH_PASSWORD`, which is not set"), "{error}");
}

#[test]
fn without_a_database_it_is_told_how_to_name_one() {
    let project = shop();
    project.write("amphi.toml", "");
    let error = project.fails("first", &["migrate"], 2);
    assert!(error.starts_with("error: no database is named\nhint: set DATABASE_URL"), "{error}");
    // Nothing else needs one.
    project.ok("first", &["makemigrations"]);
    let error = project.fails("first", &["sqlmigrate", "1"], 2);
    assert!(error.starts_with("error: no database is named\nhint: `--dialect` names"), "{error}");
    project.ok("first", &["sqlmigrate", "1", "--all"]);
    project.ok("first", &["lint"]);
    let error = project.fails("first", &["migrate", "--database", "main"], 2);
    assert!(error.contains("`amphi.toml` names no database `main`"), "{error}");
}

#[test]
fn a_password_is_never_printed() {
    let project = shop();
    let urls = [
        "postgres://me:s3cret@127.0.0.1:1/shop?connect_timeout=200",
        "postgres://me:s3cret@127.0.0.1:1/shop?no_such_option=1",
        "mysql://me:s3cret@[::1/shop",
        "oracle://me:s3cret@db/shop",
    ];
    for url in urls {
        for json in [&["migrate", "-v", "--database", url][..], &["migrate", "--json", "--database", url]] {
            let ended = project.run("first", json);
            assert!(ended.code != 0 && !ended.err.is_empty(), "{url}: {ended:?}");
            assert!(!format!("{ended:?}").contains("s3cret"), "{url}: {ended:?}");
        }
    }
}

#[test]
fn a_configuration_that_is_wrong_is_told_with_its_line() {
    let project = shop();
    project.write("amphi.toml", "# ours\n[database]\ndefault = 'sqlite://shop.db'\n");
    let error = project.fails("first", &["migrate"], 1);
    assert!(error.contains("amphi.toml: line 2: unknown field `database`"), "{error}");
    let error = project.fails("first", &["--project", "/no/such/folder", "lint"], 2);
    assert!(error.contains("cannot be used multiple times") || error.contains("there is no folder /no/such/folder"), "{error}");
}

#[cfg(unix)]
#[test]
fn the_shell_gets_the_password_in_its_environment() {
    use std::os::unix::fs::PermissionsExt;

    let project = shop();
    for (name, variable) in [("psql", "PGPASSWORD"), ("mariadb", "MYSQL_PWD")] {
        project.write(&format!("bin/{name}"), &format!("#!/bin/sh\necho \"$@\"\necho \"${variable}\"\nexit 7\n"));
        let program = project.path().join("bin").join(name);
        std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let shell = |url: &str| {
        let mut command = project.command("first", &["dbshell", "--database", url, "--", "--extra"]);
        ended(command.env("PATH", project.path().join("bin")))
    };
    let psql = shell("postgres://me:s3cret@db:5433/shop");
    assert_eq!(psql.out, "--host=db --port=5433 --username=me --dbname=shop --extra\ns3cret\n");
    assert_eq!(psql.code, 7);
    let mariadb = shell("mysql://me:s3cret@db/shop");
    assert_eq!(mariadb.out, "--host=db --user=me --default-character-set=utf8mb4 --database=shop --extra\ns3cret\n");
    let none = shell("sqlite://shop.db");
    assert!(none.code == 1 && none.err.contains("there is no program `sqlite3` here"), "{none:?}");
}

/// There and back on a server.
fn on_a_server(place: Place) {
    let scratch = Scratch::new(place);
    let project = shop();
    project.ok("second", &["makemigrations", "--name", "numbers"]);
    let url = scratch.url();
    let run = |args: &[&str]| {
        let ended = ended(project.command("second", args).env("DATABASE_URL", &url));
        assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{args:?}: {ended:?}");
        ended.out
    };
    assert_eq!(run(&["migrate", "--plan"]).lines().next(), Some("Apply shop.0001_initial"));
    assert_eq!(run(&["migrate"]), "Applied shop.0001_initial\nApplied shop.0002_numbers\n");
    assert_eq!(run(&["showmigrations"]), "shop\n [X] 0001_initial\n [X] 0002_numbers\n");
    let sql = run(&["sqlmigrate", "1", "--json"]);
    assert!(sql.contains(if place == Place::postgres { "\"postgres\"" } else { "\"mysql\"" }), "{sql}");
    assert_eq!(run(&["migrate", "zero", "--allow-destructive"]), "Undone shop.0002_numbers\nUndone shop.0001_initial\n");
    assert_eq!(run(&["migrate", "--check", "zero"]), "Nothing to do: the database is there already\n");
}

#[test]
#[ignore = "needs the server that AMPHI_POSTGRES_URL names"]
fn there_and_back_on_postgres() {
    on_a_server(Place::postgres);
}

#[test]
#[ignore = "needs the server that AMPHI_MYSQL_URL names"]
fn there_and_back_on_mysql() {
    on_a_server(Place::mysql);
}
