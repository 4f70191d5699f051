//! Nothing of ours is left, however the process ends that started it.

use std::{
    env,
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use amphi_servers::{Kind, Server};
use nix::{
    sys::signal::{Signal, kill, killpg},
    unistd::Pid,
};

use crate::support::{gone, left, nest, options, processes};

/// How the child ends by itself.
const WAY: &str = "AMPHI_TEST_WAY";

/// The program that starts servers and then ends somehow: this test alone.
#[test]
#[ignore = "started by the other tests"]
fn a_program_with_servers() {
    let Ok(way) = env::var(WAY) else { return };
    println!("\nstarting");
    let servers: Vec<_> = Kind::ALL.into_iter().map(|kind| Server::start_with(kind, &options()).unwrap()).collect();
    if way == "paused" {
        servers.iter().for_each(|server| server.pause().unwrap());
    }
    println!("\nready");
    match way.as_str() {
        "panic" => panic!("on purpose"),
        "exit" => std::process::exit(0),
        "abort" => std::process::abort(),
        _ => loop {
            thread::park();
        },
    }
}

/// Starts that program, in a process group of its own.
fn child(way: &str, nest: &Path) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "endings::a_program_with_servers", "--ignored", "--nocapture"]);
    command.env(WAY, way).env("TMPDIR", nest).process_group(0);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// Waits until it says something.
fn wait(child: &mut Child, word: &str) {
    let output = BufReader::new(child.stdout.take().unwrap());
    assert!(output.lines().any(|line| line.unwrap() == word), "the program ended too early");
}

fn ends_by_signal(way: &str, signal: Signal, group: bool) {
    let nest = nest();
    let mut child = child(way, nest.path());
    wait(&mut child, "ready");
    assert_eq!(left(nest.path()).len(), 2);
    assert!(processes(nest.path().to_str().unwrap()).len() >= 4);
    let id = Pid::from_raw(i32::try_from(child.id()).unwrap());
    if group {
        killpg(id, signal).unwrap();
    } else {
        kill(id, signal).unwrap();
    }
    assert!(!child.wait().unwrap().success());
    gone(nest.path());
}

fn ends_by_itself(way: &str) {
    let nest = nest();
    let mut child = child(way, nest.path());
    wait(&mut child, "ready");
    child.wait().unwrap();
    gone(nest.path());
}

#[test]
fn by_sigkill() {
    ends_by_signal("wait", Signal::SIGKILL, false);
}

#[test]
fn by_sigterm() {
    ends_by_signal("wait", Signal::SIGTERM, false);
}

#[test]
fn by_ctrl_c() {
    // The terminal sends it to the whole group.
    ends_by_signal("wait", Signal::SIGINT, true);
}

#[test]
fn by_sigkill_while_the_servers_are_frozen() {
    ends_by_signal("paused", Signal::SIGKILL, true);
}

#[test]
fn by_a_panic() {
    ends_by_itself("panic");
}

#[test]
fn by_exit_and_abort() {
    ends_by_itself("exit");
    ends_by_itself("abort");
}

#[test]
fn by_sigkill_at_any_moment_of_the_start() {
    for turn in 0..12 {
        let nest = nest();
        let mut child = child("wait", nest.path());
        wait(&mut child, "starting");
        thread::sleep(Duration::from_millis(turn * turn * 12));
        child.kill().unwrap();
        child.wait().unwrap();
        gone(nest.path());
    }
}

#[test]
fn a_killed_supervisor_is_made_up_for() {
    let server = Server::start_with(Kind::Postgres, &options()).unwrap();
    let mark = server.folder().file_name().unwrap().to_str().unwrap().to_owned();
    let supervisor = processes(&mark).into_iter().find(|line| line.contains("amphi-supervisor")).unwrap();
    let id: i32 = supervisor.split_whitespace().nth(1).unwrap().parse().unwrap();
    kill(Pid::from_raw(id), Signal::SIGKILL).unwrap();
    let folder = server.folder().to_path_buf();
    drop(server);
    assert!(!folder.exists() && processes(&mark).is_empty());
}
