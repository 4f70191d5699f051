//! What can go wrong with migrations.

use std::fmt;
use std::path::PathBuf;

use orm_core::schema::{ModelName, ModelState, SchemaState};

use crate::migration::MigrationId;
use crate::operation::Operation;
use crate::similar::nearest;

/// What is wrong with migrations, their files or their order.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file is no migration.
    #[error("{path}:{line}: {message}")]
    File {
        /// The file, as it was named.
        path: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong, and what there is.
        message: String,
    },
    /// A name is no name of a migration.
    #[error("`{written}` is no migration; write the app and the migration, such as `shop.0001_initial`")]
    Id {
        /// What was written.
        written: String,
    },
    /// Two files are the same migration.
    #[error("there are two migrations {migration}")]
    Twice {
        /// The migration.
        migration: MigrationId,
    },
    /// A migration names another one that does not exist.
    #[error("{migration} names {missing} among its {list}, and there is no such migration{}", hint(near))]
    Missing {
        /// The migration.
        migration: MigrationId,
        /// Where it names it: `parents`, `run_before` or `replaces`.
        list: &'static str,
        /// What is missing.
        missing: Box<MigrationId>,
        /// The one that was probably meant.
        near: Option<Box<MigrationId>>,
    },
    /// Migrations wait for each other.
    #[error("these migrations wait for each other: {}", chain(migrations))]
    Cycle {
        /// The migrations, each a parent of the next and the last one of the first.
        migrations: Vec<MigrationId>,
    },
    /// The history of an app has several ends.
    #[error("the migrations of `{app}` have several ends: {}; join them with `makemigrations --merge`", several(leaves))]
    Diverged {
        /// The app.
        app: String,
        /// The ends.
        leaves: Vec<MigrationId>,
    },
    /// Two migrations of an app have the same number, though one comes after the other.
    #[error("{first} and {second} have the same number, though one comes after the other; rename the later one")]
    SameNumber {
        /// The one.
        first: MigrationId,
        /// The other.
        second: MigrationId,
    },
    /// A migration was applied before one that it comes after.
    #[error("{migration} is applied and {parent}, which it comes after, is not")]
    OutOfOrder {
        /// The migration that is applied.
        migration: MigrationId,
        /// The one that is not.
        parent: MigrationId,
    },
    /// There is no such migration, or several begin like this.
    #[error("`{app}` has {} migration that begins with `{written}`", if found.is_empty() { "no" } else { "more than one" })]
    NoTarget {
        /// The app.
        app: String,
        /// What was asked for.
        written: String,
        /// Those that begin with it.
        found: Vec<MigrationId>,
    },
    /// An operation of a migration does not fit the schema that it is applied to.
    #[error("{migration}, operation {number} ({operation}): {source}")]
    State {
        /// The migration.
        migration: MigrationId,
        /// The operation's number, from 1.
        number: usize,
        /// What it does.
        operation: String,
        /// What is wrong.
        source: Box<StateError>,
    },
    /// A migration cannot be undone.
    #[error("{migration} cannot be undone: {source}")]
    Irreversible {
        /// The migration.
        migration: MigrationId,
        /// Which operation, and why.
        source: Irreversible,
    },
    /// Only the user knows whether a model was renamed or is another one.
    #[error(
        "`{model}` is new and {} gone: was it renamed? Write `#[model(renamed_from = \"..\")]` with the old name, or say that it is \
         another one",
        are(candidates)
    )]
    RenamedModel {
        /// The new model.
        model: ModelName,
        /// Models that are gone, the likely ones first.
        candidates: Vec<ModelName>,
    },
    /// A model points at one that is not among the models.
    #[error("`{model}` points at `{target}` by `{field}`, and `{target}` is not among the models; list it too")]
    Unlisted {
        /// The model.
        model: ModelName,
        /// Its foreign key, or the first field of it.
        field: String,
        /// What it points at.
        target: ModelName,
    },
    /// Only the user knows whether a field was renamed or is another one.
    #[error(
        "the field `{field}` of `{model}` is new and {} gone: was it renamed? Write `#[field(renamed_from = \"..\")]` with the old name, \
         or say that it is another one",
        are(candidates)
    )]
    RenamedField {
        /// The model.
        model: ModelName,
        /// The new field.
        field: String,
        /// Fields that are gone, the likely ones first.
        candidates: Vec<String>,
    },
    /// Only the user knows what a column has in the rows that are there already.
    #[error("the field `{field}` of `{model}` {why}: what do the rows that are there have in it? {}", why.remedy())]
    Fill {
        /// The model.
        model: ModelName,
        /// The field.
        field: String,
        /// Why it needs a value.
        why: NeedsFill,
    },
    /// Detected operations do not lead to the schema of the models. This is a fault of this library.
    #[error(
        "the changes of `{model}` were not understood; please report this as a fault of amphi, with the model before and after"
    )]
    NotUnderstood {
        /// The model.
        model: ModelName,
    },
    /// An operation that was detected does not fit. This is a fault of this library.
    #[error("a detected operation does not fit ({operation}: {source}); please report this as a fault of amphi")]
    Detected {
        /// What it does.
        operation: String,
        /// What is wrong.
        source: Box<StateError>,
    },
    /// Migrations cannot be put together as it was asked.
    #[error("{0}")]
    Rewrite(String),
    /// The models of a program do not fit together.
    #[error("{0}")]
    Models(String),
    /// What is applied was another migration than the one in its file.
    #[error(
        "{migration} was changed after it was applied (applied {applied}, the file is {file}); put the file back as it was and make a \
         new migration for the change"
    )]
    Changed {
        /// The migration.
        migration: MigrationId,
        /// The checksum of what was applied.
        applied: String,
        /// The checksum of the file.
        file: String,
    },
    /// A migration is applied that there is no file of.
    #[error(
        "{migration} is applied, and there is no file of it; bring it back, or undo it with the version of the program that has it"
    )]
    NoFile {
        /// The migration.
        migration: MigrationId,
    },
    /// A migration was begun and not brought to its end, and what was asked for would leave it so.
    #[error(
        "{migration} was interrupted while it was {}; bring it to its end by the same command first",
        if *backwards { "undone" } else { "applied" }
    )]
    Interrupted {
        /// The migration.
        migration: MigrationId,
        /// Whether it was being undone.
        backwards: bool,
    },
    /// A migration loses data, and nobody said that it may.
    #[error("{migration} loses {}; back up what you need and allow it", lost.iter().map(|(_, what)| what.as_str()).collect::<Vec<_>>().join(", "))]
    Destroys {
        /// The migration.
        migration: MigrationId,
        /// The operations that lose something, and what they lose.
        lost: Vec<(String, String)>,
    },
    /// A migration runs a step that the program does not have.
    #[error("{migration} runs the step `{step}`, which is not among the steps that the program gives to its migrations")]
    NoStep {
        /// The migration.
        migration: MigrationId,
        /// The step.
        step: String,
    },
    /// Rows point at nothing after a migration, which was undone.
    #[error("after {migration} rows would point at nothing (`PRAGMA foreign_key_check` names them); nothing was changed")]
    BrokenKeys {
        /// The migration.
        migration: MigrationId,
    },
    /// A first migration is to be noted alone because its tables are there, and some of them are not.
    #[error(
        "{migration} cannot be taken for applied: there is {}, and {} is missing; create what is missing, or drop what is there",
        there.join(", "), missing.join(", ")
    )]
    PartlyThere {
        /// The migration.
        migration: MigrationId,
        /// The tables and columns that are there, in words.
        there: Vec<String>,
        /// Those that are not.
        missing: Vec<String>,
    },
    /// Another migrator was at work for too long.
    #[error("another migrator has been at work for {} seconds; nothing was done", waited.as_secs())]
    Locked {
        /// How long it was waited for.
        waited: std::time::Duration,
    },
    /// Others held what a part of a migration needs to lock, each time for longer than it was to wait. What the migration had done was
    /// undone, as far as the database can; the next run does the rest.
    #[error(
        "{migration}, {doing}: others hold a lock that it needs ({source}); run it again when long transactions have ended, or give it a \
         longer `lock_timeout`"
    )]
    LockTimeout {
        /// The migration.
        migration: MigrationId,
        /// What it was doing.
        doing: String,
        /// What the database said.
        source: Box<orm_core::Error>,
    },
    /// The database refused a part of a migration.
    #[error("{migration}, {doing}: {source}")]
    Database {
        /// The migration.
        migration: MigrationId,
        /// What it was doing.
        doing: String,
        /// What the database said.
        source: Box<orm_core::Error>,
    },
    /// A model of a schema cannot be written as a struct.
    #[error("`{model}` cannot be a model in Rust: {reason}")]
    Source {
        /// The model.
        model: ModelName,
        /// Why not.
        reason: String,
    },
    /// A model or its default cannot stand in a schema, or a database cannot be asked.
    #[error(transparent)]
    Model(#[from] orm_core::Error),
}

impl Error {
    /// Whether others held a lock, so that the same may succeed later.
    pub(crate) fn is_of_locks(&self) -> bool {
        match self {
            Error::LockTimeout { .. } => true,
            Error::Model(error) => error.is_retryable(),
            _ => false,
        }
    }

    pub(crate) fn detected(operation: &Operation, source: StateError) -> Self {
        Error::Detected { operation: operation.describe(), source: Box::new(source) }
    }
}

/// The result of everything that can fail here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the rows that are there need a value for a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NeedsFill {
    /// The field is new and may not be NULL.
    New,
    /// The field could be NULL, and may no longer be.
    NoLongerNull,
}

impl NeedsFill {
    fn remedy(self) -> &'static str {
        match self {
            NeedsFill::New => {
                "Give the field a `default`, or make it an `Option`, or give the value to `makemigrations`; it is written into the \
                 migration as `fill`, where you may change it"
            }
            NeedsFill::NoLongerNull => {
                "Give the field a `default`, or give the value to `makemigrations`; it is written into the migration as `fill`, where \
                 you may change it"
            }
        }
    }
}

impl fmt::Display for NeedsFill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NeedsFill::New => "is new and may not be NULL",
            NeedsFill::NoLongerNull => "could be NULL and may no longer be",
        })
    }
}

/// A schema is not as an operation takes it to be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// There is no such model.
    #[error("there is no model `{model}`{}", hint(near))]
    NoModel {
        /// The model.
        model: ModelName,
        /// The one that was probably meant.
        near: Option<ModelName>,
    },
    /// There is a model of that name already.
    #[error("there is a model `{model}` already")]
    ModelExists {
        /// The model.
        model: ModelName,
    },
    /// Another model has the table.
    #[error("the table \"{table}\" is that of `{by}` already")]
    TableExists {
        /// The table.
        table: String,
        /// The model that has it.
        by: ModelName,
    },
    /// There is no such field.
    #[error("`{model}` has no field `{field}`{}", hint(near))]
    NoField {
        /// The model.
        model: ModelName,
        /// The field.
        field: String,
        /// The one that was probably meant.
        near: Option<String>,
    },
    /// There is a field of that name already.
    #[error("`{model}` has a field `{field}` already")]
    FieldExists {
        /// The model.
        model: ModelName,
        /// The field.
        field: String,
    },
    /// Another field has the column.
    #[error("the column \"{column}\" of `{model}` is that of `{by}` already")]
    ColumnExists {
        /// The model.
        model: ModelName,
        /// The column.
        column: String,
        /// The field that has it.
        by: String,
    },
    /// A foreign key points at a model that there is not.
    #[error("`{field}` of `{model}` points at `{target}`, and there is no such model{}", hint(near))]
    NoReferenced {
        /// The model.
        model: ModelName,
        /// The field, or the first of several.
        field: String,
        /// What it points at.
        target: Box<ModelName>,
        /// The model that was probably meant.
        near: Option<Box<ModelName>>,
    },
    /// Something is still made of the field.
    #[error("`{field}` of `{model}` is part of {by}, which must go first")]
    FieldInUse {
        /// The model.
        model: ModelName,
        /// The field.
        field: String,
        /// What it is part of.
        by: String,
    },
    /// Other models still point at the model.
    #[error("`{model}` is what `{field}` of `{by}` points at, which must go first")]
    ModelInUse {
        /// The model.
        model: ModelName,
        /// The model that points at it.
        by: Box<ModelName>,
        /// Its field.
        field: String,
    },
    /// The primary key would be none.
    #[error("a primary key of `{model}` {reason}")]
    Key {
        /// The model.
        model: ModelName,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// There is no such index.
    #[error("`{model}` has no such index ({index})")]
    NoIndex {
        /// The model.
        model: ModelName,
        /// The index.
        index: String,
    },
    /// There is such an index already.
    #[error("`{model}` has this index already ({index})")]
    IndexExists {
        /// The model.
        model: ModelName,
        /// The index.
        index: String,
    },
    /// There is no such constraint.
    #[error("`{model}` has no such constraint ({constraint})")]
    NoConstraint {
        /// The model.
        model: ModelName,
        /// The constraint.
        constraint: String,
    },
    /// There is such a constraint already.
    #[error("`{model}` has this constraint already ({constraint})")]
    ConstraintExists {
        /// The model.
        model: ModelName,
        /// The constraint.
        constraint: String,
    },
}

impl StateError {
    pub(crate) fn no_model(state: &SchemaState, name: &ModelName) -> StateError {
        StateError::NoModel { model: name.clone(), near: near_model(state, name) }
    }

    pub(crate) fn no_field(model: &ModelState, name: &str) -> StateError {
        let near = nearest(name, model.fields.iter().map(|field| field.name.as_str())).map(str::to_owned);
        StateError::NoField { model: model.name.clone(), field: name.to_owned(), near }
    }
}

/// The model that was probably meant.
pub(crate) fn near_model(state: &SchemaState, name: &ModelName) -> Option<ModelName> {
    let other_app = state.models().map(|model| &model.name).find(|other| other.name == name.name);
    let same_app = || {
        let names = state.models().filter(|model| model.name.app == name.app).map(|model| model.name.name.as_str());
        nearest(&name.name, names).map(|near| ModelName::new(&name.app, near))
    };
    other_app.cloned().or_else(same_app)
}

/// That an operation cannot be undone, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{operation}\" has no reverse: {reason}")]
pub struct Irreversible {
    /// What the operation does.
    pub operation: String,
    /// Why it cannot be undone.
    pub reason: String,
}

impl Irreversible {
    pub(crate) fn new(operation: &Operation, reason: impl Into<String>) -> Self {
        Irreversible { operation: operation.describe(), reason: reason.into() }
    }
}

fn hint<T: fmt::Display>(near: &Option<T>) -> String {
    near.as_ref().map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

fn chain(migrations: &[MigrationId]) -> String {
    let names: Vec<String> = migrations.iter().chain(migrations.first()).map(ToString::to_string).collect();
    names.join(" → ")
}

fn several<T: fmt::Display>(names: &[T]) -> String {
    match names {
        [] => String::from("none"),
        [one] => format!("`{one}`"),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(|name| format!("`{name}`")).collect();
            format!("{} and `{last}`", first.join(", "))
        }
    }
}

fn are<T: fmt::Display>(names: &[T]) -> String {
    format!("{} {}", several(names), if names.len() == 1 { "is" } else { "are" })
}
