//! What can go wrong with the rows of models as text. No error repeats a value.

use std::fmt;

use orm_core::schema::ModelName;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no such app or model to choose.
    #[error("there is no app and no model `{written}`{}", hint(near.as_ref()))]
    NoChoice {
        /// What was written.
        written: String,
        /// What was probably meant.
        near: Option<String>,
    },
    /// Keys were chosen, and not one model that they are of.
    #[error("keys are those of one model: choose one, not {models}")]
    KeysOfOneModel {
        /// How many models were chosen.
        models: usize,
    },
    /// A chosen key is none of the model.
    #[error("key number {number} is no key of `{model}`: {fault}")]
    Key {
        /// Its number among those that were chosen, from 1.
        number: usize,
        /// The model.
        model: ModelName,
        /// What is wrong with it.
        fault: Box<LineFault>,
    },
    /// A line cannot be loaded. Nothing was.
    #[error("{0}")]
    Line(Box<LineError>),
    /// Rows that were loaded point at nothing. Nothing was loaded.
    #[error("rows of `{model}` point by `{}` at a `{target}` that is not there; nothing was loaded", fields.join("`, `"))]
    Dangling {
        /// The model.
        model: ModelName,
        /// The field that points, or the fields that do so together.
        fields: Vec<String>,
        /// The model that they point at.
        target: Box<ModelName>,
    },
    /// Rows that were loaded point at nothing by a foreign key that the model has not, and the database has. Nothing was loaded.
    #[error("rows of `{model}` point at nothing by a foreign key of the table that the model does not have; nothing was loaded")]
    DanglingUnknown {
        /// The model.
        model: ModelName,
    },
    /// All rows were to be deleted, and nobody confirmed it.
    #[error("this deletes all rows of {tables} tables; confirm it with `yes(true)`")]
    Unconfirmed {
        /// How many tables there are.
        tables: usize,
    },
    /// Rows of a table that is no model's point at the rows that were to be deleted. Nothing was.
    #[error("rows of the table `{by}`, which is not among the models, point at rows that would be deleted; nothing was")]
    PointedAt {
        /// The table.
        by: String,
    },
    /// The lines could not be written.
    #[error("the lines cannot be written: {0}")]
    Write(#[source] std::io::Error),
    /// The lines could not be read.
    #[error("line {line} cannot be read: {source}")]
    Read {
        /// The line's number, from 1.
        line: u64,
        /// What the reader said.
        source: std::io::Error,
    },
    /// What a database reports, or refuses before it is asked.
    #[error(transparent)]
    Database(#[from] orm_core::Error),
}

/// The result of what works on the rows of models as text.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What is wrong with a line.
#[derive(Debug)]
pub struct LineError {
    /// The line's number, from 1.
    pub line: u64,
    /// The model that it names, if it got so far.
    pub model: Option<String>,
    /// The field; `pk` for the primary key.
    pub field: Option<String>,
    /// What is wrong.
    pub fault: LineFault,
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(model) = &self.model {
            write!(f, ", `{model}`")?;
        }
        if let Some(field) = &self.field {
            write!(f, ", `{field}`")?;
        }
        write!(f, ": {}", self.fault)
    }
}

impl std::error::Error for LineError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.fault {
            LineFault::Refused(source) => Some(source),
            _ => None,
        }
    }
}

/// Why a line cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LineFault {
    /// It is no object with `model`, `pk` and `fields`.
    #[error("it is no JSON object with `model`, `pk` and `fields` (at character {column})")]
    NotALine {
        /// Where that shows, from 1.
        column: usize,
    },
    /// There is no such model.
    #[error("there is no such model{}", hint(near.as_ref()))]
    NoModel {
        /// The one that was probably meant.
        near: Option<ModelName>,
    },
    /// The model has no such field.
    #[error("the model has no such field{}", hint(near.as_ref()))]
    NoField {
        /// The one that was probably meant.
        near: Option<String>,
    },
    /// A field that may not be NULL has no value.
    #[error("it has no value, and may not be NULL")]
    Missing,
    /// The value is of another type.
    #[error("it is not {expected}")]
    Type {
        /// What it should be.
        expected: &'static str,
    },
    /// The value is of the right type, and the field or the database cannot hold it: a number out of range, a text that is too long.
    #[error("{reason}")]
    Value {
        /// Why not.
        reason: String,
    },
    /// The database refused the row.
    #[error("the database refused it: {0}")]
    Refused(orm_core::Error),
}

fn hint<T: fmt::Display>(near: Option<&T>) -> String {
    near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}
