//! Models and fields that have another name now.

use std::collections::BTreeMap;

use orm_core::schema::{FieldState, ModelName, ModelState};

use super::Detector;
use super::pairs::{hinted, in_order};
use crate::error::Result;
use crate::names::snake_case;
use crate::operation::{Operation, RenameField, RenameModel};
use crate::similar::likeness;

/// From this on two names are alike enough that the one may be the other, in thousandths.
const ALIKE: usize = 600;

impl Detector<'_> {
    /// Renames models: those that say so, those whose name follows from another one's, and those of which the user says so. The old and
    /// the new names.
    pub(super) fn rename_models(&mut self) -> Result<Vec<(ModelName, ModelName)>> {
        let names = |state: &orm_core::schema::SchemaState| state.models().map(|model| model.name.clone()).collect::<Vec<_>>();
        let (old, new) = (names(&self.now), names(self.goal));
        let hinted = hinted(&old, &new, |name| self.hints.renamed_models.get(name).cloned());
        let mut renamed = in_order(hinted);
        for (from, to) in &renamed {
            self.rename_model(from, to)?;
        }
        let goal = self.goal;
        for new in goal.models() {
            if self.now.model(&new.name).is_some() {
                continue;
            }
            let deduced = self.going().into_iter().find(|old| self.follows(old, new, &renamed));
            let from = match deduced {
                Some(from) => Some(from),
                None => self.ask_for_model(new)?,
            };
            if let Some(from) = from {
                self.rename_model(&from, &new.name)?;
                renamed.push((from, new.name.clone()));
            }
        }
        Ok(renamed)
    }

    fn rename_model(&mut self, from: &ModelName, to: &ModelName) -> Result<()> {
        let table = self.goal.model(to).map(|model| model.table.clone());
        // A table whose name another model has yet is renamed when that one is out of the way.
        let table = table.filter(|table| !self.now.models().any(|model| model.table == *table));
        self.push(Operation::RenameModel(RenameModel { model: from.clone(), to: to.clone(), table }))
    }

    /// Whether the name of a model follows from that of a renamed one: the model between a `Book` and its `tags` is `BookTags`.
    fn follows(&self, old: &ModelName, new: &ModelState, renamed: &[(ModelName, ModelName)]) -> bool {
        let Some(was) = self.now.model(old) else { return false };
        let by_name = renamed.iter().any(|(from, to)| {
            let rest = old.name.strip_prefix(&from.name);
            old.app == from.app && new.name.app == to.app && rest.is_some() && rest == new.name.name.strip_prefix(&to.name)
        });
        let targets = |model: &ModelState| {
            let mut targets: Vec<ModelName> = model
                .fields
                .iter()
                .filter_map(|field| field.references.as_ref())
                .map(|reference| reference.model.clone())
                .collect();
            targets.sort();
            targets
        };
        by_name && was.fields.len() == new.fields.len() && targets(was) == targets(new)
    }

    /// Asks whether a new model was another one, if any that is gone is like it.
    fn ask_for_model(&mut self, new: &ModelState) -> Result<Option<ModelName>> {
        let going = self.going();
        let mut candidates: Vec<(usize, &ModelState)> = going
            .iter()
            .filter_map(|name| self.now.model(name))
            .filter_map(|old| Some((model_likeness(old, new)?, old)))
            .collect();
        if candidates.is_empty() {
            return Ok(None);
        }
        candidates.sort_by_key(|(likeness, old)| (std::cmp::Reverse(*likeness), old.name.clone()));
        let candidates: Vec<&ModelState> = candidates.into_iter().map(|(_, old)| old).collect();
        self.questions.renamed_model(new, &candidates)
    }

    /// Renames fields: those that say so, those that are called by a model that was renamed, and those of which the user says so.
    pub(super) fn rename_fields(&mut self, renamed: &[(ModelName, ModelName)]) -> Result<()> {
        for model in self.staying() {
            let Some(now) = self.now.model(&model.name) else { continue };
            let names = |model: &ModelState| model.fields.iter().map(|field| field.name.clone()).collect::<Vec<_>>();
            let hint = |field: &String| self.hints.renamed_fields.get(&(model.name.clone(), field.clone())).cloned();
            for (from, to) in in_order(hinted(&names(now), &names(model), hint)) {
                self.rename_field(model, &from, &to)?;
            }
            for new in &model.fields {
                let Some(now) = self.now.model(&model.name) else { continue };
                if now.field(&new.name).is_some() {
                    continue;
                }
                let gone = now.fields.iter().filter(|field| model.field(&field.name).is_none());
                let gone: Vec<FieldState> = gone.cloned().collect();
                let deduced = gone.iter().find(|old| is_called_by(old, new, renamed)).map(|old| old.name.clone());
                let from = match deduced {
                    Some(from) => Some(from),
                    None => self.ask_for_field(&model.name, new, &gone)?,
                };
                if let Some(from) = from {
                    self.rename_field(model, &from, &new.name)?;
                }
            }
        }
        Ok(())
    }

    fn rename_field(&mut self, model: &ModelState, from: &str, to: &str) -> Result<()> {
        let column = model.field(to).and_then(|field| field.column.clone());
        let wanted = column.as_deref().unwrap_or(to);
        let now = self.now.model(&model.name);
        let is_taken = now.is_some_and(|now| now.fields.iter().any(|field| field.name != from && field.column() == wanted));
        // A column whose name another field has yet is renamed when that one is out of the way.
        let kept = now.and_then(|now| now.field(from)).map(|field| field.column().to_owned());
        let column = if is_taken { kept } else { column };
        let (model, field, to) = (model.name.clone(), from.to_owned(), to.to_owned());
        self.push(Operation::RenameField(RenameField { model, field, to, column }))
    }

    /// Asks whether a new field was another one, if any that is gone is like it.
    fn ask_for_field(&mut self, model: &ModelName, new: &FieldState, gone: &[FieldState]) -> Result<Option<String>> {
        let mut candidates: BTreeMap<(std::cmp::Reverse<usize>, &str), &FieldState> = BTreeMap::new();
        for old in gone {
            if let Some(likeness) = field_likeness(old, new) {
                candidates.insert((std::cmp::Reverse(likeness), &old.name), old);
            }
        }
        if candidates.is_empty() {
            return Ok(None);
        }
        self.questions.renamed_field(model, new, &candidates.into_values().collect::<Vec<_>>())
    }
}

/// Whether a foreign key was called by the old name of what it points at, and is called by the new one.
fn is_called_by(old: &FieldState, new: &FieldState, renamed: &[(ModelName, ModelName)]) -> bool {
    let Some(target) = new.references.as_ref().filter(|_| old.references == new.references) else { return false };
    renamed.iter().filter(|(_, to)| *to == target.model).any(|(from, to)| {
        let (from, to) = (snake_case(&from.name), snake_case(&to.name));
        ["", "from_", "to_"].iter().any(|way| old.name == format!("{way}{from}") && new.name == format!("{way}{to}"))
    })
}

/// How alike two fields are, if the one may be the other: of the same type, or of a similar name.
fn field_likeness(old: &FieldState, new: &FieldState) -> Option<usize> {
    let is_same_type = old.kind == new.kind && old.references == new.references;
    let names = likeness(&old.name, &new.name);
    (is_same_type || names >= ALIKE).then_some(names + if is_same_type { 1000 } else { 0 })
}

/// How alike two models are, if the one may be the other: of similar names, or with half of the fields the same.
fn model_likeness(old: &ModelState, new: &ModelState) -> Option<usize> {
    let shared = new.fields.iter().filter(|field| old.field(&field.name).is_some_and(|other| other.kind == field.kind)).count();
    let all = old.fields.len().max(new.fields.len()).max(1);
    let (names, fields) = (likeness(&old.name.name, &new.name.name), shared * 1000 / all);
    (names >= ALIKE || fields > 500).then_some(names + fields + if old.name.app == new.name.app { 1000 } else { 0 })
}
