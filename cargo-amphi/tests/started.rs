//! `cargo amphi` where there is nothing to start.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn run(folder: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-amphi"));
    let Output { status, stdout, stderr } = command.arg("amphi").args(args).current_dir(folder).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn without_a_project_it_is_told_how_to_make_one() {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, err) = run(folder.path(), &["migrate"]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.starts_with("error: no project was found here: ") && err.contains("\nhint: `cargo amphi init shop`"), "{err}");
    for args in [&["--help"][..], &[]] {
        let (code, out, _) = run(folder.path(), args);
        assert!(code == Some(0) && out.contains("cargo amphi init [FOLDER]"), "{out}");
    }
    assert!(run(folder.path(), &["--version"]).1.starts_with("cargo-amphi "));
}

#[test]
fn a_project_without_the_program_is_told_how_to_get_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("Cargo.toml"), "[package]\nname = \"my-shop\"\nedition = \"2024\"\n").unwrap();
    fs::write(folder.path().join("src/lib.rs"), "").unwrap();
    let (code, _, err) = run(&folder.path().join("src"), &["migrate"]);
    assert_eq!(code, Some(1));
    assert!(
        err.starts_with("error: the project has no program `manage`\nhint: ") && err.contains("amphi::manage!(my_shop);"),
        "{err}"
    );
}

#[test]
fn a_project_is_laid_out_once() {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, err) = run(folder.path(), &["init", "shop", "--database", "postgres"]);
    assert!(code == Some(0) && err.is_empty(), "{err}");
    assert!(out.starts_with("Created the project `shop` in shop\n") && out.contains("export DATABASE_URL="), "{out}");
    assert!(fs::read_to_string(folder.path().join("shop/amphi.toml")).unwrap().contains("default = \"${DATABASE_URL}\""));
    let (code, _, err) = run(folder.path(), &["init", "shop"]);
    assert_eq!(code, Some(1));
    assert!(err.contains("nothing is written over"), "{err}");
    let (code, _, err) = run(folder.path(), &["init", "shop", "--database", "oracle"]);
    assert!(code == Some(2) && err.contains("possible values: sqlite, postgres, mysql"), "{err}");
}
