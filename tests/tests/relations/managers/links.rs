//! The rows that a model between links with one row, where the library made it.

use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::models::*;

#[everywhere]
async fn links_are_added_from_both_ends(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    let lem = Author::create().name("Lem").a().insert(&db).await?;
    let drafts = ["Solaris", "Eden"].map(|title| Book::create().title(title).author(&lem));
    let books = Book::objects().a().bulk_create(drafts, &db).await?;
    let names = ["space", "süß 🦀", "it's \"odd\"\\"];
    let tags = Tag::objects().a().bulk_create(names.map(|name| Tag::create().name(name)), &db).await?;
    let (of_solaris, of_eden) = (Book::tags.of(&books[0]), Book::tags.of(&books[1]));
    assert_eq!(of_solaris.a().add(&tags[0], &db).await?, 1);
    assert_eq!(of_solaris.a().add(&tags, &db).await?, 2);
    assert_eq!(of_solaris.a().add(names, &db).await?, 0);
    assert_eq!(of_solaris.a().add(Vec::<String>::new(), &db).await?, 0);
    assert_eq!(of_solaris.a().count(&db).await?, 3);
    let odd = || Tag::books.of(&tags[1]);
    assert_eq!(odd().a().add([&books[1], &books[0], &books[1]], &db).await?, 1);
    assert_eq!(odd().order_by(Book::title).values(Book::title).a().all(&db).await?, ["Eden", "Solaris"]);
    assert_eq!(of_eden.values(Tag::name).a().all(&db).await?, ["süß 🦀"]);
    assert_eq!(BookTags::objects().a().count(&db).await?, 4);
    // As a part of other queries.
    assert_eq!(of_solaris.filter(Tag::books.title.eq("Eden")).values(Tag::name).a().all(&db).await?, ["süß 🦀"]);
    assert_eq!(of_solaris.exclude(Tag::name.eq("space")).a().count(&db).await?, 2);
    let loaded = odd().order_by(Book::id).select_related(Book::author).prefetch_related(Book::tags).a().all(&db).await?;
    assert_eq!(loaded.iter().map(|book| book.tags().len()).collect::<Vec<_>>(), [3, 1]);
    // Rows that are found by the relation are written and deleted as those of any query.
    assert_eq!(odd().a().update(Book::title.set("both"), &db).await?, 2);
    assert_eq!(of_solaris.a().remove(["space", "nowhere"], &db).await?, 1);
    assert_eq!(of_eden.a().remove("space", &db).await?, 0);
    assert_eq!(of_solaris.a().clear(&db).await?, 2);
    assert_eq!(of_eden.a().count(&db).await?, 1);
    assert_eq!(odd().a().clear(&db).await?, 1);
    assert_eq!((BookTags::objects().a().count(&db).await?, Tag::objects().a().count(&db).await?), (0, 3));
    Ok(())
}

#[everywhere]
async fn rows_are_created_with_their_link(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    let book = Book::create().title("Solaris").author(Author::create().name("Lem").a().insert(&db).await?.id);
    let book = book.a().insert(&db).await?;
    let tag = Book::tags.of(&book).a().create(Tag::create().name("space"), &db).await?;
    assert_eq!(Book::tags.of(&book).a().all(&db).await?, std::slice::from_ref(&tag));
    let eden = Tag::books.of(&tag).a().create(Book::create().title("Eden").author(1), &db).await?;
    assert_eq!(Tag::books.of(&tag).order_by(Book::id).a().all(&db).await?, [book, eden]);
    // A row without its link is not left behind.
    let nobody = Book::tags.of_key(99).a().create(Tag::create().name("lost"), &db).await;
    assert!(nobody.is_err_and(|error| error.is_foreign_key_violation()));
    assert_eq!(Tag::objects().a().count(&db).await?, 1);
    Ok(())
}

#[everywhere]
async fn set_keeps_the_links_that_stay(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    Author::create().name("Lem").a().insert(&db).await?;
    let book = Book::create().title("Solaris").author(1).a().insert(&db).await?;
    let other = Book::create().title("Eden").author(1).a().insert(&db).await?;
    Tag::objects().a().bulk_create(["a", "b", "c", "d"].map(|name| Tag::create().name(name)), &db).await?;
    let tags = Book::tags.of(&book);
    Book::tags.of(&other).a().add(["a", "b"], &db).await?;
    assert_eq!(tags.a().set(["a", "b"], &db).await?, 2);
    let kept = BookTags::objects().filter(BookTags::book.eq(&book) & BookTags::tag.eq("b"));
    let before = kept.clone().a().get(&db).await?;
    assert_eq!(tags.a().set(["b", "c", "d", "c"], &db).await?, 3);
    assert_eq!(tags.order_by(Tag::name).values(Tag::name).a().all(&db).await?, ["b", "c", "d"]);
    assert_eq!(kept.a().get(&db).await?, before);
    assert!(matches!(tags.a().set(["a", "nowhere"], &db).await, Err(Error::DoesNotExist { model: "Tag" })));
    assert!(matches!(tags.a().add(["a", "nowhere"], &db).await, Err(Error::DoesNotExist { model: "Tag" })));
    assert_eq!(tags.order_by(Tag::name).values(Tag::name).a().all(&db).await?, ["b", "c", "d"]);
    let nobody = Book::tags.of_key(99).a().add("a", &db).await;
    assert!(nobody.is_err_and(|error| error.is_foreign_key_violation()));
    assert_eq!(tags.a().set(Vec::<&str>::new(), &db).await?, 3);
    assert_eq!(Book::tags.of(&other).a().count(&db).await?, 2);
    Ok(())
}

#[everywhere]
async fn links_between_rows_of_one_model_have_a_direction(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    let drafts = ["Ann", "Bob", "Cy"].map(|name| Person::create().name(name));
    let people = Person::objects().a().bulk_create(drafts, &db).await?;
    let [ann, bob, cy] = [&people[0], &people[1], &people[2]];
    assert_eq!(Person::follows.of(ann).a().add([bob, cy, ann], &db).await?, 3);
    assert_eq!(Person::followers.of(cy).a().add(bob, &db).await?, 1);
    assert_eq!(Person::followers.of(cy).order_by(Person::id).values(Person::id).a().all(&db).await?, [1, 2]);
    assert_eq!(Person::followers.of(ann).values(Person::id).a().all(&db).await?, [1]);
    assert_eq!(Person::follows.of(cy).a().count(&db).await?, 0);
    assert_eq!(Person::followers.of(bob).a().set([cy], &db).await?, 2);
    assert_eq!(Person::follows.of(ann).order_by(Person::id).values(Person::id).a().all(&db).await?, [1, 3]);
    assert_eq!(Person::follows.of(ann).a().remove(ann, &db).await?, 1);
    assert_eq!(Person::follows.of(ann).values(Person::id).a().all(&db).await?, [3]);
    Ok(())
}

#[everywhere]
async fn symmetrical_links_go_both_ways(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    let drafts = ["Ann", "Bob", "Cy"].map(|name| Person::create().name(name));
    let people = Person::objects().a().bulk_create(drafts, &db).await?;
    let [ann, bob, cy] = [&people[0], &people[1], &people[2]];
    let friends = |of: &Person| Person::friends.of(of).order_by(Person::id).values(Person::id);
    assert_eq!(Person::friends.of(ann).a().add([ann, bob, cy], &db).await?, 3);
    assert_eq!(Person::friends.of(bob).a().add([ann], &db).await?, 0);
    assert_eq!(friends(ann).a().all(&db).await?, [1, 2, 3]);
    assert_eq!(friends(bob).a().all(&db).await?, [1]);
    assert_eq!(PersonFriends::objects().a().count(&db).await?, 5);
    // A way that is missing, because somebody else wrote the rows, is added.
    PersonFriends::objects().filter(PersonFriends::from_person.eq(bob)).a().delete(&db).await?;
    assert_eq!(Person::friends.of(ann).a().add(bob, &db).await?, 0);
    assert_eq!(friends(bob).a().all(&db).await?, [1]);
    let dee = Person::friends.of(bob).a().create(Person::create().name("Dee"), &db).await?;
    assert_eq!(friends(&dee).a().all(&db).await?, [2]);
    assert_eq!(Person::friends.of(bob).a().set([cy], &db).await?, 3);
    assert_eq!(friends(ann).a().all(&db).await?, [1, 3]);
    assert_eq!(friends(cy).a().all(&db).await?, [1, 2]);
    assert_eq!(Person::friends.of(cy).a().remove([ann, &dee], &db).await?, 1);
    assert_eq!(friends(ann).a().all(&db).await?, [1]);
    assert_eq!(Person::friends.of(ann).a().clear(&db).await?, 1);
    assert_eq!(Person::friends.of(cy).a().clear(&db).await?, 1);
    assert_eq!(PersonFriends::objects().a().count(&db).await?, 0);
    Ok(())
}

#[everywhere]
async fn links_are_a_part_of_the_transaction_around(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    let lem = Author::create().name("Lem").a().insert(&db).await?;
    let tags = db
        .atomic(async |tx: &AsyncTransaction| {
            let book = Author::books.of(&lem).a().create(Book::create().title("Solaris"), tx).await?;
            let tags = Book::tags.of(&book);
            tags.a().create(Tag::create().name("a"), tx).await?;
            assert!(matches!(tags.a().set(["a", "b"], tx).await, Err(Error::DoesNotExist { .. })));
            Tag::create().name("b").a().insert(tx).await?;
            assert_eq!(tags.a().set(["a", "b"], tx).await?, 1);
            Ok::<_, Error>(tags)
        })
        .await?;
    let undone = db
        .atomic(async |tx: &AsyncTransaction| {
            assert_eq!(tags.a().remove("a", tx).await?, 1);
            assert_eq!(tags.a().count(tx).await?, 1);
            Err::<(), _>(Error::ReadOnly)
        })
        .await;
    assert!(undone.is_err());
    assert_eq!(tags.a().count(&db).await?, 2);
    Ok(())
}
