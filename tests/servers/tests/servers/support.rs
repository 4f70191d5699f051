//! What is left of servers.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use amphi_servers::{Auth, Options};

/// Without passwords: the client is not optimised in tests.
pub fn options() -> Options {
    Options::new().auth(Auth::Trust)
}

/// The binary.
pub fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_amphi-servers"));
    command.env_remove("AMPHI_POSTGRES_URL").env_remove("AMPHI_MYSQL_URL");
    command
}

/// A folder for the temporary files of one test, which other users may enter.
pub fn nest() -> tempfile::TempDir {
    let nest = tempfile::tempdir().unwrap();
    fs::set_permissions(nest.path(), fs::Permissions::from_mode(0o755)).unwrap();
    nest
}

/// Living processes with the text in their command.
pub fn processes(text: &str) -> Vec<String> {
    let output = Command::new("ps").args(["-A", "-ww", "-o", "stat=", "-o", "pid=", "-o", "args="]).output().unwrap();
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    lines.lines().filter(|line| !line.starts_with('Z') && line.contains(text)).map(str::to_owned).collect()
}

/// What servers have left in the folder.
pub fn left(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// Waits until something is so.
pub fn eventually(what: &str, look: impl Fn() -> bool) {
    let start = Instant::now();
    while !look() {
        assert!(start.elapsed() < Duration::from_secs(20), "never: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Waits until neither processes nor files are left.
pub fn gone(nest: &Path) {
    let start = Instant::now();
    let text = nest.to_str().unwrap();
    // The children of PostgreSQL have the name of the folder in their title.
    loop {
        let (processes, files) = (processes(text), left(nest));
        if processes.is_empty() && files.is_empty() {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "left: {processes:#?} {files:#?}");
        thread::sleep(Duration::from_millis(10));
    }
}
