//! All models of a program together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::schema::{FieldState, ModelName, ModelState};

/// The models of a program at one point of its history.
///
/// A clone shares its models until one of the two changes them, so that a long history can be replayed with the schema before each of
/// its operations at hand.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SchemaState {
    models: BTreeMap<Arc<ModelName>, Arc<ModelState>>,
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
        self.models.get(name).map(AsRef::as_ref)
    }

    /// The model of this name, to be changed.
    pub fn model_mut(&mut self, name: &ModelName) -> Option<&mut ModelState> {
        self.models.get_mut(name).map(Arc::make_mut)
    }

    /// All models, in the order of their names.
    pub fn models(&self) -> impl Iterator<Item = &ModelState> {
        self.models.values().map(AsRef::as_ref)
    }

    /// All models, to be changed.
    pub fn models_mut(&mut self) -> impl Iterator<Item = &mut ModelState> {
        self.models.values_mut().map(Arc::make_mut)
    }

    /// A field as its column is: a foreign key is of the type of the key that it points at, its length included.
    #[must_use]
    pub fn typed(&self, field: &FieldState) -> FieldState {
        let mut typed = field;
        // A key may be a foreign key itself; a circle of such keys has no end.
        for _ in 0..16 {
            let next = typed.references.as_ref().and_then(|reference| {
                let mut key = self.model(&reference.model)?.key_fields();
                key.next().filter(|_| key.next().is_none())
            });
            let Some(next) = next else { break };
            typed = next;
        }
        FieldState {
            kind: typed.kind.clone(),
            max_length: typed.max_length,
            max_digits: typed.max_digits,
            decimal_places: typed.decimal_places,
            ..field.clone()
        }
    }

    /// Adds a model, and gives back the one that it replaces.
    pub fn insert(&mut self, model: ModelState) -> Option<ModelState> {
        self.models.insert(Arc::new(model.name.clone()), Arc::new(model)).map(Arc::unwrap_or_clone)
    }

    /// Takes a model out.
    pub fn remove(&mut self, name: &ModelName) -> Option<ModelState> {
        self.models.remove(name).map(Arc::unwrap_or_clone)
    }

    /// The names of the models that are not the same in both, or in only one of them. What both share is not looked at.
    pub(crate) fn differing<'s>(&'s self, other: &'s SchemaState) -> BTreeSet<&'s ModelName> {
        let is_other = |(name, model): &(&'s Arc<ModelName>, &'s Arc<ModelState>), there: &SchemaState| {
            !there.models.get(*name).is_some_and(|found| Arc::ptr_eq(found, model) || found == *model)
        };
        let here = self.models.iter().filter(|entry| is_other(entry, other));
        let there = other.models.iter().filter(|(name, _)| !self.models.contains_key(*name));
        here.chain(there).map(|(name, _)| name.as_ref()).collect()
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
