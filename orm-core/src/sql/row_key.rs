//! Which row an UPDATE or DELETE of one row is about: that of a key, and of a version where the model has one.

use crate::check::{checked, checked_key, invalid};
use crate::error::Result;
use crate::expr::{Condition, Node, Operator};
use crate::field::ColumnType;
use crate::meta::ModelMeta;
use crate::model::Model;
use crate::sql::Writer;
use crate::statement::{Bind, Walk};
use crate::value::{Value, ValueError};

/// The key of a row, and the version that it had when it was read.
#[derive(Debug)]
pub(crate) struct RowKey<'r> {
    /// A tuple, of a key of several fields.
    pub(crate) value: Value<'r>,
    pub(crate) version: Option<Version>,
}

/// The version of a row in hand.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    /// The position of its field.
    pub(crate) field: usize,
    value: Value<'static>,
    /// The version after the next write; none is larger.
    pub(crate) next: Option<i64>,
}

impl<'r> RowKey<'r> {
    /// That of a row.
    pub(super) fn new<M: Model>(row: &'r M) -> Result<Self> {
        let version = M::META.version().map(|field| {
            let value = checked(row, field)?.into_owned();
            let largest = if M::META.field(field).column_type == ColumnType::I32 { i32::MAX.into() } else { i64::MAX };
            let next = match &value {
                Value::I64(version) if *version < largest => Some(version + 1),
                _ => None,
            };
            Ok(Version { field, value, next })
        });
        Ok(RowKey { value: checked_key(row)?, version: version.transpose()? })
    }

    /// That of a row whose version is to be counted.
    pub(super) fn of_update<M: Model>(row: &'r M) -> Result<Self> {
        let key = RowKey::new(row)?;
        match &key.version {
            Some(Version { field, next: None, .. }) => {
                Err(invalid(M::META, M::META.field(*field), ValueError::new("it has counted as far as its type does")))
            }
            _ => Ok(key),
        }
    }

    /// The same, owning its values.
    pub(super) fn into_owned(self) -> RowKey<'static> {
        RowKey { value: self.value.into_owned(), version: self.version }
    }

    /// The row of that key and version, as a condition of a query.
    pub(crate) fn condition(&self, model: &'static ModelMeta) -> Condition {
        let key = self.condition_of_key(model);
        match &self.version {
            Some(version) => {
                let column = Node::columns(None, model, [version.field]);
                key.and(Condition::compare(Operator::Eq, column, Node::Value(version.value.clone())))
            }
            None => key,
        }
    }

    /// The row of that key, whatever its version, as a condition of a query.
    pub(crate) fn condition_of_key(&self, model: &'static ModelMeta) -> Condition {
        Condition::compare(Operator::Eq, model.key_node(None), Node::Value(self.value.clone().into_owned()))
    }

    pub(super) fn walk<'a>(&'a self, walk: &mut Walk<'a>) {
        self.value.parts().iter().for_each(|part| walk.bind(Bind::Value(part)));
        if let Some(version) = &self.version {
            walk.bind(Bind::Value(&version.value));
        }
    }

    /// Writes the condition.
    pub(super) fn write_where(&self, model: &ModelMeta, sql: &mut Writer) {
        for (at, (field, value)) in model.key_fields().zip(self.value.parts()).enumerate() {
            sql.text(if at == 0 { " WHERE " } else { " AND " });
            sql.identifier(field.column);
            sql.text(" = ");
            sql.value(value);
        }
        if let Some(version) = &self.version {
            sql.text(" AND ");
            sql.identifier(model.field(version.field).column);
            sql.text(" = ");
            sql.value(&version.value);
        }
    }

    /// The position of the field that its bound value at a position is for.
    pub(super) fn bound(&self, model: &ModelMeta, at: usize) -> Option<usize> {
        model.key.get(at).copied().or_else(|| self.version.as_ref().map(|version| version.field))
    }
}
