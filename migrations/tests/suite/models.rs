//! What the program's models say, as a schema and as hints.

use amphi::prelude::*;
use orm_core::meta::ModelMeta;
use orm_core::schema::{ConstraintState, DialectSql, FieldKind, IndexPart, IndexState, Literal, SchemaState};
use orm_migrations::Error;
use orm_migrations::detect::ModelHints;

use crate::build::{described, detected, name};

/// The models that are declared here.
mod declared {
    use amphi::prelude::*;

    #[derive(Embeddable, Debug, Clone)]
    pub struct Stamps {
        #[field(auto_now_add, renamed_from = "made")]
        pub created: DateTime<Utc>,
    }

    #[derive(Model, Debug, Clone)]
    #[model(app = "people", comment = "who writes", renamed_from = "Writer")]
    pub struct Author {
        #[field(primary_key, max_length = 13)]
        pub code: String,
    }

    #[derive(Model, Debug, Clone)]
    #[model(
        index(fields = ["title", "-copies"]),
        index(fields = ["stamps.created"], name = "by_time", include = ["title"], condition = "copies > 0"),
        index(expression(sqlite = "lower(title)", postgres = "lower(title)"), method = "btree"),
        unique(fields = ["title"], condition = "copies > 0", name = "one_in_stock"),
        check(name = "not_less_than_none", condition = "copies >= 0")
    )]
    #[many_to_many(readers: Author)]
    pub struct Book {
        pub id: i64,
        #[field(comment = "as on the cover", renamed_from = "titel", default = "untitled")]
        pub title: String,
        #[field(default = 1)]
        pub copies: i32,
        pub writer: Option<ForeignKey<Author>>,
        #[field(version)]
        pub version: i64,
        #[field(flatten)]
        pub stamps: Stamps,
    }
}

/// A model that is called as another one.
mod elsewhere {
    use amphi::prelude::*;

    #[derive(Model, Debug, Clone)]
    #[model(app = "people", table = "other_author")]
    pub struct Author {
        pub id: i64,
    }
}

fn app_of(_model: &'static ModelMeta) -> String {
    "shop".to_owned()
}

fn models() -> &'static [&'static ModelMeta] {
    amphi::models![declared::Author, declared::Book]
}

#[test]
fn what_a_model_declares_is_in_its_schema() -> Result<(), Error> {
    let state = SchemaState::of_models(models(), &app_of)?;
    let names: Vec<String> = state.models().map(|model| model.name.to_string()).collect();
    assert_eq!(names, ["people.Author", "shop.Book", "shop.BookReaders"]);
    assert_eq!(state.model(&name("people.Author")).unwrap().comment.as_deref(), Some("who writes"));
    let book = state.model(&name("Book")).unwrap();
    assert_eq!(book.field("title").unwrap().comment.as_deref(), Some("as on the cover"));
    let same = |sql: &str| DialectSql::Same(sql.to_owned());
    let plain = |parts| IndexState { name: None, parts, include: vec![], condition: None, method: None };
    let lower = Some("lower(title)".to_owned());
    assert_eq!(
        book.indexes,
        [
            plain(vec![IndexPart::Field("title".into()), IndexPart::Descending("copies".into())]),
            IndexState {
                name: Some("by_time".into()),
                include: vec!["title".into()],
                condition: Some(same("copies > 0")),
                ..plain(vec![IndexPart::Field("stamps.created".into())])
            },
            IndexState {
                method: Some("btree".into()),
                ..plain(vec![IndexPart::Expression(DialectSql::Each { sqlite: lower.clone(), postgres: lower, mysql: None })])
            },
        ]
    );
    let (name, fields, condition) = (Some("one_in_stock".into()), vec!["title".into()], Some(same("copies > 0")));
    assert_eq!(
        book.constraints,
        [
            ConstraintState::Unique { name, fields, condition },
            ConstraintState::Check { name: "not_less_than_none".into(), condition: same("copies >= 0") },
        ]
    );
    let operations = detected(&SchemaState::new(), &state)?;
    assert_eq!(described(&operations), ["Create model Author", "Create model Book", "Create model BookReaders"]);
    Ok(())
}

#[test]
fn a_foreign_key_is_as_long_as_the_key_that_it_points_at() -> Result<(), Error> {
    let state = SchemaState::of_models(models(), &app_of)?;
    let writer = state.model(&name("Book")).unwrap().field("writer").unwrap().clone();
    assert_eq!((writer.kind, writer.max_length, writer.nullable), (FieldKind::Text, Some(13), true));
    Ok(())
}

#[test]
fn old_names_and_defaults_are_hints() {
    let hints = ModelHints::of_models(models(), &app_of);
    assert_eq!(hints.renamed_models.get(&name("people.Author")), Some(&name("people.Writer")));
    let field = |field: &str| (name("Book"), field.to_owned());
    assert_eq!(hints.renamed_fields.get(&field("title")).map(String::as_str), Some("titel"));
    assert_eq!(hints.renamed_fields.get(&field("stamps.created")).map(String::as_str), Some("stamps.made"));
    assert_eq!(hints.fills.get(&field("title")), Some(&Literal::Text("untitled".into())));
    assert_eq!(hints.fills.get(&field("copies")), Some(&Literal::Integer(1)));
    assert_eq!(hints.fills.get(&field("version")), Some(&Literal::Integer(1)));
    let Some(Literal::Text(moment)) = hints.fills.get(&field("stamps.created")) else { panic!("{hints:?}") };
    assert!(moment.parse::<DateTime<Utc>>().is_ok(), "{moment}");
    assert_eq!(hints.fills.get(&field("id")), None);
}

#[test]
fn a_model_that_is_pointed_at_is_listed() {
    let state = SchemaState::of_models(amphi::models![declared::Book], &app_of).unwrap();
    let refused = detected(&SchemaState::new(), &state).unwrap_err();
    let Error::Unlisted { model, field, target } = &refused else { panic!("{refused:?}") };
    assert_eq!((model, field.as_str(), target), (&name("Book"), "writer", &name("people.Author")));
    assert_eq!(
        refused.to_string(),
        "`shop.Book` points at `people.Author` by `writer`, and `people.Author` is not among the models; list it too"
    );
}

#[test]
fn two_models_of_one_name_are_refused() {
    let refused = SchemaState::of_models(amphi::models![declared::Author, elsewhere::Author], &app_of).unwrap_err();
    assert!(refused.to_string().contains("two models are called `people.Author`"), "{refused}");
    // Listed twice, a model is one.
    let twice = SchemaState::of_models(amphi::models![declared::Author, declared::Author], &app_of).unwrap();
    assert_eq!(twice.models().count(), 1);
}
