//! The schema of models as the program has them now.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::check::{check, invalid};
use crate::error::{Error, Result};
use crate::field::ColumnType;
use crate::meta::{ConstraintMeta, FieldMeta, IndexMeta, ModelMeta, OnDelete, RelationKind, RelationMeta};
use crate::schema::{ConstraintState, FieldState, IndexPart, IndexState, Literal, ModelName, ModelState, Reference, SchemaState};
use crate::value::{Value, ValueError};

impl SchemaState {
    /// The schema of models, each with the app that it belongs to, and of the models between two that the library made.
    ///
    /// A model that says its app belongs to that, and any other one to what `app_of` says, also one that is only pointed at. Those that
    /// are not managed stand in no schema, and a foreign key to one is a plain column.
    ///
    /// # Errors
    /// [`Error::InvalidValue`] for the default of a `SetDefault` key that cannot stand in a schema; [`Error::Schema`] for a field
    /// that is a key of several columns, and for two models of one app with the same name.
    pub fn of_models(models: &[&'static ModelMeta], app_of: &dyn Fn(&'static ModelMeta) -> String) -> Result<Self> {
        let mut state = SchemaState::new();
        let mut known: BTreeMap<ModelName, *const ModelMeta> = BTreeMap::new();
        for model in with_made(models).into_iter().filter(|model| model.managed) {
            let read = ModelState::of_model(model, app_of)?;
            let name = read.name.clone();
            state.insert(read);
            if known.insert(name.clone(), model).is_some_and(|other| !std::ptr::eq(other, model)) {
                return Err(Error::Schema(format!(
                    "two models are called `{name}`; rename one, or give it another app: `#[model(app = \"..\")]`"
                )));
            }
        }
        Ok(state)
    }
}

/// Models, and those between two of them that the library made.
#[must_use]
pub(crate) fn with_made(models: &[&'static ModelMeta]) -> Vec<&'static ModelMeta> {
    let mut all = models.to_vec();
    for relation in models.iter().flat_map(|model| model.relations) {
        if let RelationKind::ManyToMany(through) = relation.kind
            && through.made
        {
            all.push((through.near.source)());
        }
    }
    all
}

impl ModelState {
    /// A model as the program has it now.
    ///
    /// # Errors
    /// [`Error::InvalidValue`] for the default of a `SetDefault` key that cannot stand in a schema; [`Error::Schema`] for a field
    /// that is a key of several columns.
    pub fn of_model(model: &'static ModelMeta, app_of: &dyn Fn(&'static ModelMeta) -> String) -> Result<Self> {
        let name = |model| ModelName::of(model, app_of);
        let mut fields = Vec::with_capacity(model.fields.len());
        let mut indexes = Vec::new();
        let mut constraints: Vec<ConstraintState> = model
            .unique_columns()
            .map(|columns| ConstraintState::Unique { name: None, fields: names(model, columns), condition: None })
            .collect();
        for (at, field) in model.fields.iter().enumerate() {
            let held = model.foreign_key_at(at);
            let single = held.filter(|(relation, _)| relation.fields().len() == 1).map(|(relation, _)| relation);
            let constrained = single.filter(|relation| (relation.target)().managed);
            let typed = typed_as(model, at);
            if matches!(typed.column_type, ColumnType::Tuple(_)) {
                return Err(Error::Schema(format!(
                    "the field `{}` of `{}` has no column: it is a key of several fields; write a field for each, or a foreign key",
                    field.name, model.name
                )));
            }
            fields.push(FieldState {
                column: (field.column != field.name).then(|| field.column.to_owned()),
                nullable: field.nullable,
                generated: model.key == [at] && model.generated_key,
                max_length: typed.max_length,
                max_digits: typed.max_digits,
                decimal_places: typed.decimal_places,
                unique: field.unique && model.is_unique(at),
                index: field.index || (single.is_some() && constrained.is_none() && !field.unique),
                default: held.map(|(relation, _)| default(model, relation, at)).transpose()?.flatten(),
                comment: field.comment.map(str::to_owned),
                references: constrained
                    .map(|relation| Reference { model: name((relation.target)()), on_delete: relation.on_delete }),
                ..FieldState::new(field.name, typed.column_type.into())
            });
            let together = match field.relation {
                Some(relation) if relation.fields().len() > 1 => {
                    if (relation.target)().managed {
                        constraints.push(ConstraintState::ForeignKey {
                            fields: names(model, relation.fields()),
                            model: name((relation.target)()),
                            on_delete: relation.on_delete,
                        });
                    }
                    relation.fields()
                }
                _ if field.index_with_next => at..at + 2,
                _ => continue,
            };
            if !field.unique && !begins_key(model, &together) {
                indexes.push(IndexState {
                    name: None,
                    parts: names(model, together).into_iter().map(IndexPart::Field).collect(),
                    include: Vec::new(),
                    condition: None,
                    method: None,
                });
            }
        }
        indexes.extend(model.indexes.iter().map(|index| declared_index(model, index)));
        constraints.extend(model.constraints.iter().map(|constraint| declared_constraint(model, constraint)));
        Ok(ModelState {
            name: name(model),
            table: model.table.to_owned(),
            key: names(model, model.key.iter().copied()),
            comment: model.comment.map(str::to_owned),
            fields,
            indexes,
            constraints,
        })
    }
}

impl ModelName {
    /// What a model is called: in the app that it says, or else that `app_of` says.
    #[must_use]
    pub fn of(model: &'static ModelMeta, app_of: &dyn Fn(&'static ModelMeta) -> String) -> Self {
        ModelName::new(model.app.map_or_else(|| app_of(model), str::to_owned), model.name)
    }
}

fn names(model: &ModelMeta, fields: impl IntoIterator<Item = usize>) -> Vec<String> {
    fields.into_iter().map(|field| model.field(field).name.to_owned()).collect()
}

/// An index as a model declares it.
fn declared_index(model: &ModelMeta, index: &IndexMeta) -> IndexState {
    let part = |(field, descending): &(usize, bool)| {
        let part = if *descending { IndexPart::Descending } else { IndexPart::Field };
        names(model, model.columns_of(*field)).into_iter().map(part).collect::<Vec<_>>()
    };
    let expressions = index.expressions.iter().map(|sql| IndexPart::Expression((*sql).into()));
    IndexState {
        name: index.name.map(str::to_owned),
        parts: index.fields.iter().flat_map(part).chain(expressions).collect(),
        include: names(model, index.include.iter().flat_map(|field| model.columns_of(*field))),
        condition: index.condition.map(Into::into),
        method: index.method.map(str::to_owned),
    }
}

/// A constraint as a model declares it.
fn declared_constraint(model: &ModelMeta, constraint: &ConstraintMeta) -> ConstraintState {
    match *constraint {
        ConstraintMeta::Check { name, condition } => {
            ConstraintState::Check { name: name.to_owned(), condition: condition.into() }
        }
        ConstraintMeta::Unique { name, fields, condition } => ConstraintState::Unique {
            name: name.map(str::to_owned),
            fields: names(model, fields.iter().flat_map(|field| model.columns_of(*field))),
            condition: condition.map(Into::into),
        },
    }
}

/// Whether the primary key begins with these columns, so that its index serves them.
fn begins_key(model: &ModelMeta, columns: &Range<usize>) -> bool {
    model.key.iter().copied().take(columns.len()).eq(columns.clone())
}

/// The field by whose type a column is made. A foreign key is of the type of the key that it points at, its length included.
fn typed_as(model: &'static ModelMeta, at: usize) -> &'static FieldMeta {
    let Some((relation, field)) = model.foreign_key_at(at) else { return model.field(at) };
    let target = (relation.target)();
    // A key may be made of foreign keys, which hold keys in turn; none holds itself.
    target.key.get(at.saturating_sub(relation.field)).map_or(field, |key| typed_as(target, *key))
}

/// The part of a key that ON DELETE SET DEFAULT sets. Drafts fill in all other defaults, so that the schema needs none.
fn default(model: &'static ModelMeta, relation: &RelationMeta, at: usize) -> Result<Option<Literal>> {
    let set = model.field(relation.field).default.filter(|_| relation.on_delete == OnDelete::SetDefault);
    let Some(default) = set else { return Ok(None) };
    let field = model.field(at);
    let value = default().map_err(|error| invalid(model, field, error))?;
    let Some(value) = value.into_parts().into_iter().nth(at.saturating_sub(relation.field)) else { return Ok(None) };
    check(model, field, &value)?;
    literal(&value).map_err(|error| invalid(model, field, error))
}

/// A key as a literal; none for NULL.
fn literal(value: &Value<'_>) -> Result<Option<Literal>, ValueError> {
    Ok(Some(match value {
        Value::Null(_) => return Ok(None),
        Value::Bool(truth) => Literal::Bool(*truth),
        Value::I64(number) => Literal::Integer(*number),
        Value::Text(text) if text.contains('\0') => {
            return Err(ValueError::new("a text with a NUL cannot stand in the schema as a default"));
        }
        Value::Text(text) => Literal::Text(text.to_string()),
        Value::Date(date) => Literal::Text(date.to_string()),
        #[cfg(feature = "uuid")]
        Value::Uuid(uuid) => Literal::Text(uuid.to_string()),
        _ => return Err(ValueError::new("only an integer, a text, a date or a UUID can stand in the schema as a default")),
    }))
}
