//! Installs a server where that is easy: as root, with apt-get.

use std::{
    env,
    process::{Command, Stdio},
};

use nix::unistd::geteuid;

use crate::{
    Error, Kind, Result,
    find::{self, Binaries},
};

/// The script.
const SCRIPT: &str = include_str!("install.sh");

/// The binaries of a server, which is installed first if need be.
pub(crate) fn binaries(kind: Kind) -> Result<Binaries> {
    if let Some(found) = find::binaries(kind) {
        return Ok(found);
    }
    let missing = |why: &str| Error::NotInstalled { kind, why: why.into() };
    if !geteuid().is_root() || !has_apt() {
        return Err(missing(""));
    }
    eprintln!("amphi-servers: installing {} with apt-get", kind.package());
    let mut script = Command::new("/bin/sh");
    script.args(["-c", SCRIPT, "amphi-install", kind.package()]).stdin(Stdio::null());
    let output = script.output().map_err(Error::io("/bin/sh"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(missing(&format!(": apt-get failed: {}", said.trim())));
    }
    find::binaries(kind).ok_or_else(|| missing(": apt-get installed it, but where?"))
}

fn has_apt() -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join("apt-get").is_file())
}
