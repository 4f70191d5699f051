//! Operations on whole models and their tables.

use orm_core::schema::{ModelName, ModelState, SchemaState};
use serde::{Deserialize, Serialize};

use super::access::{pointing_at, targets};
use super::constraint::{check_constraint, retarget};
use super::field::{check_columns, check_target};
use super::index::check_index;
use super::key::check_key;
use super::{Access, Change, Hints, Operation, Resource, model_at, model_mut};
use crate::error::{Irreversible, StateError};
use crate::names::snake_case;

/// Makes a model and its table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CreateModel(pub ModelState);

impl Change for CreateModel {
    fn apply(&self, state: &mut SchemaState) -> Result<(), StateError> {
        let CreateModel(model) = self;
        if state.model(&model.name).is_some() {
            return Err(StateError::ModelExists { model: model.name.clone() });
        }
        check_table(state, &model.table)?;
        for (at, field) in model.fields.iter().enumerate() {
            if model.fields.iter().take(at).any(|other| other.name == field.name) {
                return Err(StateError::FieldExists { model: model.name.clone(), field: field.name.clone() });
            }
            check_columns(model, &field.name, field.column())?;
            check_target(state, &model.name, field)?;
        }
        check_key(model, &model.key)?;
        model.indexes.iter().try_for_each(|index| check_index(model, index))?;
        model.constraints.iter().try_for_each(|constraint| check_constraint(state, model, constraint))?;
        state.insert(model.clone());
        Ok(())
    }

    fn describe(&self) -> String {
        format!("Create model {}", self.0.name.name)
    }

    fn reverse(&self, _before: &SchemaState) -> Result<Vec<Operation>, Irreversible> {
        Ok(vec![Operation::DeleteModel(DeleteModel { model: self.0.name.clone() })])
    }

    fn access(&self, _before: Option<&SchemaState>, access: &mut Access) {
        let CreateModel(model) = self;
        access.write(Resource::Model(model.name.clone()));
        access.write(Resource::Table(Some(model.table.clone())));
        for (_, target) in targets(model) {
            access.read_target(&model.name, target);
        }
    }

    fn model(&self) -> Option<&ModelName> {
        Some(&self.0.name)
    }

    fn name_part(&self) -> Option<String> {
        Some(snake_case(&self.0.name.name))
    }
}

/// Removes a model and its table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeleteModel {
    /// The model.
    pub model: ModelName,
}

impl Change for DeleteModel {
    fn apply(&self, state: &mut SchemaState) -> Result<(), StateError> {
        model_at(state, &self.model)?;
        for other in state.models().filter(|other| other.name != self.model) {
            if let Some((field, _)) = targets(other).find(|(_, target)| **target == self.model) {
                let (model, by, field) = (self.model.clone(), Box::new(other.name.clone()), field.to_owned());
                return Err(StateError::ModelInUse { model, by, field });
            }
        }
        state.remove(&self.model);
        Ok(())
    }

    fn describe(&self) -> String {
        format!("Delete model {}", self.model.name)
    }

    fn reverse(&self, before: &SchemaState) -> Result<Vec<Operation>, Irreversible> {
        let model = model_at(before, &self.model)
            .map_err(|error| Irreversible::new(&Operation::DeleteModel(self.clone()), error.to_string()))?;
        Ok(vec![Operation::CreateModel(CreateModel(model.clone()))])
    }

    fn destroys(&self, before: &SchemaState) -> Option<String> {
        let table = before.model(&self.model).map_or(self.model.name.as_str(), |model| &model.table);
        Some(format!("the table \"{table}\" and all its rows"))
    }

    fn access(&self, before: Option<&SchemaState>, access: &mut Access) {
        access.write(Resource::Model(self.model.clone()));
        match before.and_then(|before| before.model(&self.model)) {
            Some(model) => {
                access.write(Resource::Table(Some(model.table.clone())));
                access.write(Resource::Referenced(Some(self.model.clone())));
                for (_, target) in targets(model).filter(|(_, target)| **target != self.model) {
                    access.read(Resource::Referenced(Some(target.clone())));
                }
            }
            None => {
                access.write(Resource::Table(None));
                access.write(Resource::Referenced(None));
            }
        }
    }

    fn model(&self) -> Option<&ModelName> {
        Some(&self.model)
    }

    fn name_part(&self) -> Option<String> {
        Some(format!("delete_{}", snake_case(&self.model.name)))
    }
}

/// Gives a model another name, and its table too if it says one. What points at it points at it by the new name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenameModel {
    /// The model, by its old name.
    pub model: ModelName,
    /// The new name.
    pub to: ModelName,
    /// The table's new name; none where it stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
}

impl Change for RenameModel {
    fn apply(&self, state: &mut SchemaState) -> Result<(), StateError> {
        let old = model_at(state, &self.model)?;
        if self.to != self.model && state.model(&self.to).is_some() {
            return Err(StateError::ModelExists { model: self.to.clone() });
        }
        if let Some(table) = self.table.as_ref().filter(|table| **table != old.table) {
            check_table(state, table)?;
        }
        if let Some(mut model) = state.remove(&self.model) {
            model.name = self.to.clone();
            if let Some(table) = &self.table {
                model.table.clone_from(table);
            }
            state.insert(model);
        }
        for by in pointing_at(state, &self.model) {
            if let Some(model) = state.model_mut(&by) {
                retarget(model, &self.model, &self.to);
            }
        }
        Ok(())
    }

    fn describe(&self) -> String {
        let to = if self.to.app == self.model.app { self.to.name.clone() } else { self.to.to_string() };
        format!("Rename model {} to {to}", self.model.name)
    }

    fn reverse(&self, before: &SchemaState) -> Result<Vec<Operation>, Irreversible> {
        let old = model_at(before, &self.model)
            .map_err(|error| Irreversible::new(&Operation::RenameModel(self.clone()), error.to_string()))?;
        let table = self.table.as_ref().map(|_| old.table.clone());
        Ok(vec![Operation::RenameModel(RenameModel { model: self.to.clone(), to: self.model.clone(), table })])
    }

    fn access(&self, before: Option<&SchemaState>, access: &mut Access) {
        access.write(Resource::Model(self.model.clone()));
        access.write(Resource::Model(self.to.clone()));
        if let Some(table) = &self.table {
            let old = before.and_then(|before| before.model(&self.model)).map(|model| model.table.clone());
            access.write(Resource::Table(old));
            access.write(Resource::Table(Some(table.clone())));
        }
    }

    fn model(&self) -> Option<&ModelName> {
        Some(&self.model)
    }

    fn hints(&self, hints: &mut Hints) {
        hints.renamed_models.push((self.model.clone(), self.to.clone()));
    }

    fn name_part(&self) -> Option<String> {
        Some(format!("rename_{}_{}", snake_case(&self.model.name), snake_case(&self.to.name)))
    }
}

/// Gives a model's table another name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlterTable {
    /// The model.
    pub model: ModelName,
    /// The table's new name.
    pub table: String,
}

impl Change for AlterTable {
    fn apply(&self, state: &mut SchemaState) -> Result<(), StateError> {
        if model_at(state, &self.model)?.table != self.table {
            check_table(state, &self.table)?;
        }
        model_mut(state, &self.model)?.table.clone_from(&self.table);
        Ok(())
    }

    fn describe(&self) -> String {
        format!("Rename table for {} to {}", self.model.name, self.table)
    }

    fn reverse(&self, before: &SchemaState) -> Result<Vec<Operation>, Irreversible> {
        let model = model_at(before, &self.model)
            .map_err(|error| Irreversible::new(&Operation::AlterTable(self.clone()), error.to_string()))?;
        Ok(vec![Operation::AlterTable(AlterTable { model: self.model.clone(), table: model.table.clone() })])
    }

    fn access(&self, before: Option<&SchemaState>, access: &mut Access) {
        let old = before.and_then(|before| before.model(&self.model)).map(|model| model.table.clone());
        access.write(Resource::Table(old));
        access.write(Resource::Table(Some(self.table.clone())));
        // The names of indexes may follow from the table's.
        access.write(Resource::Model(self.model.clone()));
    }

    fn model(&self) -> Option<&ModelName> {
        Some(&self.model)
    }

    fn name_part(&self) -> Option<String> {
        Some(format!("alter_{}_table", snake_case(&self.model.name)))
    }
}

/// Says something else, or nothing, of a table in the database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlterComment {
    /// The model.
    pub model: ModelName,
    /// What is said; none for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl Change for AlterComment {
    fn apply(&self, state: &mut SchemaState) -> Result<(), StateError> {
        model_mut(state, &self.model)?.comment.clone_from(&self.comment);
        Ok(())
    }

    fn describe(&self) -> String {
        format!("Alter comment of {}", self.model.name)
    }

    fn reverse(&self, before: &SchemaState) -> Result<Vec<Operation>, Irreversible> {
        let model = model_at(before, &self.model)
            .map_err(|error| Irreversible::new(&Operation::AlterComment(self.clone()), error.to_string()))?;
        Ok(vec![Operation::AlterComment(AlterComment { model: self.model.clone(), comment: model.comment.clone() })])
    }

    fn access(&self, _before: Option<&SchemaState>, access: &mut Access) {
        access.write(Resource::Comment(self.model.clone()));
    }

    fn model(&self) -> Option<&ModelName> {
        Some(&self.model)
    }

    fn name_part(&self) -> Option<String> {
        Some(format!("alter_{}_comment", snake_case(&self.model.name)))
    }
}

/// That no model has a table of this name.
fn check_table(state: &SchemaState, table: &str) -> Result<(), StateError> {
    match state.models().find(|model| model.table == table) {
        Some(by) => Err(StateError::TableExists { table: table.to_owned(), by: by.name.clone() }),
        None => Ok(()),
    }
}
