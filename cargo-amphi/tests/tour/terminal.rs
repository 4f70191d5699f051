//! A terminal in which commands are run, and its screen.

use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use rexpect::process::PtyProcess;

/// The most that a command is waited for without a sign of it. The first one builds the project.
const PATIENCE: Duration = Duration::from_secs(900);
/// How long a question stands before it is answered.
const PAUSE: Duration = Duration::from_millis(300);
/// More lines and columns than any command needs.
const SIZE: (u16, u16) = (400, 250);

pub(crate) struct Terminal {
    folder: PathBuf,
    environment: Vec<(&'static str, std::ffi::OsString)>,
}

impl Terminal {
    pub(crate) fn new(folder: &Path, root: &Path, target: &Path) -> Self {
        let programs = Path::new(env!("CARGO_BIN_EXE_cargo-amphi")).parent().unwrap().to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(std::iter::once(programs).chain(std::env::split_paths(&path))).unwrap();
        // As this workspace is built, so that what is there fits.
        let debug = std::env::var_os("CARGO_PROFILE_DEV_DEBUG").unwrap_or_else(|| "line-tables-only".into());
        let environment = vec![
            ("PATH", path),
            ("TERM", "xterm-256color".into()),
            ("AMPHI_PATH", root.into()),
            ("CARGO_TARGET_DIR", target.into()),
            ("CARGO_PROFILE_DEV_DEBUG", debug),
            ("CARGO_NET_OFFLINE", "true".into()),
        ];
        Terminal { folder: folder.to_owned(), environment }
    }

    /// The folder that commands are run in.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs a command, answers its questions with keys, and gives what the screen shows afterwards; last its exit code, if that is not 0.
    pub(crate) fn run<'k>(&mut self, line: &str, keys: &mut impl Iterator<Item = &'k String>) -> String {
        if let Some(folder) = line.strip_prefix("cd ") {
            self.folder = self.folder.join(folder).canonicalize().unwrap();
            return String::new();
        }
        let mut command = Command::new("sh");
        command.args(["-c", line]).current_dir(&self.folder).envs(self.environment.iter().map(|(name, value)| (name, value)));
        for name in ["DATABASE_URL", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CARGO_TERM_COLOR", "CI"] {
            command.env_remove(name);
        }
        let process = PtyProcess::new(command).unwrap();
        let mut input = process.get_file_handle().unwrap();
        let printed = read(process.get_file_handle().unwrap());
        let mut screen = vt100::Parser::new(SIZE.0, SIZE.1, 0);
        let mut asked = false;
        loop {
            // A question waits when nothing more comes.
            match printed.recv_timeout(if asked { PAUSE } else { PATIENCE }) {
                Ok(bytes) => {
                    screen.process(&bytes);
                    asked = screen.screen().contents().contains('?');
                }
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) if asked => {
                    asked = false;
                    if let Some(keys) = keys.next() {
                        input.write_all(pressed(keys).as_bytes()).unwrap();
                        input.flush().unwrap();
                    }
                }
                Err(RecvTimeoutError::Timeout) => panic!("`{line}` does not end; the screen is:\n{}", screen.screen().contents()),
            }
        }
        let mut shown: String =
            screen.screen().contents().trim_end().lines().map(|line| format!("{}\n", line.trim_end())).collect();
        match process.wait().unwrap() {
            nix::sys::wait::WaitStatus::Exited(_, 0) => {}
            nix::sys::wait::WaitStatus::Exited(_, code) => shown.push_str(&format!("(exit code {code})\n")),
            other => panic!("`{line}` ended by {other:?}; the screen is:\n{shown}"),
        }
        shown
    }
}

/// What a key sends; any other word is typed.
fn pressed(keys: &str) -> &str {
    match keys {
        "Enter" => "\r",
        "Down" => "\u{1b}[B",
        typed => typed,
    }
}

/// What a terminal prints, as it comes.
fn read(mut from: std::fs::File) -> Receiver<Vec<u8>> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        loop {
            match from.read(&mut buffer) {
                Ok(0) => return,
                Ok(count) => {
                    if send.send(buffer[..count].to_vec()).is_err() {
                        return;
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // The other end of a terminal that was closed is an error on Linux.
                Err(_) => return,
            }
        }
    });
    receive
}
