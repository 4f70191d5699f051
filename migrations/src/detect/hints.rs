//! What the models say beside their schema: what they and their fields were called, and what new rows begin with.

use std::collections::BTreeMap;

use chrono::Utc;
use orm_core::meta::{Auto, FieldMeta, ModelMeta};
use orm_core::schema::{Literal, ModelName};

/// What the models say beside their schema.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ModelHints {
    /// For a model its old name, from `#[model(renamed_from = "..")]`.
    pub renamed_models: BTreeMap<ModelName, ModelName>,
    /// For a field of a model its old name, from `#[field(renamed_from = "..")]`.
    pub renamed_fields: BTreeMap<(ModelName, String), String>,
    /// For a field of a model what the rows that are there can be filled with: the field's `default`, or the present time.
    pub fills: BTreeMap<(ModelName, String), Literal>,
}

impl ModelHints {
    /// What models say, each of the app that `app_of` says it belongs to. Defaults are evaluated; one that fails, or whose value cannot
    /// stand in a file, is none.
    #[must_use]
    pub fn of_models(models: &[&'static ModelMeta], app_of: &dyn Fn(&'static ModelMeta) -> String) -> Self {
        let mut hints = ModelHints::default();
        for model in models {
            let name = ModelName::of(model, app_of);
            if let Some(old) = model.renamed_from {
                let old = ModelName::try_from(old.to_owned()).unwrap_or_else(|_| ModelName::new(&name.app, old));
                hints.renamed_models.insert(name.clone(), old);
            }
            for field in model.fields {
                let key = || (name.clone(), field.name.to_owned());
                if let Some(old) = field.renamed_from {
                    hints.renamed_fields.insert(key(), within(field.name, old));
                }
                if let Some(fill) = fill(field) {
                    hints.fills.insert(key(), fill);
                }
            }
        }
        hints
    }
}

/// The old name of a field, with the path of a flattened one, which says only what it was called in its struct.
fn within(name: &str, old: &str) -> String {
    name.rsplit_once('.').map_or_else(|| old.to_owned(), |(path, _)| format!("{path}.{old}"))
}

/// What the rows that are there can be filled with.
fn fill(field: &FieldMeta) -> Option<Literal> {
    let value = match (field.auto, field.default) {
        (Some(Auto::Version), _) => return Some(Literal::Integer(1)),
        (Some(Auto::Now | Auto::NowAdd), _) => {
            return Literal::of_time(Utc::now(), field.column_type);
        }
        (None, Some(default)) => default().ok()?,
        (None, None) => return None,
    };
    Literal::of_value(&value)
}
