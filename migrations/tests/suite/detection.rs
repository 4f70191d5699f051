//! What is detected between two schemas.

use std::collections::BTreeMap;

use orm_core::schema::{FieldKind, FieldState, Literal, SchemaState};
use orm_migrations::detect::{Answers, ModelHints, NoAnswers, detect, make_migrations};
use orm_migrations::graph::Graph;
use orm_migrations::operation::Operation;
use orm_migrations::{Error, NeedsFill};
use proptest::prelude::*;

use crate::any_state::{Always, any_state};
use crate::build::{
    between, check, contents, described, detected, detected_with, foreign_key, id, index, model, name, nullable, state, text,
    unique,
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn what_is_detected_leads_from_any_schema_to_any_other_and_back(a in any_state(), b in any_state(), renamed: bool) {
        let operations = detected_with(&a, &b, &ModelHints::default(), &mut Always { renamed })?;
        let mut reached = a.clone();
        orm_migrations::operation::apply_all(&operations, &mut reached)?;
        let again = detect(&reached, &b, &ModelHints::default(), &mut NoAnswers)?;
        prop_assert_eq!(again, vec![]);
    }

    #[test]
    fn nothing_is_detected_between_a_schema_and_itself(a in any_state()) {
        prop_assert_eq!(detected(&a, &a)?, vec![]);
    }

    #[test]
    fn the_migrations_of_all_apps_lead_there_in_the_order_of_their_graph(
        states in prop::collection::vec(any_state(), 1..4), renamed: bool,
    ) {
        let mut all = Vec::new();
        for state in &states {
            let graph = Graph::new(all.clone())?;
            all.extend(make_migrations(&graph, state, &ModelHints::default(), &mut Always { renamed })?);
            let graph = Graph::new(all.clone())?;
            graph.check_leaves()?;
            prop_assert_eq!(contents(&graph.state()?), contents(state));
        }
    }
}

#[test]
fn a_first_migration_makes_each_model_behind_those_that_it_points_at() -> Result<(), Error> {
    let to = state([
        model("Book", vec![text("title"), foreign_key("author", "Author")]),
        model("Author", vec![text("name")]),
        model("Zoo", vec![]),
        between("BookTags", "book_tags", ("book", "Book"), ("tag", "Tag")),
        model("Tag", vec![]),
    ]);
    let operations = detected(&SchemaState::new(), &to)?;
    assert_eq!(
        described(&operations),
        ["Create model Author", "Create model Book", "Create model Tag", "Create model BookTags", "Create model Zoo"]
    );
    Ok(())
}

#[test]
fn models_that_point_at_each_other_get_one_foreign_key_later_and_those_that_point_at_themselves_do_not() -> Result<(), Error> {
    let to = state([
        model("Author", vec![foreign_key("best", "Book"), foreign_key("teacher", "Author")]),
        model("Book", vec![foreign_key("author", "Author")]),
    ]);
    let operations = detected(&SchemaState::new(), &to)?;
    assert_eq!(described(&operations), ["Create model Author", "Create model Book", "Alter field best on Author"]);
    let operations = detected(&to, &SchemaState::new())?;
    assert_eq!(described(&operations), ["Alter field author on Book", "Delete model Author", "Delete model Book"]);
    Ok(())
}

#[test]
fn a_model_goes_behind_what_points_at_it() -> Result<(), Error> {
    let from = state([model("Author", vec![]), model("Book", vec![foreign_key("author", "Author"), text("title")])]);
    let to = state([model("Book", vec![text("title")])]);
    assert_eq!(described(&detected(&from, &to)?), ["Remove field author from Book", "Delete model Author"]);
    Ok(())
}

#[test]
fn a_hint_renames_once_and_is_ignored_afterwards() -> Result<(), Error> {
    let from = state([model("Old", vec![text("titel")]), model("Book", vec![foreign_key("old", "Old")])]);
    let to = state([model("New", vec![text("title")]), model("Book", vec![foreign_key("new", "New")])]);
    let mut hints = ModelHints::default();
    hints.renamed_models.insert(name("New"), name("Old"));
    hints.renamed_fields.insert((name("New"), "title".into()), "titel".into());
    let operations = detected_with(&from, &to, &hints, &mut NoAnswers)?;
    // The foreign key is called by its model, and follows it.
    assert_eq!(
        described(&operations),
        ["Rename model Old to New", "Rename field old on Book to new", "Rename field titel on New to title"]
    );
    assert_eq!(detected_with(&to, &to, &hints, &mut NoAnswers)?, []);
    Ok(())
}

#[test]
fn the_model_between_two_is_renamed_with_them() -> Result<(), Error> {
    let from =
        state([model("Book", vec![]), model("Tag", vec![]), between("BookTags", "book_tags", ("book", "Book"), ("tag", "Tag"))]);
    let to =
        state([model("Tome", vec![]), model("Tag", vec![]), between("TomeTags", "tome_tags", ("tome", "Tome"), ("tag", "Tag"))]);
    let mut hints = ModelHints::default();
    hints.renamed_models.insert(name("Tome"), name("Book"));
    let operations = detected_with(&from, &to, &hints, &mut NoAnswers)?;
    assert_eq!(
        described(&operations),
        ["Rename model Book to Tome", "Rename model BookTags to TomeTags", "Rename field book on TomeTags to tome"]
    );
    Ok(())
}

#[test]
fn names_that_move_on_are_followed() -> Result<(), Error> {
    let from = state([model("A", vec![nullable(text("x"))]), model("B", vec![nullable(text("y"))])]);
    let to = state([model("B", vec![nullable(text("x"))]), model("C", vec![nullable(text("y"))])]);
    let mut hints = ModelHints::default();
    hints.renamed_models.insert(name("B"), name("A"));
    hints.renamed_models.insert(name("C"), name("B"));
    let operations = detected_with(&from, &to, &hints, &mut NoAnswers)?;
    assert_eq!(described(&operations), ["Rename model B to C", "Rename model A to B"]);
    Ok(())
}

#[test]
fn tables_and_columns_that_change_places_go_by_way_of_a_third_name() -> Result<(), Error> {
    let with = |left: &str, right: &str, tables: (&str, &str)| {
        let column = |field: &str, column: &str| FieldState { column: Some(column.into()), ..text(field) };
        let mut first = model("A", vec![column("p", left), column("q", right)]);
        let mut second = model("B", vec![]);
        (first.table, second.table) = (tables.0.into(), tables.1.into());
        state([first, second])
    };
    let operations = detected(&with("x", "y", ("t", "u")), &with("y", "x", ("u", "t")))?;
    assert_eq!(operations.len(), 6, "{operations:#?}");
    Ok(())
}

#[test]
fn what_may_have_been_renamed_is_never_removed_unasked() {
    let from = state([model("Book", vec![text("titel"), text("blurb"), nullable(FieldState::new("sold", FieldKind::Date))])]);
    let to = state([model("Book", vec![text("title")])]);
    let error = detect(&from, &to, &ModelHints::default(), &mut NoAnswers).unwrap_err();
    let Error::RenamedField { model: of, field, candidates } = &error else { panic!("{error}") };
    assert_eq!((of, field.as_str()), (&name("Book"), "title"));
    // The most alike first; a date was never a title.
    assert_eq!(candidates, &["titel", "blurb"]);
    assert!(error.to_string().contains("renamed_from"), "{error}");
    let from = state([model("Author", vec![text("name"), text("born")])]);
    let to = state([model("Writer", vec![text("name"), text("born")])]);
    let error = detect(&from, &to, &ModelHints::default(), &mut NoAnswers).unwrap_err();
    assert!(matches!(&error, Error::RenamedModel { candidates, .. } if *candidates == [name("Author")]), "{error}");
}

#[test]
fn an_answer_says_whether_it_was_renamed() -> Result<(), Error> {
    let from = state([model("Book", vec![text("titel")])]);
    let to = state([model("Book", vec![text("title")])]);
    let key = (name("Book"), "title".to_owned());
    let mut answers = Answers { fields: BTreeMap::from([(key.clone(), Some("titel".into()))]), ..Answers::default() };
    let operations = detected_with(&from, &to, &ModelHints::default(), &mut answers)?;
    assert_eq!(described(&operations), ["Rename field titel on Book to title"]);
    let mut answers = Answers {
        fields: BTreeMap::from([(key.clone(), None)]),
        fills: BTreeMap::from([(key, Some(Literal::Text(String::new())))]),
        ..Answers::default()
    };
    let operations = detected_with(&from, &to, &ModelHints::default(), &mut answers)?;
    assert_eq!(described(&operations), ["Add field title to Book", "Remove field titel from Book"]);
    assert_eq!(operations[1].destroys(&from).as_deref(), Some("the column \"titel\" of \"book\" and all that is in it"));
    Ok(())
}

#[test]
fn a_column_that_may_not_be_null_is_filled_by_the_default_or_asked_for() -> Result<(), Error> {
    let (without, with) = (state([model("Book", vec![])]), state([model("Book", vec![text("title")])]));
    let optional = state([model("Book", vec![nullable(text("title"))])]);
    for (from, why) in [(&without, NeedsFill::New), (&optional, NeedsFill::NoLongerNull)] {
        let error = detect(from, &with, &ModelHints::default(), &mut NoAnswers).unwrap_err();
        assert!(matches!(&error, Error::Fill { field, why: found, .. } if field == "title" && *found == why), "{error}");
        assert!(error.to_string().contains("`shop.Book`") && error.to_string().contains("`default`"), "{error}");
        let mut hints = ModelHints::default();
        hints.fills.insert((name("Book"), "title".into()), Literal::Text("?".into()));
        let operations = detected_with(from, &with, &hints, &mut NoAnswers)?;
        assert_eq!(operations[0].hints().fills, [(name("Book"), "title".into(), Literal::Text("?".into()))]);
    }
    // NULL is a value, and so is what the database counts itself.
    assert_eq!(detected(&without, &optional)?.len(), 1);
    assert_eq!(detected(&with, &optional)?.len(), 1);
    Ok(())
}

#[test]
fn what_points_at_a_key_follows_its_type_without_an_operation_of_its_own() -> Result<(), Error> {
    let with = |kind: FieldKind| {
        let mut author = model("Author", vec![]);
        author.fields[0].kind = kind.clone();
        let mut book = model("Book", vec![foreign_key("author", "Author")]);
        book.fields[1].kind = kind;
        state([author, book])
    };
    let operations = detected(&with(FieldKind::I32), &with(FieldKind::I64))?;
    assert_eq!(described(&operations), ["Alter field id on Author"]);
    Ok(())
}

#[test]
fn another_key_is_made_between_the_new_field_and_the_end_of_the_old_one() -> Result<(), Error> {
    let from = state([model("Edition", vec![])]);
    let mut edition = model("Edition", vec![]);
    edition.fields = vec![FieldState { max_length: Some(13), ..text("isbn") }];
    edition.key = vec!["isbn".into()];
    let mut hints = ModelHints::default();
    hints.fills.insert((name("Edition"), "isbn".into()), Literal::Text(String::new()));
    let operations = detected_with(&from, &state([edition]), &hints, &mut NoAnswers)?;
    assert_eq!(
        described(&operations),
        ["Add field isbn to Edition", "Alter primary key of Edition to isbn", "Remove field id from Edition"]
    );
    Ok(())
}

#[test]
fn indexes_and_constraints_go_before_their_fields_and_come_behind_them() -> Result<(), Error> {
    let mut old = model("Book", vec![text("a"), nullable(text("b"))]);
    old.indexes = vec![index(Some("by_a"), &["a"]), index(Some("same"), &["b"])];
    old.constraints = vec![unique(None, &["a", "b"])];
    let mut new = model("Book", vec![nullable(text("b")), nullable(FieldState::new("n", FieldKind::I32))]);
    new.indexes = vec![index(Some("renamed"), &["b"]), index(None, &["n", "b"])];
    new.constraints = vec![check("n_positive", "n > 0")];
    new.comment = Some("books".into());
    let operations = detected(&state([old]), &state([new]))?;
    assert_eq!(
        described(&operations),
        [
            "Remove constraint unique a, b from Book",
            "Remove index by_a from Book",
            "Rename index same on Book to renamed",
            "Add field n to Book",
            "Remove field a from Book",
            "Alter comment of Book",
            "Create index n, b on Book",
            "Create constraint n_positive on Book",
        ]
    );
    Ok(())
}

#[test]
fn a_table_goes_over_from_a_model_that_is_gone_to_a_new_one() -> Result<(), Error> {
    let old = model("Old", vec![]);
    let mut new = model("Fresh", vec![text("p"), text("q"), text("r"), text("s")]);
    new.table.clone_from(&old.table);
    let from = state([old, model("Book", vec![foreign_key("to", "Old")])]);
    let to = state([new, model("Book", vec![foreign_key("to", "Fresh")])]);
    assert_eq!(
        described(&detected(&from, &to)?),
        ["Alter field to on Book", "Delete model Old", "Create model Fresh", "Alter field to on Book"]
    );
    Ok(())
}

#[test]
fn apps_that_need_each_other_get_as_many_migrations_as_that_takes() -> Result<(), Error> {
    let models = state([
        model("shop.Book", vec![foreign_key("shelf", "stock.Shelf")]),
        model("stock.Shelf", vec![foreign_key("best", "shop.Book")]),
        model("people.Reader", vec![]),
    ]);
    let migrations = make_migrations(&Graph::new(vec![])?, &models, &ModelHints::default(), &mut NoAnswers)?;
    let shown: Vec<String> = migrations
        .iter()
        .map(|migration| {
            let parents: Vec<String> = migration.parents.iter().map(ToString::to_string).collect();
            format!("{} after {}: {}", migration.id, parents.join(" "), described(&migration.operations).join(", "))
        })
        .collect();
    assert_eq!(
        shown,
        [
            "people.0001_initial after : Create model Reader",
            "shop.0001_initial after : Create model Book",
            "stock.0001_initial after shop.0001_initial: Create model Shelf",
            "shop.0002_alter_book_shelf after shop.0001_initial stock.0001_initial: Alter field shelf on Book",
        ]
    );
    Ok(())
}

#[test]
fn a_migration_comes_after_the_last_one_of_another_app_that_it_points_at() -> Result<(), Error> {
    let people = model("people.Reader", vec![]);
    let first = make_migrations(&Graph::new(vec![])?, &state([people.clone()]), &ModelHints::default(), &mut NoAnswers)?;
    let models = state([people, model("shop.Loan", vec![foreign_key("reader", "people.Reader")])]);
    let second = make_migrations(&Graph::new(first)?, &models, &ModelHints::default(), &mut NoAnswers)?;
    assert_eq!(second[0].id.to_string(), "shop.0001_initial");
    assert_eq!(second[0].parents.iter().map(ToString::to_string).collect::<Vec<_>>(), ["people.0001_initial"]);
    Ok(())
}

#[test]
fn a_model_that_moves_to_another_app_is_asked_for_and_keeps_its_rows() -> Result<(), Error> {
    let mut moved = model("stock.Book", vec![text("title")]);
    moved.table = "book".into();
    let (from, to) = (state([model("shop.Book", vec![text("title")])]), state([moved]));
    let error = detect(&from, &to, &ModelHints::default(), &mut NoAnswers).unwrap_err();
    assert!(matches!(error, Error::RenamedModel { .. }), "{error}");
    let mut hints = ModelHints::default();
    hints.renamed_models.insert(name("stock.Book"), name("shop.Book"));
    let operations = detected_with(&from, &to, &hints, &mut NoAnswers)?;
    assert_eq!(described(&operations), ["Rename model Book to stock.Book"]);
    assert!(matches!(&operations[0], Operation::RenameModel(rename) if rename.table.is_none()));
    assert_eq!(id().name, "id");
    Ok(())
}
