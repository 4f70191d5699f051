//! What is dangerous in a project's migrations.

use orm_core::schema::SchemaState;
use serde::Serialize;

use crate::error::Result;
use crate::graph::Graph;
use crate::lint::lint;
use crate::migration::{Migration, MigrationId};

/// An operation that is dangerous on some databases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LintFinding {
    /// The migration.
    pub migration: MigrationId,
    /// The operation's number, from 1.
    pub number: usize,
    /// What it does.
    pub operation: String,
    /// The rule that it breaks.
    pub rule: &'static str,
    /// The databases that this is about, as the command line calls them.
    pub databases: Vec<&'static str>,
    /// What happens.
    pub danger: &'static str,
    /// How to do the same safely.
    pub remedy: &'static str,
}

/// What is dangerous in those migrations that are wanted. All are replayed once.
///
/// # Errors
/// [`Error::State`](crate::Error::State) for an operation that does not fit.
pub fn lint_migrations(graph: &Graph, is_wanted: impl Fn(&Migration) -> bool) -> Result<Vec<LintFinding>> {
    let mut state = SchemaState::new();
    let mut findings = Vec::new();
    for migration in graph.iter() {
        if is_wanted(migration) {
            findings.extend(lint(migration, &state)?.into_iter().map(|finding| LintFinding {
                migration: migration.id.clone(),
                number: finding.number,
                operation: finding.operation,
                rule: finding.rule.name,
                databases: finding.rule.backends.iter().map(|backend| super::key(*backend)).collect(),
                danger: finding.rule.danger,
                remedy: finding.rule.remedy,
            }));
        }
        migration.apply(&mut state)?;
    }
    Ok(findings)
}
