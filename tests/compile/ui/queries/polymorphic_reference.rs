use amphi::prelude::*;

#[derive(Model, Clone)]
struct Book {
    id: i64,
    title: String,
}

#[derive(Model, Clone)]
struct Film {
    id: i64,
}

#[derive(Polymorphic, Clone)]
enum Subject {
    Book(Book),
}

#[derive(Model)]
struct Comment {
    id: i64,
    subject: AnyOf<Subject>,
}

fn of_films() -> QuerySet<Comment> {
    Comment::objects().filter(Comment::subject.is::<Film>())
}

fn of(film: &Film) -> QuerySet<Comment> {
    Comment::objects().filter(Comment::subject.eq(film))
}

fn draft(film: &Film) -> impl Draft<Model = Comment> {
    Comment::create().subject(film)
}

/// Nothing was loaded.
fn title(comment: &Comment) -> &str {
    &comment.subject.title
}

async fn lazy(comment: &Comment, db: &AsyncDatabase) -> Result<Subject, Error> {
    comment.subject.fetch(db)
}

fn main() {}
