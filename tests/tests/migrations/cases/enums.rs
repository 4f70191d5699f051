//! Enums, which PostgreSQL has as types.

use amphi::meta::OnDelete;
use orm_core::schema::{FieldKind, FieldState, SchemaState};

use super::{Case, add, is_postgres, of, on, words};
use crate::builders::*;

pub fn enums() -> Vec<Case> {
    let moods = |labels: &'static [&'static str]| SchemaState::from_iter([model("Day", vec![id(), choice("mood", labels)])]);
    let relabel =
        |labels: &'static [&'static str]| move |state: &mut SchemaState| of(state, "Day", "mood").kind = choice("", labels).kind;
    let rows = ["INSERT INTO day (id, mood) VALUES (1, 'good'), (2, 'bad')"];
    vec![
        Case::shop("add an enum", add("Book", choice("mood", &["good", "it's"]))).fill("Book", "mood", words("it's")),
        Case::of("more labels", moods(&["good", "bad"]), &rows, relabel(&["fine", "good", "so-so", "bad", "worst"])),
        Case::of("labels in another order", moods(&["good", "bad"]), &rows, relabel(&["bad", "good"])),
        Case::of("other labels, with an index", moods(&["good", "bad", "odd"]), &rows, |state| {
            relabel(&["bad", "good"])(state);
            of(state, "Day", "mood").index = true;
        }),
        Case::of(
            "from text to enum",
            SchemaState::from_iter([model("Day", vec![id(), text("mood", 20)])]),
            &rows,
            relabel(&["good", "bad"]),
        )
        .shows("SELECT count(*) FROM day WHERE mood = 'good'", "1"),
        Case::of(
            "labels of a key that others point at in another order",
            {
                let mood = model("Feeling", vec![choice("label", &["good", "bad"])]);
                let day = FieldState { kind: mood.fields[0].kind.clone(), ..key_of("mood", "Feeling", OnDelete::Cascade) };
                SchemaState::from_iter([mood, model("Day", vec![id(), day])])
            },
            &["INSERT INTO feeling (label) VALUES ('good')", "INSERT INTO day (id, mood_id) VALUES (1, 'good')"],
            |state| of(state, "Feeling", "label").kind = choice("", &["bad", "good"]).kind,
        ),
        Case::of("an array of an enum", moods(&["good", "bad"]), &rows, |state| {
            let labels = FieldKind::Array(Box::new(choice("", &["bad", "good", "new"]).kind));
            on(state, "Day").fields.push(field("moods", labels));
            relabel(&["bad", "good", "new"])(state);
        })
        .fill("Day", "moods", words("{new,bad}"))
        .on(is_postgres),
    ]
}
