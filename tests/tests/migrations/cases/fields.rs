//! Fields that come, go and are renamed.

use amphi::meta::OnDelete;
use orm_core::schema::{FieldKind, FieldState, Literal, ModelState, SchemaState};

use super::{Case, add, of, on, remove, words};
use crate::builders::*;

pub fn fields() -> Vec<Case> {
    let now = Literal::Sql { sql: same("pages * 2") };
    let uuid = "00112233-4455-6677-8899-aabbccddeeff";
    vec![
        Case::shop("add a nullable text", add("Book", nullable(field("blurb", FieldKind::Text)))),
        Case::shop("add a nullable integer", add("Book", nullable(field("weight", FieldKind::I32)))),
        Case::shop("add a nullable field with a fill", add("Book", nullable(field("weight", FieldKind::I32))))
            .fill("Book", "weight", Literal::Integer(3))
            .shows("SELECT weight FROM book ORDER BY id", "3 3 3"),
        Case::shop("add a text with a fill", add("Book", text("isbn", 20)))
            .fill("Book", "isbn", words("it's \\ \"Ł\" -- ; ?"))
            .shows("SELECT isbn FROM book WHERE id = 2", "it's \\ \"Ł\" -- ; ?"),
        Case::shop("add a text without length", add("Book", field("blurb", FieldKind::Text))).fill("Book", "blurb", words("")),
        Case::shop("add a document", add("Book", field("extra", FieldKind::Json))).fill(
            "Book",
            "extra",
            words("{\"a\": [1, \"ł\"]}"),
        ),
        Case::shop("add a truth", add("Book", field("old", FieldKind::Bool))).fill("Book", "old", Literal::Bool(true)),
        Case::shop("add an indexed small integer", add("Book", indexed(field("stars", FieldKind::I16))))
            .fill("Book", "stars", Literal::Integer(-5))
            .shows("SELECT stars FROM book ORDER BY id", "-5 -5 -5"),
        Case::shop("add a date", add("Author", field("day", FieldKind::Date))).fill("Author", "day", words("2024-02-29")),
        Case::shop("add a moment", add("Author", indexed(field("at", FieldKind::Timestamp)))).fill(
            "Author",
            "at",
            words("2024-02-29T12:00:00+01:00"),
        ),
        Case::shop("add a UUID", add("Author", field("uuid", FieldKind::Uuid))).fill("Author", "uuid", words(uuid)),
        Case::shop("add bytes", add("Author", field("photo", FieldKind::Bytes))).fill("Author", "photo", words("00ff")),
        Case::shop("add a float", add("Author", field("height", FieldKind::F64))).fill(
            "Author",
            "height",
            Literal::Float(1e-300),
        ),
        Case::shop("add a decimal", add("Author", decimal("fee"))).fill("Author", "fee", words("12.50")),
        Case::shop("add a field filled by an expression", add("Book", field("sheets", FieldKind::I64)))
            .fill("Book", "sheets", Literal::Sql { sql: same("coalesce(pages, 0) + id") })
            .shows("SELECT sheets FROM book ORDER BY id", "205 2 30"),
        Case::shop("add a nullable field filled by an expression", add("Book", nullable(field("sheets", FieldKind::I64))))
            .fill("Book", "sheets", now)
            .shows("SELECT sheets FROM book WHERE id = 1", "408"),
        Case::shop("add a unique nullable field", add("Book", nullable(unique(text("isbn", 13))))),
        Case::shop("add a foreign key", add("Book", nullable(key_of("translator", "Author", OnDelete::SetNull)))),
        Case::shop("add a foreign key with a fill", add("Review", key_of("author", "Author", OnDelete::Cascade))).fill(
            "Review",
            "author",
            Literal::Integer(2),
        ),
        Case::shop("add a foreign key with a default", |state| {
            let key = key_of("editor", "Author", OnDelete::SetDefault);
            on(state, "Book").fields.push(FieldState { default: Some(Literal::Integer(2)), ..key });
        })
        .shows("SELECT editor_id FROM book ORDER BY id", "2 2 2"),
        Case::shop("add a one-to-one field", add("Author", nullable(unique(key_of("best", "Book", OnDelete::SetNull))))),
        Case::shop("remove a plain field", |state| remove(state, "Book", "price")),
        Case::shop("remove a field with a check", |state| remove(state, "Book", "pages")),
        Case::shop("remove a foreign key", |state| remove(state, "Book", "author")).back_fill(
            "Book",
            "author",
            Literal::Integer(1),
        ),
        Case::shop("rename a field with a check", |state| of(state, "Book", "title").name = "heading".to_owned())
            .renamed_field("Book", "title", "heading")
            .shows("SELECT heading FROM book ORDER BY id", "Solaris Eden 𝕳"),
        Case::shop("rename a foreign key", |state| {
            let field = of(state, "Book", "author");
            (field.name, field.column) = ("writer".to_owned(), Some("writer_id".to_owned()));
        })
        .renamed_field("Book", "author", "writer"),
        Case::shop("another column", |state| of(state, "Book", "price").column = Some("cost".to_owned()))
            .shows("SELECT id FROM book WHERE cost = '9.95'", "2"),
        Case::shop("rename a key that others point at", |state| {
            of(state, "Book", "id").name = "number".to_owned();
            on(state, "Book").key = vec!["number".to_owned()];
        })
        .renamed_field("Book", "id", "number"),
        long_names(),
        Case::shop("two fields take each other's name", |state| {
            of(state, "Book", "pages").name = "aside".to_owned();
            of(state, "Book", "price").name = "pages".to_owned();
            of(state, "Book", "aside").name = "price".to_owned();
        })
        .renamed_field("Book", "pages", "price")
        .renamed_field("Book", "price", "pages")
        .shows("SELECT price FROM book WHERE id = 1", "204"),
    ]
}

/// Where a name is too long, its end is a hash, or PostgreSQL shortens it.
fn long_names() -> Case {
    let long = "ein_tisch_mit_einem_namen_der_länger_ist_als_sehr_viele_byte";
    let (from, to) = ("eine_spalte_mit_einem_langen_namen_ä", "eine_spalte_mit_einem_noch_sehr_viel_längeren_namen_ü");
    let table = model("Long", vec![id(), unique(text(from, 20)), indexed(text("short", 20))]);
    let mut table = ModelState { table: long.to_owned(), ..table };
    table.constraints.push(unique_together(&[from, "short"]));
    let rows = ["INSERT INTO ein_tisch_mit_einem_namen_der_länger_ist_als_sehr_viele_byte VALUES (1, 'x', 'y')"];
    Case::of("names that are too long", SchemaState::from_iter([table]), &rows, |state| {
        of(state, "Long", from).name = to.to_owned();
        on(state, "Long").constraints = vec![unique_together(&[to, "short"])];
        on(state, "Long").table = format!("{long}s");
    })
    .renamed_field("Long", from, to)
}
