//! Models as Rust source: what they are compiled to has the schema that they were written from.

use amphi::migrations::schema::SchemaState;
use amphi::migrations::source::{SourceOptions, models};
use orm_core::meta::ModelMeta;
use orm_core::schema::{
    ConstraintState, DialectSql, FieldKind, FieldState, IndexPart, IndexState, Literal, ModelName, ModelState, Reference,
};

use super::builders::{id, index};

/// The models, as a program has them.
mod declared {
    use amphi::prelude::*;

    #[derive(FieldEnum, Debug, Clone, Copy, PartialEq)]
    #[field(native = "source_mood")]
    pub enum Mood {
        Sad,
        #[field(rename = "in-between")]
        InBetween,
        #[field(rename = "Self")]
        Own,
    }

    #[derive(FieldNewtype, Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[field(key)]
    pub struct Number(pub i64);

    #[derive(Model, Debug, Clone, PartialEq)]
    #[model(app = "library", table = "the authors", comment = "who \"writes\"\n\\")]
    pub struct Author {
        #[field(primary_key)]
        pub number: Number,
        #[field(max_length = 40, unique, comment = "łem")]
        pub name: String,
        #[field(column = "Born On", index)]
        pub born: Option<NaiveDate>,
        pub mentor: Option<ForeignKey<Author>>,
    }

    #[derive(Model, Debug, Clone, PartialEq)]
    pub struct Kind {
        #[field(primary_key, max_length = 10)]
        pub r#type: String,
        pub small: i16,
        pub int: i32,
        pub float: f32,
        pub double: f64,
        pub truth: bool,
        pub bytes: Vec<u8>,
        pub time: NaiveTime,
        pub moment: NaiveDateTime,
        pub at: DateTime<Utc>,
        pub uuid: Option<Uuid>,
        #[field(max_digits = 9, decimal_places = 0)]
        pub price: Decimal,
        pub extra: JsonValue,
        pub mood: Mood,
        pub moods: Option<Vec<Mood>>,
        pub numbers: Vec<i64>,
        #[field(max_digits = 5, decimal_places = 2)]
        pub prices: Vec<Decimal>,
    }

    #[derive(Model, Debug, Clone, PartialEq)]
    #[model(
        primary_key = ["tenant", "author"],
        unique_together = [["tenant", "title"], ["title", "pages"]],
        index(fields = ["title", "-pages"]),
        index(fields = ["pages"], expression(sqlite = "lower(title)", postgres = "lower(title)"), name = "by_title"),
        index(fields = ["title"], include = ["pages"], condition = "pages > 0", method = "btree"),
        unique(fields = ["title"], condition(postgres = "pages > 1"), name = "one_long"),
        check(name = "some_pages", condition = "pages > '\"'")
    )]
    pub struct Book {
        #[field(max_length = 20)]
        pub tenant: String,
        #[field(on_delete = Cascade)]
        pub author: ForeignKey<Author>,
        #[field(max_length = 60)]
        pub title: String,
        pub pages: i32,
        #[field(on_delete = SetDefault, default = Number(-7), column = "by")]
        pub editor: ForeignKey<Author>,
        #[field(on_delete = SetDefault, default = None)]
        pub reader: Option<ForeignKey<Author>>,
        #[field(on_delete = SetNull, unique)]
        pub kind: Option<ForeignKey<Kind>>,
    }

    #[derive(Model, Debug, Clone, PartialEq)]
    pub struct Loan {
        pub id: i32,
        #[field(on_delete = Restrict)]
        pub book: ForeignKey<Book>,
        #[field(unique, on_delete = SetDefault, default = ("it's", Number(3)), column = "copy")]
        pub other: Option<ForeignKey<Book>>,
    }
}

mod written;

fn app_of(_: &'static ModelMeta) -> String {
    "shop".to_owned()
}

fn options() -> SourceOptions {
    let mut options = SourceOptions::default();
    options.app = Some("shop".to_owned());
    options
}

/// A schema, the order of indexes and constraints apart.
fn contents(mut state: SchemaState) -> SchemaState {
    for model in state.models_mut() {
        model.indexes.sort_by_key(|index| format!("{index:?}"));
        model.constraints.sort_by_key(|constraint| format!("{constraint:?}"));
    }
    state
}

#[test]
fn what_is_written_has_the_same_schema() {
    use declared as d;
    use written as w;

    let state = SchemaState::of_models(amphi::models![d::Author, d::Kind, d::Book, d::Loan], &app_of).unwrap();
    let source = models(&state, &options()).unwrap();
    // `AMPHI_WRITE=1` writes what there is to be reviewed.
    if std::env::var_os("AMPHI_WRITE").is_some() {
        std::fs::write(format!("{}/tests/migrations/source/written.rs", env!("CARGO_MANIFEST_DIR")), &source).unwrap();
    }
    assert_eq!(source, include_str!("source/written.rs"));
    let again = SchemaState::of_models(amphi::models![w::Author, w::Kind, w::Book, w::Loan], &app_of).unwrap();
    assert_eq!(contents(again), contents(state));
}

/// One model, written; `change` makes it what it is.
fn written_of(change: impl FnOnce(&mut ModelState)) -> String {
    let mut model = super::builders::model("Book", vec![id(), FieldState::new("title", FieldKind::Text)]);
    change(&mut model);
    models(&SchemaState::from_iter([model]), &options()).unwrap()
}

#[test]
fn what_no_attribute_says_is_a_comment() {
    let source = written_of(|model| {
        model
            .fields
            .push(FieldState { default: Some(Literal::Text("x".into())), ..FieldState::new("stamps.made", FieldKind::Date) });
        model.fields.push(FieldState { default: Some(Literal::Integer(3)), ..FieldState::new("self", FieldKind::I32) });
        let elements = vec![("title".to_owned(), "=".to_owned())];
        model.constraints.push(ConstraintState::Exclude {
            name: "once".into(),
            method: "gist".into(),
            elements,
            condition: None,
        });
        let expression = IndexPart::Expression(DialectSql::Same("lower(title)".into()));
        model.indexes.push(IndexState { name: Some("low".into()), ..index(vec![expression, IndexPart::Field("title".into())]) });
    });
    assert_eq!(
        source,
        r"use amphi::prelude::*;

// The index `low` has a field behind an expression, which no attribute says.
// The exclusion constraint `once` can stand in migrations alone.
#[derive(Model, Debug, Clone, PartialEq)]
pub struct Book {
    pub id: i64,
    pub title: String,
    // The database has a default, which stands in no schema of models.
    pub stamps_made: NaiveDate,
    // The database has this default too; that of a draft stands in no schema.
    #[field(default = 3)]
    pub self_: i32,
}
"
        .replace("    pub stamps_made", "    #[field(column = \"stamps.made\")]\n    pub stamps_made")
        .replace("#[field(default = 3)]", "#[field(column = \"self\", default = 3)]")
    );
}

#[test]
fn names_that_clash_are_kept_apart() {
    let name = |app: &str, name: &str| ModelName::new(app, name);
    let model = |app: &str, of: &str, table: &str| ModelState {
        name: name(app, of),
        table: table.into(),
        ..super::builders::model("X", vec![id()])
    };
    let mut other = model("stock", "Book", "stock_book");
    let reference = Some(Reference { model: name("shop", "Book"), on_delete: amphi::meta::OnDelete::Protect });
    other.fields.push(FieldState {
        column: Some("of_id".into()),
        references: reference,
        ..FieldState::new("of", FieldKind::I64)
    });
    let all = [model("shop", "Book", "book"), other, model("shop", "Option", "option"), model("shop", "BOOK", "old")];
    let source = models(&SchemaState::from_iter(all), &options()).unwrap();
    for line in [
        "pub struct Book {",
        "pub struct StockBook {",
        "#[model(app = \"stock\")]",
        "    pub of: ForeignKey<Book>,",
        "pub struct ShopOption {",
        "#[model(table = \"option\")]",
        "pub struct BOOK {",
        "#[model(module = \"book_model\")]",
    ] {
        assert!(source.lines().any(|written| written == line), "{line} in\n{source}");
    }
}

#[test]
fn what_can_be_no_model_is_refused() {
    let refused = |change: fn(&mut ModelState)| {
        let mut model = super::builders::model("Book", vec![id(), FieldState::new("title", FieldKind::Text)]);
        change(&mut model);
        models(&SchemaState::from_iter([model]), &options()).unwrap_err().to_string()
    };
    assert_eq!(refused(|model| model.key.clear()), "`shop.Book` cannot be a model in Rust: it has no primary key");
    assert!(refused(|model| model.fields[0].kind = FieldKind::F64).contains("its key `id` is of a type that keys cannot have"));
    assert!(refused(|model| model.table = "x".repeat(64)).contains("is none that all databases take"));
    assert!(
        refused(|model| model.fields[1].kind = FieldKind::Array(Box::new(FieldKind::Bytes))).contains("no type for its field")
    );
}
