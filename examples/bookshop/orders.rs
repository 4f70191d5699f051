//! The step of the migration `0004_orders`: what readers do with the stock. Made by counting, so that each run has the same.

use amphi::prelude::*;
use amphi::{Connection, Running};

const READERS: [&str; 6] = ["Ada", "Bela", "Chiara", "Dmitri", "Emeka", "Fumiko"];

/// Readers tag, review and order. The models are those of that point of the history, `BookTags` between books and tags among them.
#[amphi::migration("bookshop.0004_orders", folder = "examples/bookshop/migrations")]
pub async fn fill_orders(on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
    type Has = fn(&Book) -> bool;
    let has: [(&str, Has); 4] = [
        ("old", |book| book.year < 1800),
        ("short", |book| book.pages.is_some_and(|pages| pages < 150)),
        ("long", |book| book.pages.is_some_and(|pages| pages > 700)),
        ("translated", |book| book.translator.is_some()),
    ];
    let books = Book::objects().order_by(Book::id).on(on).all().await?;
    let tags = Tag::objects().on(on).bulk_create(has.map(|(name, _)| Tag::create().name(name))).await?;
    let tagged = tags.iter().zip(has).flat_map(|(tag, (_, has))| {
        books.iter().filter(move |book| has(book)).map(move |book| BookTags::create().book(book).tag(tag))
    });
    BookTags::objects().on(on).bulk_create(tagged.collect::<Vec<_>>()).await?;

    let reviews = books.iter().zip(0..).flat_map(|(book, at)| {
        READERS
            .iter()
            .zip(0..)
            .filter(move |(_, reader)| (at + reader) % 4 == 0)
            .map(move |(reader, number)| Review::create().book(book).reader(*reader).stars(1 + (at * 3 + number * 2) % 5))
    });
    Review::objects().on(on).bulk_create(reviews.collect::<Vec<_>>()).await?;

    for (reader, first) in READERS.into_iter().zip(0..) {
        let order = Order::create().reader(reader).on(on).insert().await?;
        let chosen = books.iter().skip(first * 7).step_by(61).take(4);
        let lines = chosen.map(|book| OrderLine::create().order(&order).book(book).copies(1));
        OrderLine::objects().on(on).bulk_create(lines.collect::<Vec<_>>()).await?;
    }
    Ok(())
}
