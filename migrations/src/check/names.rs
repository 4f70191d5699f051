//! Names: two of the same, and those that the database has for itself.

use std::collections::BTreeMap;

use orm_core::schema::{ConstraintState, ModelName, ModelState};
use orm_core::sql::{Backend, Dialect};

use super::{Finding, Known};
use crate::drift::MIGRATION_TABLE;

/// The columns that each of PostgreSQL's tables has.
const OF_POSTGRES: [&str; 6] = ["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"];

/// Models and columns of one name, on whatever database.
pub(super) fn same(listed: &[Known], found: &mut Vec<Finding>) {
    for (at, model) in listed.iter().enumerate() {
        let earlier = listed.get(..at).unwrap_or_default();
        if earlier.iter().any(|other| other.name == model.name) {
            let hint = "give one of them another name, or another app with `#[model(app = \"..\")]`";
            found.push(Finding::error("amphi.E001", &model.name, "another model of the list has this name").hint(hint));
        }
        // Some databases, and file systems under others, do not tell capitals from small letters.
        let folded = model.meta.table.to_lowercase();
        if let Some(other) = earlier.iter().find(|other| other.meta.table.to_lowercase() == folded) {
            let message = format!("its table `{}` is that of `{}` too", model.meta.table, other.name);
            found.push(Finding::error("amphi.E002", &model.name, message).hint("name another with `#[model(table = \"..\")]`"));
        }
        if folded == MIGRATION_TABLE {
            let message = format!("the table `{MIGRATION_TABLE}` is that of the migrations that were applied");
            found.push(Finding::error("amphi.E005", &model.name, message).hint("name another with `#[model(table = \"..\")]`"));
        }
        let mut columns: BTreeMap<String, &str> = BTreeMap::new();
        for field in model.meta.fields {
            if let Some(other) = columns.insert(field.column.to_lowercase(), field.name) {
                let message = format!("its column `{}` is that of `{other}` too", field.column);
                let hint = "name another with `#[field(column = \"..\")]`";
                found.push(Finding::error("amphi.E004", &model.name, message).field(field.name).hint(hint));
            }
        }
    }
}

/// Names that a database has for itself, or that two things have in it.
pub(super) fn taken(listed: &[Known], dialect: &dyn Dialect, found: &mut Vec<Finding>) {
    let (backend, name) = (dialect.backend(), dialect.features().name);
    let mut known: BTreeMap<String, &ModelName> = BTreeMap::new();
    if backend != Backend::MySql {
        known.extend(listed.iter().map(|model| (model.meta.table.to_lowercase(), &model.name)));
    }
    let mut enums: BTreeMap<&str, (&[String], &ModelName)> = BTreeMap::new();
    for model in listed {
        if backend == Backend::Sqlite && model.meta.table.to_lowercase().starts_with("sqlite_") {
            let message = "names that begin with `sqlite_` are SQLite's own";
            found.push(
                Finding::error("amphi.E005", &model.name, message).on(name).hint("name another with `#[model(table = \"..\")]`"),
            );
        }
        let taken = model.meta.fields.iter().filter(|field| backend == Backend::Postgres && OF_POSTGRES.contains(&field.column));
        found.extend(taken.map(|field| {
            let message = format!("each table has a column `{}` of its own", field.column);
            let hint = "name another with `#[field(column = \"..\")]`";
            Finding::error("amphi.E005", &model.name, message).field(field.name).on(name).hint(hint)
        }));
        let Some(state) = &model.state else { continue };
        for field in state.fields.iter().filter(|_| dialect.features().native_enums) {
            let Some((of, labels)) = field.kind.enum_type() else { continue };
            let mut clash = |message: String| {
                let hint = "give one of them another name; that of an enum is said by `#[field(native = \"..\")]`";
                found.push(Finding::error("amphi.E006", &model.name, message).field(&field.name).on(name).hint(hint));
            };
            // A table is a type too.
            if let Some(other) = listed.iter().find(|other| other.meta.table == of) {
                clash(format!("its enum has the name `{of}`, which is that of the table of `{}`", other.name));
            }
            // An enum may be that of several fields and models.
            let (others, by) = enums.entry(of).or_insert((labels, &model.name));
            if *others != labels {
                clash(format!("its enum has the name `{of}`, which is that of an enum with other labels of `{by}`"));
            }
        }
        for of_its_own in names_of_the_database(state, backend) {
            if let Some(other) = known.insert(of_its_own.to_lowercase(), &model.name) {
                let message = format!("the name `{of_its_own}` is given twice, here and by `{other}`");
                found.push(Finding::error("amphi.E006", &model.name, message).on(name).hint("give one of them another name"));
            }
        }
    }
}

/// The names that a model gives to what no two tables have of one name.
fn names_of_the_database(model: &ModelState, backend: Backend) -> Vec<String> {
    let indexes = model.indexes.iter().filter_map(|index| index.name.clone());
    let constraints = model.constraints.iter().filter_map(move |constraint| match constraint {
        // On PostgreSQL an index, and on SQLite one if it is of some of the rows.
        ConstraintState::Unique { name, condition, .. } if backend == Backend::Postgres || condition.is_some() => name.clone(),
        ConstraintState::Exclude { name, .. } => Some(name.clone()),
        _ => None,
    });
    match backend {
        // Indexes are known by their tables.
        Backend::MySql => Vec::new(),
        _ => indexes.chain(constraints).collect(),
    }
}
