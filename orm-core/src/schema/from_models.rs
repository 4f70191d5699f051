//! The schema of models as the program has them now.

use crate::check::{check, invalid};
use crate::error::Result;
use crate::meta::{FieldMeta, ModelMeta, OnDelete, RelationKind};
use crate::schema::{ConstraintState, FieldState, IndexPart, IndexState, Literal, ModelName, ModelState, Reference, SchemaState};
use crate::value::{Value, ValueError};

impl SchemaState {
    /// The schema of models, each with the app that it belongs to, and of the models between two that the library made.
    ///
    /// What they point at is named by `app_of`.
    ///
    /// # Errors
    /// [`Error::InvalidValue`](crate::Error::InvalidValue) for the default of a `SetDefault` key that cannot stand in a schema.
    pub fn of_models(models: &[&'static ModelMeta], app_of: &dyn Fn(&'static ModelMeta) -> String) -> Result<Self> {
        with_made(models).into_iter().map(|model| ModelState::of_model(model, app_of)).collect()
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
    /// [`Error::InvalidValue`](crate::Error::InvalidValue) for the default of a `SetDefault` key that cannot stand in a schema.
    pub fn of_model(model: &'static ModelMeta, app_of: &dyn Fn(&'static ModelMeta) -> String) -> Result<Self> {
        let name = |model: &'static ModelMeta| ModelName::new(app_of(model), model.name);
        let names = |fields: &[usize]| fields.iter().map(|field| model.field(*field).name.to_owned()).collect();
        let mut fields = Vec::with_capacity(model.fields.len());
        let mut indexes = Vec::new();
        for (at, field) in model.fields.iter().enumerate() {
            // A foreign key is of the type of the key that it points at, its length included.
            let typed = field.relation.map_or(field, |relation| (relation.target)().key_field());
            fields.push(FieldState {
                column: (field.column != field.name).then(|| field.column.to_owned()),
                nullable: field.nullable,
                generated: at == model.key && model.generated_key,
                max_length: typed.max_length,
                max_digits: typed.max_digits,
                decimal_places: typed.decimal_places,
                unique: field.unique,
                index: field.index,
                default: default(model, field)?,
                references: field
                    .relation
                    .map(|relation| Reference { model: name((relation.target)()), on_delete: relation.on_delete }),
                ..FieldState::new(field.name, typed.column_type.into())
            });
            if field.index_with_next {
                let parts: Vec<String> = names(&[at, at + 1]);
                indexes.push(IndexState {
                    name: None,
                    parts: parts.into_iter().map(IndexPart::Field).collect(),
                    include: Vec::new(),
                    condition: None,
                    method: None,
                });
            }
        }
        let unique = |fields: &&[usize]| ConstraintState::Unique { name: None, fields: names(fields), condition: None };
        Ok(ModelState {
            name: name(model),
            table: model.table.to_owned(),
            key: names(&[model.key]),
            comment: None,
            fields,
            indexes,
            constraints: model.unique_together.iter().map(unique).collect(),
        })
    }
}

/// The key that ON DELETE SET DEFAULT sets. Drafts fill in all other defaults, so that the schema needs none.
fn default(model: &'static ModelMeta, field: &'static FieldMeta) -> Result<Option<Literal>> {
    let is_set = field.relation.is_some_and(|relation| relation.on_delete == OnDelete::SetDefault);
    let Some(default) = field.default.filter(|_| is_set) else { return Ok(None) };
    let value = default().map_err(|error| invalid(model, field, error))?;
    check(model, field, &value)?;
    literal(&value).map_err(|error| invalid(model, field, error))
}

/// A key as a literal; none for NULL.
fn literal(value: &Value<'_>) -> Result<Option<Literal>, ValueError> {
    Ok(Some(match value {
        Value::Null(_) => return Ok(None),
        Value::I64(number) => Literal::Integer(*number),
        Value::Text(text) if text.contains('\0') => {
            return Err(ValueError::new("a text with a NUL cannot stand in the schema as a default"));
        }
        Value::Text(text) => Literal::Text(text.to_string()),
        #[cfg(feature = "uuid")]
        Value::Uuid(uuid) => Literal::Text(uuid.to_string()),
        _ => return Err(ValueError::new("only an integer, a text or a UUID can stand in the schema as a default")),
    }))
}
