//! The binary: `run` and `start`.

use std::{
    io::{BufRead, BufReader, Read},
    os::unix::process::CommandExt,
    process::Stdio,
    time::Duration,
};

use amphi_servers::oracle::Oracle;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::support::{binary, gone, left, nest};

#[test]
fn run_gives_the_urls_and_the_code() {
    let nest = nest();
    let script = r#"echo "$AMPHI_POSTGRES_URL $AMPHI_MYSQL_URL"; exit 42"#;
    let output = binary().env("TMPDIR", nest.path()).args(["run", "--", "sh", "-c", script]).output().unwrap();
    assert_eq!(output.status.code(), Some(42));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("postgres://amphi:") && text.contains(" mysql://amphi:"), "{text}");
    assert!(String::from_utf8(output.stderr).unwrap().contains("ready after"));
    assert!(left(nest.path()).is_empty());
}

#[test]
fn run_starts_what_is_asked_for() {
    let script = r#"test -n "$AMPHI_POSTGRES_URL" && test -z "$AMPHI_MYSQL_URL""#;
    let status = binary().args(["run", "--postgres", "--", "sh", "-c", script]).stderr(Stdio::null()).status().unwrap();
    assert!(status.success());
}

#[test]
fn run_says_what_a_shell_says() {
    let nest = nest();
    let code = |command: &[&str]| {
        let mut run = binary();
        run.env("TMPDIR", nest.path()).args(["run", "--postgres", "--"]).args(command);
        run.stderr(Stdio::null()).status().unwrap().code()
    };
    assert_eq!(code(&["/no/such/program"]), Some(127));
    assert_eq!(code(&["/tmp"]), Some(126));
    assert_eq!(code(&["sh", "-c", "kill -KILL $$"]), Some(137));
    gone(nest.path());
}

#[test]
fn run_passes_signals_on() {
    for (signal, name) in [(Signal::SIGINT, "INT"), (Signal::SIGTERM, "TERM"), (Signal::SIGHUP, "HUP")] {
        let nest = nest();
        let script = format!("trap 'exit 7' {name}; echo ready; while :; do sleep 0.05; done");
        let mut run = binary();
        run.env("TMPDIR", nest.path()).args(["run", "--postgres", "--", "sh", "-c", &script]).process_group(0);
        let mut child = run.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(7));
        assert!(left(nest.path()).is_empty());
    }
}

#[test]
fn start_stays_until_stdin_ends() {
    let nest = nest();
    let mut start = binary();
    start.env("TMPDIR", nest.path()).arg("start").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = start.spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut url = |name: &str| {
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let rest = line.strip_prefix(&format!("export {name}='")).unwrap_or_else(|| panic!("{line}"));
        rest.strip_suffix("'\n").unwrap().to_owned()
    };
    let urls = [url("AMPHI_POSTGRES_URL"), url("AMPHI_MYSQL_URL")];
    for url in &urls {
        assert!(Oracle::connect_blocking(url).is_ok());
    }
    // And its servers serve another one.
    let mut run = binary();
    run.envs([("AMPHI_POSTGRES_URL", &urls[0]), ("AMPHI_MYSQL_URL", &urls[1])]);
    let output = run.args(["run", "--", "sh", "-c", "echo $AMPHI_POSTGRES_URL $AMPHI_MYSQL_URL"]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), urls.join(" "));
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    assert!(left(nest.path()).is_empty());
}

#[test]
fn start_ends_with_a_signal() {
    let nest = nest();
    let mut start = binary();
    start.env("TMPDIR", nest.path()).args(["start", "--postgres", "--ignore-stdin"]);
    let mut child = start.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    child.stdout.as_mut().unwrap().read_exact(&mut [0; 10]).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    assert!(child.try_wait().unwrap().is_none());
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGTERM).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(left(nest.path()).is_empty());
}
