//! Fields that are new, are other ones or go, and the primary keys that are made of them.

use std::collections::BTreeSet;

use orm_core::schema::{FieldState, Literal, ModelName, ModelState};

use super::Detector;
use crate::error::{Error, NeedsFill, Result};
use crate::operation::{AddField, AlterField, AlterKey, Operation, RemoveField};

impl Detector<'_> {
    /// Changes the fields of primary keys, before anything new points at them.
    pub(super) fn change_keys(&mut self) -> Result<()> {
        for model in self.staying() {
            let is_there = |field: &FieldState| {
                field.references.as_ref().is_none_or(|to| to.model == model.name || self.now.model(&to.model).is_some())
            };
            let of_key: Vec<&FieldState> =
                model.fields.iter().filter(|field| model.key.contains(&field.name) && is_there(field)).collect();
            self.change(model, &of_key)?;
            if model.key_fields().all(|field| of_key.contains(&field)) {
                self.change_key(model)?;
            }
        }
        Ok(())
    }

    /// Adds and changes all other fields.
    pub(super) fn change_fields(&mut self) -> Result<()> {
        for model in self.staying() {
            self.change(model, &model.fields.iter().collect::<Vec<_>>())?;
            self.change_key(model)?;
        }
        Ok(())
    }

    fn change_key(&mut self, model: &ModelState) -> Result<()> {
        if self.now.model(&model.name).is_none_or(|now| now.key == model.key) {
            return Ok(());
        }
        self.push(Operation::AlterKey(AlterKey { model: model.name.clone(), key: model.key.clone() }))
    }

    /// Removes what no longer is.
    pub(super) fn remove_fields(&mut self) -> Result<()> {
        for model in self.staying() {
            let now = self.now.model(&model.name).map(|now| now.fields.as_slice()).unwrap_or_default();
            let gone: Vec<String> =
                now.iter().filter(|field| model.field(&field.name).is_none()).map(|field| field.name.clone()).collect();
            for field in gone {
                self.push(remove(&model.name, field))?;
            }
        }
        Ok(())
    }

    /// Adds or changes fields, each when its column is free.
    fn change(&mut self, model: &ModelState, fields: &[&FieldState]) -> Result<()> {
        let mut parked: BTreeSet<String> = BTreeSet::new();
        loop {
            let Some(now) = self.now.model(&model.name) else { return Ok(()) };
            let waiting: Vec<&FieldState> =
                fields.iter().copied().filter(|field| now.field(&field.name) != Some(field)).collect();
            let Some(first) = waiting.first() else { return Ok(()) };
            match waiting.iter().find(|field| holder(now, field).is_none()) {
                Some(field) => self.add_or_alter(model, field)?,
                None => self.park(model, first, &mut parked)?,
            }
        }
    }

    /// Frees the column that a field is to have.
    fn park(&mut self, model: &ModelState, field: &FieldState, parked: &mut BTreeSet<String>) -> Result<()> {
        let Some(now) = self.now.model(&model.name) else { return Ok(()) };
        let Some(mut other) = holder(now, field).cloned() else { return Ok(()) };
        if !parked.insert(other.name.clone()) {
            // Two fields of the model have one column.
            return Err(Error::NotUnderstood { model: model.name.clone() });
        }
        if model.field(&other.name).is_none() && !now.key.contains(&other.name) {
            return self.push(remove(&model.name, other.name));
        }
        let mut between = format!("{}_tmp", other.column());
        while now.fields.iter().any(|field| field.column() == between) {
            between.push('_');
        }
        other.column = Some(between);
        self.push(Operation::AlterField(AlterField { model: model.name.clone(), field: other, fill: None }))
    }

    fn add_or_alter(&mut self, model: &ModelState, field: &FieldState) -> Result<()> {
        let name = &model.name;
        let old = self.now.model(name).and_then(|now| now.field(&field.name));
        let default = self.hints.fills.get(&(name.clone(), field.name.clone())).cloned();
        match old {
            None => {
                let needs_fill = !field.nullable && field.default.is_none() && !field.generated;
                let fill = match default {
                    None if needs_fill => Some(self.new_fill(name, field)?),
                    default => default.filter(|_| field.default.is_none() && !field.generated),
                };
                self.push(Operation::AddField(AddField { model: name.clone(), field: field.clone(), fill }))
            }
            Some(old) => {
                let fill = match default {
                    _ if field.nullable || !old.nullable => None,
                    None => self.questions.fill(name, field, NeedsFill::NoLongerNull)?,
                    default => default,
                };
                self.push(Operation::AlterField(AlterField { model: name.clone(), field: field.clone(), fill }))
            }
        }
    }

    /// What the rows that are there have in a new field.
    fn new_fill(&mut self, model: &ModelName, field: &FieldState) -> Result<Literal> {
        let why = NeedsFill::New;
        let unknown = || Error::Fill { model: model.clone(), field: field.name.clone(), why };
        self.questions.fill(model, field, why)?.ok_or_else(unknown)
    }
}

/// Another field that has the column which a field is to have.
fn holder<'m>(now: &'m ModelState, field: &FieldState) -> Option<&'m FieldState> {
    now.fields.iter().find(|other| other.name != field.name && other.column() == field.column())
}

fn remove(model: &ModelName, field: String) -> Operation {
    Operation::RemoveField(RemoveField { model: model.clone(), field, fill: None })
}
