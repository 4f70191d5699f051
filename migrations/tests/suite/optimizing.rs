//! Fewer operations, the same schema.

use orm_core::schema::{DialectSql, FieldKind, FieldState, SchemaState};
use orm_migrations::detect::{ModelHints, detect};
use orm_migrations::operation::{
    AddField, AddIndex, AlterField, CreateModel, DeleteModel, Operation, RemoveField, RemoveIndex, RenameField, RenameModel,
    RunSql, apply_all,
};
use orm_migrations::optimize::optimize;
use proptest::prelude::*;

use crate::any_state::{Always, any_state};
use crate::build::{contents, described, foreign_key, index, model, name, nullable, text};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn optimized_operations_lead_to_the_same_schema(
        states in prop::collection::vec(any_state(), 2..5),
        renamed: bool,
        from_nothing: bool,
        barrier in proptest::option::of(0..40_usize),
    ) {
        let start = if from_nothing { SchemaState::new() } else { states[0].clone() };
        let (mut now, mut operations) = (start.clone(), Vec::new());
        for state in &states {
            let next = detect(&now, state, &ModelHints::default(), &mut Always { renamed })?;
            apply_all(&next, &mut now)?;
            operations.extend(next);
        }
        if let Some(at) = barrier {
            operations.insert(at.min(operations.len()), sql());
        }
        let optimized = optimize(operations.clone());
        prop_assert!(optimized.len() <= operations.len());
        let mut reached = start;
        if let Err(error) = apply_all(&optimized, &mut reached) {
            prop_assert!(false, "{error}\n{:#?}\n{:#?}", described(&operations), described(&optimized));
        }
        prop_assert_eq!(contents(&reached), contents(&now), "{:#?}\n{:#?}", described(&operations), described(&optimized));
        // Nothing more can be done at a second look.
        prop_assert_eq!(described(&optimize(optimized.clone())), described(&optimized));
    }
}

fn sql() -> Operation {
    Operation::RunSql(RunSql { sql: DialectSql::Same("SELECT 1".into()), reverse: None, state: vec![], elidable: false })
}

fn create(written: &str, fields: Vec<FieldState>) -> Operation {
    Operation::CreateModel(CreateModel(model(written, fields)))
}

fn add(to: &str, field: FieldState) -> Operation {
    Operation::AddField(AddField { model: name(to), field, fill: None })
}

fn delete(of: &str) -> Operation {
    Operation::DeleteModel(DeleteModel { model: name(of) })
}

#[test]
fn what_was_made_and_removed_never_was() {
    assert_eq!(optimize(vec![create("A", vec![]), add("A", text("x")), delete("A")]), []);
    let remove = Operation::RemoveField(RemoveField { model: name("A"), field: "x".into(), fill: None });
    assert_eq!(optimize(vec![add("A", text("x")), add("A", text("y")), remove]), [add("A", text("y"))]);
    let by_x = index(None, &["x"]);
    let made = Operation::AddIndex(AddIndex { model: name("A"), index: by_x.clone(), concurrently: false });
    let removed = Operation::RemoveIndex(RemoveIndex { model: name("A"), index: by_x, concurrently: false });
    assert_eq!(optimize(vec![made, removed]), []);
}

#[test]
fn a_foreign_key_that_came_later_becomes_part_of_the_model_where_its_target_is_there() {
    let operations = vec![create("Book", vec![]), create("Author", vec![]), add("Book", foreign_key("author", "Author"))];
    assert_eq!(optimize(operations), [create("Author", vec![]), create("Book", vec![foreign_key("author", "Author")])]);
    let circle = vec![
        create("Book", vec![]),
        create("Author", vec![foreign_key("best", "Book")]),
        add("Book", foreign_key("author", "Author")),
    ];
    assert_eq!(optimize(circle.clone()), circle);
    // A field that points at nothing new goes past what stands between.
    let plain = vec![create("Book", vec![]), create("Author", vec![foreign_key("best", "Book")]), add("Book", text("title"))];
    assert_eq!(described(&optimize(plain)), ["Create model Book", "Create model Author"]);
}

#[test]
fn renames_in_a_row_are_one_and_nothing_moves_past_what_a_user_added() {
    let rename = |from: &str, to: &str| {
        Operation::RenameField(RenameField { model: name("A"), field: from.into(), to: to.into(), column: None })
    };
    assert_eq!(described(&optimize(vec![rename("a", "b"), rename("b", "c")])), ["Rename field a on A to c"]);
    let model = |from: &str, to: &str| {
        Operation::RenameModel(RenameModel { model: name(from), to: name(to), table: Some(to.to_lowercase()) })
    };
    assert_eq!(described(&optimize(vec![model("A", "B"), model("B", "C")])), ["Rename model A to C"]);
    assert_eq!(optimize(vec![create("A", vec![]), sql(), delete("A")]).len(), 3);
}

#[test]
fn a_change_of_a_new_field_is_the_field() {
    let wide = nullable(FieldState::new("n", FieldKind::I64));
    let alter = Operation::AlterField(AlterField { model: name("A"), field: wide.clone(), fill: None });
    let first = add("A", nullable(FieldState::new("n", FieldKind::I32)));
    assert_eq!(optimize(vec![first, alter]), [add("A", wide)]);
}
