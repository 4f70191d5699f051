//! What each rule does to the rows that point at a deleted one, and what is counted.

use amphi::Deleted;
use amphi::prelude::*;
use amphi_test_macros::everywhere;

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_author")]
struct Author {
    id: i64,
    #[field(max_length = 40)]
    name: String,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_book")]
struct Book {
    id: i64,
    #[field(on_delete = Cascade)]
    author: ForeignKey<Author>,
    #[field(on_delete = SetNull)]
    translator: Option<ForeignKey<Author>>,
    #[field(on_delete = SetDefault, default = 1)]
    editor: ForeignKey<Author>,
    #[field(version)]
    version: i64,
}

/// Points at a row and at what that one points at: it may be reached in two ways.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_review")]
struct Review {
    id: i64,
    #[field(on_delete = Cascade)]
    book: ForeignKey<Book>,
    #[field(on_delete = Cascade)]
    critic: Option<ForeignKey<Author>>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_answer")]
struct Answer {
    id: i64,
    #[field(on_delete = Cascade)]
    review: ForeignKey<Review>,
    #[field(on_delete = SetNull)]
    book: Option<ForeignKey<Book>>,
}

fn told(deleted: &Deleted) -> Vec<(&'static str, u64)> {
    deleted.iter().collect()
}

type Key<M> = Option<ForeignKey<M>>;

#[everywhere]
async fn rows_follow_their_rules(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Author, Book, Review, Answer]).await?;
    let authors = [(1, "łódź"), (2, ""), (3, "it's"), (4, "4")];
    Author::objects().a().bulk_create(authors.map(|(id, name)| Author::create().id(id).name(name)), &db).await?;
    // Of 2: the first two, of which the first was translated by 3. Of 3: the last, translated and edited by 2.
    let books = [(1, 2, Some(3), 1), (2, 2, None, 3), (3, 3, Some(2), 2)].map(|(id, author, translator, editor)| {
        let translator: Key<Author> = translator.map(ForeignKey::new);
        Book::create().id(id).author(author).translator(translator).editor(editor)
    });
    Book::objects().a().bulk_create(books, &db).await?;
    // The first is of a book of 2, and by 2; the fourth of a book of 3, and by 2.
    let reviews = [(1, 1, Some(2)), (2, 1, None), (3, 2, Some(4)), (4, 3, Some(2)), (5, 3, None)].map(|(id, book, critic)| {
        let critic: Key<Author> = critic.map(ForeignKey::new);
        Review::create().id(id).book(book).critic(critic)
    });
    Review::objects().a().bulk_create(reviews, &db).await?;
    let answers = [(1, 1, Some(3)), (2, 5, Some(1)), (3, 4, None), (4, 5, Some(3))].map(|(id, review, book)| {
        let book: Key<Book> = book.map(ForeignKey::new);
        Answer::create().id(id).review(review).book(book)
    });
    Answer::objects().a().bulk_create(answers, &db).await?;

    // Nothing points at 4 but a review of a book that stays.
    let deleted = Author::objects().filter(Author::name.eq("4")).a().delete(&db).await?;
    assert_eq!(told(&deleted), [("Author", 1), ("Review", 1)]);
    assert_eq!((deleted.total(), deleted.of::<Author>(), deleted.of::<Review>(), deleted.of::<Book>()), (2, 1, 1, 0));
    assert_eq!(deleted, 2);
    assert_ne!(deleted, 1);

    let author = Author::objects().filter(Author::id.eq(2)).a().get(&db).await?;
    let deleted = author.clone().a().delete(&db).await?;
    assert_eq!(told(&deleted), [("Author", 1), ("Book", 2), ("Review", 3), ("Answer", 2)]);
    assert_eq!(deleted, 8);
    let kept = Book::objects().a().all(&db).await?;
    // The version counts, so that nobody who has read the row before writes the key back.
    let book = Book { id: 3, author: ForeignKey::new(3), translator: None, editor: ForeignKey::new(1), version: 3 };
    assert_eq!(kept, [book]);
    assert_eq!(Review::objects().values(Review::id).a().all(&db).await?, [5]);
    let answers = Answer::objects().order_by(Answer::id).values((Answer::id, Answer::book)).a().all(&db).await?;
    assert_eq!(answers, [(2, None), (4, Some(ForeignKey::new(3)))]);
    assert!(matches!(author.clone().a().delete(&db).await, Err(Error::DoesNotExist { model: "Author" })));

    // All of them, and then none.
    let deleted = Author::objects().a().delete(&db).await?;
    assert_eq!(told(&deleted), [("Author", 2), ("Book", 1), ("Review", 1), ("Answer", 2)]);
    let deleted = Author::objects().a().delete(&db).await?;
    assert_eq!((told(&deleted), deleted.clone()), (vec![], Deleted::default()));
    assert_eq!(Author::objects().none().a().delete(&db).await?, 0);
    Ok(())
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_team")]
struct Team {
    #[field(primary_key, max_length = 40)]
    name: String,
}

/// Two keys to one table.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_game")]
struct Game {
    id: Uuid,
    #[field(on_delete = Cascade)]
    home: ForeignKey<Team>,
    #[field(on_delete = Cascade)]
    guest: ForeignKey<Team>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_goal")]
struct Goal {
    id: i32,
    #[field(on_delete = Cascade)]
    game: ForeignKey<Game>,
}

#[everywhere]
async fn a_row_that_is_reached_twice_is_one_row(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Team, Game, Goal]).await?;
    let teams = ["łks", "it's \"b\"", ""];
    Team::objects().a().bulk_create(teams.map(|name| Team::create().name(name)), &db).await?;
    let games = [(1, 0, 1), (2, 1, 0), (3, 0, 0), (4, 1, 2)];
    let games = games.map(|(id, home, guest)| Game::create().id(Uuid::from_u128(id)).home(teams[home]).guest(teams[guest]));
    Game::objects().a().bulk_create(games, &db).await?;
    let goals = [1, 1, 2, 3, 4].map(|game| Goal::create().game(Uuid::from_u128(game)));
    Goal::objects().a().bulk_create(goals, &db).await?;
    let deleted = Team::objects().filter(Team::name.in_(["łks", "łks", "no such"])).a().delete(&db).await?;
    assert_eq!(told(&deleted), [("Team", 1), ("Game", 3), ("Goal", 4)]);
    let deleted = Team::objects().filter(Team::name.ne("it's \"b\"")).a().delete(&db).await?;
    assert_eq!(told(&deleted), [("Team", 1), ("Game", 1), ("Goal", 1)]);
    assert_eq!(Team::objects().a().all(&db).await?, [Team { name: "it's \"b\"".into() }]);
    Ok(())
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_log")]
struct Log {
    id: i64,
    #[field(on_delete = DoNothing)]
    team: Option<ForeignKey<Team>>,
}

#[everywhere]
async fn where_nothing_is_done_the_constraint_decides(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Team, Log]).await?;
    Team::objects().a().bulk_create(["a", "b"].map(|name| Team::create().name(name)), &db).await?;
    let log = Log::create().team("a").a().insert(&db).await?;
    let refused = Team::objects().filter(Team::name.eq("a")).a().delete(&db).await.unwrap_err();
    assert!(matches!(refused, Error::Constraint(_)) && refused.is_foreign_key_violation(), "{refused:?}");
    assert_eq!(Log::objects().a().all(&db).await?, [log]);
    Log::objects().a().update(Log::team.set(None), &db).await?;
    assert_eq!(Team::objects().a().delete(&db).await?, 2);
    Ok(())
}

/// Models of a function are models of the program.
#[everywhere]
async fn models_of_a_function_count_too(db: AsyncDatabase) -> Result<(), Error> {
    #[derive(Model, Debug, Clone)]
    #[model(table = "deletes_inner")]
    struct Inner {
        id: i64,
        #[field(on_delete = Cascade)]
        author: ForeignKey<Author>,
    }

    db.create_tables(models![Author, Inner]).await?;
    let author = Author::create().name("ł").a().insert(&db).await?;
    Inner::objects().a().bulk_create([1, 2].map(|_| Inner::create().author(&author)), &db).await?;
    // Books and reviews point at authors too, but have no table in this database.
    let deleted = Author::objects().filter(Author::name.eq("ł")).a().delete(&db).await?;
    assert_eq!(told(&deleted), [("Author", 1), ("Inner", 2)]);
    Ok(())
}
