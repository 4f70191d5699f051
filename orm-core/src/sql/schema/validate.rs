//! Checking the rows that a constraint was added without.

use super::name::quoted;
use super::part::{Part, PartKind};
use super::server::alter;
use super::statement::SchemaStatement;
use super::table::Table;
use crate::error::Result;
use crate::schema::{ConstraintState, ModelName, SchemaState};
use crate::sql::{Backend, Dialect};

/// The statements that check the rows that were there when a constraint was added as not valid; none on a database that has checked them
/// already.
///
/// # Errors
/// As [`SchemaChange::statements`](super::SchemaChange::statements).
pub fn validate_constraint(
    state: &SchemaState,
    model: &ModelName,
    constraint: &ConstraintState,
    dialect: &'static dyn Dialect,
) -> Result<Vec<SchemaStatement>> {
    let Some(model) = state.model(model).filter(|_| dialect.backend() == Backend::Postgres) else { return Ok(Vec::new()) };
    let mut without = model.clone();
    without.constraints.retain(|other| other != constraint);
    let (with, without) = (Table::new(state, model, dialect)?, Table::new(state, &without, dialect)?);
    let is_checked = |part: &&Part| matches!(part.kind, PartKind::Check | PartKind::ForeignKey) && !without.parts.contains(part);
    let validate = |part: &Part| {
        let action = format!("VALIDATE CONSTRAINT {}", quoted(&part.name, dialect));
        SchemaStatement::new(
            alter(&with.name, &action, dialect),
            format!("Validate {} of the table `{}`", part.told(), with.name),
        )
    };
    Ok(with.parts.iter().filter(is_checked).map(validate).collect())
}
