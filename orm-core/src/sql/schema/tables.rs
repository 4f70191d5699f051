//! What `create_tables` runs: the tables of models, where they are not there already.

use super::order::creation_order;
use super::part::Part;
use super::table::Table;
use crate::error::{Error, Result};
use crate::field::EnumType;
use crate::meta::ModelMeta;
use crate::registry::address;
use crate::schema::{ModelState, SchemaState};
use crate::sql::{Dialect, native_enums};

/// The statements that create the tables of models with their constraints and indexes, where they are not there already.
#[derive(Debug, Clone)]
pub struct Tables {
    /// The enums that are types of the database, which come first.
    pub enums: Vec<&'static EnumType>,
    /// For each table its model and its statements, in the order in which they are to run.
    pub tables: Vec<(&'static ModelMeta, Vec<String>)>,
    /// What comes when all tables are there: foreign keys of models that point at each other in a circle.
    pub after: Vec<String>,
}

impl Tables {
    /// The tables of models, but for those that are not managed.
    ///
    /// # Errors
    /// [`Error::Schema`] for a field that the database has no column for, or a name that is too long;
    /// [`Error::Unsupported`] for a field that is an array where there are none.
    pub fn new(models: &[&'static ModelMeta], dialect: &'static dyn Dialect) -> Result<Self> {
        let managed: Vec<&'static ModelMeta> = models.iter().copied().filter(|model| model.managed).collect();
        let enums = native_enums(&managed, dialect)?;
        let (states, state) = states_of(&managed)?;
        let mut made: Vec<(&'static ModelMeta, Table)> = Vec::with_capacity(states.len());
        for (model, of) in &states {
            made.push((model, Table::new(&state, of, dialect)?));
        }
        let ordered = creation_order(made, |(_, from), (_, to)| {
            from.foreign_keys().any(|key| key.target.as_ref().is_some_and(|target| target.model == to.model))
        });
        let mut tables = Vec::with_capacity(ordered.len());
        let mut after = Vec::new();
        for (at, (model, table)) in ordered.iter().enumerate() {
            // What a foreign key can point at only later.
            let later = ordered.get(at + 1..).unwrap_or_default();
            let waits = |part: &Part| {
                let target = part.target.as_ref().filter(|_| !dialect.features().references_ahead);
                target.is_some_and(|target| later.iter().any(|(_, other)| other.model == target.model))
            };
            let mut statements = vec![table.create("CREATE TABLE IF NOT EXISTS ", &table.name, &waits, dialect)];
            statements.extend(table.after_create(true, dialect));
            tables.push((*model, statements));
            for key in table.foreign_keys().filter(|key| waits(key)) {
                let added = dialect.add_foreign_key(&table.name, &key.name, &key.line(dialect));
                after.extend(added.map_err(|reason| {
                    let columns = key.columns.join("`, `");
                    Error::Schema(format!("the foreign key `{columns}` of `{}` cannot be added: {reason}", model.name))
                })?);
            }
        }
        Ok(Tables { enums, tables, after })
    }
}

/// The schemas of models, each once, and all of them together with those that they point at. Models of one name may come from several
/// crates: what a model is called here tells it from all others.
fn states_of(models: &[&'static ModelMeta]) -> Result<(Vec<(&'static ModelMeta, ModelState)>, SchemaState)> {
    let app_of = |model: &'static ModelMeta| address(model).to_string();
    let mut states: Vec<(&'static ModelMeta, ModelState)> = Vec::with_capacity(models.len());
    for model in models {
        if !states.iter().any(|(other, _)| std::ptr::eq(*other, *model)) {
            states.push((model, ModelState::of_model(model, &app_of)?));
        }
    }
    let targets =
        models.iter().flat_map(|model| model.fields).filter_map(|field| field.relation).map(|relation| (relation.target)());
    let mut state: SchemaState = targets.map(|model| ModelState::of_model(model, &app_of)).collect::<Result<_>>()?;
    for (_, model) in &states {
        state.insert(model.clone());
    }
    Ok((states, state))
}
