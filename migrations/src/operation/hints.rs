//! What the schemas before and after an operation cannot tell of it.

use orm_core::schema::{Literal, ModelName};

/// What is to be known of an operation beside the schemas before and after it, for the SQL that makes the one out of the other.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Hints {
    /// Models that have another name afterwards: the old one and the new one.
    pub renamed_models: Vec<(ModelName, ModelName)>,
    /// Fields that have another name afterwards: the model, the old name and the new one.
    pub renamed_fields: Vec<(ModelName, String, String)>,
    /// What fills the column of a field, once: of a new field in every row, of one that may no longer be NULL where it is NULL.
    pub fills: Vec<(ModelName, String, Literal)>,
    /// Whether indexes are made or removed while others write, where the database can.
    pub concurrently: bool,
    /// Whether the rows that are there are not checked against a new constraint, where the database can.
    pub not_valid: bool,
}
