//! Texts that would like to be SQL stay values: whichever way they come in, the SQL is the same as for a harmless one.

mod corpus;
mod entries;
mod names;
mod round_trip;
mod settings;

use amphi::prelude::*;

/// What has texts of all kinds.
#[derive(Model, Debug, Clone, PartialEq)]
pub struct Letter {
    pub id: i64,
    pub text: String,
    pub note: Option<String>,
    pub title: Title,
    pub data: Vec<u8>,
    pub document: Json<JsonValue>,
    pub stamp: Option<ForeignKey<Stamp>>,
    pub answers: Option<ForeignKey<Letter>>,
}

#[derive(FieldNewtype, Debug, Clone, PartialEq)]
pub struct Title(pub String);

/// What is named by a text.
#[derive(Model, Debug, Clone, PartialEq)]
pub struct Stamp {
    #[field(primary_key, max_length = 200)]
    pub code: String,
}

impl Letter {
    /// A letter that has the text wherever it may be.
    pub fn of(text: &str) -> Letter {
        Letter {
            id: 1,
            text: text.to_owned(),
            note: Some(text.to_owned()),
            title: Title(text.to_owned()),
            data: text.as_bytes().to_vec(),
            document: document(text),
            stamp: None,
            answers: None,
        }
    }
}

/// A document that has the text as a key, as a value, and inside of both.
pub fn document(text: &str) -> Json<JsonValue> {
    let inner = amphi::json!([text, { "key": text }]);
    Json(JsonValue::Object([(text.to_owned(), inner)].into_iter().collect()))
}
