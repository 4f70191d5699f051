//! Reading values and SQL from files: what is written says by its shape what it is, and an error says which shapes there are.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use crate::schema::{DialectSql, Literal};

impl<'de> Deserialize<'de> for Literal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OfLiteral)
    }
}

struct OfLiteral;

impl<'de> Visitor<'de> for OfLiteral {
    type Value = Literal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true, false, a number, a text in quotes (also for a date or a UUID) or `{ sql = \"..\" }`")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Literal, E> {
        Ok(Literal::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Literal, E> {
        Ok(Literal::Integer(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Literal, E> {
        i64::try_from(value).map(Literal::Integer).map_err(|_| E::custom("an integer has at most 64 bits, with its sign"))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Literal, E> {
        Ok(Literal::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Literal, E> {
        Ok(Literal::Text(value.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Literal, A::Error> {
        let wrong = "write an expression of the database as `{ sql = \"..\" }`, and a date or a time as a text in quotes";
        match map.next_key::<String>()? {
            Some(key) if key == "sql" => {
                let sql = map.next_value()?;
                match map.next_key::<String>()? {
                    None => Ok(Literal::Sql { sql }),
                    Some(_) => Err(A::Error::custom(wrong)),
                }
            }
            _ => Err(A::Error::custom(wrong)),
        }
    }
}

impl<'de> Deserialize<'de> for DialectSql {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OfSql)
    }
}

/// SQL for each database.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Each {
    sqlite: Option<String>,
    postgres: Option<String>,
    mysql: Option<String>,
}

struct OfSql;

impl<'de> Visitor<'de> for OfSql {
    type Value = DialectSql;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SQL as a text, or `{ sqlite = \"..\", postgres = \"..\", mysql = \"..\" }`")
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<DialectSql, E> {
        Ok(DialectSql::Same(value.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<DialectSql, A::Error> {
        let Each { sqlite, postgres, mysql } = Each::deserialize(MapAccessDeserializer::new(map))?;
        Ok(DialectSql::Each { sqlite, postgres, mysql })
    }
}
