//! Questions on a terminal.

use crate::project::Project;

/// The most that a question is waited for, in milliseconds.
const PATIENCE: u64 = 60_000;

fn on_terminal(project: &Project, models: &str, args: &[&str], answers: &[(&str, &str)]) -> (String, Option<i32>) {
    let mut command = project.command(models, args);
    command.stdin(std::process::Stdio::inherit());
    let mut session = rexpect::session::spawn_command(command, Some(PATIENCE)).unwrap();
    let mut seen = String::new();
    for (question, keys) in answers {
        let (before, found) = session.exp_regex(question).unwrap();
        seen.push_str(&before);
        seen.push_str(&found);
        session.send(keys).unwrap();
        session.flush().unwrap();
    }
    seen.push_str(&session.exp_eof().unwrap());
    let code = match session.process().wait().unwrap() {
        nix::sys::wait::WaitStatus::Exited(_, code) => Some(code),
        _ => None,
    };
    (seen, code)
}

#[test]
fn the_likely_answer_comes_first() {
    let project = Project::new();
    project.ok("second", &["makemigrations"]);
    let question = r"The field heading of shop\.Book is new\.[\s\S]*renamed from title[\s\S]*It is another one";
    let (seen, code) = on_terminal(&project, "retitled", &["makemigrations"], &[(question, "\r")]);
    assert_eq!(code, Some(0), "{seen}");
    assert!(seen.contains("Rename field"), "{seen}");
    assert!(seen.contains('\u{1b}'), "a terminal has colours: {seen}");
    assert_eq!(project.ok("retitled", &["makemigrations"]), "No changes detected\n");
}

#[test]
fn a_field_that_is_another_one_is_removed_and_its_value_asked_for() {
    let project = Project::new();
    project.ok("second", &["makemigrations"]);
    let answers =
        [(r"It is another one", "\u{1b}[B\r"), (r"Nothing: I change the model", "\r"), (r"The value \(a text\)", "unnamed\r")];
    let (seen, code) = on_terminal(&project, "retitled", &["makemigrations", "--name", "headings"], &answers);
    assert_eq!(code, Some(0), "{seen}");
    let text = project.read("migrations/0002_headings.toml");
    assert!(text.contains("fill = \"unnamed\"") && text.contains("op = \"remove_field\""), "{text}");
}

#[test]
fn a_value_that_does_not_fit_is_asked_for_again() {
    let project = Project::new();
    project.ok("second", &["makemigrations"]);
    let answers =
        [(r"Nothing: I change the model", "\r"), (r"The value \(an integer\)", "many\r"), (r"write an integer", "\u{15}12\r")];
    let (seen, code) = on_terminal(&project, "required", &["makemigrations", "--name", "pages"], &answers);
    assert_eq!(code, Some(0), "{seen}");
    assert!(project.read("migrations/0002_pages.toml").contains("fill = 12"));
}

#[test]
fn who_changes_the_model_instead_gets_no_file() {
    let project = Project::new();
    project.ok("second", &["makemigrations"]);
    let (seen, code) = on_terminal(&project, "required", &["makemigrations"], &[(r"Nothing: I change the model", "\u{1b}[B\r")]);
    assert_eq!(code, Some(1), "{seen}");
    assert_eq!(project.files().len(), 1);
}

#[test]
fn nothing_is_asked_of_who_does_not_want_it() {
    let project = Project::new();
    project.ok("second", &["makemigrations"]);
    for flag in ["--no-input", "--json"] {
        let (seen, code) = on_terminal(&project, "retitled", &["makemigrations", flag], &[]);
        assert_eq!(code, Some(1), "{seen}");
        assert!(seen.contains("the field `heading` of `shop.Book` is new"), "{seen}");
    }
}

#[test]
fn who_breaks_off_gets_the_cursor_back() {
    let project = Project::new();
    project.ok("second", &["makemigrations"]);
    let mut command = project.command("retitled", &["makemigrations"]);
    command.stdin(std::process::Stdio::inherit());
    let mut session = rexpect::session::spawn_command(command, Some(PATIENCE)).unwrap();
    session.exp_regex("It is another one").unwrap();
    session.send_control('c').unwrap();
    let rest = session.exp_eof().unwrap();
    assert!(rest.contains("\u{1b}[?25h"), "{rest:?}");
    let ended = session.process().wait().unwrap();
    assert!(matches!(ended, nix::sys::wait::WaitStatus::Exited(_, 130)), "{ended:?}");
    assert_eq!(project.files().len(), 1);
}

#[test]
fn deleting_all_rows_is_asked_for_and_the_answer_at_hand_is_no() {
    let project = Project::new();
    project.ok("second", &["makemigrations"]);
    project.ok("second", &["migrate"]);
    let question = r"Delete all rows of 2 tables\?[\s\S]*Yes, all rows";
    let (seen, code) = on_terminal(&project, "second", &["flush"], &[(question, "\r")]);
    assert_eq!(code, Some(1), "{seen}");
    let (seen, code) = on_terminal(&project, "second", &["flush"], &[(question, "\u{1b}[B\r")]);
    assert_eq!(code, Some(0), "{seen}");
    assert!(seen.contains("Deleted all rows of 2 tables"), "{seen}");
}
