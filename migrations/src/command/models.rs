//! The models of a program, and the apps that they belong to.

use std::collections::{BTreeMap, BTreeSet};

use orm_core::meta::ModelMeta;
use orm_core::registry;
use orm_core::schema::{ModelName, SchemaState};

use crate::detect::ModelHints;
use crate::error::{Error, Result};

/// The models of a program. One that says no app belongs to the app of the program.
///
/// ```
/// use amphi::migrations::command::Models;
/// use amphi::prelude::*;
///
/// #[derive(Model)]
/// struct Author {
///     id: i64,
/// }
///
/// let models = Models::new(models![Author], "shop");
/// let names: Vec<String> = models.schema()?.models().map(|model| model.name.to_string()).collect();
/// assert_eq!(names, ["shop.Author"]);
/// # Ok::<(), amphi::migrations::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Models {
    models: Vec<&'static ModelMeta>,
    app: String,
}

impl Models {
    /// These models.
    #[must_use]
    pub fn new(models: &[&'static ModelMeta], app: impl Into<String>) -> Self {
        Models { models: models.to_vec(), app: app.into() }
    }

    /// All models of the program that derive `Model`, of whatever module or crate that is linked.
    #[must_use]
    pub fn registered(app: impl Into<String>) -> Self {
        Models { models: registry::models(), app: app.into() }
    }

    /// The models.
    #[must_use]
    pub fn metas(&self) -> &[&'static ModelMeta] {
        &self.models
    }

    /// The app of models that say none.
    #[must_use]
    pub fn app(&self) -> &str {
        &self.app
    }

    /// What a model is called.
    #[must_use]
    pub fn name_of(&self, model: &'static ModelMeta) -> ModelName {
        ModelName::of(model, &|_| self.app.clone())
    }

    /// Their schema.
    ///
    /// # Errors
    /// As [`SchemaState::of_models`]; [`Error::Models`] for two models of the same name or the same table.
    pub fn schema(&self) -> Result<SchemaState> {
        self.check_names()?;
        Ok(SchemaState::of_models(&self.models, &|_| self.app.clone())?)
    }

    /// What they say beside their schema.
    #[must_use]
    pub fn hints(&self) -> ModelHints {
        ModelHints::of_models(&self.models, &|_| self.app.clone())
    }

    /// Models that derive `Model` and are linked into the program, and that are none of these.
    #[must_use]
    pub fn left_out(&self) -> BTreeSet<ModelName> {
        let known: BTreeSet<ModelName> = self.models.iter().map(|model| self.name_of(model)).collect();
        let others = registry::models().into_iter().map(|model| self.name_of(model));
        others.filter(|name| !known.contains(name)).collect()
    }

    fn check_names(&self) -> Result<()> {
        let mut by_name: BTreeMap<ModelName, &'static ModelMeta> = BTreeMap::new();
        let mut by_table: BTreeMap<&str, ModelName> = BTreeMap::new();
        for model in &self.models {
            let name = self.name_of(model);
            let wrong = if by_name.insert(name.clone(), model).is_some() {
                format!("two models are called `{name}`")
            } else if let Some(other) = by_table.insert(model.table, name.clone()) {
                format!("`{other}` and `{name}` have the same table \"{}\"", model.table)
            } else {
                continue;
            };
            let advice = "name the models that count: `amphi::manage!(models: [..])`, or give one of them another app";
            return Err(Error::Models(format!("{wrong}; {advice}")));
        }
        Ok(())
    }
}
