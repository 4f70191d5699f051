//! A crate that forbids `unsafe` and denies all warnings takes models.
#![forbid(unsafe_code)]
#![deny(
    warnings,
    missing_docs,
    unused,
    nonstandard_style,
    rust_2018_idioms,
    rust_2024_compatibility,
    clippy::all,
    clippy::pedantic
)]
#![allow(clippy::missing_errors_doc)]

use amphi::prelude::*;

/// A model.
#[derive(Model, Debug, Clone)]
pub struct Author {
    /// The key.
    pub id: i64,
}

/// Another model, that points at it.
#[derive(Model, Debug, Clone)]
pub struct Book {
    /// The key.
    pub id: i64,
    /// Who wrote it.
    #[field(on_delete = Cascade)]
    pub author: ForeignKey<Author>,
}

#[test]
fn runs() -> Result<(), Error> {
    #[derive(Model, Debug, Clone)]
    struct Inner {
        id: i64,
        #[field(on_delete = Cascade)]
        author: ForeignKey<Author>,
    }

    let db = Database::connect("sqlite::memory:")?;
    db.create_tables(models![Author, Book, Inner])?;
    let author = Author::create().insert(&db)?;
    Book::create().author(&author).insert(&db)?;
    let inner = Inner::create().author(&author).insert(&db)?;
    assert_eq!((inner.id, *inner.author.key()), (1, author.id));
    assert_eq!(author.delete(&db)?.iter().collect::<Vec<_>>(), [("Author", 1), ("Inner", 1), ("Book", 1)]);
    Ok(())
}
