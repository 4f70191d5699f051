//! The models and how they point at each other, as a diagram: Mermaid's text, or a picture.
//!
//! ```
//! use orm_migrations::erd;
//! use orm_migrations::schema::{FieldKind, FieldState, ModelName, ModelState, SchemaState};
//!
//! let book = ModelState {
//!     name: ModelName::new("shop", "Book"),
//!     table: "book".to_owned(),
//!     key: vec!["id".to_owned()],
//!     comment: None,
//!     fields: vec![FieldState { generated: true, ..FieldState::new("id", FieldKind::I64) }],
//!     indexes: Vec::new(),
//!     constraints: Vec::new(),
//! };
//! let schema = SchemaState::from_iter([book]);
//! assert_eq!(erd::mermaid(&schema), "erDiagram\n    \"shop.Book\" {\n        i64 id PK\n    }\n");
//! assert!(erd::svg(&schema).starts_with("<svg "));
//! ```

mod diagram;
mod layout;
mod mermaid;
mod svg;

use orm_core::schema::SchemaState;

/// The models as a diagram of Mermaid, which many tools draw where they find it in Markdown.
#[must_use]
pub fn mermaid(schema: &SchemaState) -> String {
    mermaid::write(&diagram::Diagram::new(schema))
}

/// The models as a picture: a box for each, those that are pointed at left of those that point at them.
#[must_use]
pub fn svg(schema: &SchemaState) -> String {
    let diagram = diagram::Diagram::new(schema);
    svg::write(&diagram, &layout::Layout::new(&diagram))
}
