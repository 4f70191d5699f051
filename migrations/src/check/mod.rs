//! Looking over the models before anything is done with them: Django's `check`.

mod backends;
mod models;
mod names;

use orm_core::meta::ModelMeta;
use orm_core::schema::{ModelName, ModelState, SchemaState};
use orm_core::sql::Dialect;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It works, and is probably not what was meant.
    Warning,
    /// It cannot work.
    Error,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// What kind of finding it is, always the same: `amphi.E001`.
    pub id: &'static str,
    /// How bad it is.
    pub level: Level,
    /// The model, if it is about one.
    pub model: Option<ModelName>,
    /// The field, if it is about one.
    pub field: Option<String>,
    /// The database on which it is so, if it is not so everywhere.
    pub backend: Option<&'static str>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Finding {
    fn error(id: &'static str, model: &ModelName, message: impl Into<String>) -> Self {
        Finding {
            id,
            level: Level::Error,
            model: Some(model.clone()),
            field: None,
            backend: None,
            message: message.into(),
            hint: None,
        }
    }

    fn warning(id: &'static str, model: &ModelName, message: impl Into<String>) -> Self {
        Finding { level: Level::Warning, ..Finding::error(id, model, message) }
    }

    fn field(self, field: impl Into<String>) -> Self {
        Finding { field: Some(field.into()), ..self }
    }

    fn on(self, backend: &'static str) -> Self {
        Finding { backend: Some(backend), ..self }
    }

    fn hint(self, hint: impl Into<String>) -> Self {
        Finding { hint: Some(hint.into()), ..self }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.model, &self.field) {
            (Some(model), Some(field)) => write!(f, "{model}.{field}: ")?,
            (Some(model), None) => write!(f, "{model}: ")?,
            _ => {}
        }
        write!(f, "({}) ", self.id)?;
        if let Some(backend) = self.backend {
            write!(f, "on {backend}: ")?;
        }
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

/// A model of the program, and what is its schema.
struct Known {
    meta: &'static ModelMeta,
    name: ModelName,
    /// None if it has no schema, which is a finding.
    state: Option<ModelState>,
}

/// Looks over a list of models, each of the app that `app_of` says unless it says its own, for the databases that it is to run on.
///
/// | Id | What |
/// |---|---|
/// | `amphi.E001` | two models of one name |
/// | `amphi.E002` | two models of one table |
/// | `amphi.E003` | a foreign key to a model that is not in the list |
/// | `amphi.E004` | two fields of one column |
/// | `amphi.E005` | a name that the database, or the library, has for itself |
/// | `amphi.E006` | two things of one name in the database: indexes, constraints, types |
/// | `amphi.E007` | a model that has no schema |
/// | `amphi.E008` | what the database cannot hold |
/// | `amphi.E009` | a field that is an array where there are none |
/// | `amphi.W001` | a model of the program that is not in the list |
/// | `amphi.W002` | a model twice in the list |
///
/// ```standalone_crate
/// use amphi::{models, Model};
/// use orm_migrations::check::check;
/// use orm_core::sql::{MARIADB, POSTGRES, SQLITE};
///
/// #[derive(Model)]
/// struct Note {
///     id: i64,
///     #[field(unique)]
///     title: String,
/// }
///
/// let found = check(models![Note], &|_| "notes".to_owned(), &[&SQLITE, &POSTGRES, &MARIADB]);
/// assert_eq!(found.len(), 1);
/// assert_eq!((found[0].id, found[0].backend), ("amphi.E008", Some("MariaDB"))); // a unique text has a length there
/// ```
#[must_use]
pub fn check(
    models: &[&'static ModelMeta],
    app_of: &dyn Fn(&'static ModelMeta) -> String,
    dialects: &[&'static dyn Dialect],
) -> Vec<Finding> {
    let mut found = Vec::new();
    let listed = models::listed(models, app_of, &mut found);
    let beside = models::beside(&listed, app_of);
    models::unlisted(&listed, app_of, &mut found);
    names::same(&listed, &mut found);
    for dialect in dialects {
        names::taken(&listed, *dialect, &mut found);
        backends::refused(&listed, &beside, *dialect, &mut found);
    }
    found
}

/// The schema of models.
fn schema<'k>(models: impl Iterator<Item = &'k Known>) -> SchemaState {
    models.filter_map(|model| model.state.clone()).collect()
}
