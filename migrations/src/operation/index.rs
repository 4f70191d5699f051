//! Operations on indexes.

use orm_core::schema::{DialectSql, IndexPart, IndexState, ModelName, ModelState, SchemaState};
use serde::{Deserialize, Serialize};

use super::{Access, Change, Hints, Operation, Resource, field_at, model_mut};
use crate::error::{Irreversible, StateError};
use crate::names::snake_case;

/// Adds an index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddIndex {
    /// The model.
    pub model: ModelName,
    /// The index.
    pub index: IndexState,
    /// Whether it is made while others write, where the database can (PostgreSQL, in a migration that is not `atomic`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub concurrently: bool,
}

impl Change for AddIndex {
    fn apply(&self, state: &mut SchemaState) -> Result<(), StateError> {
        let model = model_mut(state, &self.model)?;
        check_index(model, &self.index)?;
        if model.indexes.iter().any(|other| *other == self.index || (other.name.is_some() && other.name == self.index.name)) {
            return Err(StateError::IndexExists { model: self.model.clone(), index: label(&self.index) });
        }
        model.indexes.push(self.index.clone());
        Ok(())
    }

    fn describe(&self) -> String {
        format!("Create index {} on {}", label(&self.index), self.model.name)
    }

    fn reverse(&self, _before: &SchemaState) -> Result<Vec<Operation>, Irreversible> {
        let AddIndex { model, index, concurrently } = self.clone();
        Ok(vec![Operation::RemoveIndex(RemoveIndex { model, index, concurrently })])
    }

    fn access(&self, _before: Option<&SchemaState>, access: &mut Access) {
        index_access(&self.model, &self.index, access);
    }

    fn model(&self) -> Option<&ModelName> {
        Some(&self.model)
    }

    fn hints(&self, hints: &mut Hints) {
        hints.concurrently |= self.concurrently;
    }

    fn name_part(&self) -> Option<String> {
        Some(format!("{}_{}", snake_case(&self.model.name), part_of_name(&self.index)))
    }
}

/// Removes an index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveIndex {
    /// The model.
    pub model: ModelName,
    /// The index, as it is.
    pub index: IndexState,
    /// Whether it is removed while others write, where the database can (PostgreSQL, in a migration that is not `atomic`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub concurrently: bool,
}

impl Change for RemoveIndex {
    fn apply(&self, state: &mut SchemaState) -> Result<(), StateError> {
        let model = model_mut(state, &self.model)?;
        let at = position(model, &self.index)?;
        model.indexes.remove(at);
        Ok(())
    }

    fn describe(&self) -> String {
        format!("Remove index {} from {}", label(&self.index), self.model.name)
    }

    fn reverse(&self, _before: &SchemaState) -> Result<Vec<Operation>, Irreversible> {
        let RemoveIndex { model, index, concurrently } = self.clone();
        Ok(vec![Operation::AddIndex(AddIndex { model, index, concurrently })])
    }

    fn access(&self, _before: Option<&SchemaState>, access: &mut Access) {
        index_access(&self.model, &self.index, access);
    }

    fn model(&self) -> Option<&ModelName> {
        Some(&self.model)
    }

    fn hints(&self, hints: &mut Hints) {
        hints.concurrently |= self.concurrently;
    }

    fn name_part(&self) -> Option<String> {
        Some(format!("remove_{}_{}", snake_case(&self.model.name), part_of_name(&self.index)))
    }
}

/// Gives an index another name in the database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenameIndex {
    /// The model.
    pub model: ModelName,
    /// The index, as it is.
    pub index: IndexState,
    /// The new name; none for the one that follows from the table and the fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

impl RenameIndex {
    /// The index as it is afterwards.
    pub(crate) fn renamed(&self) -> IndexState {
        IndexState { name: self.to.clone(), ..self.index.clone() }
    }
}

impl Change for RenameIndex {
    fn apply(&self, state: &mut SchemaState) -> Result<(), StateError> {
        let model = model_mut(state, &self.model)?;
        let at = position(model, &self.index)?;
        let renamed = self.renamed();
        if model.indexes.iter().any(|other| *other == renamed || (other.name.is_some() && other.name == renamed.name)) {
            return Err(StateError::IndexExists { model: self.model.clone(), index: label(&renamed) });
        }
        if let Some(index) = model.indexes.get_mut(at) {
            *index = renamed;
        }
        Ok(())
    }

    fn describe(&self) -> String {
        let to = self.to.as_deref().unwrap_or("the name that follows from its fields");
        format!("Rename index {} on {} to {to}", label(&self.index), self.model.name)
    }

    fn reverse(&self, _before: &SchemaState) -> Result<Vec<Operation>, Irreversible> {
        let (model, index, to) = (self.model.clone(), self.renamed(), self.index.name.clone());
        Ok(vec![Operation::RenameIndex(RenameIndex { model, index, to })])
    }

    fn access(&self, _before: Option<&SchemaState>, access: &mut Access) {
        index_access(&self.model, &self.index, access);
        access.write(Resource::Index(self.model.clone(), self.renamed()));
    }

    fn model(&self) -> Option<&ModelName> {
        Some(&self.model)
    }

    fn name_part(&self) -> Option<String> {
        Some(format!("rename_{}_{}", snake_case(&self.model.name), part_of_name(&self.index)))
    }
}

/// Where the model has exactly this index.
fn position(model: &ModelState, index: &IndexState) -> Result<usize, StateError> {
    let found = model.indexes.iter().position(|other| other == index);
    found.ok_or_else(|| StateError::NoIndex { model: model.name.clone(), index: label(index) })
}

fn index_access(model: &ModelName, index: &IndexState, access: &mut Access) {
    access.write(Resource::Index(model.clone(), index.clone()));
    // An expression or a condition may name any field.
    if sql_of(index).next().is_some() {
        access.read(Resource::Model(model.clone()));
    }
    for field in index_fields(index) {
        access.read(Resource::Field(model.clone(), field.to_owned()));
    }
}

/// That the model has what the index is over.
pub(super) fn check_index(model: &ModelState, index: &IndexState) -> Result<(), StateError> {
    index_fields(index).try_for_each(|field| field_at(model, field).map(|_| ()))
}

/// The fields that an index names.
pub(super) fn index_fields(index: &IndexState) -> impl Iterator<Item = &str> {
    let parts = index.parts.iter().filter_map(|part| match part {
        IndexPart::Field(field) | IndexPart::Descending(field) => Some(field.as_str()),
        IndexPart::Expression(_) => None,
    });
    parts.chain(index.include.iter().map(String::as_str))
}

/// What an index says in SQL.
fn sql_of(index: &IndexState) -> impl Iterator<Item = &DialectSql> {
    let parts = index.parts.iter().filter_map(|part| match part {
        IndexPart::Expression(sql) => Some(sql),
        IndexPart::Field(_) | IndexPart::Descending(_) => None,
    });
    parts.chain(&index.condition)
}

/// Names a field by its new name.
pub(super) fn rename_in_index(index: &mut IndexState, from: &str, to: &str) {
    let parts = index.parts.iter_mut().filter_map(|part| match part {
        IndexPart::Field(field) | IndexPart::Descending(field) => Some(field),
        IndexPart::Expression(_) => None,
    });
    for field in parts.chain(&mut index.include).filter(|field| *field == from) {
        to.clone_into(field);
    }
}

/// An index for people: its name, or else its fields.
pub(crate) fn label(index: &IndexState) -> String {
    let part = |part: &IndexPart| match part {
        IndexPart::Field(field) => field.clone(),
        IndexPart::Descending(field) => format!("-{field}"),
        IndexPart::Expression(DialectSql::Same(sql)) => sql.clone(),
        IndexPart::Expression(DialectSql::Each { .. }) => String::from("an expression"),
    };
    match &index.name {
        Some(name) => name.clone(),
        None => index.parts.iter().map(part).collect::<Vec<_>>().join(", "),
    }
}

fn part_of_name(index: &IndexState) -> String {
    match &index.name {
        Some(name) => name.clone(),
        None => format!("{}_idx", index_fields(index).collect::<Vec<_>>().join("_")),
    }
}
