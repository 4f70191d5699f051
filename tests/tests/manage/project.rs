//! A project in a folder of its own, and its program `manage`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// A project with an SQLite database. It goes with its folder.
pub(crate) struct Project {
    folder: tempfile::TempDir,
}

/// What a command ended with.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Project {
    pub(crate) fn new() -> Self {
        let project = Project { folder: tempfile::tempdir().unwrap() };
        project.write("amphi.toml", "[databases]\ndefault = \"sqlite://shop.db\"\n");
        project
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap()
    }

    /// The files of the migrations, by their paths within their folder.
    pub(crate) fn files(&self) -> Vec<String> {
        fn collect(folder: &Path, root: &Path, files: &mut Vec<String>) {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    collect(&path, root, files);
                } else {
                    files.push(path.strip_prefix(root).unwrap().to_string_lossy().into_owned());
                }
            }
        }
        let root = self.path().join("migrations");
        let mut files = Vec::new();
        collect(&root, &root, &mut files);
        files.sort();
        files
    }

    /// The program, with the models of a version.
    pub(crate) fn command(&self, models: &str, args: &[&str]) -> Command {
        let mut command = Command::new(PathBuf::from(env!("CARGO_BIN_EXE_shop_manage")));
        command.arg("--project").arg(self.path()).args(args);
        command.env("SHOP_MODELS", models).env_remove("DATABASE_URL").env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, models: &str, args: &[&str]) -> Ended {
        ended(&mut self.command(models, args))
    }

    /// Runs a command that must succeed, and gives what it printed.
    #[track_caller]
    pub(crate) fn ok(&self, models: &str, args: &[&str]) -> String {
        let ended = self.run(models, args);
        assert_eq!(ended.code, 0, "{args:?}: {ended:?}");
        assert_eq!(ended.err, "", "{args:?}");
        ended.out
    }

    /// Runs a command that must succeed, and gives the document that it printed.
    #[track_caller]
    pub(crate) fn json(&self, models: &str, args: &[&str]) -> Value {
        let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        serde_json::from_str(&self.ok(models, &args)).unwrap()
    }

    /// Runs a command that must end with this code, and gives its error.
    #[track_caller]
    pub(crate) fn fails(&self, models: &str, args: &[&str], code: i32) -> String {
        let ended = self.run(models, args);
        assert_eq!(ended.code, code, "{args:?}: {ended:?}");
        assert!(ended.err.starts_with("error: "), "{args:?}: {ended:?}");
        ended.err
    }
}

pub(crate) fn ended(command: &mut Command) -> Ended {
    let output = command.output().unwrap();
    Ended {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
