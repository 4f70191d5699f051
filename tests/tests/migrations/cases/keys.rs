//! Primary keys, and what points at them.

use amphi::meta::OnDelete;
use orm_core::schema::{FieldKind, FieldState, SchemaState};

use super::{Case, of, on};
use crate::builders::*;

pub fn keys() -> Vec<Case> {
    let pair = || {
        let mut link = model("Link", vec![key_of("book", "Book", OnDelete::Cascade), field("place", FieldKind::I32)]);
        link.key = vec!["book".to_owned(), "place".to_owned()];
        link
    };
    let small = || {
        let shelf = model("Shelf", vec![FieldState { kind: FieldKind::I32, ..id() }]);
        let item = FieldState { kind: FieldKind::I32, ..key_of("shelf", "Shelf", OnDelete::Cascade) };
        SchemaState::from_iter([shelf, model("Item", vec![id(), item])])
    };
    let small_rows = ["INSERT INTO shelf (id) VALUES (3), (9)", "INSERT INTO item (id, shelf_id) VALUES (1, 3), (2, 9)"];
    let coded = || {
        let tag = model("Tag", vec![text("code", 12), text("word", 20)]);
        let use_of = FieldState { kind: FieldKind::Text, max_length: Some(12), ..key_of("tag", "Tag", OnDelete::Cascade) };
        SchemaState::from_iter([tag, model("Habit", vec![id(), use_of])])
    };
    let coded_rows =
        ["INSERT INTO tag (code, word) VALUES ('a', 'x'), ('ł', '')", "INSERT INTO habit (id, tag_id) VALUES (1, 'ł')"];
    vec![
        Case::shop("create a model with a key of two fields", |state| drop(state.insert(pair()))),
        Case::of(
            "a key of other two fields",
            SchemaState::from_iter(shop().models().cloned().chain([pair()])),
            SHOP_ROWS,
            |state| {
                on(state, "Link").key.reverse();
            },
        ),
        Case::of("a wider key that others point at", small(), &small_rows, |state| {
            of(state, "Shelf", "id").kind = FieldKind::I64
        })
        .shows("SELECT shelf_id FROM item ORDER BY id", "3 9"),
        Case::of("a key that the database no longer fills in", small(), &small_rows, |state| {
            of(state, "Shelf", "id").generated = false;
        }),
        Case::of("a longer key that others point at", coded(), &coded_rows, |state| {
            of(state, "Tag", "code").max_length = Some(30)
        }),
        Case::of("rename a key of text that others point at", coded(), &coded_rows, |state| {
            of(state, "Tag", "code").name = "slug".to_owned();
            on(state, "Tag").key = vec!["slug".to_owned()];
        })
        .renamed_field("Tag", "code", "slug"),
        Case::of(
            "a key of its own in place of a natural one",
            SchemaState::from_iter([model("Tag", vec![text("code", 12), text("word", 20)])]),
            &coded_rows[..1],
            |state| {
                on(state, "Tag").fields.push(id());
                on(state, "Tag").key = vec!["id".to_owned()];
                of(state, "Tag", "code").unique = true;
            },
        )
        .shows("SELECT count(DISTINCT id) FROM tag", "2"),
    ]
}
