//! Indexes, constraints and comments.

use orm_core::schema::{IndexState, ModelName, ModelState};

use super::Detector;
use crate::error::Result;
use crate::operation::{AddConstraint, AddIndex, AlterComment, Operation, RemoveConstraint, RemoveIndex, RenameIndex};

impl Detector<'_> {
    /// Removes indexes and constraints that no longer are, before the fields that they are made of; an index that only has another name
    /// is renamed.
    pub(super) fn remove_parts(&mut self) -> Result<()> {
        for model in self.staying() {
            let Some(now) = self.now.model(&model.name) else { continue };
            let mut operations = Vec::new();
            for constraint in now.constraints.iter().filter(|constraint| !model.constraints.contains(constraint)) {
                let (model, constraint) = (model.name.clone(), constraint.clone());
                operations.push(Operation::RemoveConstraint(RemoveConstraint { model, constraint }));
            }
            let mut taken: Vec<&IndexState> = Vec::new();
            for index in now.indexes.iter().filter(|index| !model.indexes.contains(index)) {
                let renamed = renamed(index, now, model).filter(|renamed| !taken.contains(renamed));
                taken.extend(renamed);
                operations.push(replace(&model.name, index, renamed));
            }
            operations.into_iter().try_for_each(|operation| self.push(operation))?;
        }
        Ok(())
    }

    /// Adds indexes and constraints, and says what is to be said of tables.
    pub(super) fn add_parts(&mut self) -> Result<()> {
        for model in self.staying() {
            let Some(now) = self.now.model(&model.name) else { continue };
            let mut operations = Vec::new();
            if now.comment != model.comment {
                operations
                    .push(Operation::AlterComment(AlterComment { model: model.name.clone(), comment: model.comment.clone() }));
            }
            for (at, index) in model.indexes.iter().enumerate() {
                if !now.indexes.contains(index) && !model.indexes.iter().take(at).any(|other| other == index) {
                    let (model, index) = (model.name.clone(), index.clone());
                    operations.push(Operation::AddIndex(AddIndex { model, index, concurrently: false }));
                }
            }
            for (at, constraint) in model.constraints.iter().enumerate() {
                if !now.constraints.contains(constraint) && !model.constraints.iter().take(at).any(|other| other == constraint) {
                    let (model, constraint) = (model.name.clone(), constraint.clone());
                    operations.push(Operation::AddConstraint(AddConstraint { model, constraint, not_valid: false }));
                }
            }
            operations.into_iter().try_for_each(|operation| self.push(operation))?;
        }
        Ok(())
    }
}

/// The index of the model that is the same but for its name, and new.
fn renamed<'m>(index: &IndexState, now: &ModelState, model: &'m ModelState) -> Option<&'m IndexState> {
    let is_same = |new: &IndexState| IndexState { name: index.name.clone(), ..new.clone() } == *index;
    let is_free = |new: &IndexState| new.name.is_none() || !now.indexes.iter().any(|other| other.name == new.name);
    model.indexes.iter().find(|new| !now.indexes.contains(new) && is_same(new) && is_free(new))
}

/// What becomes of an index: it is renamed, or removed.
fn replace(model: &ModelName, index: &IndexState, renamed: Option<&IndexState>) -> Operation {
    let (model, index) = (model.clone(), index.clone());
    match renamed {
        Some(renamed) => Operation::RenameIndex(RenameIndex { model, index, to: renamed.name.clone() }),
        None => Operation::RemoveIndex(RemoveIndex { model, index, concurrently: false }),
    }
}
