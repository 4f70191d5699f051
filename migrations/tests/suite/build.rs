//! Schemas by hand.

use orm_core::meta::OnDelete;
use orm_core::schema::{
    ConstraintState, DialectSql, FieldKind, FieldState, IndexPart, IndexState, ModelName, ModelState, Reference, SchemaState,
};
use orm_migrations::Result;
use orm_migrations::detect::{ModelHints, NoAnswers, Questions, detect};
use orm_migrations::operation::Operation;

/// `shop.Book` by its name, or a name with its app.
pub fn name(written: &str) -> ModelName {
    ModelName::try_from(written.to_owned()).unwrap_or_else(|_| ModelName::new("shop", written))
}

/// A key that the database fills in.
pub fn id() -> FieldState {
    FieldState { generated: true, ..FieldState::new("id", FieldKind::I64) }
}

pub fn text(name: &str) -> FieldState {
    FieldState::new(name, FieldKind::Text)
}

pub fn nullable(field: FieldState) -> FieldState {
    FieldState { nullable: true, ..field }
}

/// A foreign key to a model with the key of [`id`].
pub fn foreign_key(field: &str, target: &str) -> FieldState {
    FieldState {
        column: Some(format!("{field}_id")),
        references: Some(Reference { model: name(target), on_delete: OnDelete::Cascade }),
        ..FieldState::new(field, FieldKind::I64)
    }
}

/// A model with an `id` and other fields.
pub fn model(written: &str, fields: Vec<FieldState>) -> ModelState {
    let name = name(written);
    ModelState {
        table: name.name.to_lowercase(),
        name,
        key: vec!["id".into()],
        comment: None,
        fields: [vec![id()], fields].concat(),
        indexes: vec![],
        constraints: vec![],
    }
}

/// The model between two, as the library makes it.
pub fn between(written: &str, table: &str, near: (&str, &str), far: (&str, &str)) -> ModelState {
    let mut made = model(written, vec![foreign_key(near.0, near.1), foreign_key(far.0, far.1)]);
    made.table = table.into();
    made.constraints = vec![unique(None, &[near.0, far.0])];
    made
}

pub fn index(name: Option<&str>, fields: &[&str]) -> IndexState {
    IndexState {
        name: name.map(str::to_owned),
        parts: fields.iter().map(|field| IndexPart::Field((*field).to_owned())).collect(),
        include: vec![],
        condition: None,
        method: None,
    }
}

pub fn unique(name: Option<&str>, fields: &[&str]) -> ConstraintState {
    let fields = fields.iter().map(|field| (*field).to_owned()).collect();
    ConstraintState::Unique { name: name.map(str::to_owned), fields, condition: None }
}

pub fn check(name: &str, condition: &str) -> ConstraintState {
    ConstraintState::Check { name: name.into(), condition: DialectSql::Same(condition.into()) }
}

pub fn state(models: impl IntoIterator<Item = ModelState>) -> SchemaState {
    models.into_iter().collect()
}

/// Everything that a schema holds, the order of fields, indexes and constraints apart.
pub fn contents(state: &SchemaState) -> Vec<String> {
    fn sorted<T: std::fmt::Debug>(items: &[T]) -> Vec<String> {
        let mut items: Vec<String> = items.iter().map(|item| format!("{item:?}")).collect();
        items.sort();
        items
    }
    let of = |model: &ModelState| {
        let ModelState { name, table, key, comment, fields, indexes, constraints } = model;
        format!("{name} {table} {key:?} {comment:?} {:?} {:?} {:?}", sorted(fields), sorted(indexes), sorted(constraints))
    };
    state.models().map(of).collect()
}

pub fn detected(from: &SchemaState, to: &SchemaState) -> Result<Vec<Operation>> {
    detected_with(from, to, &ModelHints::default(), &mut NoAnswers)
}

/// Detects, and looks whether what is detected leads there and back.
pub fn detected_with(
    from: &SchemaState,
    to: &SchemaState,
    hints: &ModelHints,
    questions: &mut dyn Questions,
) -> Result<Vec<Operation>> {
    let operations = detect(from, to, hints, questions)?;
    let mut reached = from.clone();
    orm_migrations::operation::apply_all(&operations, &mut reached).expect("what is detected fits");
    assert_eq!(contents(&reached), contents(to), "{operations:#?}");
    let undo = orm_migrations::operation::reverse_all(&operations, from).expect("what is detected can be undone");
    orm_migrations::operation::apply_all(&undo, &mut reached).expect("what undoes it fits");
    assert_eq!(contents(&reached), contents(from), "{undo:#?}");
    Ok(operations)
}

pub fn described(operations: &[Operation]) -> Vec<String> {
    operations.iter().map(Operation::describe).collect()
}
