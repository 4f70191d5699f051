use amphi::prelude::*;

#[derive(Model)]
#[has_many(books)]
#[has_many(reviews: Review)]
#[has_one(page = Page::author)]
#[many_to_many(tags: Tag, thruogh = Tagging(author, tag))]
#[many_to_many(friends: Author, through = Friendship(from, to), table = "friends")]
struct Author {
    id: i64,
}

#[derive(Model)]
#[model(unique_together = ["title"])]
#[has_many(title: Review::book)]
#[has_many(reviews: Review::book)]
#[has_many(reviews: Review::book)]
struct Book {
    id: i64,
    title: String,
}

#[derive(Model)]
#[model(unique_together = [["title", "boook"], ["title", "title"]])]
struct Review {
    id: i64,
    title: String,
    book: ForeignKey<Book>,
}

fn main() {}
