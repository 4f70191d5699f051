//! A field of a model, with its type and options.

use chrono::{Datelike, NaiveDate};
use orm_core::meta::OnDelete;
use orm_core::schema::{FieldKind, FieldState, Literal};

use super::enums::Types;
use super::quoted;

/// A field as it is to be written.
#[derive(Default)]
pub(super) struct FieldSource {
    pub(super) ty: String,
    pub(super) options: Vec<String>,
    pub(super) notes: Vec<String>,
}

/// The type of a column of a kind, which is not NULL; none where Rust has none that the derive takes.
pub(super) fn type_of(kind: &FieldKind, types: &Types) -> Option<String> {
    Some(match kind {
        FieldKind::Bool => "bool".to_owned(),
        FieldKind::I16 => "i16".to_owned(),
        FieldKind::I32 => "i32".to_owned(),
        FieldKind::I64 => "i64".to_owned(),
        FieldKind::F32 => "f32".to_owned(),
        FieldKind::F64 => "f64".to_owned(),
        FieldKind::Text => "String".to_owned(),
        FieldKind::Bytes => "Vec<u8>".to_owned(),
        FieldKind::Date => "NaiveDate".to_owned(),
        FieldKind::Time => "NaiveTime".to_owned(),
        FieldKind::DateTime => "NaiveDateTime".to_owned(),
        FieldKind::Timestamp => "DateTime<Utc>".to_owned(),
        FieldKind::Uuid => "Uuid".to_owned(),
        FieldKind::Decimal => "Decimal".to_owned(),
        FieldKind::Json => "JsonValue".to_owned(),
        FieldKind::Enum { .. } => types.name(kind)?.to_owned(),
        FieldKind::Array(element) => match **element {
            FieldKind::Array(_) | FieldKind::Json | FieldKind::Bytes => return None,
            _ => format!("Vec<{}>", type_of(element, types)?),
        },
        _ => return None,
    })
}

impl FieldSource {
    /// What the type alone does not say of a plain column.
    pub(super) fn limits(&mut self, field: &FieldState) {
        let element = match &field.kind {
            FieldKind::Array(element) => element,
            kind => kind,
        };
        if matches!(field.kind, FieldKind::Text | FieldKind::Enum { .. }) {
            self.options.extend(field.max_length.filter(|most| *most > 0).map(|most| format!("max_length = {most}")));
        }
        if *element == FieldKind::Decimal {
            self.options.extend(field.max_digits.map(|digits| format!("max_digits = {digits}")));
            self.options.extend(field.decimal_places.map(|places| format!("decimal_places = {places}")));
        }
    }

    /// The default of a plain column, which only drafts have.
    pub(super) fn draft_default(&mut self, field: &FieldState) {
        let Some(default) = &field.default else { return };
        let value = match (&field.kind, default) {
            (FieldKind::Bool, Literal::Bool(truth)) => Some(truth.to_string()),
            (FieldKind::I16 | FieldKind::I32 | FieldKind::I64, Literal::Integer(number)) => Some(number.to_string()),
            (FieldKind::F32 | FieldKind::F64, Literal::Float(number)) => Some(format!("{number:?}")),
            (FieldKind::Text, Literal::Text(text)) => Some(quoted(text)),
            _ => None,
        };
        match value {
            Some(value) => {
                self.notes.push("The database has this default too; that of a draft stands in no schema.".to_owned());
                self.options.push(format!("default = {value}"));
            }
            None => self.notes.push("The database has a default, which stands in no schema of models.".to_owned()),
        }
    }

    /// What happens when the target of a foreign key goes, with the default that is set then: that of the key's columns, each with the
    /// newtype that it is wrapped in, if it is.
    pub(super) fn on_delete(&mut self, on_delete: OnDelete, nullable: bool, columns: &[(&FieldState, Option<&str>)]) {
        let value = |(field, newtype): &(&FieldState, Option<&str>)| {
            let value = key_value(field.default.as_ref()?, &field.kind)?;
            Some(newtype.map_or_else(|| value.clone(), |newtype| format!("{newtype}({value})")))
        };
        let values = columns.iter().map(value).collect::<Option<Vec<String>>>();
        let said = |values: Vec<String>| match values.as_slice() {
            [only] => only.clone(),
            several => format!("({})", several.join(", ")),
        };
        match on_delete {
            OnDelete::Protect => {}
            OnDelete::SetDefault => match values {
                Some(values) => self.options.push(format!("on_delete = SetDefault, default = {}", said(values))),
                None if nullable => {
                    if columns.iter().any(|(field, _)| field.default.is_some()) {
                        self.notes.push("The database has a default, which no attribute says.".to_owned());
                    }
                    self.options.push("on_delete = SetDefault, default = None".to_owned());
                }
                None => {
                    self.notes.push("ON DELETE sets a default which no attribute says.".to_owned());
                    self.options.push("on_delete = DoNothing".to_owned());
                }
            },
            OnDelete::SetNull if !nullable => {
                self.notes.push("ON DELETE sets NULL, which the column does not take.".to_owned());
                self.options.push("on_delete = DoNothing".to_owned());
            }
            other => self.options.push(format!("on_delete = {other:?}")),
        }
    }
}

/// A value of a key, or of a part of one.
fn key_value(default: &Literal, kind: &FieldKind) -> Option<String> {
    match (kind, default) {
        (FieldKind::Bool, Literal::Bool(truth)) => Some(truth.to_string()),
        (FieldKind::I16 | FieldKind::I32 | FieldKind::I64, Literal::Integer(number)) => Some(number.to_string()),
        (FieldKind::Text, Literal::Text(text)) => Some(quoted(text)),
        (FieldKind::Uuid, Literal::Text(text)) => {
            let number = u128::from_str_radix(&text.replace('-', ""), 16).ok()?;
            Some(format!("Uuid::from_u128({number:#034x})"))
        }
        (FieldKind::Date, Literal::Text(text)) => {
            let day: NaiveDate = text.parse().ok()?;
            Some(format!("NaiveDate::from_ymd_opt({}, {}, {}).unwrap_or_default()", day.year(), day.month(), day.day()))
        }
        _ => None,
    }
}
