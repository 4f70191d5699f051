//! A line as it is read: whose row it is, and its values.

use std::borrow::Cow;
use std::collections::BTreeMap;

use orm_core::sql::Features;
use orm_core::value::Value;
use serde_json::value::RawValue;

use super::decode::decode;
use super::error::{LineError, LineFault};
use super::statement::columns;
use super::table::Table;
use crate::similar::nearest;

/// A line, taken apart.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line<'l> {
    /// The model that it names.
    #[serde(borrow)]
    pub(super) model: Cow<'l, str>,
    #[serde(borrow, default)]
    pk: Option<&'l RawValue>,
    #[serde(borrow, default)]
    fields: BTreeMap<Cow<'l, str>, &'l RawValue>,
}

/// What is wrong with a field, and which one it is.
pub(super) type Wrong = (Option<String>, LineFault);

impl<'l> Line<'l> {
    /// Takes a line apart.
    ///
    /// # Errors
    /// [`LineFault::NotALine`].
    pub(super) fn parse(bytes: &'l [u8]) -> Result<Self, LineFault> {
        // An array would do too for what serde derives.
        let begin = bytes.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or_default();
        if bytes.get(begin) != Some(&b'{') {
            return Err(LineFault::NotALine { column: begin + 1 });
        }
        serde_json::from_slice(bytes).map_err(|error| LineFault::NotALine { column: error.column() })
    }

    /// Whether it says its primary key.
    pub(super) fn is_keyed(&self) -> bool {
        self.pk.is_some_and(|pk| pk.get() != "null")
    }

    /// The values of the row, in the order of the columns that are written.
    ///
    /// # Errors
    /// The first field that is none or has a wrong value.
    pub(super) fn values(&self, table: &Table, ignores_unknown: bool, features: &Features) -> Result<Vec<Value<'static>>, Wrong> {
        let keyed = self.is_keyed();
        if !keyed && !table.has_generated_key() {
            return Err((Some("pk".to_owned()), LineFault::Missing));
        }
        let known = || table.columns.iter().filter(|column| !column.is_key).map(|column| column.field.name.as_str());
        if !ignores_unknown && let Some(unknown) = self.fields.keys().find(|name| !known().any(|known| known == *name)) {
            let near = nearest(unknown, known()).map(str::to_owned);
            return Err((Some(unknown.clone().into_owned()), LineFault::NoField { near }));
        }
        let mut parts = match self.pk.filter(|_| keyed) {
            Some(pk) => parts_of(pk.get(), table).map_err(|fault| (Some("pk".to_owned()), fault))?,
            None => Vec::new(),
        };
        let value = |column: &super::table::Column| {
            let part = table.key_columns().position(|key| std::ptr::eq(key, column));
            let (raw, told) = match part {
                Some(part) => (parts.get_mut(part).and_then(Option::take), "pk"),
                None => (self.fields.get(column.field.name.as_str()).copied(), column.field.name.as_str()),
            };
            decode(raw, column, features).map_err(|fault| (Some(told.to_owned()), fault))
        };
        columns(table, keyed).map(value).collect()
    }
}

/// The parts of a primary key, each as it is written.
fn parts_of<'l>(written: &'l str, table: &Table) -> Result<Vec<Option<&'l RawValue>>, LineFault> {
    let expected = LineFault::Type { expected: "an array of as many values as the key has fields" };
    if table.key.len() == 1 {
        return serde_json::from_str(written).map(|part| vec![Some(part)]).map_err(|_| LineFault::Type { expected: "a key" });
    }
    match serde_json::from_str::<Vec<&RawValue>>(written) {
        Ok(parts) if parts.len() == table.key.len() => Ok(parts.into_iter().map(Some).collect()),
        _ => Err(expected),
    }
}

/// The values of a primary key.
///
/// # Errors
/// Why it is none.
pub(super) fn key_of(written: &str, table: &Table, features: &Features) -> Result<Vec<Value<'static>>, LineFault> {
    let parts = parts_of(written, table)?;
    parts.into_iter().zip(table.key_columns()).map(|(part, column)| decode(part, column, features)).collect()
}

/// The error of a line.
pub(super) fn at(line: u64, model: Option<&str>, (field, fault): Wrong) -> Box<LineError> {
    Box::new(LineError { line, model: model.map(str::to_owned), field, fault })
}
