use amphi::prelude::*;

#[derive(Model)]
#[has_many(books: Book::author)]
struct Author {
    id: i64,
}

#[derive(Model)]
struct Book {
    id: i64,
    title: String,
    author: ForeignKey<Author>,
}

#[derive(Model)]
struct Tag {
    id: i64,
}

fn main() {
    let _ = Book::objects().prefetch_related(Book::author);
    let _ = Author::objects().select_related(Author::books);
    let _ = Tag::objects().prefetch_related(Author::books);
    let _ = Author::objects().prefetch_related(Author::books.with(Tag::objects()));
    let _ = Author::objects().filter(Author::books.any(Author::id.eq(1)));
    let _ = Author::objects().filter(Author::books.title.eq(1));
    let _ = Author::objects().filter(Author::books.eq(1));
}
