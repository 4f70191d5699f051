//! Models that are new, and models that go.

use orm_core::schema::{ConstraintState, ModelName, ModelState};

use super::Detector;
use crate::error::Result;
use crate::operation::{CreateModel, DeleteModel, Operation, targets};

impl Detector<'_> {
    /// Makes new models, each behind those that it points at. Where they point at each other, one is made without its foreign keys, which
    /// it gets when all are there.
    pub(super) fn create_models(&mut self) -> Result<()> {
        let goal = self.goal;
        let mut waiting: Vec<&ModelState> = goal.models().filter(|model| self.now.model(&model.name).is_none()).collect();
        while !waiting.is_empty() {
            let absent = |model: &ModelState| self.absent_targets(model).count();
            let Some((at, _)) = waiting.iter().enumerate().min_by_key(|(_, model)| absent(model)) else { break };
            let model = self.without_absent(waiting.remove(at));
            self.push(Operation::CreateModel(CreateModel(model)))?;
        }
        Ok(())
    }

    /// What a model points at that is not there yet.
    pub(super) fn absent_targets<'m>(&self, model: &'m ModelState) -> impl Iterator<Item = &'m ModelName> {
        targets(model).map(|(_, target)| target).filter(|target| **target != model.name && self.now.model(target).is_none())
    }

    /// The model as far as it points at what is there.
    fn without_absent(&self, model: &ModelState) -> ModelState {
        let is_absent = |target: &ModelName| *target != model.name && self.now.model(target).is_none();
        let mut model = model.clone();
        let mut fields = std::mem::take(&mut model.fields);
        for field in &mut fields {
            field.references.take_if(|to| is_absent(&to.model));
        }
        let mut constraints = std::mem::take(&mut model.constraints);
        constraints.retain(|constraint| !matches!(constraint, ConstraintState::ForeignKey { model, .. } if is_absent(model)));
        ModelState { fields, constraints, ..model }
    }

    /// Deletes models, each before those that it points at.
    pub(super) fn delete_models(&mut self) -> Result<()> {
        loop {
            let going = self.going();
            let Some(first) = going.first() else { return Ok(()) };
            let free = going.iter().find(|name| !self.is_referenced(name));
            if free.is_none() {
                self.detach(first)?;
            }
            let model = free.unwrap_or(first).clone();
            self.push(Operation::DeleteModel(DeleteModel { model }))?;
        }
    }

    fn is_referenced(&self, name: &ModelName) -> bool {
        let others = self.now.models().filter(|model| model.name != *name);
        others.flat_map(targets).any(|(_, target)| target == name)
    }
}
