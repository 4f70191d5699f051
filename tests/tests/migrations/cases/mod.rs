//! The changes that the matrix tries. Most begin with the shop and say what becomes other.

mod alterations;
mod constraints;
mod enums;
mod fields;
mod keys;
mod models;

use amphi::Backend;
use orm_core::schema::{FieldState, Literal, ModelName, ModelState, SchemaState};

use super::builders::*;

/// A change of a schema, with rows in it.
pub struct Case {
    pub name: &'static str,
    pub before: SchemaState,
    pub after: SchemaState,
    pub renamed_models: Vec<(ModelName, ModelName)>,
    /// The model's name after, the field's before and after.
    pub renamed_fields: Vec<(ModelName, String, String)>,
    pub fills: Vec<(ModelName, String, Literal)>,
    pub back_fills: Vec<(ModelName, String, Literal)>,
    /// What fills the schema before.
    pub rows: Vec<&'static str>,
    /// Queries that show rows after the change, and what they show.
    pub shows: Vec<(&'static str, &'static str)>,
    pub runs_on: fn(Backend) -> bool,
}

impl Case {
    /// A change of the shop.
    fn shop(name: &'static str, change: impl FnOnce(&mut SchemaState)) -> Case {
        Case::of(name, shop(), SHOP_ROWS, change)
    }

    fn of(name: &'static str, before: SchemaState, rows: &[&'static str], change: impl FnOnce(&mut SchemaState)) -> Case {
        let mut after = before.clone();
        change(&mut after);
        Case {
            name,
            before,
            after,
            renamed_models: Vec::new(),
            renamed_fields: Vec::new(),
            fills: Vec::new(),
            back_fills: Vec::new(),
            rows: rows.to_vec(),
            shows: Vec::new(),
            runs_on: |_| true,
        }
    }

    fn fill(mut self, model: &str, field: &str, with: Literal) -> Case {
        self.fills.push((name(model), field.to_owned(), with));
        self
    }

    fn back_fill(mut self, model: &str, field: &str, with: Literal) -> Case {
        self.back_fills.push((name(model), field.to_owned(), with));
        self
    }

    fn shows(mut self, query: &'static str, rows: &'static str) -> Case {
        self.shows.push((query, rows));
        self
    }

    fn renamed_field(mut self, model: &str, from: &str, to: &str) -> Case {
        self.renamed_fields.push((name(model), from.to_owned(), to.to_owned()));
        self
    }

    fn on(mut self, runs_on: fn(Backend) -> bool) -> Case {
        self.runs_on = runs_on;
        self
    }
}

fn on<'s>(state: &'s mut SchemaState, model: &str) -> &'s mut ModelState {
    state.model_mut(&name(model)).expect("the shop has the model")
}

fn of<'s>(state: &'s mut SchemaState, model: &str, field: &str) -> &'s mut FieldState {
    on(state, model).fields.iter_mut().find(|other| other.name == field).expect("the model has the field")
}

fn add(model: &'static str, field: FieldState) -> impl FnOnce(&mut SchemaState) {
    move |state| on(state, model).fields.push(field)
}

fn remove(state: &mut SchemaState, model: &str, field: &str) {
    on(state, model).fields.retain(|other| other.name != field);
}

fn words(text: &str) -> Literal {
    Literal::Text(text.to_owned())
}

fn is_postgres(backend: Backend) -> bool {
    backend == Backend::Postgres
}

fn is_not_mysql(backend: Backend) -> bool {
    backend != Backend::MySql
}

/// A model is called otherwise, with its table, and all that points at it.
fn rename_book(state: &mut SchemaState) {
    let mut book = state.remove(&name("Book")).expect("the shop has books");
    book.name = name("Tome");
    book.table = "tome".to_owned();
    state.insert(book);
    for field in state.models_mut().flat_map(|model| &mut model.fields) {
        if let Some(reference) = field.references.as_mut().filter(|reference| reference.model == name("Book")) {
            reference.model = name("Tome");
        }
    }
}

pub fn cases() -> Vec<Case> {
    let mut all = models::models();
    all.extend(fields::fields());
    all.extend(alterations::alterations());
    all.extend(keys::keys());
    all.extend(constraints::constraints());
    all.extend(enums::enums());
    all
}
