//! Models of an existing database, as `inspectdb` writes them.
//!
//! [`inspect`] makes a schema of what a database has, with notes of what models cannot say, and [`inspectdb`] writes it as Rust. The
//! models are a beginning to be gone over: SQLite keeps less of a type than a field says, so that a date comes out as a text.

mod limits;
mod model;
mod parts;
#[cfg(all(feature = "database", any(feature = "sync", feature = "async")))]
mod run;
mod types;

use std::collections::BTreeSet;

use orm_core::connection::{Access, Connection};
use orm_core::ops::Operation;
use orm_core::schema::{ModelName, SchemaState};
use orm_core::sql::Dialect;

use self::model::Maker;
#[cfg(all(feature = "sync", feature = "database"))]
pub use self::run::read_models;
#[cfg(all(feature = "async", feature = "database"))]
pub use self::run::read_models_a;
use crate::drift::MIGRATION_TABLE;
use crate::error::Result;
use crate::introspect::{self, Catalog, CatalogTable};
use crate::source::{self, Note, SourceOptions, is_reserved, model_name};

/// Which tables become models, and of which app.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct InspectOptions {
    /// The app that the models belong to.
    pub app: String,
    /// The tables and views that are wanted; all of them if it says none.
    pub tables: Vec<String>,
    /// Whether views become models too.
    pub views: bool,
}

impl InspectOptions {
    /// All tables and views, as models of an app.
    #[must_use]
    pub fn new(app: impl Into<String>) -> Self {
        InspectOptions { app: app.into(), tables: Vec::new(), views: true }
    }
}

/// The models that a database could have.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Inspected {
    /// The models.
    pub state: SchemaState,
    /// Those that are views.
    pub views: Vec<ModelName>,
    /// What the database has of them that models cannot say, or say otherwise.
    pub notes: Vec<Note>,
    /// The tables and views that can be no models, and why.
    pub left_out: Vec<(String, String)>,
}

/// Makes models of what a database has. `dialect` is the database's.
#[must_use]
pub fn inspect(catalog: &Catalog, options: &InspectOptions, dialect: &dyn Dialect) -> Inspected {
    let is_wanted = |table: &&CatalogTable| {
        table.name != MIGRATION_TABLE
            && (options.views || !table.is_view)
            && (options.tables.is_empty() || options.tables.contains(&table.name))
    };
    let mut inspected = Inspected::default();
    let mut names: Vec<(String, ModelName)> = Vec::new();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut tables = Vec::new();
    for table in catalog.tables.iter().filter(is_wanted) {
        match Maker::key_of(table, catalog) {
            Ok(key) => {
                let mut name = model_name(&table.name);
                while is_reserved(&name) || !taken.insert(name.clone()) {
                    name.push_str("Model");
                }
                names.push((table.name.clone(), ModelName::new(options.app.clone(), name)));
                tables.push((table, key));
            }
            Err(reason) => inspected.left_out.push((table.name.clone(), reason)),
        }
    }
    let keys = tables.clone();
    for ((table, key), (_, name)) in tables.into_iter().zip(&names) {
        let maker = Maker { catalog, table, dialect, names: &names, keys: &keys, name };
        let (model, notes) = maker.model(&key);
        if table.is_view {
            inspected.views.push(name.clone());
        }
        inspected.state.insert(model);
        inspected.notes.extend(notes);
    }
    inspected
}

/// The Rust source of the models that a database could have.
///
/// # Errors
/// [`Error::Source`](crate::Error::Source) for a model that the derive does not take.
pub fn inspectdb(catalog: &Catalog, options: &InspectOptions, dialect: &dyn Dialect) -> Result<String> {
    let inspected = inspect(catalog, options, dialect);
    let app = Some(options.app.clone());
    let written = SourceOptions { app, unmanaged: inspected.views, notes: inspected.notes, ..SourceOptions::default() };
    let mut source = source::models(&inspected.state, &written)?;
    for (table, reason) in inspected.left_out {
        source.push_str(&format!("\n// `{table}` is left out: {reason}.\n"));
    }
    Ok(source)
}

/// Writes the models that a database could have. An operation of both modes.
#[derive(Debug, Clone)]
pub struct ReadModels {
    /// Which tables become models.
    pub options: InspectOptions,
}

impl Operation for ReadModels {
    type Output = Result<String>;
    const NAME: &'static str = "inspectdb";
    const ACCESS: Access = Access::Read;

    async fn run<C: Connection>(self, connection: &mut C) -> orm_core::Result<Self::Output> {
        let catalog = introspect::read(connection).await?;
        Ok(inspectdb(&catalog, &self.options, connection.dialect()))
    }
}
