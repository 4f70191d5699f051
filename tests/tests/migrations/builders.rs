//! Schema states in few words.

use amphi::meta::OnDelete;
use orm_core::schema::{
    ConstraintState, DialectSql, FieldKind, FieldState, IndexPart, IndexState, ModelName, ModelState, Reference, SchemaState,
};

/// The model `shop.Name`, whose table is the name in small letters.
pub fn name(model: &str) -> ModelName {
    ModelName::new("shop", model)
}

pub fn model(model: &str, fields: Vec<FieldState>) -> ModelState {
    ModelState {
        name: name(model),
        table: model.to_lowercase(),
        key: fields.first().map(|field| field.name.clone()).into_iter().collect(),
        comment: None,
        fields,
        indexes: Vec::new(),
        constraints: Vec::new(),
    }
}

pub fn id() -> FieldState {
    FieldState { generated: true, ..FieldState::new("id", FieldKind::I64) }
}

pub fn field(name: &str, kind: FieldKind) -> FieldState {
    FieldState::new(name, kind)
}

pub fn text(name: &str, most: u32) -> FieldState {
    FieldState { max_length: Some(most), ..field(name, FieldKind::Text) }
}

pub fn decimal(name: &str) -> FieldState {
    FieldState { max_digits: Some(8), decimal_places: Some(2), ..field(name, FieldKind::Decimal) }
}

pub fn choice(field_name: &str, labels: &[&str]) -> FieldState {
    let labels = labels.iter().map(|label| (*label).to_owned()).collect();
    FieldState { max_length: Some(20), ..field(field_name, FieldKind::Enum { name: "mood".to_owned(), labels }) }
}

/// A foreign key to a model whose key is an integer.
pub fn key_of(field_name: &str, model: &str, on_delete: OnDelete) -> FieldState {
    FieldState {
        column: Some(format!("{field_name}_id")),
        references: Some(Reference { model: name(model), on_delete }),
        ..field(field_name, FieldKind::I64)
    }
}

pub fn nullable(field: FieldState) -> FieldState {
    FieldState { nullable: true, ..field }
}

pub fn unique(field: FieldState) -> FieldState {
    FieldState { unique: true, ..field }
}

pub fn indexed(field: FieldState) -> FieldState {
    FieldState { index: true, ..field }
}

pub fn same(sql: &str) -> DialectSql {
    DialectSql::Same(sql.to_owned())
}

pub fn index(parts: Vec<IndexPart>) -> IndexState {
    IndexState { name: None, parts, include: Vec::new(), condition: None, method: None }
}

pub fn by(field: &str) -> IndexPart {
    IndexPart::Field(field.to_owned())
}

pub fn down(field: &str) -> IndexPart {
    IndexPart::Descending(field.to_owned())
}

pub fn unique_together(fields: &[&str]) -> ConstraintState {
    let fields = fields.iter().map(|field| (*field).to_owned()).collect();
    ConstraintState::Unique { name: None, fields, condition: None }
}

pub fn check(name: &str, sql: &str) -> ConstraintState {
    ConstraintState::Check { name: name.to_owned(), condition: same(sql) }
}

/// What most cases begin with: authors, their books, and reviews of these.
pub fn shop() -> SchemaState {
    let author = model("Author", vec![id(), text("name", 40), nullable(field("born", FieldKind::I32))]);
    let book = model(
        "Book",
        vec![
            id(),
            text("title", 60),
            key_of("author", "Author", OnDelete::Cascade),
            nullable(field("pages", FieldKind::I32)),
            nullable(decimal("price")),
            field("sold", FieldKind::Bool),
        ],
    );
    let review = model(
        "Review",
        vec![id(), key_of("book", "Book", OnDelete::Cascade), nullable(key_of("answer_to", "Review", OnDelete::SetNull))],
    );
    SchemaState::from_iter([author, book, review])
}

/// The rows of [`shop`].
pub const SHOP_ROWS: &[&str] = &[
    "INSERT INTO author (id, name, born) VALUES (1, 'Łem', 1921), (2, 'it''s', NULL), (7, '', -40)",
    "INSERT INTO book (id, title, author_id, pages, price, sold) VALUES (1, 'Solaris', 1, 204, NULL, TRUE), \
     (2, 'Eden', 1, NULL, '9.95', FALSE), (30, '𝕳', 2, 0, '0', TRUE)",
    "INSERT INTO review (id, book_id, answer_to_id) VALUES (1, 1, NULL), (2, 1, 1), (3, 30, NULL)",
    "DELETE FROM author WHERE id = 7",
];
