//! A model of a table or view.

use orm_core::meta::OnDelete;
use orm_core::schema::{ConstraintState, DialectSql, FieldKind, Literal, ModelName, ModelState, Reference};
use orm_core::sql::{Backend, Dialect, OnDeleteRule};

use super::limits;
use super::types::typed;
use crate::drift::default_value;
use crate::introspect::{Catalog, CatalogCheck, CatalogColumn, CatalogForeignKey, CatalogTable, Generated};
use crate::source::{Note, field_name};

/// Names that no field may have.
const FORBIDDEN: [&str; 7] = ["objects", "create", "into_inner", "pk", "self", "super", "crate"];

/// What a model is made with.
pub(super) struct Maker<'c> {
    pub(super) catalog: &'c Catalog,
    pub(super) table: &'c CatalogTable,
    pub(super) dialect: &'c dyn Dialect,
    /// The models of all tables.
    pub(super) names: &'c [(String, ModelName)],
    /// The keys of all tables.
    pub(super) keys: &'c [(&'c CatalogTable, Vec<String>)],
    pub(super) name: &'c ModelName,
}

/// A model on its way, with what it cannot say.
pub(super) struct Making<'c> {
    pub(super) model: ModelState,
    pub(super) notes: Vec<Note>,
    /// The fields of columns.
    pub(super) fields: Vec<(&'c str, String)>,
    /// The checks that are said by fields.
    pub(super) said: Vec<&'c CatalogCheck>,
}

impl<'c> Making<'c> {
    pub(super) fn note(&mut self, field: Option<&str>, text: impl Into<String>) {
        let (model, field) = (self.model.name.clone(), field.map(str::to_owned));
        self.notes.push(Note { model, field, text: text.into() });
    }

    /// The fields of columns; none if one of them has none.
    pub(super) fn fields_of(&self, columns: &[String]) -> Option<Vec<String>> {
        let field = |column: &String| self.fields.iter().find(|(of, _)| of == column).map(|(_, field)| field.clone());
        columns.iter().map(field).collect()
    }
}

impl<'c> Maker<'c> {
    /// The columns of the key of a table or view.
    ///
    /// # Errors
    /// Why it can be no model.
    pub(super) fn key_of(table: &CatalogTable, catalog: &Catalog) -> Result<Vec<String>, String> {
        use FieldKind::{Bool, Date, I16, I32, I64, Text, Uuid};
        let kind = |column: &CatalogColumn| typed(column, catalog, true).map(|typed| typed.field.kind);
        let is_key = |column: &CatalogColumn| matches!(kind(column), Some(I32 | I64 | Text | Uuid));
        if table.is_view {
            // A view has no key; the model gets the one that is most likely.
            let named = table.columns.iter().find(|column| column.name == "id" && is_key(column));
            let column = named.or_else(|| table.columns.iter().find(|column| is_key(column)));
            return column.map(|column| vec![column.name.clone()]).ok_or_else(|| "no column of the view can be a key".to_owned());
        }
        let key: Vec<&CatalogColumn> = table.primary_key.iter().filter_map(|name| table.column(name)).collect();
        let is_part = |column: &&CatalogColumn| matches!(kind(column), Some(Bool | Date | I16 | I32 | I64 | Text | Uuid));
        match key.as_slice() {
            [] => Err("it has no primary key, and a model has one".to_owned()),
            [only] if !is_key(only) => {
                Err(format!("its key `{}` is of the type `{}`, which no key of a model has", only.name, only.sql_type))
            }
            [_] => Ok(table.primary_key.clone()),
            several if several.len() > 6 => Err(format!("its key is {} columns, and that of a model at most 6", several.len())),
            several => match several.iter().find(|column| !is_part(column)) {
                Some(column) => Err(format!(
                    "its key's part `{}` is of the type `{}`, which no key of a model has",
                    column.name, column.sql_type
                )),
                None => Ok(table.primary_key.clone()),
            },
        }
    }

    /// The model, and what it cannot say.
    pub(super) fn model(&self, key: &[String]) -> (ModelState, Vec<Note>) {
        let model = ModelState {
            name: self.name.clone(),
            table: self.table.name.clone(),
            key: Vec::new(),
            comment: self.table.comment.clone(),
            fields: Vec::new(),
            indexes: Vec::new(),
            constraints: Vec::new(),
        };
        let mut making = Making { model, notes: Vec::new(), fields: Vec::new(), said: Vec::new() };
        if self.table.is_view {
            making.note(None, format!("A view: it has no key, and `{}` is a guess.", key.join("`, `")));
        }
        self.name_fields(key, &mut making);
        self.columns(key, &mut making);
        making.model.key = making.fields_of(key).unwrap_or_default();
        if !self.table.is_view {
            self.foreign_keys(key, &mut making);
            self.parts(&mut making);
        }
        self.tell_the_rest(&mut making);
        (making.model, making.notes)
    }

    /// The foreign key of one column that a column is, with the model that it points at.
    fn reference(&self, column: &str, key: &[String]) -> Option<(&'c CatalogForeignKey, &'c ModelName)> {
        // A key alone is no foreign key in a model.
        let is_key = key.len() == 1 && key.first().is_some_and(|key| key == column);
        let own = self.table.foreign_keys.iter().filter(|_| !is_key);
        own.filter(|of| of.columns.len() == 1).filter(|of| of.columns.iter().any(|name| name == column)).find_map(|of| {
            let target = self.target(of)?;
            Some((of, target))
        })
    }

    /// The model that a foreign key points at, by the whole of its key.
    fn target(&self, of: &CatalogForeignKey) -> Option<&'c ModelName> {
        let (_, name) = self.names.iter().find(|(table, _)| self.catalog.is_same(table, &of.table))?;
        let (_, key) = self.keys.iter().find(|(table, _)| self.catalog.is_same(&table.name, &of.table))?;
        (key.len() == of.target.len() && key.iter().zip(&of.target).all(|(one, other)| self.catalog.is_same(one, other)))
            .then_some(name)
    }

    /// Gives every column that a field can have its name.
    fn name_fields(&self, key: &[String], making: &mut Making<'c>) {
        let columns = || self.table.columns.iter().filter(|column| self.is_field(column, key));
        let plain: Vec<String> = columns().map(|column| field_name(&column.name)).collect();
        let mut taken: Vec<String> = FORBIDDEN.map(str::to_owned).to_vec();
        // With a key of several fields, or another one, a field `id` would be taken for it.
        if key.len() > 1 && !key.iter().any(|name| field_name(name) == "id") {
            taken.push("id".to_owned());
        }
        for column in columns() {
            let whole = self.whole_key_name(&column.name, key, &plain);
            let mut name = whole.unwrap_or_else(|| self.own_name(&column.name, key, &plain));
            while taken.contains(&name) {
                name.push('_');
            }
            taken.push(name.clone());
            making.fields.push((&column.name, name));
        }
    }

    /// The name of a column that is a part of a foreign key of several, `line.tenant` for `line_tenant`, if all are called so.
    fn whole_key_name(&self, column: &str, key: &[String], plain: &[String]) -> Option<String> {
        let of =
            self.table.foreign_keys.iter().find(|of| of.columns.len() > 1 && of.columns.iter().any(|name| name == column))?;
        self.target(of)?;
        let only = |name: &String| self.table.foreign_keys.iter().filter(|other| other.columns.contains(name)).count() == 1;
        if of.columns.iter().any(|name| key.contains(name)) || !of.columns.iter().all(only) {
            return None;
        }
        let mut prefixes =
            of.columns.iter().zip(&of.target).map(|(own, target)| own.strip_suffix(target.as_str())?.strip_suffix('_'));
        let first = prefixes.next()??;
        let at = of.columns.iter().position(|name| name == column)?;
        let positions = of.columns.iter().map(|name| self.table.columns.iter().position(|other| other.name == *name));
        let positions: Option<Vec<usize>> = positions.collect();
        let in_order = positions?.windows(2).all(|pair| matches!(pair, [one, next] if one + 1 == *next));
        let nullable: Vec<bool> =
            of.columns.iter().filter_map(|name| self.table.column(name)).map(|column| column.nullable).collect();
        let alike = nullable.windows(2).all(|pair| matches!(pair, [one, next] if one == next));
        let name = field_name(first);
        let is_free = !plain.contains(&name) && in_order && alike && prefixes.all(|other| other == Some(first));
        // The part is called as the field of the key is: its column's name, or without `_id` what it points at.
        let part = self.part_name(of, at)?;
        is_free.then(|| format!("{name}.{part}"))
    }

    /// What the model that a foreign key points at calls the field of its key.
    fn part_name(&self, of: &CatalogForeignKey, at: usize) -> Option<String> {
        let (table, key) = self.keys.iter().find(|(table, _)| self.catalog.is_same(&table.name, &of.table))?;
        let column = key.get(at)?;
        let (_, name) = self.names.iter().find(|(other, _)| *other == table.name)?;
        let plain: Vec<String> = table.columns.iter().map(|column| field_name(&column.name)).collect();
        Some(Maker { table, name, ..*self }.own_name(column, key, &plain))
    }

    /// The name of the field of a column: without `_id` where it points at a model. `plain` are the names of all columns.
    fn own_name(&self, column: &str, key: &[String], plain: &[String]) -> String {
        let whole = field_name(column);
        let is_free = |short: &str| !short.is_empty() && !plain.iter().any(|name| name == short);
        match whole.strip_suffix("_id") {
            Some(short) if is_free(short) && self.reference(column, key).is_some() => short.to_owned(),
            _ => whole,
        }
    }

    /// Whether a field can have the column.
    fn is_field(&self, column: &CatalogColumn, key: &[String]) -> bool {
        !matches!(column.generated, Some(Generated::Computed(_)))
            && typed(column, self.catalog, self.is_key(column, key)).is_some()
    }

    fn is_key(&self, column: &CatalogColumn, key: &[String]) -> bool {
        key.contains(&column.name) || self.table.foreign_keys.iter().any(|of| of.columns.contains(&column.name))
    }

    fn columns(&self, key: &[String], making: &mut Making<'c>) {
        for column in &self.table.columns {
            let Some((_, name)) = making.fields.iter().find(|(of, _)| *of == column.name).cloned() else {
                let how = match &column.generated {
                    Some(Generated::Computed(_)) => "computed by the database",
                    _ => "of a type that no field has",
                };
                let told = if column.sql_type.is_empty() { String::new() } else { format!(" ({})", column.sql_type) };
                making.note(None, format!("The column `{}`{told} is left out: it is {how}.", column.name));
                continue;
            };
            let Some(found) = typed(column, self.catalog, self.is_key(column, key)) else { continue };
            let mut field = found.field;
            if let Some(note) = found.note {
                making.note(Some(&name), note);
            }
            let is_key = key.contains(&column.name);
            making.said.extend(limits::take(&mut field, &column.name, self.table, self.dialect));
            field.nullable = column.nullable && !is_key;
            field.comment.clone_from(&column.comment);
            field.generated = self.is_generated(column, &field.kind, key);
            match &column.generated {
                Some(Generated::CountedAlways) => {
                    making.note(Some(&name), "The database takes no value for it (GENERATED ALWAYS).");
                }
                Some(Generated::Sequence) if field.generated => {
                    making.note(Some(&name), "It is counted up otherwise than the tables of models are.");
                }
                _ => {}
            }
            field.default = column.default.as_deref().filter(|_| !field.generated).map(|sql| self.default(sql, &field.kind));
            field.column = (column.name != name).then(|| column.name.clone());
            field.name = name;
            making.model.fields.push(field);
        }
    }

    /// Whether a key is one that the database fills in; that of a view is taken for one.
    fn is_generated(&self, column: &CatalogColumn, kind: &FieldKind, key: &[String]) -> bool {
        let is_alone = key.len() == 1 && key.contains(&column.name);
        is_alone && matches!(kind, FieldKind::I32 | FieldKind::I64) && (self.table.is_view || column.generated.is_some())
    }

    /// A default as a literal.
    fn default(&self, sql: &str, kind: &FieldKind) -> Literal {
        let expression = || {
            let mut each = (None, None, None);
            match self.catalog.backend {
                Backend::Sqlite => each.0 = Some(sql.to_owned()),
                Backend::Postgres => each.1 = Some(sql.to_owned()),
                _ => each.2 = Some(sql.to_owned()),
            }
            Literal::Sql { sql: DialectSql::Each { sqlite: each.0, postgres: each.1, mysql: each.2 } }
        };
        let Some(value) = default_value(sql, self.catalog.backend) else { return expression() };
        let literal = match kind {
            FieldKind::Bool => match value.as_str() {
                "1" | "true" => Some(Literal::Bool(true)),
                "0" | "false" => Some(Literal::Bool(false)),
                _ => None,
            },
            FieldKind::I16 | FieldKind::I32 | FieldKind::I64 => value.parse().ok().map(Literal::Integer),
            FieldKind::F32 | FieldKind::F64 => value.parse().ok().map(Literal::Float),
            FieldKind::Text | FieldKind::Enum { .. } | FieldKind::Date | FieldKind::Uuid | FieldKind::Decimal => {
                Some(Literal::Text(value))
            }
            _ => None,
        };
        literal.unwrap_or_else(expression)
    }

    fn foreign_keys(&self, key: &[String], making: &mut Making<'c>) {
        for of in &self.table.foreign_keys {
            let told = of.columns.join("`, `");
            if !of.validated {
                making.note(None, format!("The foreign key of `{told}` is not validated."));
            }
            let on_delete = on_delete(of.on_delete);
            let target = self.target(of);
            match (target, making.fields_of(&of.columns), of.columns.as_slice()) {
                (Some(model), Some(_), [column]) if self.reference(column, key).is_some_and(|(first, _)| first == of) => {
                    let reference = Reference { model: model.clone(), on_delete };
                    let field = making.model.fields.iter_mut().find(|field| field.column() == column);
                    if let Some(field) = field {
                        field.references = Some(reference);
                    }
                }
                (Some(model), Some(fields), [_, _, ..]) => {
                    making.model.constraints.push(ConstraintState::ForeignKey { fields, model: model.clone(), on_delete });
                }
                _ => {
                    let target = format!("`{}` ({})", of.table, of.target.join(", "));
                    making
                        .note(None, format!("The foreign key of `{told}` to {target} is left out: no field can be such a key."));
                }
            }
        }
    }

    /// What no model says.
    fn tell_the_rest(&self, making: &mut Making<'c>) {
        if !self.table.triggers.is_empty() {
            making.note(None, format!("The table has triggers: `{}`.", self.table.triggers.join("`, `")));
        }
        let other = |column: &&CatalogColumn| {
            let text = typed(column, self.catalog, false).is_some_and(|typed| typed.field.kind == FieldKind::Text);
            text && match (self.catalog.backend, column.collation.as_deref()) {
                (_, None) => false,
                (Backend::Sqlite, Some(_)) => true,
                (Backend::Postgres, Some(collation)) => collation != "C",
                (_, Some(collation)) => !self.dialect.text_collation().ends_with(&format!(" {collation}")),
            }
        };
        let others: Vec<&str> = self.table.columns.iter().filter(other).map(|column| column.name.as_str()).collect();
        if !others.is_empty() && !self.table.is_view {
            making.note(None, format!("These columns compare texts otherwise than by code points: `{}`.", others.join("`, `")));
        }
    }
}

/// What a model says for what the database does.
fn on_delete(rule: OnDeleteRule) -> OnDelete {
    match rule {
        OnDeleteRule::NoAction => OnDelete::DoNothing,
        OnDeleteRule::Restrict => OnDelete::Protect,
        OnDeleteRule::Cascade => OnDelete::Cascade,
        OnDeleteRule::SetNull => OnDelete::SetNull,
        OnDeleteRule::SetDefault => OnDelete::SetDefault,
    }
}
