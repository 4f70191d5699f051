//! What differs between two schemas as a database has them.

use std::collections::BTreeSet;

use super::change::SchemaChange;
use super::concerned::concerned;
use super::convert::conversion;
use super::enums::EnumChanges;
use super::order::creation_order;
use super::part::{Part, PartKind};
use super::table::{Column, Table};
use crate::error::Result;
use crate::schema::{ConstraintState, IndexPart, Literal, ModelName, ModelState, SchemaState};
use crate::sql::{Backend, Dialect};

/// What is to be done.
pub(super) struct Diff {
    /// The tables that come, each behind those that it points at.
    pub created: Vec<Table>,
    /// The tables that go, each before those that it points at.
    pub deleted: Vec<Table>,
    /// The tables that stay and change.
    pub altered: Vec<Altered>,
    /// All tables that the change concerns, as they become.
    pub after: Vec<Table>,
    /// How the types of enums change.
    pub enums: EnumChanges,
}

/// A table that stays.
pub(super) struct Altered {
    /// The table as it was.
    pub before: Table,
    /// The same under its new names.
    pub middle: Table,
    /// The table as it becomes.
    pub after: Table,
    /// The columns that stay.
    pub columns: Vec<KeptColumn>,
    /// The columns that go, as they were.
    pub removed: Vec<Column>,
    /// The columns that come.
    pub added: Vec<Column>,
    /// The parts that stay, as they were and as they become: with another name at most.
    pub kept: Vec<(Part, Part)>,
    /// The parts that go, as they were.
    pub dropped: Vec<Part>,
    /// The parts that come.
    pub new: Vec<Part>,
}

/// A column that stays.
pub(super) struct KeptColumn {
    pub before: Column,
    /// The same under its new name.
    pub middle: Column,
    pub after: Column,
}

impl KeptColumn {
    /// Whether the values become others, or of another type.
    pub(super) fn converts(&self, dialect: &dyn Dialect) -> bool {
        self.middle.sql_type != self.after.sql_type || conversion(&self.middle, &self.after, dialect).is_some()
    }

    /// Whether anything of the column changes but its name and its comment.
    pub(super) fn changes(&self, dialect: &dyn Dialect) -> bool {
        self.converts(dialect)
            || self.middle.field.nullable != self.after.field.nullable
            || self.middle.field.generated != self.after.field.generated
            || self.middle.default != self.after.default
    }

    pub(super) fn comment_changes(&self) -> bool {
        self.middle.field.comment != self.after.field.comment
    }
}

impl Altered {
    fn new(before: Table, middle: Table, after: Table) -> Altered {
        let (mut columns, mut removed, mut added) = (Vec::new(), Vec::new(), Vec::new());
        for (old, renamed) in before.columns.iter().zip(&middle.columns) {
            match after.columns.iter().find(|column| column.field.name == renamed.field.name) {
                Some(new) => columns.push(KeptColumn { before: old.clone(), middle: renamed.clone(), after: new.clone() }),
                None => removed.push(old.clone()),
            }
        }
        for column in &after.columns {
            if !middle.columns.iter().any(|old| old.field.name == column.field.name) {
                added.push(column.clone());
            }
        }
        let mut left: Vec<&Part> = after.parts.iter().collect();
        let mut pairs: Vec<(&Part, &Part)> = before.parts.iter().zip(&middle.parts).collect();
        let mut kept = Vec::new();
        // What is called the same is the same; of what is left, what says the same was renamed.
        for by_name in [true, false] {
            pairs.retain(|(old, renamed)| {
                let same = |new: &&Part| {
                    new.kind == renamed.kind
                        && new.unique == renamed.unique
                        && new.definition == renamed.definition
                        && (!by_name || new.name == renamed.name)
                };
                let Some(at) = left.iter().position(same) else { return true };
                kept.push(((*old).clone(), left.remove(at).clone()));
                false
            });
        }
        let dropped = pairs.into_iter().map(|(old, _)| old.clone()).collect();
        let new = left.into_iter().cloned().collect();
        Altered { before, middle, after, columns, removed, added, kept, dropped, new }
    }

    fn changes(&self, dialect: &dyn Dialect) -> bool {
        self.before.name != self.after.name
            || self.before.comment != self.after.comment
            || !self.removed.is_empty()
            || !self.added.is_empty()
            || !self.dropped.is_empty()
            || !self.new.is_empty()
            || self.kept.iter().any(|(old, new)| old.name != new.name)
            || self
                .columns
                .iter()
                .any(|column| column.before.name != column.after.name || column.changes(dialect) || column.comment_changes())
    }

    /// The parts that stay and are called otherwise.
    pub(super) fn renamed(&self) -> impl Iterator<Item = &(Part, Part)> {
        self.kept.iter().filter(|(old, new)| old.name != new.name)
    }

    /// Takes what `again` chooses of the parts that stay out, to be dropped and added again.
    pub(super) fn again(&mut self, again: impl Fn(&Part, &Part) -> bool) {
        let (moved, kept) = std::mem::take(&mut self.kept).into_iter().partition(|(old, new)| again(old, new));
        self.kept = kept;
        let moved: Vec<(Part, Part)> = moved;
        for (old, new) in moved {
            self.dropped.push(old);
            self.new.push(new);
        }
    }
}

impl Diff {
    pub(super) fn new(change: &SchemaChange<'_>, dialect: &dyn Dialect) -> Result<Diff> {
        let concerned = concerned(change, dialect);
        let (middle, names) = renamed(change, &concerned);
        let (mut created, mut deleted, mut altered) = (Vec::new(), Vec::new(), Vec::new());
        let (mut all_before, mut all_after) = (Vec::new(), Vec::new());
        for model in change.before.models().filter(|model| concerned.contains(&model.name)) {
            let table = Table::new(change.before, model, dialect)?;
            all_before.push(table.clone());
            let name = names.iter().find(|(from, _)| *from == model.name).map(|(_, to)| to);
            let pair = name.and_then(|name| Some((middle.model(name)?, change.after.model(name)?)));
            match pair {
                Some((renamed, after)) => {
                    let after = Table::new(change.after, after, dialect)?;
                    altered.push(Altered::new(table, Table::new(&middle, renamed, dialect)?, after));
                }
                None => deleted.push(table),
            }
        }
        for model in change.after.models().filter(|model| concerned.contains(&model.name)) {
            let table = Table::new(change.after, model, dialect)?;
            all_after.push(table.clone());
            if !altered.iter().any(|other| other.after.model == model.name) {
                created.push(table);
            }
        }
        let points_at = |from: &Table, to: &Table| {
            from.foreign_keys().any(|key| key.target.as_ref().is_some_and(|target| target.model == to.model))
        };
        let mut deleted = creation_order(deleted, points_at);
        deleted.reverse();
        let fills: Vec<&Literal> = change.fills.iter().map(|(_, _, fill)| fill).collect();
        let enums = EnumChanges::new(&all_before, &all_after, &fills, dialect);
        let mut diff = Diff { created: creation_order(created, points_at), deleted, altered, after: all_after, enums };
        diff.settle(dialect);
        diff.altered.retain(|table| table.changes(dialect));
        Ok(diff)
    }

    /// Finds the parts that would stay but must go for a while, because what they stand on changes.
    fn settle(&mut self, dialect: &dyn Dialect) {
        let touched: Vec<Touched> = self.altered.iter().map(|table| Touched::new(table, &self.enums, dialect)).collect();
        let touches = |model: &ModelName, columns: &[String]| {
            touched.iter().any(|of| of.model == *model && columns.iter().any(|column| of.columns.contains(column)))
        };
        let keys_go = |model: &ModelName| touched.iter().any(|of| of.model == *model && of.keys_go);
        let is_mysql = dialect.backend() == Backend::MySql;
        for table in &mut self.altered {
            let model = table.after.model.clone();
            // What a foreign key looks its rows up by.
            let dropped: Vec<Vec<String>> = table.dropped.iter().map(|part| part.columns.clone()).collect();
            let loses_index = |key: &Part| dropped.iter().any(|columns| columns.first() == key.columns.first());
            let converts = table.columns.iter().any(|column| column.converts(dialect) || self.enums.is_recreated(&column.middle));
            table.again(|old, new| match (new.kind, &new.target) {
                (PartKind::ForeignKey, Some(target)) => {
                    touches(&model, &new.columns)
                        || touches(&target.model, &target.columns)
                        || keys_go(&target.model)
                        || (is_mysql && (old.name != new.name || loses_index(old)))
                }
                // MySQL gives a check no other name. What a user wrote may be about a column that becomes of another type.
                (PartKind::Check, _) if is_mysql && old.name != new.name => true,
                _ => new.raw && converts,
            });
        }
    }
}

/// The columns of a table on which a foreign key cannot stay.
struct Touched {
    model: ModelName,
    columns: Vec<String>,
    /// Whether what others point at goes.
    keys_go: bool,
}

impl Touched {
    fn new(table: &Altered, enums: &EnumChanges, dialect: &dyn Dialect) -> Touched {
        let is_touched = |column: &&KeptColumn| match dialect.backend() {
            Backend::MySql => column.changes(dialect),
            _ => column.converts(dialect) || enums.is_recreated(&column.middle),
        };
        let columns = table.columns.iter().filter(is_touched).map(|column| column.after.name.clone()).collect();
        let keys_go = table.dropped.iter().any(|part| matches!(part.kind, PartKind::Primary | PartKind::Unique));
        Touched { model: table.after.model.clone(), columns, keys_go }
    }
}

/// The schema before, with the names of the schema after; and for each model of the change that stays its name before and after.
fn renamed(change: &SchemaChange<'_>, concerned: &BTreeSet<&ModelName>) -> (SchemaState, Vec<(ModelName, ModelName)>) {
    let to = |name: &ModelName| {
        let renamed = change.renamed_models.iter().find(|(from, _)| from == name);
        renamed.map_or_else(|| name.clone(), |(_, to)| to.clone())
    };
    let is_new_name = |name: &ModelName| change.renamed_models.iter().any(|(_, to)| to == name);
    let is_renamed = |name: &ModelName| change.renamed_models.iter().any(|(from, _)| from == name);
    // A model that goes while another takes its name.
    let name_of = |name: &ModelName| {
        if is_new_name(name) && !is_renamed(name) {
            ModelName::new(name.app.clone(), format!("{} before", name.name))
        } else {
            to(name)
        }
    };
    let mut names = Vec::new();
    // What is not concerned is called as before.
    let mut middle = change.before.clone();
    let models = || change.before.models().filter(|model| concerned.contains(&model.name));
    for model in models() {
        middle.remove(&model.name);
    }
    for model in models() {
        let name = name_of(&model.name);
        let after = change.after.model(&name);
        let field_name = |field: &String| {
            let renamed = change.renamed_fields.iter().find(|(of, from, _)| *of == name && from == field);
            renamed.map_or_else(|| field.clone(), |(_, _, to)| to.clone())
        };
        let mut model = model.clone();
        names.push((std::mem::replace(&mut model.name, name.clone()), name.clone()));
        rename_fields(&mut model, &field_name, &name_of);
        if let Some(after) = after {
            model.table.clone_from(&after.table);
            for field in &mut model.fields {
                let column =
                    after.field(&field.name).map_or_else(|| field.column().to_owned(), |after| after.column().to_owned());
                field.column = Some(column);
            }
        }
        middle.insert(model);
    }
    (middle, names)
}

fn rename_fields(model: &mut ModelState, field_name: &dyn Fn(&String) -> String, name_of: &dyn Fn(&ModelName) -> ModelName) {
    let all = |names: &mut Vec<String>| {
        for name in names {
            *name = field_name(name);
        }
    };
    all(&mut model.key);
    for field in &mut model.fields {
        // The column keeps its name until the schema after gives it another.
        field.column = Some(field.column().to_owned());
        field.name = field_name(&field.name);
        if let Some(reference) = &mut field.references {
            reference.model = name_of(&reference.model);
        }
    }
    for index in &mut model.indexes {
        all(&mut index.include);
        for part in &mut index.parts {
            match part {
                IndexPart::Field(name) | IndexPart::Descending(name) => *name = field_name(name),
                IndexPart::Expression(_) => {}
            }
        }
    }
    for constraint in &mut model.constraints {
        match constraint {
            ConstraintState::Unique { fields, .. } => all(fields),
            ConstraintState::ForeignKey { fields, model, .. } => {
                all(fields);
                *model = name_of(model);
            }
            ConstraintState::Exclude { elements, .. } => {
                for (of, _) in elements {
                    *of = field_name(of);
                }
            }
            ConstraintState::Check { .. } => {}
        }
    }
}
