//! What stops a server when nobody else can.
//!
//! A small shell script holds the reading end of a pipe. Only this process holds the other end, so it closes when this process ends, also by
//! a signal that cannot be caught; then the script ends the server's processes and removes its folder. A test's own program cannot start
//! itself again as a supervisor, a shell is everywhere.

use std::{
    ffi::OsString,
    io::{self, BufRead, BufReader, Write},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Mutex, PoisonError},
};

use crate::{Error, Result};

/// The script.
const SCRIPT: &str = include_str!("supervisor.sh");
/// Waits for a line, then becomes the command. Without the line, because its parent is gone, it ends.
const LAUNCH: &str = r#"read -r go || exit 1; input=$1; shift; exec "$@" <"$input""#;

/// On some systems a child that is started at the wrong moment on another thread keeps the pipe open.
static ONE_BY_ONE: Mutex<()> = Mutex::new(());

/// A folder and the process in it, which both end with this process.
#[derive(Debug)]
pub(crate) struct Supervisor {
    script: Child,
    pipe: Option<ChildStdin>,
}

impl Supervisor {
    /// Makes the folder.
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        let mut script = Command::new("/bin/sh");
        script.args(["-c", SCRIPT, "amphi-supervisor"]).arg(folder).current_dir("/");
        // Ctrl-C goes to the group of the foreground.
        script.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut script = spawn(&mut script).map_err(Error::io("the supervisor"))?;
        let pipe = script.stdin.take();
        let output = script.stdout.take();
        let this = Self { script, pipe };
        let mut line = String::new();
        if let Some(output) = output {
            BufReader::new(output).read_line(&mut line).map_err(Error::io("the supervisor"))?;
        }
        if line != "ready\n" {
            return Err(Error::Failed { what: format!("mkdir {}", folder.display()), why: "see the permissions".into() });
        }
        Ok(this)
    }

    /// Starts a command made by [`command`]. It never runs without being watched. `soft` is the signal that ends it fast and cleanly.
    pub(crate) fn launch(&mut self, mut command: Command, soft: &str) -> Result<Child> {
        let mut child = spawn(&mut command).map_err(Error::io("/bin/sh"))?;
        let go = child.stdin.take();
        self.tell(&format!("watch {} {soft}\n", child.id()))?;
        if let Some(mut go) = go {
            go.write_all(b"go\n").map_err(Error::io("/bin/sh"))?;
        }
        Ok(child)
    }

    /// The process that was launched last is dead, and will now be reaped.
    pub(crate) fn forget(&mut self) -> Result<()> {
        self.tell("forget\n")
    }

    fn tell(&mut self, line: &str) -> Result<()> {
        let gone = || Error::Failed { what: "the supervisor".into(), why: "it is gone".into() };
        self.pipe.as_mut().ok_or_else(gone)?.write_all(line.as_bytes()).map_err(Error::io("the supervisor"))
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        drop(self.pipe.take());
        let _status = self.script.wait();
    }
}

/// A command that [`Supervisor::launch`] can start: in a process group of its own.
pub(crate) fn command(program: &Path, input: &Path, arguments: &[OsString]) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", LAUNCH, "amphi-launch"]).arg(input).arg(program).args(arguments);
    command.process_group(0).stdin(Stdio::piped());
    command
}

fn spawn(command: &mut Command) -> io::Result<Child> {
    let _one = ONE_BY_ONE.lock().unwrap_or_else(PoisonError::into_inner);
    command.spawn()
}
