//! The processes of this machine: which belong to a server, and signals for them.

use std::{
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::{Error, Result};

/// A line of the process table.
#[derive(Debug, Clone, Copy)]
struct Process {
    id: i32,
    parent: i32,
    group: i32,
}

/// The living processes of a server, its leader last: the leader, its children, its process group. PostgreSQL's children each have a group
/// of their own. Those that are dead and not yet reaped are not living.
pub(crate) fn family(leader: i32) -> Vec<i32> {
    let mut family: Vec<_> =
        table().filter(|one| one.id == leader || one.parent == leader || one.group == leader).map(|one| one.id).collect();
    family.sort_by_key(|id| *id == leader);
    family
}

/// Sends a signal; a process that is gone needs none.
pub(crate) fn signal(id: i32, signal: Signal) {
    let _gone = kill(Pid::from_raw(id), signal);
}

/// Kills a family hard and waits until nobody of it lives.
///
/// The leader is stopped first, so that it has no further children, and dies last, so that its children can be found.
pub(crate) fn kill_family(leader: i32, within: Duration) -> Result<()> {
    let start = Instant::now();
    signal(leader, Signal::SIGSTOP);
    loop {
        let family = family(leader);
        let children: Vec<_> = family.iter().copied().filter(|id| *id != leader).collect();
        children.iter().for_each(|id| signal(*id, Signal::SIGKILL));
        if children.is_empty() {
            signal(leader, Signal::SIGKILL);
        }
        if family.is_empty() {
            return Ok(());
        }
        if start.elapsed() > within {
            return Err(Error::TooSlow { what: format!("the end of the processes {family:?}"), within });
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// Stops a family without ending it: the leader first, and until no new child is left running.
pub(crate) fn pause_family(leader: i32) {
    signal(leader, Signal::SIGSTOP);
    // A child that was just being made is there at the second look.
    for _ in 0..2 {
        family(leader).into_iter().for_each(|id| signal(id, Signal::SIGSTOP));
        thread::sleep(Duration::from_millis(2));
    }
}

/// Lets a stopped family run again.
pub(crate) fn resume_family(leader: i32) {
    family(leader).into_iter().for_each(|id| signal(id, Signal::SIGCONT));
}

#[cfg(target_os = "linux")]
fn table() -> impl Iterator<Item = Process> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| read(entry.file_name().to_str()?.parse().ok()?))
}

/// Whether the process lives; a dead one that is not yet reaped does not.
#[cfg(target_os = "linux")]
pub(crate) fn lives(id: i32) -> bool {
    read(id).is_some()
}

/// `id (name) state parent group …`; the name may hold anything, also brackets and bytes that are no text.
#[cfg(target_os = "linux")]
fn read(id: i32) -> Option<Process> {
    let line = std::fs::read(format!("/proc/{id}/stat")).ok()?;
    let line = String::from_utf8_lossy(&line);
    let mut fields = line.rsplit_once(") ")?.1.split(' ');
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    let group = fields.next()?.parse().ok()?;
    (!matches!(state, "Z" | "X")).then_some(Process { id, parent, group })
}

#[cfg(not(target_os = "linux"))]
fn table() -> impl Iterator<Item = Process> {
    let output =
        std::process::Command::new("ps").args(["-A", "-o", "pid=", "-o", "ppid=", "-o", "pgid=", "-o", "stat="]).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let parse = |line: &str| {
        let mut fields = line.split_whitespace();
        let mut number = || fields.next()?.parse().ok();
        let (id, parent, group) = (number()?, number()?, number()?);
        (!fields.next()?.starts_with('Z')).then_some(Process { id, parent, group })
    };
    text.lines().filter_map(parse).collect::<Vec<_>>().into_iter()
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn lives(id: i32) -> bool {
    table().any(|one| one.id == id)
}
