//! References to a row of one of several models.

use amphi::Backend;
use amphi::model::Model as _;
use amphi::prelude::*;
use amphi_test_macros::everywhere;

#[derive(Model, Debug, Clone, PartialEq)]
struct Book {
    id: i64,
    title: String,
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Author {
    id: i64,
    name: String,
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Film {
    id: i64,
    title: String,
    maker: ForeignKey<Author>,
}

#[derive(Polymorphic, Debug, Clone, PartialEq)]
enum Subject {
    Book(Book),
    Author(Author),
    #[field(rename = "ruch 😀")]
    MovingPicture(Film),
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(ordering = ["subject.tag", "-subject.id", "id"], unique_together = ["text", "subject.id"])]
struct Comment {
    id: i64,
    #[field(max_length = 20)]
    text: String,
    subject: AnyOf<Subject>,
    #[field(prefix = "about_")]
    other: Option<AnyOf<Subject>>,
    author: Option<ForeignKey<Author>>,
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Reply {
    id: i64,
    comment: ForeignKey<Comment>,
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Tag {
    #[field(primary_key, max_length = 8)]
    name: String,
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Topic {
    #[field(primary_key, max_length = 30)]
    slug: String,
}

#[derive(Polymorphic, Debug, Clone, PartialEq)]
enum Named {
    Tag(Tag),
    Topic(Topic),
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Link {
    id: i64,
    to: AnyOf<Named>,
}

#[everywhere]
async fn a_reference_is_stored_and_read(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Author, Book, Film, Comment]).await?;
    let author = Author::create().name("Lem").a().insert(&db).await?;
    let book = Book::create().id(i64::MAX - 1).title("Solaris").a().insert(&db).await?;
    let film = Film::create().title("Solaris").maker(&author).a().insert(&db).await?;
    let first = Comment::create().text("a").subject(&book).a().insert(&db).await?;
    let second = Comment::create().text("b").subject(&film).other(&author).author(&author).a().insert(&db).await?;
    assert_eq!((first.subject.tag(), *first.subject.key(), first.subject.model()), ("book", i64::MAX - 1, "Book"));
    assert_eq!((second.subject.tag(), format!("{:?}", second.subject)), ("ruch 😀", "Film(1)".to_owned()));
    assert!(second.subject.is::<Film>() && !second.subject.is::<Book>());
    assert_eq!(first.other, None);
    assert_eq!(second.other, Some(AnyOf::new::<Author>(1)));
    assert_eq!(Comment::objects().a().all(&db).await?, [first.clone(), second.clone()], "the model's order, by the tag");
    let columns: Vec<_> = Comment::META.fields.iter().map(|field| (field.column, field.nullable)).collect();
    assert_eq!(columns[2..6], [("subject_type", false), ("subject_id", false), ("about_type", true), ("about_id", true)]);
    // It is written like other fields: all, named, or changed.
    let mut third = second.clone();
    third.subject = AnyOf::to(&Subject::Author(author.clone()));
    third.other = None;
    third.a().update(Comment::subject, &db).await?;
    third.a().refresh(&db).await?;
    assert_eq!((third.subject, third.other), (AnyOf::new::<Author>(author.id), Some(AnyOf::new::<Author>(1))));
    let before = third.clone();
    third.other = None;
    third.a().update_changed(&before, &db).await?;
    assert_eq!(Comment::objects().filter(Comment::id.eq(third.id)).a().get(&db).await?, third);
    let many = vec![
        Comment::create().text("c").subject(&book).into_new(),
        Comment::create().text("d").subject(first.subject).into_new(),
    ];
    assert_eq!(Comment::objects().a().bulk_create(many, &db).await?.len(), 2);
    assert_eq!(Comment::objects().filter(Comment::subject.eq(&book)).a().count(&db).await?, 3);
    Ok(())
}

#[everywhere]
async fn lookups_are_about_model_and_key(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Author, Book, Film, Comment, Reply]).await?;
    let author = Author::create().name("Lem").a().insert(&db).await?;
    let book = Book::create().title("Solaris").a().insert(&db).await?;
    assert_eq!((author.id, book.id), (1, 1), "the keys alone do not tell them apart");
    let of_book = Comment::create().text("a").subject(&book).other(&author).a().insert(&db).await?;
    Comment::create().text("b").subject(&author).a().insert(&db).await?;
    Reply::create().comment(&of_book).a().insert(&db).await?;
    let comments = Comment::objects;
    let texts = |query: QuerySet<Comment>| query.order_by(Comment::id).values(Comment::text);
    assert_eq!(texts(comments().filter(Comment::subject.is::<Book>())).a().all(&db).await?, ["a"]);
    assert_eq!(texts(comments().filter(!Comment::subject.is::<Book>())).a().all(&db).await?, ["b"]);
    assert_eq!(texts(comments().filter(Comment::subject.eq(&author))).a().all(&db).await?, ["b"]);
    assert_eq!(texts(comments().filter(Comment::subject.eq(AnyOf::new::<Film>(1)))).a().count(&db).await?, 0);
    assert_eq!(texts(comments().filter(Comment::subject.ne(&author))).a().all(&db).await?, ["a"]);
    // NULL is equal to no row.
    assert_eq!(texts(comments().filter(Comment::other.eq(&author))).a().all(&db).await?, ["a"]);
    assert_eq!(texts(comments().filter(Comment::other.ne(&author))).a().all(&db).await?, ["b"]);
    assert_eq!(texts(comments().filter(Comment::other.isnull(true))).a().all(&db).await?, ["b"]);
    let any = [AnyOf::to(&Subject::Book(book.clone())), AnyOf::to(&Subject::Author(author.clone())), AnyOf::new::<Film>(1)];
    assert_eq!(texts(comments().filter(Comment::subject.in_(any))).a().all(&db).await?, ["a", "b"]);
    assert_eq!(texts(comments().filter(Comment::subject.in_([&book]))).a().all(&db).await?, ["a"]);
    let none: [&Book; 0] = [];
    assert_eq!(texts(comments().filter(Comment::subject.in_(none))).a().count(&db).await?, 0);
    assert_eq!(
        Reply::objects().filter(Reply::comment.subject.eq(&book) & Reply::comment.other.is::<Author>()).a().count(&db).await?,
        1
    );
    let stored: Vec<(String, Option<i64>)> =
        comments().order_by(Comment::id).values((Comment::subject.tag, Comment::other.id)).a().all(&db).await?;
    assert_eq!(stored, [("book".into(), Some(1)), ("author".into(), None)]);
    Ok(())
}

#[everywhere]
async fn what_rows_point_at_is_loaded_by_one_query_for_each_model(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Author, Book, Film, Comment]).await?;
    let author = Author::create().name("Lem").a().insert(&db).await?;
    let book = Book::create().title("Solaris").a().insert(&db).await?;
    let gone = Book::create().title("Eden").a().insert(&db).await?;
    for (text, subject) in [("a", &book), ("b", &gone), ("c", &book)] {
        Comment::create().text(text).subject(subject).other(&author).a().insert(&db).await?;
    }
    Comment::create().text("d").subject(&author).author(&author).a().insert(&db).await?;
    Book::objects().filter(Book::id.eq(gone.id)).a().delete(&db).await?;
    let comments = Comment::objects().order_by(Comment::id).select_related(Comment::author).a().all(&db).await?;
    let loaded = comments.load_any_of(Comment::subject).a().fetch(&db).await?;
    let seen: Vec<_> = loaded.iter().map(|(comment, subject)| (comment.text.as_str(), subject.clone())).collect();
    let solaris = Some(Subject::Book(book.clone()));
    assert_eq!(seen, [("a", solaris.clone()), ("b", None), ("c", solaris), ("d", Some(Subject::Author(author.clone())))]);
    assert_eq!(loaded[3].0.author().as_ref(), Some(&author), "what was loaded before stays");
    let comments = Comment::objects().order_by(Comment::id).a().all(&db).await?;
    let others = comments.load_any_of(Comment::other).a().fetch(&db).await?;
    assert_eq!(others[0].1, Some(Subject::Author(author)));
    assert_eq!(others[3].1, None);
    let nothing: Vec<Comment> = Vec::new();
    assert!(nothing.load_any_of(Comment::subject).a().fetch(&db).await?.is_empty());
    Ok(())
}

#[everywhere]
async fn keys_may_be_texts(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Tag, Topic, Link]).await?;
    let tag = Tag::create().name("zażółć").a().insert(&db).await?;
    let topic = Topic::create().slug("x".repeat(30)).a().insert(&db).await?;
    Link::create().to(&tag).a().insert(&db).await?;
    Link::create().to(&topic).a().insert(&db).await?;
    let links = Link::objects().order_by(Link::id).a().all(&db).await?;
    let loaded = links.load_any_of(Link::to).a().fetch(&db).await?;
    assert_eq!((&loaded[0].1, &loaded[1].1), (&Some(Named::Tag(tag)), &Some(Named::Topic(topic.clone()))));
    assert_eq!(Link::objects().filter(Link::to.eq(&topic)).a().count(&db).await?, 1);
    // The column is as wide as the widest key.
    let wide = Link::create().to(AnyOf::new::<Tag>("x".repeat(31))).a().insert(&db).await.unwrap_err();
    assert!(matches!(wide, Error::InvalidValue { model: "Link", field: "to.id", .. }), "{wide:?}");
    Ok(())
}

#[test]
fn a_lazy_load_is_written_out() -> Result<(), Error> {
    let db = Database::connect("sqlite::memory:")?;
    db.create_tables(models![Author, Book, Film, Comment])?;
    let book = Book::create().title("Solaris").insert(&db)?;
    let comment = Comment::create().text("a").subject(&book).insert(&db)?;
    assert_eq!(comment.subject.fetch(&db)?, Subject::Book(book.clone()));
    assert_eq!(comment.other.fetch(&db)?, None);
    book.delete(&db)?;
    assert!(matches!(comment.subject.fetch(&db), Err(Error::DoesNotExist { model: "Book" })));
    Ok(())
}

#[test]
fn a_tag_that_is_none_and_half_a_reference_cannot_be_read() -> Result<(), Error> {
    let db = Database::connect("sqlite::memory:")?;
    db.create_tables(models![Author, Comment])?;
    let author = Author::create().name("Lem").insert(&db)?;
    Comment::create().text("a").subject(&author).insert(&db)?;
    Comment::objects().update(Comment::subject.tag.set("unknown"), &db)?;
    let error = Comment::objects().get(&db).unwrap_err();
    assert!(matches!(&error, Error::Decode { model: "Comment", field, .. } if field == "subject.tag"), "{error:?}");
    assert!(!error.to_string().contains("unknown"), "{error}");
    Comment::objects().update((Comment::subject.tag.set("book"), Comment::other.id.set(1)), &db)?;
    let error = Comment::objects().get(&db).unwrap_err();
    assert!(matches!(&error, Error::Decode { field, found, .. } if field == "other.tag" && found == "NULL"), "{error:?}");
    Comment::objects().update((Comment::other.tag.set("book"), Comment::other.id.set(None)), &db)?;
    let error = Comment::objects().get(&db).unwrap_err();
    assert!(matches!(&error, Error::Decode { field, found, .. } if field == "other.id" && found == "NULL"), "{error:?}");
    Ok(())
}

#[test]
fn the_schema_has_an_index_of_both_columns() -> Result<(), Error> {
    let schema = |backend: Backend| {
        let tables = orm_core::sql::Tables::new(models![Link], backend.dialect())?;
        Ok::<_, Error>(tables.tables.into_iter().flat_map(|(_, statements)| statements).collect::<Vec<_>>().join("\n"))
    };
    let index = "CREATE INDEX IF NOT EXISTS \"link_to_type_to_id_idx\" ON \"link\" (\"to_type\", \"to_id\")";
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let schema = schema(backend)?;
        assert_eq!(
            (schema.matches("INDEX").count(), schema.contains(index), schema.contains("REFERENCES")),
            (1, true, false),
            "{schema}"
        );
    }
    let schema = schema(Backend::MySql)?;
    assert!(schema.contains("KEY `link_to_type_to_id_idx` (`to_type`, `to_id`)"), "{schema}");
    Ok(())
}

#[everywhere]
async fn the_key_column_is_as_wide_as_the_widest_key(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Tag, Topic, Link]).await?;
    // It is there already, with the same columns.
    db.create_tables(models![Link]).await?;
    let tag =
        Link::META.fields.iter().find(|field| field.name == "to.tag").map(|field| (field.index_with_next, field.max_length));
    let id = Link::META.fields.iter().find(|field| field.name == "to.id").map(|field| (field.index_with_next, field.max_length));
    assert_eq!((tag, id), (Some((true, Some(63))), Some((false, Some(30)))));
    Ok(())
}
