//! The primary key, and what follows from it in other models.

use orm_core::schema::{ConstraintState, FieldKind, FieldState, ModelName, ModelState, SchemaState};
use serde::{Deserialize, Serialize};

use super::access::pointing_at;
use super::{Access, Change, Operation, Resource, field_at, model_at, model_mut};
use crate::error::{Irreversible, StateError};
use crate::names::snake_case;

/// Makes other fields the primary key. What points at the model then holds that key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlterKey {
    /// The model.
    pub model: ModelName,
    /// The fields that are the key.
    pub key: Vec<String>,
}

impl Change for AlterKey {
    fn apply(&self, state: &mut SchemaState) -> Result<(), StateError> {
        check_key(model_at(state, &self.model)?, &self.key)?;
        model_mut(state, &self.model)?.key.clone_from(&self.key);
        follow_keys(state, &self.model);
        Ok(())
    }

    fn describe(&self) -> String {
        format!("Alter primary key of {} to {}", self.model.name, self.key.join(", "))
    }

    fn reverse(&self, before: &SchemaState) -> Result<Vec<Operation>, Irreversible> {
        let model = model_at(before, &self.model)
            .map_err(|error| Irreversible::new(&Operation::AlterKey(self.clone()), error.to_string()))?;
        Ok(vec![Operation::AlterKey(AlterKey { model: self.model.clone(), key: model.key.clone() })])
    }

    fn access(&self, _before: Option<&SchemaState>, access: &mut Access) {
        access.write(Resource::Key(self.model.clone()));
        for field in &self.key {
            access.read(Resource::Field(self.model.clone(), field.clone()));
        }
    }

    fn model(&self) -> Option<&ModelName> {
        Some(&self.model)
    }

    fn name_part(&self) -> Option<String> {
        Some(format!("alter_{}_key", snake_case(&self.model.name)))
    }
}

/// That the fields can be the model's primary key.
pub(super) fn check_key(model: &ModelState, key: &[String]) -> Result<(), StateError> {
    let wrong = |reason| Err(StateError::Key { model: model.name.clone(), reason });
    if key.is_empty() {
        return wrong("has at least one field");
    }
    for (at, name) in key.iter().enumerate() {
        if field_at(model, name)?.nullable {
            return wrong("cannot be NULL");
        }
        if key.iter().take(at).any(|other| other == name) {
            return wrong("names each field once");
        }
    }
    Ok(())
}

/// What a foreign key has in common with the key that it points at.
#[derive(Clone, PartialEq)]
struct KeyType {
    kind: FieldKind,
    max_length: Option<u32>,
    max_digits: Option<u32>,
    decimal_places: Option<u32>,
}

impl KeyType {
    fn of(field: &FieldState) -> Self {
        let FieldState { kind, max_length, max_digits, decimal_places, .. } = field;
        KeyType { kind: kind.clone(), max_length: *max_length, max_digits: *max_digits, decimal_places: *decimal_places }
    }

    /// Gives a field this type; whether it had another one.
    fn give(&self, field: &mut FieldState) -> bool {
        let changes = *self != KeyType::of(field);
        if changes {
            field.kind = self.kind.clone();
            field.max_length = self.max_length;
            field.max_digits = self.max_digits;
            field.decimal_places = self.decimal_places;
        }
        changes
    }
}

/// Gives what points at a model the type of its key, and what points at that in turn.
pub(crate) fn follow_keys(state: &mut SchemaState, changed: &ModelName) {
    let mut queue = vec![changed.clone()];
    while let Some(target) = queue.pop() {
        let Some(model) = state.model(&target) else { continue };
        let types: Vec<KeyType> = model.key_fields().map(KeyType::of).collect();
        for by in pointing_at(state, &target) {
            if state.model_mut(&by).is_some_and(|other| follow(other, &target, &types)) {
                queue.push(by);
            }
        }
    }
}

/// Gives the fields of a model that point at `target` the types of its key; whether the model's own key has changed thereby.
fn follow(model: &mut ModelState, target: &ModelName, types: &[KeyType]) -> bool {
    let mut given: Vec<(String, KeyType)> = Vec::new();
    if let [only] = types {
        let pointing = model.fields.iter().filter(|field| super::access::target(field) == Some(target));
        given.extend(pointing.map(|field| (field.name.clone(), only.clone())));
    }
    for constraint in &model.constraints {
        if let ConstraintState::ForeignKey { fields, model: of, .. } = constraint
            && of == target
        {
            given.extend(fields.iter().cloned().zip(types.iter().cloned()));
        }
    }
    let mut key_changed = false;
    for (name, of) in given {
        if let Some(field) = model.fields.iter_mut().find(|field| field.name == name) {
            key_changed |= of.give(field) && model.key.contains(&name);
        }
    }
    key_changed
}
