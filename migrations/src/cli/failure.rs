//! What a command ends with where it fails.

use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::report;
use crate::error::Error;

/// Why a command failed, and what can be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Failure {
    /// What kind of failure it is, for programs.
    kind: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// What could have been meant, the likely ones first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    candidates: Vec<String>,
    #[serde(skip)]
    code: u8,
}

impl Failure {
    /// Something that did not work.
    pub(super) fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Failure { kind, message: message.into(), hint: None, candidates: Vec::new(), code: 1 }
    }

    /// Something that was written wrongly on the command line.
    pub(super) fn usage(kind: &'static str, message: impl Into<String>) -> Self {
        Failure { code: 2, ..Failure::new(kind, message) }
    }

    /// What `clap` did not understand.
    pub(super) fn usage_of_clap(error: &clap::Error) -> Self {
        let text = error.render().to_string();
        Failure::usage("usage", text.trim().trim_start_matches("error: "))
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(super) fn candidates<T: ToString>(mut self, candidates: impl IntoIterator<Item = T>) -> Self {
        self.candidates = candidates.into_iter().map(|candidate| candidate.to_string()).collect();
        self
    }

    /// Prints it on stderr, and says what the program ends with.
    pub(super) fn tell(&self, json: bool) -> ExitCode {
        if json {
            report::json_to_stderr(&serde_json::json!({ "error": self }));
        } else {
            let error = AnsiColor::Red.on_default().bold();
            let hint = AnsiColor::Cyan.on_default().bold();
            let plain = Style::new();
            let mut text = format!("{error}error:{error:#} {plain}{}\n", self.message);
            for candidate in &self.candidates {
                text.push_str(&format!("  - {candidate}\n"));
            }
            if let Some(advice) = &self.hint {
                text.push_str(&format!("{hint}hint:{hint:#} {advice}\n"));
            }
            report::to_stderr(&text);
        }
        ExitCode::from(self.code)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let failure = Failure::new(kind(&error), error.to_string());
        let failure = match &error {
            Error::RenamedModel { candidates, .. } => failure.candidates(candidates),
            Error::RenamedField { candidates, .. } => failure.candidates(candidates),
            Error::Diverged { leaves, .. } => failure.candidates(leaves),
            Error::NoTarget { found, .. } => Failure { code: 2, ..failure.candidates(found) },
            _ => failure,
        };
        match advice(&error) {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

impl From<orm_core::Error> for Failure {
    fn from(error: orm_core::Error) -> Self {
        Failure::from(Error::from(error))
    }
}

/// What there is to do beyond what the message says.
fn advice(error: &Error) -> Option<&'static str> {
    Some(match error {
        Error::RenamedModel { .. } | Error::RenamedField { .. } | Error::Fill { .. } => {
            "on a terminal `makemigrations` asks, with the likely answer first"
        }
        Error::Diverged { .. } => "`makemigrations --merge` joins them, and `rebase` puts one behind the other",
        Error::Destroys { .. } => "`--allow-destructive` allows it; `migrate --plan` prints what would be lost",
        Error::Locked { .. } => "`--lock-wait SECONDS` waits longer",
        Error::Irreversible { .. } => {
            "give the operation a `reverse` in the file, or write a new migration that goes the other way"
        }
        Error::NoStep { .. } => "name the steps in `src/bin/manage.rs`: `amphi::manage!(steps: Steps)`",
        Error::OutOfOrder { .. } => "`showmigrations --plan` prints the order",
        _ => return None,
    })
}

/// What an error is called in JSON.
fn kind(error: &Error) -> &'static str {
    match error {
        Error::Io { .. } => "io",
        Error::File { .. } | Error::Id { .. } => "file",
        Error::Twice { .. } | Error::Missing { .. } | Error::Cycle { .. } | Error::SameNumber { .. } => "graph",
        Error::Diverged { .. } => "diverged",
        Error::OutOfOrder { .. } => "out_of_order",
        Error::NoTarget { .. } => "no_migration",
        Error::State { .. } => "state",
        Error::Irreversible { .. } => "irreversible",
        Error::RenamedModel { .. } => "renamed_model",
        Error::RenamedField { .. } => "renamed_field",
        Error::Fill { .. } => "fill",
        Error::Rewrite(_) => "rewrite",
        Error::Models(_) => "models",
        Error::Changed { .. } => "changed",
        Error::NoFile { .. } => "no_file",
        Error::PartlyThere { .. } => "partly_there",
        Error::Source { .. } => "source",
        Error::Interrupted { .. } => "interrupted",
        Error::Destroys { .. } => "destructive",
        Error::NoStep { .. } => "no_step",
        Error::Locked { .. } => "locked",
        Error::Database { .. } => "database",
        Error::Model(orm_core::Error::Configuration(_)) => "configuration",
        Error::Model(orm_core::Error::Schema(_)) => "models",
        Error::Model(orm_core::Error::Unsupported { .. }) => "unsupported",
        Error::Model(_) => "database",
        _ => "other",
    }
}
