//! Relations to many, declared across modules, visibilities and names.

#![deny(warnings)]
#![forbid(unsafe_code)]

use amphi::prelude::*;

pub mod people {
    use amphi::prelude::*;

    #[derive(Model, Debug, Clone)]
    #[has_many(books: crate::relations_to_many::library::Book::author)]
    #[has_one(r#type: crate::relations_to_many::library::Kind::of)]
    #[many_to_many(r#loop: Person)]
    #[many_to_many(looped: Person::r#loop)]
    pub struct Person {
        pub id: i64,
        pub name: String,
    }
}

pub(crate) mod library {
    use amphi::prelude::*;

    use super::people::Person;

    #[derive(Model, Debug, Clone)]
    #[many_to_many(tags: inner::Tag, table = "tagged")]
    #[many_to_many(r#match: Person, through = inner::Matching(book, r#in))]
    pub struct Book {
        pub id: i64,
        pub author: ForeignKey<Person>,
    }

    #[derive(Model, Debug, Clone)]
    pub struct Kind {
        pub id: i64,
        #[field(unique)]
        pub of: ForeignKey<Person>,
    }

    pub(super) mod inner {
        use amphi::prelude::*;

        #[derive(Model, Debug, Clone)]
        #[many_to_many(books: super::Book::tags)]
        pub struct Tag {
            #[field(primary_key, max_length = 20)]
            pub code: String,
        }

        #[derive(Model, Debug, Clone)]
        #[model(unique_together = [["book", "in"], ["book", "rank"]])]
        pub struct Matching {
            pub id: i64,
            pub book: ForeignKey<super::Book>,
            pub r#in: ForeignKey<super::super::people::Person>,
            pub rank: i32,
        }
    }
}

use library::Book;
use library::inner::Tag;
use people::{Person, PersonRow};

/// The type has a name, and a capability is asked for by a trait.
fn looped(person: &PersonRow<Vec<Book>>) -> usize {
    person.books().len() + names(person)
}

fn names(person: &impl people::person::HasBooks) -> usize {
    person.books().filter(|book| book.id > person.model().id).count()
}

#[test]
fn runs() {
    let _ = Person::objects()
        .filter(Person::books.tags.code.eq("x") & Person::r#loop.looped.name.eq("y") & Person::r#type.isnull(false))
        .select_related(Person::r#type)
        .prefetch_related((Person::books.r#match, Person::r#loop));
    let _ = Tag::objects().filter(Tag::books.author.books.isnull(true)).prefetch_related(Tag::books.author.books);
    let _ = looped;

    // In the body of a function.
    #[derive(Model)]
    #[has_many(children: Child::parent)]
    struct Parent {
        id: i64,
    }
    #[derive(Model)]
    #[many_to_many(friends: Child, symmetrical)]
    struct Child {
        id: i64,
        parent: ForeignKey<Parent>,
    }
    let _ = Parent::objects().filter(Parent::children.friends.all(Child::id.gt(3)));
}
