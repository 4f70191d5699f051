//! The user that a server runs as: no server runs as root.

use std::{
    env, fs,
    os::unix::{
        fs::{PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::Command,
};

use nix::unistd::{User, geteuid};

use crate::{Error, Kind, Result};

/// A user that we are not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RunAs {
    uid: u32,
    gid: u32,
}

impl RunAs {
    /// Nobody else, unless we are root.
    pub(crate) fn find(kind: Kind) -> Result<Option<Self>> {
        if !geteuid().is_root() {
            return Ok(None);
        }
        let user = kind.users().iter().find_map(|name| User::from_name(name).ok().flatten());
        let user = user.ok_or(Error::NoUser(kind.users()))?;
        Ok(Some(Self { uid: user.uid.as_raw(), gid: user.gid.as_raw() }))
    }

    /// Has the command run as this user.
    pub(crate) fn apply(self, command: &mut Command) {
        command.uid(self.uid).gid(self.gid);
    }

    /// Gives a file or folder to this user.
    pub(crate) fn give(self, path: &Path) -> Result<()> {
        chown(path, Some(self.uid), Some(self.gid)).map_err(Error::io(format!("chown {}", path.display())))
    }
}

/// The folder for temporary files: one that any user may enter, if the server's user is not we.
pub(crate) fn temporary(other: bool) -> Result<PathBuf> {
    let first = env::temp_dir();
    let first = first.canonicalize().unwrap_or(first);
    if !other {
        return Ok(first);
    }
    [first.as_path(), Path::new("/tmp"), Path::new("/var/tmp")]
        .into_iter()
        .find(|folder| folder.ancestors().all(|part| fs::metadata(part).is_ok_and(|meta| meta.permissions().mode() & 0o001 != 0)))
        .map(Path::to_path_buf)
        .ok_or(Error::NoFolder(first.clone()))
}
