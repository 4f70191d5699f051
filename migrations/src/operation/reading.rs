//! Reading an operation: its `op`, which stands first, says what else it has.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::{NAMES, Operation};
use crate::similar::nearest;

impl<'de> Deserialize<'de> for Operation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OfOperation)
    }
}

struct OfOperation;

impl<'de> Visitor<'de> for OfOperation {
    type Value = Operation;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an operation, such as `op = \"add_field\"` with what belongs to it")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Operation, A::Error> {
        // Derived, this would be buffered, and errors would lose the line that they are about.
        match map.next_key::<String>()? {
            Some(key) if key == "op" => {}
            _ => return Err(A::Error::custom(format!("an operation begins with its `op`: {}", NAMES.join(", ")))),
        }
        let op: Op = map.next_value()?;
        let rest = MapAccessDeserializer::new(map);
        Ok(match op.0 {
            "create_model" => Operation::CreateModel(Deserialize::deserialize(rest)?),
            "delete_model" => Operation::DeleteModel(Deserialize::deserialize(rest)?),
            "rename_model" => Operation::RenameModel(Deserialize::deserialize(rest)?),
            "alter_table" => Operation::AlterTable(Deserialize::deserialize(rest)?),
            "alter_comment" => Operation::AlterComment(Deserialize::deserialize(rest)?),
            "alter_key" => Operation::AlterKey(Deserialize::deserialize(rest)?),
            "add_field" => Operation::AddField(Deserialize::deserialize(rest)?),
            "remove_field" => Operation::RemoveField(Deserialize::deserialize(rest)?),
            "alter_field" => Operation::AlterField(Deserialize::deserialize(rest)?),
            "rename_field" => Operation::RenameField(Deserialize::deserialize(rest)?),
            "add_index" => Operation::AddIndex(Deserialize::deserialize(rest)?),
            "remove_index" => Operation::RemoveIndex(Deserialize::deserialize(rest)?),
            "rename_index" => Operation::RenameIndex(Deserialize::deserialize(rest)?),
            "add_constraint" => Operation::AddConstraint(Deserialize::deserialize(rest)?),
            "validate_constraint" => Operation::ValidateConstraint(Deserialize::deserialize(rest)?),
            "remove_constraint" => Operation::RemoveConstraint(Deserialize::deserialize(rest)?),
            "run_sql" => Operation::RunSql(Deserialize::deserialize(rest)?),
            "run_step" => Operation::RunStep(Deserialize::deserialize(rest)?),
            _ => Operation::Separate(Deserialize::deserialize(rest)?),
        })
    }
}

/// The name of an operation, one of [`NAMES`].
struct Op(&'static str);

impl<'de> Deserialize<'de> for Op {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = String::deserialize(deserializer)?;
        NAMES.into_iter().find(|name| *name == written).map(Op).ok_or_else(|| {
            let near = nearest(&written, NAMES.into_iter());
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            D::Error::custom(format!("there is no operation `{written}`{near} (there are {})", NAMES.join(", ")))
        })
    }
}
