//! Finding the program `manage` of the project around the current folder, and starting it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use serde::Deserialize;

use crate::Options;
use crate::failure::Failure;

/// What `cargo metadata` says of a workspace.
#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
    #[serde(default, rename = "required-features")]
    required_features: Vec<String>,
}

impl Package {
    fn manage(&self) -> Option<&Target> {
        self.targets.iter().find(|target| target.name == "manage" && target.kind.iter().any(|kind| kind == "bin"))
    }

    fn root(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(Path::new("."))
    }
}

/// Builds the program and becomes it.
pub(crate) fn run(options: &Options, args: Vec<OsString>) -> Result<ExitCode, Failure> {
    let here = std::env::current_dir().map_err(|error| Failure::new(format!("there is no current folder: {error}")))?;
    let package = chosen(metadata()?.packages, options.package.as_deref(), &here)?;
    let features = package.manage().map(|target| target.required_features.join(",")).unwrap_or_default();
    let mut command = cargo();
    command.args(["run", "--quiet", "--bin", "manage", "--manifest-path"]).arg(&package.manifest_path);
    if !features.is_empty() {
        command.args(["--features", &features]);
    }
    if options.release {
        command.arg("--release");
    }
    command.arg("--").args(args).env("AMPHI_CALLED_AS", "cargo amphi");
    become_it(&mut command)
}

/// Whether there is a project whose program `manage` can be started.
pub(crate) fn is_here() -> bool {
    metadata().is_ok_and(|metadata| metadata.packages.iter().any(|package| package.manage().is_some()))
}

/// Puts a program in the place of this one, so that signals and its exit code are those of the one that was asked for.
#[cfg(unix)]
fn become_it(command: &mut Command) -> Result<ExitCode, Failure> {
    let error = std::os::unix::process::CommandExt::exec(command);
    Err(Failure::new(format!("cargo could not be started: {error}")))
}

/// Starts a program, waits for it and ends with its exit code.
#[cfg(not(unix))]
fn become_it(command: &mut Command) -> Result<ExitCode, Failure> {
    let status = command.status().map_err(|error| Failure::new(format!("cargo could not be started: {error}")))?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn metadata() -> Result<Metadata, Failure> {
    let output = cargo()
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .stderr(Stdio::piped())
        .output()
        .map_err(|error| Failure::new(format!("cargo could not be started: {error}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim().trim_start_matches("error: ");
        return Err(Failure::new(format!("no project was found here: {said}")).hint("`cargo amphi init shop` lays out a new one"));
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|error| Failure::new(format!("what `cargo metadata` says was not understood: {error}")))
}

/// The package with a program `manage`: the named one, that around the current folder, or the only one.
fn chosen(packages: Vec<Package>, name: Option<&str>, here: &Path) -> Result<Package, Failure> {
    let (mut able, others): (Vec<Package>, Vec<Package>) = packages.into_iter().partition(|package| package.manage().is_some());
    if let Some(name) = name {
        let Some(found) = able.iter().find(|package| package.name == name) else {
            let what = if others.iter().any(|package| package.name == name) {
                "has no program `manage`"
            } else {
                "is none of the workspace's"
            };
            return Err(none(format!("the package `{name}` {what}"), name));
        };
        return Ok(found.clone());
    }
    let around =
        able.iter().filter(|package| here.starts_with(package.root())).max_by_key(|package| package.root().as_os_str().len());
    if let Some(found) = around {
        return Ok(found.clone());
    }
    match (able.pop(), able.as_slice()) {
        (Some(only), []) => Ok(only),
        (Some(last), _) => {
            let mut names: Vec<&str> = able.iter().chain([&last]).map(|package| package.name.as_str()).collect();
            names.sort_unstable();
            Err(Failure::usage(format!("several packages have a program `manage`: {}", names.join(", ")))
                .hint("name one: `cargo amphi --package NAME ..`, or go to its folder"))
        }
        (None, _) => {
            let name = others.first().map_or("shop", |package| package.name.as_str());
            Err(none("the project has no program `manage`".to_owned(), name))
        }
    }
}

fn none(message: String, name: &str) -> Failure {
    let name = name.replace('-', "_");
    Failure::new(message).hint(format!(
        "make it of one line, `amphi::manage!({name});`, in `src/bin/manage.rs`, with amphi's feature `cli`; `cargo amphi init` lays out \
         a new project that has it"
    ))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn package(name: &str, folder: &str, has_manage: bool) -> Package {
        let target = Target { name: "manage".into(), kind: vec!["bin".into()], required_features: vec![] };
        let targets = if has_manage { vec![target] } else { vec![] };
        Package { name: name.into(), manifest_path: Path::new(folder).join("Cargo.toml"), targets }
    }

    fn found(packages: &[Package], name: Option<&str>, here: &str) -> Result<String, Failure> {
        chosen(packages.to_vec(), name, Path::new(here)).map(|package| package.name)
    }

    #[test]
    fn the_project_around_the_current_folder_is_found() {
        let packages = [package("root", "/w", true), package("shop", "/w/shop", true), package("lib", "/w/lib", false)];
        assert_eq!(found(&packages, None, "/w/shop/src/bin").unwrap(), "shop");
        assert_eq!(found(&packages, None, "/w/lib/src").unwrap(), "root");
        assert_eq!(found(&packages, Some("shop"), "/w").unwrap(), "shop");
        // A folder whose name only begins like another one's is not in that.
        assert_eq!(found(&packages, None, "/w/shopping").unwrap(), "root");
    }

    #[test]
    fn the_only_one_is_found_from_beside_it_and_of_several_one_must_be_named() {
        let one = [package("shop", "/w/shop", true), package("lib", "/w/lib", false)];
        assert_eq!(found(&one, None, "/w/lib").unwrap(), "shop");
        let two = [package("shop", "/w/shop", true), package("blog", "/w/blog", true)];
        let failure = found(&two, None, "/w").unwrap_err();
        assert_eq!(failure.message, "several packages have a program `manage`: blog, shop");
    }

    #[test]
    fn without_one_it_is_told_how_to_make_it() {
        let failure = found(&[package("my-shop", "/w", false)], None, "/w/src").unwrap_err();
        assert_eq!(failure.message, "the project has no program `manage`");
        assert!(failure.hint.unwrap().contains("`amphi::manage!(my_shop);`"));
        assert!(found(&[package("my-shop", "/w", false)], Some("my-shop"), "/w").is_err());
        assert!(found(&[], Some("other"), "/w").unwrap_err().message.contains("none of the workspace's"));
    }
}
