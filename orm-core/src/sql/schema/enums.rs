//! Enums that are types of the database, as the schema changes.

use super::diff::Diff;
use super::name::{quoted, text};
use super::table::{Column, Table};
use crate::schema::{FieldKind, Literal};
use crate::sql::{Dialect, create_enum};

/// An enum that is a type of the database.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct EnumState {
    pub name: String,
    pub labels: Vec<String>,
}

/// How the types of enums change.
#[derive(Debug, Default)]
pub(super) struct EnumChanges {
    /// Those that come.
    pub created: Vec<EnumState>,
    /// Those that go.
    pub dropped: Vec<EnumState>,
    /// Those that get more labels: the statements that add them.
    pub extended: Vec<(String, String)>,
    /// Those that lose labels or have them in another order.
    pub recreated: Vec<EnumState>,
}

/// The enums of tables. Where two fields of one type say other labels, because one of them is changed later, it has those of both.
pub(super) fn enums(tables: &[Table]) -> Vec<EnumState> {
    let mut enums: Vec<EnumState> = Vec::new();
    for (name, labels) in tables.iter().flat_map(|table| &table.columns).filter_map(|column| column.field.kind.enum_type()) {
        match enums.iter_mut().find(|other| other.name == name) {
            None => enums.push(EnumState { name: name.to_owned(), labels: labels.to_vec() }),
            Some(other) if is_within(&other.labels, labels) => other.labels = labels.to_vec(),
            Some(other) => {
                let missing: Vec<String> = labels.iter().filter(|label| !other.labels.contains(label)).cloned().collect();
                other.labels.extend(missing);
            }
        }
    }
    enums
}

/// Whether labels are among others, in the same order.
fn is_within(labels: &[String], others: &[String]) -> bool {
    let mut others = others.iter();
    labels.iter().all(|label| others.any(|other| other == label))
}

/// Whether a column is of an enum's type, or an array of it.
fn is_of(column: &Column, name: &str) -> bool {
    column.field.kind.enum_type().is_some_and(|(of, _)| of == name)
}

impl EnumChanges {
    pub(super) fn new(before: &[Table], after: &[Table], fills: &[&Literal], dialect: &dyn Dialect) -> Self {
        let mut changes = EnumChanges::default();
        if !dialect.features().native_enums {
            return changes;
        }
        let (old, new) = (enums(before), enums(after));
        for of in new {
            match old.iter().find(|other| other.name == of.name) {
                None => changes.created.push(of),
                Some(other) if other.labels == of.labels => {}
                // A label cannot be used in the transaction that adds it.
                Some(other) if is_within(&other.labels, &of.labels) && !uses_new(other, &of, after, fills) => {
                    changes.extended.extend(added_labels(other, &of, dialect));
                }
                Some(_) => changes.recreated.push(of),
            }
        }
        changes.dropped.extend(old.into_iter().filter(|of| !enums(after).iter().any(|other| other.name == of.name)));
        changes
    }

    pub(super) fn is_recreated(&self, column: &Column) -> bool {
        self.recreated.iter().any(|of| is_of(column, &of.name))
    }
}

/// Whether a default or fill is one of the labels that an enum gets.
fn uses_new(old: &EnumState, new: &EnumState, after: &[Table], fills: &[&Literal]) -> bool {
    let is_new =
        |literal: &Literal| matches!(literal, Literal::Text(label) if new.labels.contains(label) && !old.labels.contains(label));
    let columns = after.iter().flat_map(|table| &table.columns).filter(|column| is_of(column, &new.name));
    let mut defaults = columns.filter_map(|column| column.field.default.as_ref());
    defaults.any(is_new) || fills.iter().any(|fill| is_new(fill))
}

/// For each label that comes the statement that adds it, and what it does.
fn added_labels(old: &EnumState, new: &EnumState, dialect: &dyn Dialect) -> Vec<(String, String)> {
    let mut statements = Vec::new();
    let mut before: Option<&String> = None;
    for label in &new.labels {
        if !old.labels.contains(label) {
            let place = match (before, old.labels.first()) {
                (Some(before), _) => format!(" AFTER {}", text(before, dialect)),
                (None, Some(first)) => format!(" BEFORE {}", text(first, dialect)),
                (None, None) => String::new(),
            };
            let sql = format!("ALTER TYPE {} ADD VALUE {}{place}", quoted(&new.name, dialect), text(label, dialect));
            statements.push((sql, format!("Add the label `{label}` to the enum `{}`", new.name)));
        }
        before = Some(label);
    }
    statements
}

/// The statements that make an enum's type anew, with all columns that are of it.
pub(super) fn recreate_type(of: &EnumState, diff: &Diff, dialect: &dyn Dialect) -> Vec<String> {
    let (name, aside) = (quoted(&of.name, dialect), quoted(&format!("{}__", of.name), dialect));
    let mut statements = vec![format!("ALTER TYPE {name} RENAME TO {aside}"), create_enum(&of.name, &of.labels, dialect)];
    for table in &diff.after {
        if diff.created.iter().any(|created| created.model == table.model) {
            continue;
        }
        let altered = diff.altered.iter().find(|altered| altered.after.model == table.model);
        // What the columns are before they are changed otherwise.
        let columns: Vec<&Column> = match altered {
            Some(altered) => altered.columns.iter().map(|column| &column.middle).collect(),
            None => table.columns.iter().collect(),
        };
        for column in columns.into_iter().filter(|column| is_of(column, &of.name)) {
            let quoted_column = quoted(&column.name, dialect);
            let array = if matches!(column.field.kind, FieldKind::Array(_)) { "[]" } else { "" };
            let mut actions = Vec::new();
            if column.default.is_some() {
                actions.push(format!("ALTER COLUMN {quoted_column} DROP DEFAULT"));
            }
            actions.push(format!(
                "ALTER COLUMN {quoted_column} TYPE {name}{array} USING {quoted_column}::text{array}::{name}{array}"
            ));
            if let Some(default) = &column.default {
                actions.push(format!("ALTER COLUMN {quoted_column} SET DEFAULT {default}"));
            }
            statements.push(format!("ALTER TABLE {} {}", quoted(&table.name, dialect), actions.join(", ")));
        }
    }
    statements.push(format!("DROP TYPE {aside}"));
    statements
}
