//! Finding the operations that lead from the schema of the migrations to that of the models.
//!
//! The detector keeps the schema that its operations have led to so far, and compares that with the models. What one operation does
//! beside what it is for (a renamed model is pointed at by its new name, a foreign key follows the type of its key) is thus seen by the
//! next step, and not detected again.

mod columns;
mod divide;
mod hints;
mod models;
mod pairs;
mod parts;
mod questions;
mod renames;
mod tables;

use orm_core::schema::{ModelName, ModelState, SchemaState};

pub use self::divide::make_migrations;
pub use self::hints::ModelHints;
pub use self::questions::{Answers, NoAnswers, Questions};
use crate::error::{Error, Result};
use crate::operation::{Operation, targets};

/// The operations that lead from one schema to another, in an order in which they can be applied: what others need comes first, and
/// what is removed comes last.
///
/// What only the user knows is told by `hints`, or else asked: whether a field was renamed, what a new column has in the rows that are
/// there. Nothing that could have been renamed is removed unasked. The order of fields within a model is not compared, as a database
/// could not change it.
///
/// # Errors
/// [`Error::Unlisted`] for a foreign key to a model that `to` does not have; [`Error::RenamedModel`], [`Error::RenamedField`] and
/// [`Error::Fill`] where `questions` has no answer.
///
/// ```
/// use orm_core::schema::{FieldKind, FieldState, ModelName, ModelState, SchemaState};
/// use orm_migrations::detect::{ModelHints, NoAnswers, detect};
///
/// let author = ModelState {
///     name: ModelName::new("shop", "Author"),
///     table: "author".into(),
///     key: vec!["id".into()],
///     comment: None,
///     fields: vec![FieldState { generated: true, ..FieldState::new("id", FieldKind::I64) }],
///     indexes: vec![],
///     constraints: vec![],
/// };
/// let models: SchemaState = [author].into_iter().collect();
/// let operations = detect(&SchemaState::new(), &models, &ModelHints::default(), &mut NoAnswers)?;
/// let described: Vec<String> = operations.iter().map(|operation| operation.describe()).collect();
/// assert_eq!(described, ["Create model Author"]);
/// # Ok::<(), orm_migrations::Error>(())
/// ```
pub fn detect(from: &SchemaState, to: &SchemaState, hints: &ModelHints, questions: &mut dyn Questions) -> Result<Vec<Operation>> {
    check_targets(to)?;
    let mut detector = Detector { now: from.clone(), goal: to, hints, questions, operations: Vec::new() };
    let renamed = detector.rename_models()?;
    detector.rename_fields(&renamed)?;
    detector.free_tables()?;
    detector.alter_tables()?;
    detector.remove_parts()?;
    detector.change_keys()?;
    detector.create_models()?;
    detector.change_fields()?;
    detector.remove_fields()?;
    detector.add_parts()?;
    detector.delete_models()?;
    match differing(&detector.now, to) {
        Some(model) => Err(Error::NotUnderstood { model }),
        None => Ok(detector.operations),
    }
}

/// That all that models point at is among them.
fn check_targets(models: &SchemaState) -> Result<()> {
    for model in models.models() {
        for (field, target) in targets(model) {
            if models.model(target).is_none() {
                return Err(Error::Unlisted { model: model.name.clone(), field: field.to_owned(), target: target.clone() });
            }
        }
    }
    Ok(())
}

/// A detection under way.
struct Detector<'d> {
    /// The schema that the operations have led to so far.
    now: SchemaState,
    /// The schema of the models.
    goal: &'d SchemaState,
    hints: &'d ModelHints,
    questions: &'d mut dyn Questions,
    operations: Vec<Operation>,
}

impl<'d> Detector<'d> {
    /// Takes an operation for needed.
    fn push(&mut self, operation: Operation) -> Result<()> {
        let applied = operation.apply(&mut self.now);
        applied.map_err(|source| Error::detected(&operation, source))?;
        self.operations.push(operation);
        Ok(())
    }

    /// The models that are there now and stay, as they are to be.
    fn staying(&self) -> Vec<&'d ModelState> {
        self.goal.models().filter(|model| self.now.model(&model.name).is_some()).collect()
    }

    /// The names of the models that are there now and go.
    fn going(&self) -> Vec<ModelName> {
        self.now.models().filter(|model| self.goal.model(&model.name).is_none()).map(|model| model.name.clone()).collect()
    }
}

/// A model that differs between two schemas, the order of fields, indexes and constraints apart.
pub(crate) fn differing(left: &SchemaState, right: &SchemaState) -> Option<ModelName> {
    let absent = |from: &SchemaState, model: &ModelState| from.model(&model.name).is_none();
    let of_left = left.models().find(|model| match right.model(&model.name) {
        Some(other) => !is_same(model, other),
        None => true,
    });
    of_left.or_else(|| right.models().find(|model| absent(left, model))).map(|model| model.name.clone())
}

/// Whether two models are the same, the order of fields, indexes and constraints apart.
fn is_same(left: &ModelState, right: &ModelState) -> bool {
    fn within<T: PartialEq>(left: &[T], right: &[T]) -> bool {
        left.iter().all(|item| right.contains(item))
    }
    left.name == right.name
        && left.table == right.table
        && left.key == right.key
        && left.comment == right.comment
        && left.fields.len() == right.fields.len()
        && within(&left.fields, &right.fields)
        && within(&left.indexes, &right.indexes)
        && within(&right.indexes, &left.indexes)
        && within(&left.constraints, &right.constraints)
        && within(&right.constraints, &left.constraints)
}
