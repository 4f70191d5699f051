//! A migration: what it comes after, and its operations.

use std::fmt;

use orm_core::schema::SchemaState;
use serde::{Deserialize, Serialize};

use crate::checksum::Checksum;
use crate::error::{Error, Result};
use crate::operation::Operation;

/// What a migration is called: its app, and its file's name without `.toml`. Written `shop.0001_initial`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MigrationId {
    /// The app.
    pub app: String,
    /// The name within the app.
    pub name: String,
}

impl MigrationId {
    /// The name of a migration of an app.
    #[must_use]
    pub fn new(app: impl Into<String>, name: impl Into<String>) -> Self {
        MigrationId { app: app.into(), name: name.into() }
    }

    /// The number that the name begins with.
    #[must_use]
    pub fn number(&self) -> Option<u32> {
        self.name.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
    }
}

impl fmt::Display for MigrationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.app, self.name)
    }
}

impl From<MigrationId> for String {
    fn from(id: MigrationId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for MigrationId {
    type Error = Error;

    fn try_from(written: String) -> Result<Self> {
        match written.split_once('.') {
            Some((app, name)) if is_part(app) && is_part(name) => Ok(MigrationId::new(app, name)),
            _ => Err(Error::Id { written }),
        }
    }
}

/// Whether a text can be an app or the name of a migration, and so a file.
pub(crate) fn is_part(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'))
}

/// A migration.
#[derive(Debug, Clone, PartialEq)]
pub struct Migration {
    /// What it is called.
    pub id: MigrationId,
    /// The migrations that it comes after.
    pub parents: Vec<MigrationId>,
    /// Migrations of other apps that come after it, though they do not say so.
    pub run_before: Vec<MigrationId>,
    /// The migrations that it stands for, because they were squashed into it.
    pub replaces: Vec<MigrationId>,
    /// Whether it is applied in one transaction, where the database can; otherwise each operation stands alone.
    pub atomic: bool,
    /// What it does.
    pub operations: Vec<Operation>,
}

impl Migration {
    /// A migration that comes after others and does nothing yet.
    #[must_use]
    pub fn new(id: MigrationId, parents: Vec<MigrationId>) -> Self {
        Migration { id, parents, run_before: Vec::new(), replaces: Vec::new(), atomic: true, operations: Vec::new() }
    }

    /// What it does, as a number that stays the same as long as it does the same; see [`Checksum`].
    #[must_use]
    pub fn checksum(&self) -> Checksum {
        Checksum::of(self)
    }

    /// Changes the schema as its operations say.
    ///
    /// # Errors
    /// [`Error::State`] for an operation that does not fit, with its number.
    pub fn apply(&self, state: &mut SchemaState) -> Result<()> {
        self.operations.iter().enumerate().try_for_each(|(at, operation)| self.apply_one(at, operation, state))
    }

    /// Applies the operation at a position.
    pub(crate) fn apply_one(&self, at: usize, operation: &Operation, state: &mut SchemaState) -> Result<()> {
        operation.apply(state).map_err(|source| Error::State {
            migration: self.id.clone(),
            number: at + 1,
            operation: operation.describe(),
            source: Box::new(source),
        })
    }

    /// The operations that undo it, in their order, on a schema that was `before` it.
    ///
    /// # Errors
    /// [`Error::Irreversible`] for an operation that cannot be undone.
    pub fn reverse(&self, before: &SchemaState) -> Result<Vec<Operation>> {
        crate::operation::reverse_all(&self.operations, before)
            .map_err(|source| Error::Irreversible { migration: self.id.clone(), source })
    }

    /// What is lost for good when it is applied to a database with the schema `before`: for each operation that loses anything what it
    /// does, and what is lost.
    ///
    /// # Errors
    /// [`Error::State`] for an operation that does not fit.
    pub fn destroys(&self, before: &SchemaState) -> Result<Vec<(String, String)>> {
        let mut state = before.clone();
        let mut lost = Vec::new();
        for (at, operation) in self.operations.iter().enumerate() {
            lost.extend(operation.destroys(&state).map(|what| (operation.describe(), what)));
            self.apply_one(at, operation, &mut state)?;
        }
        Ok(lost)
    }
}
