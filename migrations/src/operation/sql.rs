//! What a user adds to the changes of the schema: SQL, steps in Rust, and changes of the schema alone.

use orm_core::schema::{DialectSql, SchemaState};
use serde::{Deserialize, Serialize};

use super::{Access, Change, Hints, Operation, apply_all, reverse_all};
use crate::error::{Irreversible, StateError};

/// Runs SQL by a user's hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunSql {
    /// The SQL, the same for every database or for each its own; a database for which there is none runs nothing.
    pub sql: DialectSql,
    /// The SQL that undoes it; an empty text where nothing needs to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverse: Option<DialectSql>,
    /// What the SQL does to the schema of the models.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub state: Vec<Operation>,
    /// Whether it may be left out where migrations are squashed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub elidable: bool,
}

impl Change for RunSql {
    fn apply(&self, state: &mut SchemaState) -> Result<(), StateError> {
        apply_all(&self.state, state)
    }

    fn describe(&self) -> String {
        String::from("Run SQL")
    }

    fn reverse(&self, before: &SchemaState) -> Result<Vec<Operation>, Irreversible> {
        let Some(reverse) = &self.reverse else {
            let reason = "it says no `reverse`; write the SQL that undoes it, or `reverse = \"\"` if nothing needs to be done";
            return Err(Irreversible::new(&Operation::RunSql(self.clone()), reason));
        };
        Ok(vec![Operation::RunSql(RunSql {
            sql: reverse.clone(),
            reverse: Some(self.sql.clone()),
            state: reverse_all(&self.state, before)?,
            elidable: self.elidable,
        })])
    }

    fn access(&self, _before: Option<&SchemaState>, access: &mut Access) {
        access.unknown = true;
    }

    fn name_part(&self) -> Option<String> {
        None
    }
}

/// Runs a step that the program has in Rust, by its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunStep {
    /// The step's name.
    pub step: String,
    /// The name of the step that undoes it; an empty text where nothing needs to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverse: Option<String>,
    /// Whether it may be left out where migrations are squashed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub elidable: bool,
}

impl Change for RunStep {
    fn apply(&self, _state: &mut SchemaState) -> Result<(), StateError> {
        Ok(())
    }

    fn describe(&self) -> String {
        format!("Run step {}", self.step)
    }

    fn reverse(&self, _before: &SchemaState) -> Result<Vec<Operation>, Irreversible> {
        let Some(reverse) = &self.reverse else {
            let reason = "it says no `reverse`; write the name of the step that undoes it, or `reverse = \"\"` if nothing needs to be done";
            return Err(Irreversible::new(&Operation::RunStep(self.clone()), reason));
        };
        let (step, reverse) = (reverse.clone(), Some(self.step.clone()));
        Ok(vec![Operation::RunStep(RunStep { step, reverse, elidable: self.elidable })])
    }

    fn access(&self, _before: Option<&SchemaState>, access: &mut Access) {
        access.unknown = true;
    }

    fn name_part(&self) -> Option<String> {
        (!self.step.is_empty()).then(|| self.step.clone())
    }
}

/// Changes the database by some operations, and the schema of the models by others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Separate {
    /// What is done to the database.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub database: Vec<Operation>,
    /// What is done to the schema of the models.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub state: Vec<Operation>,
    /// Whether it may be left out where migrations are squashed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub elidable: bool,
}

impl Change for Separate {
    fn apply(&self, state: &mut SchemaState) -> Result<(), StateError> {
        apply_all(&self.state, state)
    }

    fn describe(&self) -> String {
        let what = |operations: &[Operation]| {
            if operations.is_empty() {
                return String::from("nothing");
            }
            operations.iter().map(Operation::describe).collect::<Vec<_>>().join(", ")
        };
        format!("In the database: {}; in the models: {}", what(&self.database), what(&self.state))
    }

    fn reverse(&self, before: &SchemaState) -> Result<Vec<Operation>, Irreversible> {
        Ok(vec![Operation::Separate(Separate {
            database: reverse_all(&self.database, before)?,
            state: reverse_all(&self.state, before)?,
            elidable: self.elidable,
        })])
    }

    fn destroys(&self, before: &SchemaState) -> Option<String> {
        let lost: Vec<String> = self.database.iter().filter_map(|operation| operation.destroys(before)).collect();
        (!lost.is_empty()).then(|| lost.join("; "))
    }

    fn access(&self, _before: Option<&SchemaState>, access: &mut Access) {
        access.unknown = true;
    }

    fn hints(&self, hints: &mut Hints) {
        for operation in &self.database {
            operation.change().hints(hints);
        }
    }

    fn name_part(&self) -> Option<String> {
        None
    }
}
