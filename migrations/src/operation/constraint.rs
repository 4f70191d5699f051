//! Operations on constraints.

use orm_core::schema::{ConstraintState, ModelName, ModelState, SchemaState};
use serde::{Deserialize, Serialize};

use super::field::check_referenced;
use super::{Access, Change, Hints, Operation, Resource, field_at, model_at, model_mut};
use crate::error::{Irreversible, StateError};
use crate::names::snake_case;

/// Adds a constraint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddConstraint {
    /// The model.
    pub model: ModelName,
    /// The constraint.
    pub constraint: ConstraintState,
    /// Whether the rows that are there are left unchecked, where the database can (PostgreSQL), until a `validate_constraint`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_valid: bool,
}

impl Change for AddConstraint {
    fn apply(&self, state: &mut SchemaState) -> Result<(), StateError> {
        let model = model_at(state, &self.model)?;
        check_constraint(state, model, &self.constraint)?;
        let name = constraint_name(&self.constraint);
        if model.constraints.iter().any(|other| *other == self.constraint || (name.is_some() && constraint_name(other) == name)) {
            return Err(StateError::ConstraintExists { model: self.model.clone(), constraint: label(&self.constraint) });
        }
        model_mut(state, &self.model)?.constraints.push(self.constraint.clone());
        Ok(())
    }

    fn describe(&self) -> String {
        format!("Create constraint {} on {}", label(&self.constraint), self.model.name)
    }

    fn reverse(&self, _before: &SchemaState) -> Result<Vec<Operation>, Irreversible> {
        let (model, constraint) = (self.model.clone(), self.constraint.clone());
        Ok(vec![Operation::RemoveConstraint(RemoveConstraint { model, constraint })])
    }

    fn access(&self, _before: Option<&SchemaState>, access: &mut Access) {
        constraint_access(&self.model, &self.constraint, access);
    }

    fn model(&self) -> Option<&ModelName> {
        Some(&self.model)
    }

    fn hints(&self, hints: &mut Hints) {
        hints.not_valid |= self.not_valid;
    }

    fn name_part(&self) -> Option<String> {
        Some(format!("{}_{}", snake_case(&self.model.name), part_of_name(&self.constraint)))
    }
}

/// Checks the rows that were there when a constraint was added as `not_valid`. The schema stays as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValidateConstraint {
    /// The model.
    pub model: ModelName,
    /// The constraint.
    pub constraint: ConstraintState,
}

impl Change for ValidateConstraint {
    fn apply(&self, state: &mut SchemaState) -> Result<(), StateError> {
        position(model_at(state, &self.model)?, &self.constraint).map(|_| ())
    }

    fn describe(&self) -> String {
        format!("Validate constraint {} on {}", label(&self.constraint), self.model.name)
    }

    fn reverse(&self, _before: &SchemaState) -> Result<Vec<Operation>, Irreversible> {
        Ok(Vec::new())
    }

    fn access(&self, _before: Option<&SchemaState>, access: &mut Access) {
        constraint_access(&self.model, &self.constraint, access);
    }

    fn model(&self) -> Option<&ModelName> {
        Some(&self.model)
    }

    fn name_part(&self) -> Option<String> {
        Some(format!("validate_{}_{}", snake_case(&self.model.name), part_of_name(&self.constraint)))
    }
}

/// Removes a constraint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveConstraint {
    /// The model.
    pub model: ModelName,
    /// The constraint, as it is.
    pub constraint: ConstraintState,
}

impl Change for RemoveConstraint {
    fn apply(&self, state: &mut SchemaState) -> Result<(), StateError> {
        let model = model_mut(state, &self.model)?;
        let at = position(model, &self.constraint)?;
        model.constraints.remove(at);
        Ok(())
    }

    fn describe(&self) -> String {
        format!("Remove constraint {} from {}", label(&self.constraint), self.model.name)
    }

    fn reverse(&self, _before: &SchemaState) -> Result<Vec<Operation>, Irreversible> {
        let (model, constraint) = (self.model.clone(), self.constraint.clone());
        Ok(vec![Operation::AddConstraint(AddConstraint { model, constraint, not_valid: false })])
    }

    fn access(&self, _before: Option<&SchemaState>, access: &mut Access) {
        constraint_access(&self.model, &self.constraint, access);
        if let ConstraintState::ForeignKey { model, .. } = &self.constraint {
            access.read(Resource::Referenced(Some(model.clone())));
        }
    }

    fn model(&self) -> Option<&ModelName> {
        Some(&self.model)
    }

    fn name_part(&self) -> Option<String> {
        Some(format!("remove_{}_{}", snake_case(&self.model.name), part_of_name(&self.constraint)))
    }
}

/// Where the model has exactly this constraint.
fn position(model: &ModelState, constraint: &ConstraintState) -> Result<usize, StateError> {
    let found = model.constraints.iter().position(|other| other == constraint);
    found.ok_or_else(|| StateError::NoConstraint { model: model.name.clone(), constraint: label(constraint) })
}

fn constraint_access(model: &ModelName, constraint: &ConstraintState, access: &mut Access) {
    access.write(Resource::Constraint(model.clone(), constraint.clone()));
    // A condition may name any field.
    match constraint {
        ConstraintState::Unique { condition: None, .. } => {}
        ConstraintState::ForeignKey { model: target, .. } => access.read_target(model, target),
        _ => access.read(Resource::Model(model.clone())),
    }
    for field in constraint_fields(constraint) {
        access.read(Resource::Field(model.clone(), field.to_owned()));
    }
}

/// That there is what the constraint is about.
pub(super) fn check_constraint(state: &SchemaState, model: &ModelState, constraint: &ConstraintState) -> Result<(), StateError> {
    constraint_fields(constraint).try_for_each(|field| field_at(model, field).map(|_| ()))?;
    match constraint {
        ConstraintState::ForeignKey { fields, model: target, .. } => {
            check_referenced(state, &model.name, fields.first().map_or("", String::as_str), target)
        }
        _ => Ok(()),
    }
}

/// The fields that a constraint names.
pub(super) fn constraint_fields(constraint: &ConstraintState) -> impl Iterator<Item = &str> {
    let fields = match constraint {
        ConstraintState::Unique { fields, .. } | ConstraintState::ForeignKey { fields, .. } => fields.as_slice(),
        _ => &[],
    };
    fields.iter().map(String::as_str)
}

/// Names a field by its new name.
pub(super) fn rename_in_constraint(constraint: &mut ConstraintState, from: &str, to: &str) {
    if let ConstraintState::Unique { fields, .. } | ConstraintState::ForeignKey { fields, .. } = constraint {
        for field in fields.iter_mut().filter(|field| *field == from) {
            to.clone_into(field);
        }
    }
}

/// Points at a renamed model by its new name.
pub(crate) fn retarget(model: &mut ModelState, from: &ModelName, to: &ModelName) {
    for reference in model.fields.iter_mut().filter_map(|field| field.references.as_mut()) {
        if reference.model == *from {
            reference.model.clone_from(to);
        }
    }
    for constraint in &mut model.constraints {
        if let ConstraintState::ForeignKey { model, .. } = constraint
            && model == from
        {
            model.clone_from(to);
        }
    }
}

/// The name of a constraint in the database, where the model gives one.
fn constraint_name(constraint: &ConstraintState) -> Option<&str> {
    match constraint {
        ConstraintState::Unique { name, .. } => name.as_deref(),
        ConstraintState::Check { name, .. } | ConstraintState::Exclude { name, .. } => Some(name),
        _ => None,
    }
}

/// A constraint for people: its name, or else its fields.
pub(crate) fn label(constraint: &ConstraintState) -> String {
    match (constraint_name(constraint), constraint) {
        (Some(name), _) => name.to_owned(),
        (None, ConstraintState::ForeignKey { model, fields, .. }) => format!("{} to {}", fields.join(", "), model.name),
        (None, constraint) => format!("unique {}", constraint_fields(constraint).collect::<Vec<_>>().join(", ")),
    }
}

fn part_of_name(constraint: &ConstraintState) -> String {
    let fields = || constraint_fields(constraint).collect::<Vec<_>>().join("_");
    match (constraint_name(constraint), constraint) {
        (Some(name), _) => name.to_owned(),
        (None, ConstraintState::ForeignKey { .. }) => format!("{}_fk", fields()),
        (None, _) => format!("unique_{}", fields()),
    }
}
