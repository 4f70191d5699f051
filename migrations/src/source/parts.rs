//! Indexes and constraints of a model, as attributes of its struct.

use orm_core::schema::{ConstraintState, DialectSql, IndexPart, IndexState, ModelState};

use super::model::ForeignKeys;
use super::names::FieldNames;
use super::quoted;

/// What a model has beside its fields, as options of `#[model(..)]`, and what no option can say.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) options: Vec<String>,
    pub(super) notes: Vec<String>,
}

impl Parts {
    pub(super) fn new(model: &ModelState, names: &FieldNames, keys: &ForeignKeys) -> Self {
        let mut parts = Parts::default();
        for index in model.indexes.iter().filter(|index| !keys.brings_index(index)) {
            parts.index(index, names, keys);
        }
        let mut together = Vec::new();
        let mut others = Parts::default();
        for constraint in model.constraints.iter().filter(|constraint| !keys.says(constraint)) {
            match constraint {
                ConstraintState::Unique { name: None, fields, condition: None } if fields.len() > 1 && others.is_empty() => {
                    match listed(fields, names, keys) {
                        // One field is unique by itself.
                        Some(list) if list.len() > 1 => together.push(list),
                        _ => others.constraint(constraint, names, keys),
                    }
                }
                _ => others.constraint(constraint, names, keys),
            }
        }
        let lists: Vec<String> = together.iter().map(|list| format!("[{}]", list.join(", "))).collect();
        match lists.as_slice() {
            [] => {}
            [only] => parts.options.push(format!("unique_together = {only}")),
            several => parts.options.push(format!("unique_together = [{}]", several.join(", "))),
        }
        parts.options.append(&mut others.options);
        parts.notes.append(&mut others.notes);
        parts
    }

    fn is_empty(&self) -> bool {
        self.options.is_empty() && self.notes.is_empty()
    }

    fn index(&mut self, index: &IndexState, names: &FieldNames, keys: &ForeignKeys) {
        let told = index.name.as_deref().map_or_else(String::new, |name| format!(" `{name}`"));
        let mut by: Vec<(&String, bool)> = Vec::new();
        let mut expressions = Vec::new();
        for part in &index.parts {
            match part {
                IndexPart::Field(_) | IndexPart::Descending(_) if !expressions.is_empty() => {
                    self.notes.push(format!("The index{told} has a field behind an expression, which no attribute says."));
                    return;
                }
                IndexPart::Field(field) => by.push((field, false)),
                IndexPart::Descending(field) => by.push((field, true)),
                IndexPart::Expression(sql) => expressions.push(sql),
            }
        }
        let fields = ordered(&by, names, keys);
        let include = listed(&index.include, names, keys);
        let (Some(fields), Some(include)) = (fields, include) else {
            self.notes
                .push(format!("The index{told} is about a part of a foreign key of several columns, which no attribute says."));
            return;
        };
        let mut options = Vec::new();
        if !fields.is_empty() {
            options.push(format!("fields = [{}]", fields.join(", ")));
        }
        options.extend(expressions.into_iter().map(|expression| sql("expression", expression)));
        options.extend(index.name.as_deref().map(|name| format!("name = {}", quoted(name))));
        if !include.is_empty() {
            options.push(format!("include = [{}]", include.join(", ")));
        }
        options.extend(index.condition.as_ref().map(|condition| sql("condition", condition)));
        options.extend(index.method.as_deref().map(|method| format!("method = {}", quoted(method))));
        self.options.push(format!("index({})", options.join(", ")));
    }

    fn constraint(&mut self, constraint: &ConstraintState, names: &FieldNames, keys: &ForeignKeys) {
        match constraint {
            ConstraintState::Unique { name, fields, condition } => {
                let Some(fields) = listed(fields, names, keys) else {
                    let told = fields.join("`, `");
                    self.notes.push(format!(
                        "The unique constraint of `{told}` is about a part of a foreign key of several columns, which no attribute says."
                    ));
                    return;
                };
                let mut options = vec![format!("fields = [{}]", fields.join(", "))];
                options.extend(name.as_deref().map(|name| format!("name = {}", quoted(name))));
                options.extend(condition.as_ref().map(|condition| sql("condition", condition)));
                self.options.push(format!("unique({})", options.join(", ")));
            }
            ConstraintState::Check { name, condition } => {
                self.options.push(format!("check(name = {}, {})", quoted(name), sql("condition", condition)));
            }
            ConstraintState::ForeignKey { fields, model, .. } => {
                let told = fields.join("`, `");
                self.notes.push(format!("`{told}` are a foreign key to `{model}`, which no field can be written as."));
            }
            ConstraintState::Exclude { name, .. } => {
                self.notes.push(format!("The exclusion constraint `{name}` can stand in migrations alone."));
            }
            _ => self.notes.push("A constraint can stand in migrations alone.".to_owned()),
        }
    }
}

/// SQL as an option, for all databases or for each its own.
fn sql(option: &str, sql: &DialectSql) -> String {
    match sql {
        DialectSql::Same(sql) => format!("{option} = {}", quoted(sql)),
        DialectSql::Each { sqlite, postgres, mysql } => {
            let each = [("sqlite", sqlite), ("postgres", postgres), ("mysql", mysql)];
            let each = each.into_iter().filter_map(|(database, sql)| Some(format!("{database} = {}", quoted(sql.as_ref()?))));
            format!("{option}({})", each.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Fields as a list of literals; none if one of them has no name of its own in the struct.
fn listed(fields: &[String], names: &FieldNames, keys: &ForeignKeys) -> Option<Vec<String>> {
    let ascending: Vec<(&String, bool)> = fields.iter().map(|field| (field, false)).collect();
    ordered(&ascending, names, keys)
}

/// Fields with their directions as literals. The columns of a foreign key of several stand for it together.
fn ordered(mut fields: &[(&String, bool)], names: &FieldNames, keys: &ForeignKeys) -> Option<Vec<String>> {
    let mut list = Vec::new();
    while let [(field, descending), rest @ ..] = fields {
        let sign = if *descending { "-" } else { "" };
        match keys.of_field(field) {
            None => {
                list.push(quoted(&format!("{sign}{}", names.of(field))));
                fields = rest;
            }
            Some(key) => {
                let (own, behind) = fields.split_at_checked(key.fields.len())?;
                let is_whole = own.iter().zip(&key.fields).all(|((field, down), part)| *field == part && down == descending);
                if !is_whole {
                    return None;
                }
                list.push(quoted(&format!("{sign}{}", names.of(&key.name))));
                fields = behind;
            }
        }
    }
    Some(list)
}
