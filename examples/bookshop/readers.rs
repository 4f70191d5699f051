//! What readers do with the stock: they tag, review and order. Made by counting, so that each run has the same.

use amphi::prelude::*;

use crate::Failure;
use crate::models::{Book, BookTags, Order, OrderLine, Review, Tag};

const READERS: [&str; 6] = ["Ada", "Bela", "Chiara", "Dmitri", "Emeka", "Fumiko"];

/// Whether a book has a tag.
type Has = fn(&Book) -> bool;

const TAGS: [(&str, Has); 4] = [
    ("old", |book| book.year < 1800),
    ("short", |book| book.pages.is_some_and(|pages| pages < 150)),
    ("long", |book| book.pages.is_some_and(|pages| pages > 700)),
    ("translated", |book| book.translator.is_some()),
];

/// Fills in what readers do, once.
pub fn fill(db: &Database) -> Result<(), Failure> {
    db.create_tables(models![Book, Tag, Review, Order, OrderLine])?;
    if Tag::objects().exists(db)? {
        return Ok(());
    }
    db.atomic(|tx| {
        let books = Book::objects().order_by(Book::id).all(tx)?;
        let tags = Tag::objects().bulk_create(TAGS.map(|(name, _)| Tag::create().name(name)), tx)?;
        let tagged = tags.iter().zip(TAGS).flat_map(|(tag, (_, has))| {
            books.iter().filter(move |book| has(book)).map(move |book| BookTags::create().book(book).tag(tag))
        });
        BookTags::objects().bulk_create(tagged.collect::<Vec<_>>(), tx)?;

        let reviews = books.iter().zip(0..).flat_map(|(book, at)| {
            READERS
                .iter()
                .zip(0..)
                .filter(move |(_, reader)| (at + reader) % 4 == 0)
                .map(move |(reader, number)| Review::create().book(book).reader(*reader).stars(1 + (at * 3 + number * 2) % 5))
        });
        Review::objects().bulk_create(reviews.collect::<Vec<_>>(), tx)?;

        for (reader, first) in READERS.into_iter().zip(0..) {
            // The manager of one row: the books of this order.
            let order = Order::create().reader(reader).insert(tx)?;
            let chosen = books.iter().skip(first * 7).step_by(61).take(4);
            Order::books.of(&order).add_with(chosen, OrderLine::create().copies(1), tx)?;
        }
        Ok(())
    })
}
