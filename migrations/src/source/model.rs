//! The struct of a model.

use orm_core::meta::OnDelete;
use orm_core::schema::{ConstraintState, FieldKind, FieldState, IndexPart, IndexState, ModelName, ModelState, SchemaState};

use super::enums::Types;
use super::field::{FieldSource, type_of};
use super::names::{FieldNames, ModelNames, identifier};
use super::parts::Parts;
use super::{SourceOptions, comment, quoted, visible};
use crate::error::{Error, Result};
use crate::names::snake_case;

/// The most bytes of the name of a table or column that the derive takes.
const LONGEST_NAME: usize = 63;

/// The most fields of a key that the derive takes.
const LONGEST_KEY: usize = 6;

/// The widest line.
const WIDTH: usize = 120;

/// A model on its way to source.
pub(super) struct ModelSource<'s> {
    pub(super) state: &'s SchemaState,
    pub(super) model: &'s ModelState,
    pub(super) options: &'s SourceOptions,
    pub(super) names: &'s ModelNames,
    pub(super) types: &'s Types,
}

/// A foreign key of several columns that is one field of the struct.
pub(super) struct ForeignKey {
    /// The field that it is.
    pub(super) name: String,
    /// The fields that it is in the schema.
    pub(super) fields: Vec<String>,
    /// What the names of its columns begin with, before the `_`.
    prefix: String,
    model: ModelName,
    on_delete: OnDelete,
    unique: bool,
}

/// The foreign keys of several columns that are one field each.
pub(super) struct ForeignKeys(Vec<ForeignKey>);

impl ForeignKeys {
    fn new(state: &SchemaState, model: &ModelState) -> Self {
        let mut keys: Vec<ForeignKey> = Vec::new();
        for constraint in &model.constraints {
            if let ConstraintState::ForeignKey { fields, model: target, on_delete } = constraint
                && let Some((name, prefix)) = as_one_field(state, model, fields, target)
                && !keys.iter().any(|other| other.fields.iter().any(|field| fields.contains(field)))
            {
                let is_unique = |constraint: &ConstraintState| matches!(constraint, ConstraintState::Unique { name: None, fields: of, condition: None } if of == fields);
                let indexed = model.indexes.iter().any(|index| *index == plain_index(fields));
                let unique = !indexed && model.constraints.iter().any(is_unique);
                let (fields, model, on_delete) = (fields.clone(), target.clone(), *on_delete);
                keys.push(ForeignKey { name, fields, prefix, model, on_delete, unique });
            }
        }
        ForeignKeys(keys)
    }

    /// The key that a field is a column of.
    pub(super) fn of_field(&self, field: &str) -> Option<&ForeignKey> {
        self.0.iter().find(|key| key.fields.iter().any(|of| of == field))
    }

    /// Whether the derive makes this index of a key.
    pub(super) fn brings_index(&self, index: &IndexState) -> bool {
        self.0.iter().any(|key| !key.unique && *index == plain_index(&key.fields))
    }

    /// Whether a field says this constraint.
    pub(super) fn says(&self, constraint: &ConstraintState) -> bool {
        self.0.iter().any(|key| match constraint {
            ConstraintState::ForeignKey { fields, .. } => *fields == key.fields,
            ConstraintState::Unique { name: None, fields, condition: None } => key.unique && *fields == key.fields,
            _ => false,
        })
    }
}

/// The index that a foreign key of several columns has.
fn plain_index(fields: &[String]) -> IndexState {
    let parts = fields.iter().cloned().map(IndexPart::Field).collect();
    IndexState { name: None, parts, include: Vec::new(), condition: None, method: None }
}

/// The name of the field that several are together, and the beginning of its columns: `line` for `line.tenant` and `line.number`.
fn as_one_field(state: &SchemaState, model: &ModelState, fields: &[String], target: &ModelName) -> Option<(String, String)> {
    let key: Vec<&FieldState> = state.model(target)?.key_fields().collect();
    let first = model.fields.iter().position(|field| Some(&field.name) == fields.first())?;
    let columns = model.fields.get(first..)?.get(..fields.len())?;
    let name = fields.first()?.rsplit_once('.')?.0;
    let prefix = columns.first()?.column().strip_suffix(key.first()?.column())?.strip_suffix('_')?;
    let nullable = columns.first()?.nullable;
    let fits = columns.iter().zip(fields).zip(&key).all(|((column, field), key)| {
        column.name == *field
            && *field == format!("{name}.{}", key.name)
            && column.column() == format!("{prefix}_{}", key.column())
            && column.nullable == nullable
            && column.references.is_none()
            && !column.unique
            && !column.index
            && !model.key.contains(field)
    });
    let is_free = !name.contains('.') && model.field(name).is_none();
    (fits && is_free && key.len() == fields.len() && key.len() > 1).then(|| (name.to_owned(), prefix.to_owned()))
}

impl ModelSource<'_> {
    fn wrong(&self, reason: impl Into<String>) -> Error {
        Error::Source { model: self.model.name.clone(), reason: reason.into() }
    }

    /// The only field of the key.
    fn single_key(&self) -> Option<&FieldState> {
        let mut key = self.model.key_fields();
        key.next().filter(|_| key.next().is_none())
    }

    /// The newtype that the key is, where it is an integer that the database does not fill in.
    pub(super) fn newtype(&self) -> Option<String> {
        let name = self.types.key(&self.model.name)?;
        let inner = if self.single_key()?.kind == FieldKind::I32 { "i32" } else { "i64" };
        let (model, visible) = (self.names.model(&self.model.name), visible(self.options));
        Some(format!(
            "/// The key of `{model}`, which the database does not fill in.\n\
             #[derive(FieldNewtype, Debug, Clone, Copy, PartialEq, Eq, Hash)]\n#[field(key)]\n\
             {visible}struct {name}({visible}{inner});\n"
        ))
    }

    fn check(&self) -> Result<()> {
        let fits = |name: &str| {
            !name.is_empty() && name.len() <= LONGEST_NAME && !name.ends_with(' ') && !name.contains(char::is_control)
        };
        if !fits(&self.model.table) {
            return Err(self.wrong(format!("the table's name `{}` is none that all databases take", self.model.table)));
        }
        if let Some(field) = self.model.fields.iter().find(|field| !fits(field.column())) {
            return Err(self.wrong(format!("the column's name `{}` is none that all databases take", field.column())));
        }
        let key: Vec<&FieldState> = self.model.key_fields().collect();
        if key.is_empty() || key.len() != self.model.key.len() {
            return Err(self.wrong("it has no primary key"));
        }
        if key.len() > LONGEST_KEY {
            return Err(self.wrong(format!("its primary key is {} fields, and a key is at most {LONGEST_KEY}", key.len())));
        }
        for field in &key {
            use FieldKind::{Bool, Date, I16, I32, I64, Text, Uuid};
            let is_part = matches!(field.kind, Bool | Date | I16 | I32 | I64 | Text | Uuid) && !field.nullable;
            if !(is_part && (key.len() > 1 || matches!(field.kind, I32 | I64 | Text | Uuid))) {
                return Err(self.wrong(format!("its key `{}` is of a type that keys cannot have", field.name)));
            }
        }
        Ok(())
    }

    /// The struct.
    pub(super) fn written(&self) -> Result<String> {
        self.check()?;
        let ModelState { name, table, key, comment: said, fields, .. } = self.model;
        let keys = ForeignKeys::new(self.state, self.model);
        let is_composite = key.len() > 1;
        let mut forbidden = vec!["objects", "create", "into_inner"];
        if is_composite {
            forbidden.push("pk");
        }
        // With a key of several fields a field `id` would be taken for another key.
        if is_composite && !key.iter().any(|field| field == "id") {
            forbidden.push("id");
        }
        let whole = |field: &'_ FieldState| keys.of_field(&field.name).map_or_else(|| field.name.clone(), |key| key.name.clone());
        let names: Vec<String> = fields.iter().map(whole).collect();
        let names = FieldNames::new(names.iter().map(String::as_str).fold(Vec::new(), once).into_iter(), &forbidden);
        let parts = Parts::new(self.model, &names, &keys);

        let rust = self.names.model(name);
        let mut options = Vec::new();
        if self.options.app.as_ref() != Some(&name.app) {
            options.push(format!("app = {}", quoted(&name.app)));
        }
        if *table != snake_case(rust) {
            options.push(format!("table = {}", quoted(table)));
        }
        if self.options.unmanaged.contains(name) {
            options.push("managed = false".to_owned());
        }
        options.extend(self.names.module(name).map(|module| format!("module = {}", quoted(module))));
        if is_composite {
            let parts: Vec<String> = key.iter().map(|field| quoted(names.of(field))).collect();
            options.push(format!("primary_key = [{}]", parts.join(", ")));
        }
        options.extend(said.as_deref().map(|said| format!("comment = {}", quoted(said))));
        options.extend(parts.options);

        let mut source = String::new();
        if rust != name.name {
            source.push_str(&comment(&format!("The model `{name}`."), ""));
        }
        self.notes(None, &mut source, "");
        parts.notes.iter().for_each(|note| source.push_str(&comment(note, "")));
        let derives: String = self.options.derives.iter().map(|name| format!(", {name}")).collect();
        source.push_str(&format!("#[derive(Model{derives})]\n"));
        push_attribute("model", &options, "", &mut source);
        source.push_str(&format!("{}struct {} {{\n", visible(self.options), identifier(rust)));
        for field in fields {
            let rust = match keys.of_field(&field.name) {
                Some(key) if key.fields.first() == Some(&field.name) => {
                    (names.of(&key.name), self.several(key, names.of(&key.name)))
                }
                Some(_) => continue,
                None => (names.of(&field.name), self.field(field, names.of(&field.name))?),
            };
            let (name, written) = rust;
            self.notes(Some(&field.name), &mut source, "    ");
            written.notes.iter().for_each(|note| source.push_str(&comment(note, "    ")));
            push_attribute("field", &written.options, "    ", &mut source);
            source.push_str(&format!("    {}{}: {},\n", visible(self.options), identifier(name), written.ty));
        }
        Ok(source + "}\n")
    }

    fn notes(&self, field: Option<&str>, source: &mut String, indent: &str) {
        let notes = self.options.notes.iter().filter(|note| note.model == self.model.name && note.field.as_deref() == field);
        notes.for_each(|note| source.push_str(&comment(&note.text, indent)));
    }

    /// A field of one column.
    fn field(&self, field: &FieldState, rust: &str) -> Result<FieldSource> {
        let mut source = FieldSource::default();
        let is_key = self.model.key.as_slice() == std::slice::from_ref(&field.name);
        if is_key && field.name != "id" {
            source.options.push("primary_key".to_owned());
        }
        // A key alone is never a foreign key too.
        let target = field.references.as_ref().filter(|_| !is_key).and_then(|reference| {
            let target = self.state.model(&reference.model)?;
            (target.key.len() == 1).then_some(reference)
        });
        let unraw = if rust != field.name { Some(field.column()) } else { field.column.as_deref() };
        let column = match target {
            Some(_) => Some(field.column()).filter(|column| *column != format!("{rust}_id")),
            None => unraw.filter(|column| *column != rust),
        };
        source.options.extend(column.map(|column| format!("column = {}", quoted(column))));
        let ty = match target {
            Some(reference) => {
                source.on_delete(reference.on_delete, field.nullable, &[(field, self.types.key(&reference.model))]);
                format!("ForeignKey<{}>", identifier(self.names.model(&reference.model)))
            }
            None => {
                if let Some(reference) = &field.references {
                    source.notes.push(format!("It is a foreign key to `{}` too, which no attribute says.", reference.model));
                }
                source.limits(field);
                source.draft_default(field);
                let newtype = if is_key { self.types.key(&self.model.name).map(str::to_owned) } else { None };
                let ty = newtype.or_else(|| type_of(&field.kind, self.types));
                ty.ok_or_else(|| self.wrong(format!("there is no type for its field `{}`", field.name)))?
            }
        };
        source.ty = if field.nullable { format!("Option<{ty}>") } else { ty };
        if field.unique && !is_key {
            source.options.push("unique".to_owned());
        }
        if field.index {
            source.options.push("index".to_owned());
        }
        source.options.extend(field.comment.as_deref().map(|said| format!("comment = {}", quoted(said))));
        Ok(source)
    }

    /// A foreign key of several columns.
    fn several(&self, key: &ForeignKey, rust: &str) -> FieldSource {
        let mut source = FieldSource::default();
        let columns: Vec<&FieldState> = key.fields.iter().filter_map(|field| self.model.field(field)).collect();
        let nullable = columns.iter().any(|field| field.nullable);
        if key.prefix != rust {
            source.options.push(format!("column = {}", quoted(&key.prefix)));
        }
        let held = self.state.model(&key.model).into_iter().flat_map(ModelState::key_fields);
        let newtypes = held.map(|field| field.references.as_ref().and_then(|reference| self.types.key(&reference.model)));
        let parts: Vec<(&FieldState, Option<&str>)> = columns.iter().copied().zip(newtypes).collect();
        source.on_delete(key.on_delete, nullable, &parts);
        if key.unique {
            source.options.push("unique".to_owned());
        }
        if columns.iter().any(|field| field.comment.is_some()) {
            source.notes.push("The database has comments on its columns, which no attribute says.".to_owned());
        }
        let ty = format!("ForeignKey<{}>", identifier(self.names.model(&key.model)));
        source.ty = if nullable { format!("Option<{ty}>") } else { ty };
        source
    }
}

/// Adds a name that is not there yet.
fn once<'n>(mut names: Vec<&'n str>, name: &'n str) -> Vec<&'n str> {
    if names.last() != Some(&name) {
        names.push(name);
    }
    names
}

/// An attribute, on one line where it has room.
fn push_attribute(name: &str, options: &[String], indent: &str, source: &mut String) {
    if options.is_empty() {
        return;
    }
    let line = format!("{indent}#[{name}({})]", options.join(", "));
    if line.chars().count() <= WIDTH {
        source.push_str(&line);
    } else {
        let lines: String = options.iter().map(|option| format!("{indent}    {option},\n")).collect();
        source.push_str(&format!("{indent}#[{name}(\n{}{indent})]", lines.trim_end_matches(",\n").to_owned() + "\n"));
    }
    source.push('\n');
}
