//! Indexes and constraints.

use amphi::meta::OnDelete;
use orm_core::schema::{ConstraintState, DialectSql, FieldKind, IndexPart, IndexState, SchemaState};

use super::{Case, is_not_mysql, is_postgres, of, on};
use crate::builders::*;

pub fn constraints() -> Vec<Case> {
    let with_index = |change: fn(&mut IndexState)| {
        move |state: &mut SchemaState| {
            let mut index = index(vec![by("pages")]);
            change(&mut index);
            on(state, "Book").indexes.push(index);
        }
    };
    let composite = || {
        let mut place = model("Place", vec![field("row", FieldKind::I32), field("seat", FieldKind::I32)]);
        place.key = vec!["row".to_owned(), "seat".to_owned()];
        place.fields[0].column = Some("row_of".to_owned());
        let ticket = model("Ticket", vec![id(), field("line", FieldKind::I32), field("seat", FieldKind::I32)]);
        SchemaState::from_iter([place, ticket])
    };
    let composite_rows =
        ["INSERT INTO place (row_of, seat) VALUES (1, 2)", "INSERT INTO ticket (id, line, seat) VALUES (1, 1, 2)"];
    vec![
        Case::shop("an index of two fields", |state| on(state, "Book").indexes.push(index(vec![by("pages"), down("title")]))),
        Case::shop(
            "a partial index",
            with_index(|index| {
                index.condition = Some(same("pages > 10"));
                index.name = Some("long_books".to_owned());
            }),
        )
        .on(is_not_mysql),
        Case::shop(
            "an index of an expression",
            with_index(|index| {
                index.parts = vec![IndexPart::Expression(same("abs(pages)")), by("title")];
            }),
        )
        .on(is_not_mysql),
        Case::shop("an index that covers", with_index(|index| index.include = vec!["title".to_owned()])).on(is_postgres),
        Case::shop("an index of another method", with_index(|index| index.method = Some("hash".to_owned()))).on(is_postgres),
        Case::shop("unique together", |state| on(state, "Book").constraints.push(unique_together(&["author", "title"]))),
        Case::shop("unique among some", |state| {
            let unique = ConstraintState::Unique {
                name: None,
                fields: vec!["title".to_owned()],
                condition: Some(same("pages IS NOT NULL")),
            };
            on(state, "Book").constraints.push(unique);
        })
        .on(is_not_mysql),
        Case::shop("a check", |state| on(state, "Book").constraints.push(check("book_pages", "pages >= 0"))),
        Case::shop("a check for one database", |state| {
            let sql = DialectSql::Each { sqlite: None, postgres: Some("pages >= 0".to_owned()), mysql: None };
            on(state, "Book").constraints.push(ConstraintState::Check { name: "book_pages".to_owned(), condition: sql });
        }),
        Case::of(
            "a wider field in a check and a partial index",
            {
                let mut state = shop();
                on(&mut state, "Book").constraints.push(check("book_pages", "pages >= 0"));
                state
            },
            SHOP_ROWS,
            |state| of(state, "Book", "pages").kind = FieldKind::I64,
        ),
        Case::of(
            "rename a field that is in everything",
            {
                let mut state = shop();
                on(&mut state, "Book").constraints.push(unique_together(&["author", "title"]));
                on(&mut state, "Book").indexes.push(index(vec![by("title"), down("pages")]));
                of(&mut state, "Book", "title").unique = true;
                state
            },
            SHOP_ROWS,
            |state| {
                let book = on(state, "Book");
                book.constraints = vec![unique_together(&["author", "heading"])];
                book.indexes = vec![index(vec![by("heading"), down("pages")])];
                of(state, "Book", "title").name = "heading".to_owned();
            },
        )
        .renamed_field("Book", "title", "heading"),
        Case::of("a foreign key of two columns", composite(), &composite_rows, |state| {
            let fields = vec!["line".to_owned(), "seat".to_owned()];
            let key = ConstraintState::ForeignKey { fields, model: name("Place"), on_delete: OnDelete::Cascade };
            on(state, "Ticket").constraints.push(key);
        }),
        Case::shop("an exclusion constraint", |state| {
            on(state, "Book").constraints.push(ConstraintState::Exclude {
                name: "book_once".to_owned(),
                method: "btree".to_owned(),
                elements: vec![("title".to_owned(), "=".to_owned())],
                condition: Some("pages > 0".to_owned()),
            });
        })
        .on(is_postgres),
    ]
}
