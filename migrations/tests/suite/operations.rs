//! Single operations: what they do, what undoes them, and what they do not fit.

use orm_core::schema::{DialectSql, FieldKind, FieldState, Literal, SchemaState};
use orm_migrations::StateError;
use orm_migrations::operation::{
    AddConstraint, AddField, AddIndex, AlterComment, AlterField, AlterKey, AlterTable, CreateModel, DeleteModel, Operation,
    RemoveConstraint, RemoveField, RemoveIndex, RenameField, RenameIndex, RenameModel, RunSql, RunStep, Separate,
    ValidateConstraint,
};

use crate::build::{check, contents, foreign_key, index, model, name, nullable, state, text, unique};

fn shop() -> SchemaState {
    let mut book = model("Book", vec![text("title"), nullable(text("isbn")), foreign_key("author", "Author")]);
    book.indexes = vec![index(Some("by_title"), &["title", "isbn"])];
    book.constraints = vec![unique(None, &["title", "author"]), check("some", "id > 0")];
    state([model("Author", vec![text("name")]), book])
}

fn book() -> orm_core::schema::ModelName {
    name("Book")
}

/// One of each kind that fits the shop.
fn all() -> Vec<Operation> {
    let by_title = index(Some("by_title"), &["title", "isbn"]);
    let some = check("some", "id > 0");
    let wide = FieldState { comment: Some("c".into()), ..text("isbn") };
    let add = |written: &str| AddField { model: book(), field: nullable(text(written)), fill: None };
    vec![
        Operation::CreateModel(CreateModel(model("Tag", vec![foreign_key("tag", "Tag")]))),
        Operation::DeleteModel(DeleteModel { model: book() }),
        Operation::RenameModel(RenameModel { model: name("Author"), to: name("people.Writer"), table: Some("w".into()) }),
        Operation::RenameModel(RenameModel { model: name("Author"), to: name("Writer"), table: None }),
        Operation::AlterTable(AlterTable { model: book(), table: "books".into() }),
        Operation::AlterComment(AlterComment { model: book(), comment: Some("c".into()) }),
        Operation::AlterKey(AlterKey { model: name("Author"), key: vec!["name".into()] }),
        Operation::AddField(add("größe")),
        Operation::RemoveField(RemoveField { model: name("Author"), field: "name".into(), fill: None }),
        Operation::AlterField(AlterField { model: book(), field: wide, fill: Some(Literal::Text("-".into())) }),
        Operation::RenameField(RenameField {
            model: book(),
            field: "author".into(),
            to: "by".into(),
            column: Some("by_id".into()),
        }),
        Operation::RenameField(RenameField { model: book(), field: "id".into(), to: "number".into(), column: None }),
        Operation::AddIndex(AddIndex { model: book(), index: index(None, &["isbn"]), concurrently: true }),
        Operation::RemoveIndex(RemoveIndex { model: book(), index: by_title.clone(), concurrently: false }),
        Operation::RenameIndex(RenameIndex { model: book(), index: by_title, to: None }),
        Operation::AddConstraint(AddConstraint { model: book(), constraint: check("other", "1 = 1"), not_valid: true }),
        Operation::ValidateConstraint(ValidateConstraint { model: book(), constraint: some.clone() }),
        Operation::RemoveConstraint(RemoveConstraint { model: book(), constraint: some }),
        Operation::RunSql(RunSql {
            sql: DialectSql::Same("SELECT 1".into()),
            reverse: Some(DialectSql::Same(String::new())),
            state: vec![Operation::AddField(add("x"))],
            elidable: true,
        }),
        Operation::RunStep(RunStep { step: "fill".into(), reverse: Some(String::new()), elidable: false }),
        Operation::Separate(Separate {
            database: vec![Operation::AlterTable(AlterTable { model: book(), table: "b".into() })],
            state: vec![Operation::AddField(add("y")), Operation::AddField(add("z"))],
            elidable: false,
        }),
    ]
}

#[test]
fn each_operation_is_undone_by_its_reverse_and_that_by_its_own() {
    for operation in all() {
        let before = shop();
        let mut now = before.clone();
        let undo = operation.reverse(&now).unwrap();
        operation.apply(&mut now).unwrap_or_else(|error| panic!("{}: {error}", operation.describe()));
        let after = contents(&now);
        let mut again = Vec::new();
        for operation in &undo {
            again.extend(operation.reverse(&now).unwrap());
            operation.apply(&mut now).unwrap_or_else(|error| panic!("{}: {error}", operation.describe()));
        }
        assert_eq!(contents(&now), contents(&before), "{}", operation.describe());
        again.iter().for_each(|operation| operation.apply(&mut now).unwrap());
        if !matches!(operation, Operation::ValidateConstraint(_)) {
            assert_eq!(contents(&now), after, "{}", operation.describe());
        }
    }
}

#[test]
fn an_operation_that_does_not_fit_changes_nothing() {
    let refused = |operation: Operation| {
        let mut now = shop();
        let error = operation.apply(&mut now).unwrap_err();
        assert_eq!(now, shop(), "{error}");
        error
    };
    let delete = |written: &str| Operation::DeleteModel(DeleteModel { model: name(written) });
    let add = |field: FieldState| Operation::AddField(AddField { model: book(), field, fill: None });
    let create = |written: &str, table: &str| {
        let mut made = model(written, vec![]);
        made.table = table.into();
        Operation::CreateModel(CreateModel(made))
    };
    assert_eq!(refused(delete("Boook")).to_string(), "there is no model `shop.Boook`; did you mean `shop.Book`?");
    assert!(matches!(refused(delete("Author")), StateError::ModelInUse { field, .. } if field == "author"));
    assert!(matches!(refused(create("Book", "t")), StateError::ModelExists { .. }));
    assert!(matches!(refused(create("Tag", "book")), StateError::TableExists { by, .. } if by == book()));
    assert!(matches!(refused(add(text("title"))), StateError::FieldExists { .. }));
    let taken = FieldState { column: Some("author_id".into()), ..text("x") };
    assert!(matches!(refused(add(taken)), StateError::ColumnExists { by, .. } if by == "author"));
    assert!(matches!(refused(add(foreign_key("x", "Nobody"))), StateError::NoReferenced { .. }));
    let remove = |of: &str| Operation::RemoveField(RemoveField { model: book(), field: of.into(), fill: None });
    assert_eq!(refused(remove("titel")).to_string(), "`shop.Book` has no field `titel`; did you mean `title`?");
    assert!(refused(remove("id")).to_string().contains("the primary key"));
    assert!(refused(remove("isbn")).to_string().contains("by_title"));
    assert!(refused(remove("author")).to_string().contains("unique title, author"));
    let key = |key: &[&str]| {
        let key = key.iter().map(|field| (*field).to_owned()).collect();
        Operation::AlterKey(AlterKey { model: book(), key })
    };
    assert!(matches!(refused(key(&[])), StateError::Key { .. }));
    assert!(matches!(refused(key(&["isbn"])), StateError::Key { reason, .. } if reason.contains("NULL")));
    assert!(matches!(refused(key(&["id", "id"])), StateError::Key { .. }));
    assert!(matches!(refused(key(&["none"])), StateError::NoField { .. }));
    let other = index(None, &["title"]);
    let gone = Operation::RemoveIndex(RemoveIndex { model: book(), index: other, concurrently: false });
    assert!(matches!(refused(gone), StateError::NoIndex { .. }));
    let same_name = Operation::AddIndex(AddIndex { model: book(), index: index(Some("by_title"), &["id"]), concurrently: false });
    assert!(matches!(refused(same_name), StateError::IndexExists { .. }));
    let again = Operation::AddConstraint(AddConstraint { model: book(), constraint: check("some", "x"), not_valid: false });
    assert!(matches!(refused(again), StateError::ConstraintExists { .. }));
    let rename =
        |of: &str, to: &str| Operation::RenameField(RenameField { model: book(), field: of.into(), to: to.into(), column: None });
    assert!(matches!(refused(rename("title", "isbn")), StateError::FieldExists { .. }));
    assert!(matches!(refused(rename("title", "author_id")), StateError::ColumnExists { .. }));
}

#[test]
fn what_has_no_reverse_says_why() {
    let sql = RunSql { sql: DialectSql::Same("SELECT 1".into()), reverse: None, state: vec![], elidable: false };
    let error = Operation::RunSql(sql).reverse(&shop()).unwrap_err();
    assert!(error.to_string().contains("`reverse = \"\"`"), "{error}");
    let step = Operation::RunStep(RunStep { step: "fill".into(), reverse: None, elidable: false });
    assert!(step.reverse(&shop()).unwrap_err().to_string().starts_with("\"Run step fill\" has no reverse"));
}

#[test]
fn what_loses_something_says_what() {
    let lost = |operation: &Operation| operation.destroys(&shop());
    let losing: Vec<String> = all().iter().filter_map(lost).collect();
    assert_eq!(losing, ["the table \"book\" and all its rows", "the column \"name\" of \"author\" and all that is in it"]);
    let alter =
        |kind: FieldKind| Operation::AlterField(AlterField { model: book(), field: FieldState::new("title", kind), fill: None });
    assert!(alter(FieldKind::I32).is_destructive(&shop()));
    assert!(!alter(FieldKind::Text).is_destructive(&shop()));
}

#[test]
fn a_renamed_key_and_model_are_followed_by_what_points_at_them() {
    let mut now = shop();
    Operation::RenameModel(RenameModel { model: name("Author"), to: name("people.Writer"), table: None })
        .apply(&mut now)
        .unwrap();
    let field = FieldState { generated: false, max_length: Some(9), ..FieldState::new("id", FieldKind::Text) };
    let model = name("people.Writer");
    Operation::AlterField(AlterField { model: model.clone(), field, fill: None }).apply(&mut now).unwrap();
    let author = now.model(&book()).unwrap().field("author").unwrap();
    assert_eq!(
        (&author.references.as_ref().unwrap().model, &author.kind, author.max_length),
        (&model, &FieldKind::Text, Some(9))
    );
}
