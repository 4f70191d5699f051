//! The types that stand beside the models: enums of the database.

use std::collections::BTreeSet;

use orm_core::schema::{FieldKind, SchemaState};

use super::names::{ModelNames, identifier, model_name};
use super::{SourceOptions, quoted, visible};
use crate::names::snake_case;

/// The types of a source.
pub(super) struct Types {
    /// The enums, each with its name in Rust.
    enums: Vec<(FieldKind, String)>,
    /// The newtypes of keys that the database does not fill in, by model.
    keys: Vec<(orm_core::schema::ModelName, String)>,
}

impl Types {
    pub(super) fn new(state: &SchemaState, names: &mut ModelNames) -> Self {
        let mut types = Types { enums: Vec::new(), keys: Vec::new() };
        for kind in state.models().flat_map(|model| &model.fields).filter_map(|field| enum_of(&field.kind)) {
            if let FieldKind::Enum { name, .. } = kind
                && !types.enums.iter().any(|(other, _)| other == kind)
            {
                let chosen = names.free(&model_name(name));
                types.enums.push((kind.clone(), chosen));
            }
        }
        for model in state.models() {
            // The derive has the database fill in a key that is an integer.
            let mut key = model.key_fields();
            if let (Some(field), None) = (key.next(), key.next())
                && !field.generated
                && matches!(field.kind, FieldKind::I32 | FieldKind::I64)
            {
                let chosen = names.free(&format!("{}Key", names.model(&model.name)));
                types.keys.push((model.name.clone(), chosen));
            }
        }
        types
    }

    /// The name of an enum.
    pub(super) fn name(&self, kind: &FieldKind) -> Option<&str> {
        self.enums.iter().find(|(other, _)| other == kind).map(|(_, name)| name.as_str())
    }

    /// The newtype that is the key of a model.
    pub(super) fn key(&self, model: &orm_core::schema::ModelName) -> Option<&str> {
        self.keys.iter().find(|(of, _)| of == model).map(|(_, name)| name.as_str())
    }

    /// The source of the enums.
    pub(super) fn enums(&self, options: &SourceOptions) -> Vec<String> {
        let written = |(kind, rust): &(FieldKind, String)| match kind {
            FieldKind::Enum { name, labels } => Some(enum_source(rust, name, labels, options)),
            _ => None,
        };
        self.enums.iter().filter_map(written).collect()
    }
}

/// The enum that a kind is, or has as elements.
fn enum_of(kind: &FieldKind) -> Option<&FieldKind> {
    match kind {
        FieldKind::Enum { .. } => Some(kind),
        FieldKind::Array(element) => enum_of(element),
        _ => None,
    }
}

fn enum_source(rust: &str, name: &str, labels: &[String], options: &SourceOptions) -> String {
    let mut source = String::from("#[derive(FieldEnum, Debug, Clone, Copy, PartialEq)]\n");
    source.push_str(&format!("#[field(native = {})]\n{}enum {rust} {{\n", quoted(name), visible(options)));
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for label in labels {
        let mut variant = model_name(label);
        while !taken.insert(variant.clone()) {
            variant.push('_');
        }
        let variant = identifier(&variant);
        if snake_case(&variant) != *label {
            source.push_str(&format!("    #[field(rename = {})]\n", quoted(label)));
        }
        source.push_str(&format!("    {variant},\n"));
    }
    source + "}\n"
}
