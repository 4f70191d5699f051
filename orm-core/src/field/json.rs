//! JSON documents.

use std::borrow::Cow;

use crate::field::{ColumnType, FieldType};
use crate::row::{ColumnReader, DecodeError};
use crate::value::{Value, ValueError};

/// A JSON document of type `T` in a field; feature `json`.
///
/// `None` in an `Option<Json<T>>` is SQL NULL, `Json(serde_json::Value::Null)` is JSON's null: two different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Json<T>(pub T);

impl<T: serde::Serialize> serde::Serialize for Json<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for Json<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Json)
    }
}

impl<T> std::ops::Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: serde::Serialize + serde::de::DeserializeOwned + Send + Sync + 'static> FieldType for Json<T> {
    type NonNull = Self;
    const COLUMN: ColumnType = ColumnType::Json;

    fn to_value(&self) -> Result<Value<'_>, ValueError> {
        json_value(&self.0)
    }

    fn decode_nullable<R: ColumnReader>(row: &R, index: usize) -> Result<Option<Self>, DecodeError> {
        Ok(decode_json(row, index)?.map(Json))
    }
}

impl FieldType for serde_json::Value {
    type NonNull = Self;
    const COLUMN: ColumnType = ColumnType::Json;

    fn to_value(&self) -> Result<Value<'_>, ValueError> {
        json_value(self)
    }

    fn decode_nullable<R: ColumnReader>(row: &R, index: usize) -> Result<Option<Self>, DecodeError> {
        decode_json(row, index)
    }
}

fn json_value<T: serde::Serialize>(document: &T) -> Result<Value<'static>, ValueError> {
    if !crate::json::is_exact(document) {
        return Err(ValueError::new("JSON has no NaN and no infinities, or the document does not serialize"));
    }
    match serde_json::to_string(document) {
        Ok(text) => Ok(Value::Json(Cow::Owned(text))),
        Err(error) => Err(ValueError::new(format!("it does not serialize to JSON: {error}"))),
    }
}

fn decode_json<T: serde::de::DeserializeOwned>(row: &impl ColumnReader, index: usize) -> Result<Option<T>, DecodeError> {
    match row.json(index)? {
        None => Ok(None),
        Some(text) => match serde_json::from_str(text) {
            Ok(document) => Ok(Some(document)),
            Err(error) => Err(DecodeError::new(
                index,
                std::any::type_name::<T>(),
                format!("other JSON ({:?} at column {})", error.classify(), error.column()),
            )),
        },
    }
}
