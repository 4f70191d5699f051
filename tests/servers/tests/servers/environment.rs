//! Servers that the environment names, and servers that are nowhere.

use std::process::Output;

use crate::support::binary;

fn run(variables: &[(&str, &str)]) -> Output {
    binary().envs(variables.iter().copied()).args(["run", "--", "true"]).output().unwrap()
}

fn fails(variables: &[(&str, &str)], expected: &[&str]) {
    let output = run(variables);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(125), "{text}");
    for part in expected {
        assert!(text.contains(part), "{part} is missing: {text}");
    }
}

#[test]
fn a_server_that_was_asked_for_and_does_not_answer_is_an_error() {
    fails(&[("AMPHI_POSTGRES_URL", "postgres://nobody@127.0.0.1:1/none")], &["AMPHI_POSTGRES_URL", "does not answer"]);
    fails(&[("AMPHI_MYSQL_URL", "mysql://nobody@127.0.0.1:1/none")], &["AMPHI_MYSQL_URL", "does not answer"]);
    fails(&[("AMPHI_MYSQL_URL", "nonsense")], &["AMPHI_MYSQL_URL", "not a database URL"]);
}

#[test]
fn a_server_that_is_nowhere_is_an_error_that_helps() {
    // No apt-get in this PATH.
    let nowhere = [("AMPHI_POSTGRES_BIN", "/nowhere"), ("AMPHI_MYSQL_BIN", "/nowhere"), ("PATH", "/nowhere")];
    fails(&nowhere, &["apt-get install postgresql", "dnf install", "brew install", "AMPHI_POSTGRES_URL", "AMPHI_POSTGRES_BIN"]);
}
