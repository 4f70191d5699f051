//! `cargo amphi`: starts the program `manage` of a project from anywhere in it, and lays out new projects.

mod failure;
mod init;
mod project;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use crate::failure::Failure;

const HELP: &str = "\
Starts the program `manage` of the project around the current folder: its migrations and its database

Usage: cargo amphi [--package NAME] [--release] COMMAND ..
       cargo amphi init [FOLDER]

`cargo amphi help` lists the commands within a project; `cargo amphi init --help` says how a new one is laid out.
";

/// What stands in front of the command, for Cargo.
#[derive(Debug, Default, PartialEq, Eq)]
struct Options {
    /// The package that has the program `manage`, where there are several.
    package: Option<String>,
    /// Whether it is built as a release.
    release: bool,
}

fn main() -> ExitCode {
    // Cargo starts `cargo-amphi amphi ..`.
    let args: Vec<OsString> =
        std::env::args_os().enumerate().filter(|(at, arg)| *at > 0 && (*at > 1 || arg != "amphi")).map(|(_, arg)| arg).collect();
    run(args).unwrap_or_else(|failure: Failure| failure.tell())
}

fn run(args: Vec<OsString>) -> Result<ExitCode, Failure> {
    let (options, args) = split(args)?;
    let say = |text: &str| {
        print!("{text}");
        Ok(ExitCode::SUCCESS)
    };
    match args.first().and_then(|first| first.to_str()) {
        None => say(HELP),
        Some("-V" | "--version") => say(concat!("cargo-amphi ", env!("CARGO_PKG_VERSION"), "\n")),
        Some("init") => match init::Init::try_parse_from(args) {
            Ok(init) => say(&init::run(&init)?),
            Err(error) => error.exit(),
        },
        Some("-h" | "--help") if !project::is_here() => say(HELP),
        Some(_) => project::run(&options, args),
    }
}

/// What is for Cargo, and what is for the program.
fn split(args: Vec<OsString>) -> Result<(Options, Vec<OsString>), Failure> {
    let mut options = Options::default();
    let mut rest = args.into_iter().peekable();
    loop {
        match rest.peek().and_then(|next| next.to_str()) {
            Some("--release") => options.release = true,
            Some("-p" | "--package") => {
                rest.next();
                let name = rest.peek().and_then(|name| name.to_str());
                options.package = Some(name.ok_or_else(|| Failure::usage("`--package` needs a name"))?.to_owned());
            }
            _ => return Ok((options, rest.collect())),
        }
        rest.next();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parted(args: &[&str]) -> Result<(Options, Vec<OsString>), Failure> {
        split(args.iter().map(OsString::from).collect())
    }

    #[test]
    fn only_what_stands_in_front_of_the_command_is_for_cargo() {
        let (options, rest) = parted(&["--release", "-p", "shop", "--json", "migrate", "--release"]).unwrap_or_default();
        assert_eq!(options, Options { package: Some("shop".into()), release: true });
        assert_eq!(rest, ["--json", "migrate", "--release"]);
        assert_eq!(parted(&["migrate"]).unwrap_or_default().0, Options::default());
        assert!(parted(&["-p"]).is_err());
    }
}
