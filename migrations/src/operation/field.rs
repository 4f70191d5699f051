//! Operations on fields and their columns.

use orm_core::schema::{FieldState, Literal, ModelName, ModelState, SchemaState};
use serde::{Deserialize, Serialize};

use super::access::target;
use super::constraint::{constraint_fields, rename_in_constraint};
use super::index::{index_fields, rename_in_index};
use super::{
    Access, Change, Hints, Operation, Resource, field_at, field_position, follow_keys, is_widening, model_at, model_mut,
};
use crate::error::{Irreversible, StateError, near_model};
use crate::names::snake_case;

/// Adds a field and its column, behind those that are there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddField {
    /// The model.
    pub model: ModelName,
    /// The field.
    pub field: FieldState,
    /// What the rows that are there get, once. A field that may not be NULL needs it unless the table is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<Literal>,
}

impl Change for AddField {
    fn apply(&self, state: &mut SchemaState) -> Result<(), StateError> {
        let model = model_at(state, &self.model)?;
        if model.field(&self.field.name).is_some() {
            return Err(StateError::FieldExists { model: self.model.clone(), field: self.field.name.clone() });
        }
        check_columns(model, &self.field.name, self.field.column())?;
        check_target(state, &self.model, &self.field)?;
        model_mut(state, &self.model)?.fields.push(self.field.clone());
        Ok(())
    }

    fn describe(&self) -> String {
        format!("Add field {} to {}", self.field.name, self.model.name)
    }

    fn reverse(&self, _before: &SchemaState) -> Result<Vec<Operation>, Irreversible> {
        let (model, field, fill) = (self.model.clone(), self.field.name.clone(), self.fill.clone());
        Ok(vec![Operation::RemoveField(RemoveField { model, field, fill })])
    }

    fn access(&self, _before: Option<&SchemaState>, access: &mut Access) {
        access.write(Resource::Field(self.model.clone(), self.field.name.clone()));
        access.write(Resource::Column(self.model.clone(), Some(self.field.column().to_owned())));
        if let Some(target) = target(&self.field) {
            access.read_target(&self.model, target);
        }
    }

    fn model(&self) -> Option<&ModelName> {
        Some(&self.model)
    }

    fn hints(&self, hints: &mut Hints) {
        hints.fills.extend(self.fill.iter().map(|fill| (self.model.clone(), self.field.name.clone(), fill.clone())));
    }

    fn name_part(&self) -> Option<String> {
        Some(format!("{}_{}", snake_case(&self.model.name), self.field.name))
    }
}

/// Removes a field and its column. Indexes and constraints that it is part of must be gone already.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveField {
    /// The model.
    pub model: ModelName,
    /// The field.
    pub field: String,
    /// What the rows get when this is undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<Literal>,
}

impl Change for RemoveField {
    fn apply(&self, state: &mut SchemaState) -> Result<(), StateError> {
        let model = model_mut(state, &self.model)?;
        let at = field_position(model, &self.field)?;
        if let Some(by) = use_of(model, &self.field) {
            return Err(StateError::FieldInUse { model: self.model.clone(), field: self.field.clone(), by });
        }
        model.fields.remove(at);
        Ok(())
    }

    fn describe(&self) -> String {
        format!("Remove field {} from {}", self.field, self.model.name)
    }

    fn reverse(&self, before: &SchemaState) -> Result<Vec<Operation>, Irreversible> {
        let field = old_field(before, &self.model, &self.field)
            .map_err(|error| Irreversible::new(&Operation::RemoveField(self.clone()), error.to_string()))?;
        let (model, field, fill) = (self.model.clone(), field.clone(), self.fill.clone());
        Ok(vec![Operation::AddField(AddField { model, field, fill })])
    }

    fn destroys(&self, before: &SchemaState) -> Option<String> {
        let model = before.model(&self.model);
        let table = model.map_or(self.model.name.as_str(), |model| &model.table);
        let column = model.and_then(|model| model.field(&self.field)).map_or(self.field.as_str(), FieldState::column);
        Some(format!("the column \"{column}\" of \"{table}\" and all that is in it"))
    }

    fn access(&self, before: Option<&SchemaState>, access: &mut Access) {
        access.write(Resource::Field(self.model.clone(), self.field.clone()));
        // It may be part of the key until that is changed.
        access.read(Resource::Key(self.model.clone()));
        changes_of_old(before, &self.model, &self.field, access);
    }

    fn model(&self) -> Option<&ModelName> {
        Some(&self.model)
    }

    fn name_part(&self) -> Option<String> {
        Some(format!("remove_{}_{}", snake_case(&self.model.name), self.field))
    }
}

/// Changes a field and its column. What points at the model follows the type of its key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlterField {
    /// The model.
    pub model: ModelName,
    /// The field as it is afterwards, by the same name.
    pub field: FieldState,
    /// What the rows get, once, in which it is NULL and may no longer be; if it may be from now on, when this is undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<Literal>,
}

impl Change for AlterField {
    fn apply(&self, state: &mut SchemaState) -> Result<(), StateError> {
        let model = model_at(state, &self.model)?;
        let at = field_position(model, &self.field.name)?;
        check_columns(model, &self.field.name, self.field.column())?;
        check_target(state, &self.model, &self.field)?;
        let is_key = model.key.contains(&self.field.name);
        if is_key && self.field.nullable {
            return Err(StateError::Key { model: self.model.clone(), reason: "cannot be NULL" });
        }
        if let Some(field) = model_mut(state, &self.model)?.fields.get_mut(at) {
            field.clone_from(&self.field);
        }
        if is_key {
            follow_keys(state, &self.model);
        }
        Ok(())
    }

    fn describe(&self) -> String {
        format!("Alter field {} on {}", self.field.name, self.model.name)
    }

    fn reverse(&self, before: &SchemaState) -> Result<Vec<Operation>, Irreversible> {
        let field = old_field(before, &self.model, &self.field.name)
            .map_err(|error| Irreversible::new(&Operation::AlterField(self.clone()), error.to_string()))?;
        let fill = self.fill.clone().filter(|_| self.field.nullable && !field.nullable);
        Ok(vec![Operation::AlterField(AlterField { model: self.model.clone(), field: field.clone(), fill })])
    }

    fn destroys(&self, before: &SchemaState) -> Option<String> {
        let model = before.model(&self.model)?;
        let old = model.field(&self.field.name)?;
        let narrows = old.kind != self.field.kind && !is_widening(old, &self.field);
        narrows.then(|| format!("what in the column \"{}\" of \"{}\" the new type cannot hold", old.column(), model.table))
    }

    fn access(&self, before: Option<&SchemaState>, access: &mut Access) {
        access.write(Resource::Field(self.model.clone(), self.field.name.clone()));
        access.write(Resource::Column(self.model.clone(), Some(self.field.column().to_owned())));
        if before.and_then(|before| before.model(&self.model)).is_none_or(|model| model.key.contains(&self.field.name)) {
            access.write(Resource::Key(self.model.clone()));
        }
        changes_of_old(before, &self.model, &self.field.name, access);
        if let Some(target) = target(&self.field) {
            access.read_target(&self.model, target);
        }
    }

    fn model(&self) -> Option<&ModelName> {
        Some(&self.model)
    }

    fn hints(&self, hints: &mut Hints) {
        let fill = self.fill.iter().filter(|_| !self.field.nullable);
        hints.fills.extend(fill.map(|fill| (self.model.clone(), self.field.name.clone(), fill.clone())));
    }

    fn name_part(&self) -> Option<String> {
        Some(format!("alter_{}_{}", snake_case(&self.model.name), self.field.name))
    }
}

/// Gives a field another name, and its column too. Keys, indexes and constraints that it is part of name it by the new name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenameField {
    /// The model.
    pub model: ModelName,
    /// The field, by its old name.
    pub field: String,
    /// The new name.
    pub to: String,
    /// The column's name afterwards, where it is not the field's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
}

impl Change for RenameField {
    fn apply(&self, state: &mut SchemaState) -> Result<(), StateError> {
        let model = model_mut(state, &self.model)?;
        let at = field_position(model, &self.field)?;
        if self.to != self.field && model.field(&self.to).is_some() {
            return Err(StateError::FieldExists { model: self.model.clone(), field: self.to.clone() });
        }
        check_columns(model, &self.field, self.column.as_deref().unwrap_or(&self.to))?;
        rename_in(model, at, self);
        Ok(())
    }

    fn describe(&self) -> String {
        format!("Rename field {} on {} to {}", self.field, self.model.name, self.to)
    }

    fn reverse(&self, before: &SchemaState) -> Result<Vec<Operation>, Irreversible> {
        let field = old_field(before, &self.model, &self.field)
            .map_err(|error| Irreversible::new(&Operation::RenameField(self.clone()), error.to_string()))?;
        Ok(vec![Operation::RenameField(RenameField {
            model: self.model.clone(),
            field: self.to.clone(),
            to: self.field.clone(),
            column: field.column.clone(),
        })])
    }

    fn access(&self, before: Option<&SchemaState>, access: &mut Access) {
        access.write(Resource::Field(self.model.clone(), self.field.clone()));
        access.write(Resource::Field(self.model.clone(), self.to.clone()));
        access.write(Resource::Key(self.model.clone()));
        let column = self.column.as_ref().unwrap_or(&self.to).clone();
        access.write(Resource::Column(self.model.clone(), Some(column)));
        access.write(Resource::Column(self.model.clone(), old_column(before, &self.model, &self.field)));
    }

    fn model(&self) -> Option<&ModelName> {
        Some(&self.model)
    }

    fn hints(&self, hints: &mut Hints) {
        hints.renamed_fields.push((self.model.clone(), self.field.clone(), self.to.clone()));
    }

    fn name_part(&self) -> Option<String> {
        Some(format!("rename_{}_{}_{}", self.field, snake_case(&self.model.name), self.to))
    }
}

/// Renames the field at a position, wherever the model names it.
fn rename_in(model: &mut ModelState, at: usize, rename: &RenameField) {
    if let Some(field) = model.fields.get_mut(at) {
        field.name.clone_from(&rename.to);
        field.column = rename.column.clone().filter(|column| *column != rename.to);
    }
    let (from, to) = (&rename.field, &rename.to);
    for name in model.key.iter_mut().filter(|name| *name == from) {
        name.clone_from(to);
    }
    model.indexes.iter_mut().for_each(|index| rename_in_index(index, from, to));
    model.constraints.iter_mut().for_each(|constraint| rename_in_constraint(constraint, from, to));
}

/// What the change of a field does to the column and the reference that it has so far.
fn changes_of_old(before: Option<&SchemaState>, model: &ModelName, field: &str, access: &mut Access) {
    access.write(Resource::Column(model.clone(), old_column(before, model, field)));
    match before {
        Some(before) => {
            let old = before.model(model).and_then(|model| model.field(field)).and_then(target);
            if let Some(old) = old.filter(|old| *old != model) {
                access.read(Resource::Referenced(Some(old.clone())));
            }
        }
        None => access.read(Resource::Referenced(None)),
    }
}

/// The column that a field has so far, if it is known.
fn old_column(before: Option<&SchemaState>, model: &ModelName, field: &str) -> Option<String> {
    before?.model(model)?.field(field).map(|field| field.column().to_owned())
}

/// A field as it is before an operation.
fn old_field<'s>(before: &'s SchemaState, model: &ModelName, field: &str) -> Result<&'s FieldState, StateError> {
    field_at(model_at(before, model)?, field)
}

/// What a field is part of, if it is.
fn use_of(model: &ModelState, field: &str) -> Option<String> {
    if model.key.iter().any(|name| name == field) {
        return Some(String::from("the primary key"));
    }
    let index = model.indexes.iter().find(|index| index_fields(index).any(|name| name == field));
    let constraint = || model.constraints.iter().find(|constraint| constraint_fields(constraint).any(|name| name == field));
    index
        .map(|index| format!("the index ({})", super::index::label(index)))
        .or_else(|| constraint().map(|constraint| format!("the constraint ({})", super::constraint::label(constraint))))
}

/// That no field but this one has the column.
pub(super) fn check_columns(model: &ModelState, field: &str, column: &str) -> Result<(), StateError> {
    match model.fields.iter().find(|other| other.name != field && other.column() == column) {
        Some(by) => Err(StateError::ColumnExists { model: model.name.clone(), column: column.to_owned(), by: by.name.clone() }),
        None => Ok(()),
    }
}

/// That there is what a field points at.
pub(super) fn check_target(state: &SchemaState, model: &ModelName, field: &FieldState) -> Result<(), StateError> {
    target(field).map_or(Ok(()), |target| check_referenced(state, model, &field.name, target))
}

/// That there is a model that is pointed at.
pub(super) fn check_referenced(
    state: &SchemaState,
    model: &ModelName,
    field: &str,
    target: &ModelName,
) -> Result<(), StateError> {
    if target == model || state.model(target).is_some() {
        return Ok(());
    }
    let near = near_model(state, target).map(Box::new);
    Err(StateError::NoReferenced { model: model.clone(), field: field.to_owned(), target: Box::new(target.clone()), near })
}
