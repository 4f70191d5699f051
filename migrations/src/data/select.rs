//! Which models are meant: all, or those of some apps, or some.

use orm_core::schema::{ModelName, ModelState, SchemaState};
use orm_core::sql::creation_order;

use super::error::{Error, Result};
use crate::similar::nearest;

/// Apps and models by their names: `shop`, `shop.Book`.
#[derive(Debug, Clone, Default)]
pub(super) struct Choice {
    only: Vec<String>,
    excluded: Vec<String>,
}

impl Choice {
    pub(super) fn add(&mut self, names: impl IntoIterator<Item = impl Into<String>>) {
        self.only.extend(names.into_iter().map(Into::into));
    }

    pub(super) fn exclude(&mut self, names: impl IntoIterator<Item = impl Into<String>>) {
        self.excluded.extend(names.into_iter().map(Into::into));
    }

    /// The models, each behind those that it points at, as far as there is such an order.
    ///
    /// # Errors
    /// [`Error::NoChoice`] for a name that is neither an app's nor a model's.
    pub(super) fn of<'s>(&self, state: &'s SchemaState) -> Result<Vec<&'s ModelState>> {
        for written in self.only.iter().chain(&self.excluded) {
            if !state.models().any(|model| means(written, &model.name)) {
                return Err(no_choice(state, written));
            }
        }
        let named = |names: &[String], model: &ModelState| names.iter().any(|written| means(written, &model.name));
        let chosen = state.models().filter(|model| self.only.is_empty() || named(&self.only, model));
        Ok(in_order(chosen.filter(|model| !named(&self.excluded, model)).collect()))
    }
}

/// Models, each behind those that it points at, as far as there is such an order.
pub(super) fn in_order(models: Vec<&ModelState>) -> Vec<&ModelState> {
    creation_order(models, |from, to| from.references().any(|(_, target)| *target == to.name))
}

fn means(written: &str, model: &ModelName) -> bool {
    match written.split_once('.') {
        Some((app, name)) => app == model.app && name == model.name,
        None => written == model.app,
    }
}

fn no_choice(state: &SchemaState, written: &str) -> Error {
    let mut known: Vec<String> = state.models().map(|model| model.name.to_string()).collect();
    known.extend(state.models().map(|model| model.name.app.clone()));
    let near = nearest(written, known.iter().map(String::as_str)).map(str::to_owned);
    Error::NoChoice { written: written.to_owned(), near }
}
