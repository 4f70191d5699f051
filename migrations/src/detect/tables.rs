//! Tables that have another name now.

use orm_core::schema::{ConstraintState, ModelName};

use super::Detector;
use crate::error::Result;
use crate::operation::{AlterField, AlterTable, DeleteModel, Operation, RemoveConstraint};

impl Detector<'_> {
    /// Deletes models now whose tables others are to have; all others go last.
    pub(super) fn free_tables(&mut self) -> Result<()> {
        for going in self.going() {
            let table = self.now.model(&going).map(|model| model.table.clone());
            if self.goal.models().any(|model| Some(&model.table) == table.as_ref()) {
                self.detach(&going)?;
                self.push(Operation::DeleteModel(DeleteModel { model: going }))?;
            }
        }
        Ok(())
    }

    /// Lets nothing point at a model that goes. What pointed at it stays, as a field like others, until its own turn comes.
    pub(super) fn detach(&mut self, target: &ModelName) -> Result<()> {
        let mut operations = Vec::new();
        for model in self.now.models().filter(|model| model.name != *target) {
            for field in model.fields.iter().filter(|field| field.references.as_ref().is_some_and(|to| to.model == *target)) {
                let mut field = field.clone();
                field.references = None;
                operations.push(Operation::AlterField(AlterField { model: model.name.clone(), field, fill: None }));
            }
            for constraint in &model.constraints {
                if matches!(constraint, ConstraintState::ForeignKey { model, .. } if model == target) {
                    let (model, constraint) = (model.name.clone(), constraint.clone());
                    operations.push(Operation::RemoveConstraint(RemoveConstraint { model, constraint }));
                }
            }
        }
        operations.into_iter().try_for_each(|operation| self.push(operation))
    }

    /// Renames tables, each when its new name is free; two that change places go by way of a third name.
    pub(super) fn alter_tables(&mut self) -> Result<()> {
        loop {
            let waiting: Vec<(ModelName, String)> = self
                .staying()
                .into_iter()
                .filter(|model| self.now.model(&model.name).is_some_and(|now| now.table != model.table))
                .map(|model| (model.name.clone(), model.table.clone()))
                .collect();
            let Some((first, first_table)) = waiting.first() else { return Ok(()) };
            let free = waiting.iter().find(|(_, table)| !self.is_table(table));
            let (model, table) = match free {
                Some((model, table)) => (model.clone(), table.clone()),
                None => {
                    let mut between = format!("{first_table}_tmp");
                    while self.is_table(&between) {
                        between.push('_');
                    }
                    (first.clone(), between)
                }
            };
            self.push(Operation::AlterTable(AlterTable { model, table }))?;
        }
    }

    fn is_table(&self, table: &str) -> bool {
        self.now.models().any(|model| model.table == table)
    }
}
