//! All models of a program together.

use std::collections::BTreeMap;

use crate::schema::{ModelName, ModelState};

/// The models of a program at one point of its history.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SchemaState {
    models: BTreeMap<ModelName, ModelState>,
}

impl SchemaState {
    /// No models.
    #[must_use]
    pub fn new() -> Self {
        SchemaState::default()
    }

    /// The model of this name.
    #[must_use]
    pub fn model(&self, name: &ModelName) -> Option<&ModelState> {
        self.models.get(name)
    }

    /// The model of this name, to be changed.
    pub fn model_mut(&mut self, name: &ModelName) -> Option<&mut ModelState> {
        self.models.get_mut(name)
    }

    /// All models, in the order of their names.
    pub fn models(&self) -> impl Iterator<Item = &ModelState> {
        self.models.values()
    }

    /// All models, to be changed.
    pub fn models_mut(&mut self) -> impl Iterator<Item = &mut ModelState> {
        self.models.values_mut()
    }

    /// Adds a model, and gives back the one that it replaces.
    pub fn insert(&mut self, model: ModelState) -> Option<ModelState> {
        self.models.insert(model.name.clone(), model)
    }

    /// Takes a model out.
    pub fn remove(&mut self, name: &ModelName) -> Option<ModelState> {
        self.models.remove(name)
    }
}

impl FromIterator<ModelState> for SchemaState {
    fn from_iter<I: IntoIterator<Item = ModelState>>(models: I) -> Self {
        let mut state = SchemaState::new();
        for model in models {
            state.insert(model);
        }
        state
    }
}
