//! What every kind of operation answers.

use orm_core::schema::{FieldState, ModelName, ModelState, SchemaState};

use super::{Access, Hints, Operation};
use crate::error::{Irreversible, StateError};

/// One kind of operation; [`Operation`] says what each of these means.
pub(crate) trait Change {
    fn apply(&self, state: &mut SchemaState) -> Result<(), StateError>;

    fn describe(&self) -> String;

    fn reverse(&self, before: &SchemaState) -> Result<Vec<Operation>, Irreversible>;

    fn destroys(&self, _before: &SchemaState) -> Option<String> {
        None
    }

    fn access(&self, before: Option<&SchemaState>, access: &mut Access);

    fn model(&self) -> Option<&ModelName> {
        None
    }

    fn hints(&self, _hints: &mut Hints) {}

    /// What stands for it in the name of a migration.
    fn name_part(&self) -> Option<String>;
}

/// The model of this name, or that there is none.
pub(crate) fn model_at<'s>(state: &'s SchemaState, name: &ModelName) -> Result<&'s ModelState, StateError> {
    state.model(name).ok_or_else(|| StateError::no_model(state, name))
}

/// The model of this name to be changed, or that there is none.
pub(crate) fn model_mut<'s>(state: &'s mut SchemaState, name: &ModelName) -> Result<&'s mut ModelState, StateError> {
    if state.model(name).is_none() {
        return Err(StateError::no_model(state, name));
    }
    state.model_mut(name).ok_or_else(|| StateError::NoModel { model: name.clone(), near: None })
}

/// The field of this name, or that there is none.
pub(crate) fn field_at<'m>(model: &'m ModelState, name: &str) -> Result<&'m FieldState, StateError> {
    model.field(name).ok_or_else(|| StateError::no_field(model, name))
}

/// Where the field of this name stands, or that there is none.
pub(crate) fn field_position(model: &ModelState, name: &str) -> Result<usize, StateError> {
    model.fields.iter().position(|field| field.name == name).ok_or_else(|| StateError::no_field(model, name))
}
