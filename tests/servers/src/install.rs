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
    package(kind.package()).map_err(|why| Error::NotInstalled { kind, why })?;
    find::binaries(kind).ok_or_else(|| Error::NotInstalled { kind, why: ": apt-get installed it, but where?".into() })
}

/// Installs a package.
///
/// # Errors
/// Why not: nothing where that is not easy here, else text that begins with a colon.
pub(crate) fn package(name: &str) -> std::result::Result<(), String> {
    if !geteuid().is_root() || !has_apt() {
        return Err(String::new());
    }
    eprintln!("amphi-servers: installing {name} with apt-get");
    let mut script = Command::new("/bin/sh");
    script.args(["-c", SCRIPT, "amphi-install", name]).stdin(Stdio::null());
    let output = script.output().map_err(|error| format!(": /bin/sh: {error}"))?;
    if !output.status.success() {
        return Err(format!(": apt-get failed: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    Ok(())
}

fn has_apt() -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join("apt-get").is_file())
}
