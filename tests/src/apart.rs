//! Tests in a process of their own: what could abort the process, and what measures it.

use std::process::Command;
use std::thread;
use std::time::Duration;

const NAME: &str = "AMPHI_APART";
/// Generous: a child that takes so long hangs.
const HANG: Duration = Duration::from_secs(300);

/// Runs the body in a child process, which is this very test run again. The name is the test's, with its modules and maybe its crate.
#[track_caller]
pub fn apart(test: &str, body: impl FnOnce()) {
    let program = std::env::current_exe().unwrap();
    // The program is called by its crate and a hash.
    let file = program.file_stem().and_then(|file| file.to_str()).unwrap_or_default();
    let own = file.rsplit_once('-').map_or(file, |(name, _)| name);
    let test = test.strip_prefix(own).and_then(|test| test.strip_prefix("::")).unwrap_or(test);
    if std::env::var(NAME).is_ok_and(|name| name == test) {
        thread::spawn(|| {
            thread::sleep(HANG);
            eprintln!("nothing came for {HANG:?}");
            std::process::exit(3);
        });
        body();
        return;
    }
    let child = Command::new(program)
        .args(["--exact", test, "--include-ignored", "--nocapture", "--test-threads=1"])
        .env(NAME, test)
        .output()
        .unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&child.stdout), String::from_utf8_lossy(&child.stderr));
    assert!(child.status.success(), "{}\n{told}", child.status);
    assert!(told.contains("1 passed"), "there is no test `{test}`\n{told}");
    println!("{told}");
}

/// The same, on a thread with little stack.
#[track_caller]
pub fn apart_on_a_small_stack(test: &str, body: impl FnOnce() + Send + 'static) {
    apart(test, || thread::Builder::new().stack_size(512 * 1024).spawn(body).unwrap().join().unwrap());
}
