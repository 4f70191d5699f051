//! Fields that become other ones.

use amphi::meta::OnDelete;
use orm_core::schema::{FieldKind, Literal, SchemaState};

use super::{Case, is_not_mysql, of};
use crate::builders::*;

pub fn alterations() -> Vec<Case> {
    let kinds = |name: &'static str, from: FieldKind, to: FieldKind, rows: &'static str| {
        let before = SchemaState::from_iter([model("Item", vec![id(), nullable(field("v", from))])]);
        Case::of(name, before, &[rows], |state| of(state, "Item", "v").kind = to)
    };
    vec![
        Case::shop("a longer text", |state| of(state, "Book", "title").max_length = Some(200)),
        Case::shop("a text without length", |state| of(state, "Book", "title").max_length = None)
            .shows("SELECT title FROM book ORDER BY id", "Solaris Eden 𝕳"),
        Case::shop("a wider integer", |state| of(state, "Book", "pages").kind = FieldKind::I64)
            .shows("SELECT coalesce(pages, -1) FROM book ORDER BY id", "204 -1 0"),
        Case::shop("more digits", |state| of(state, "Book", "price").max_digits = Some(12)),
        Case::shop("not nullable", |state| of(state, "Book", "pages").nullable = false)
            .fill("Book", "pages", Literal::Integer(7))
            .shows("SELECT pages FROM book ORDER BY id", "204 7 0"),
        Case::shop("not nullable, by an expression", |state| of(state, "Book", "pages").nullable = false)
            .fill("Book", "pages", Literal::Sql { sql: same("id + 1") })
            .shows("SELECT pages FROM book ORDER BY id", "204 3 0"),
        Case::shop("wider and not nullable", |state| {
            let pages = of(state, "Book", "pages");
            (pages.kind, pages.nullable) = (FieldKind::I64, false);
        })
        .fill("Book", "pages", Literal::Integer(5)),
        Case::shop("a foreign key that is nullable", |state| of(state, "Book", "author").nullable = true),
        Case::shop("a foreign key that is no longer nullable", |state| {
            let key = of(state, "Review", "answer_to");
            key.nullable = false;
            key.references.as_mut().expect("it is a foreign key").on_delete = OnDelete::Cascade;
        })
        .fill("Review", "answer_to", Literal::Integer(1)),
        Case::shop("unique", |state| of(state, "Book", "title").unique = true),
        Case::shop("indexed", |state| of(state, "Book", "pages").index = true),
        Case::shop("unique in place of indexed", |state| of(state, "Review", "answer_to").unique = true),
        Case::shop("another rule", |state| {
            of(state, "Book", "author").references.as_mut().expect("it is a foreign key").on_delete = OnDelete::Protect;
        }),
        Case::shop("a rule with a default", |state| {
            let key = of(state, "Book", "author");
            key.references.as_mut().expect("it is a foreign key").on_delete = OnDelete::SetDefault;
            key.default = Some(Literal::Integer(2));
        }),
        Case::shop("no foreign key any more", |state| of(state, "Review", "answer_to").references = None),
        kinds("from integer to text", FieldKind::I32, FieldKind::Text, "INSERT INTO item (id, v) VALUES (1, -12), (2, NULL)")
            .shows("SELECT v FROM item WHERE id = 1", "-12"),
        kinds("from truth to integer", FieldKind::Bool, FieldKind::I64, "INSERT INTO item (id, v) VALUES (1, TRUE), (2, NULL)")
            .shows("SELECT v FROM item WHERE id = 1", "1"),
        kinds("from integer to float", FieldKind::I32, FieldKind::F64, "INSERT INTO item (id, v) VALUES (1, 5), (2, NULL)"),
        kinds(
            "from integer to decimal",
            FieldKind::I64,
            FieldKind::Decimal,
            "INSERT INTO item (id, v) VALUES (1, 50), (2, NULL)",
        )
        .on(is_not_mysql),
        kinds("from date to moment", FieldKind::Date, FieldKind::Timestamp, "INSERT INTO item (id, v) VALUES (1, '2024-02-29')"),
        kinds(
            "from date to local moment",
            FieldKind::Date,
            FieldKind::DateTime,
            "INSERT INTO item (id, v) VALUES (1, '2024-02-29')",
        ),
        kinds(
            "from local moment to moment",
            FieldKind::DateTime,
            FieldKind::Timestamp,
            "INSERT INTO item (id, v) VALUES (1, '2024-02-29 01:02:03.000004')",
        ),
        kinds("from UUID to text", FieldKind::Uuid, FieldKind::Text, "INSERT INTO item (id, v) VALUES (2, NULL)"),
        kinds(
            "from text to UUID",
            FieldKind::Text,
            FieldKind::Uuid,
            "INSERT INTO item (id, v) VALUES (1, '00112233-4455-6677-8899-aabbccddeeff'), (2, NULL)",
        )
        .shows("SELECT count(v) FROM item", "1"),
        kinds("from text to bytes", FieldKind::Text, FieldKind::Bytes, "INSERT INTO item (id, v) VALUES (1, 'Ł'), (2, NULL)"),
        kinds("from document to text", FieldKind::Json, FieldKind::Text, "INSERT INTO item (id, v) VALUES (1, '{}'), (2, NULL)"),
    ]
}
