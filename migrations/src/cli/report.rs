//! Printing what came of a command.

use std::io::{self, Write};
use std::process::ExitCode;

use serde::Serialize;

use super::failure::Failure;

/// What came of a command: a text for people, and a value for programs.
#[derive(Debug)]
pub(super) struct Report {
    text: String,
    json: serde_json::Value,
    found: bool,
}

impl Report {
    pub(super) fn new(text: impl Into<String>, json: &impl Serialize) -> Result<Self, Failure> {
        let json = serde_json::to_value(json).map_err(|error| Failure::new("json", error.to_string()))?;
        Ok(Report { text: text.into(), json, found: false })
    }

    /// Whether a check found something, so that the program ends with 1.
    pub(super) fn found(mut self, found: bool) -> Self {
        self.found = found;
        self
    }

    /// Prints it, and says what the program ends with.
    pub(super) fn tell(self, json: bool) -> Result<ExitCode, Failure> {
        let text = if json { format!("{:#}\n", self.json) } else { self.text };
        print(&text)?;
        Ok(ExitCode::from(u8::from(self.found)))
    }
}

/// Prints on stdout. Who reads it may have had enough of it, as `head` has.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::new("io", format!("stdout: {error}"))),
        _ => Ok(()),
    }
}

/// Prints on stderr; where that fails there is nobody left to tell.
pub(super) fn to_stderr(text: &str) {
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// Prints a document on stderr.
pub(super) fn json_to_stderr(document: &serde_json::Value) {
    to_stderr(&format!("{document:#}\n"));
}
