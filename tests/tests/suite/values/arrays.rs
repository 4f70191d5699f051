//! Arrays: their lookups, where they stand in statements, and what is refused.

use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::refused::assert_invalid;
use super::{Mood, NONE, decimal};

#[derive(Model, Debug, Clone, PartialEq)]
struct Post {
    id: i64,
    title: String,
    tags: Vec<String>,
    #[field(default)]
    scores: Vec<i32>,
    #[field(default)]
    small: Vec<i16>,
    #[field(default)]
    floats: Vec<f32>,
    other: Option<Vec<Option<i32>>>,
    #[field(default)]
    moods: Vec<Mood>,
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Remark {
    id: i64,
    post: ForeignKey<Post>,
    earlier: Option<ForeignKey<Post>>,
}

fn tags<const N: usize>(tags: [&str; N]) -> Vec<String> {
    tags.map(str::to_owned).to_vec()
}

#[everywhere(stores_arrays)]
async fn lookups_are_those_of_django(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Post]).await?;
    let rows = [
        Post::create().title("both").tags(tags(["a", "b"])).scores(vec![1, 2, 3]).other(vec![Some(1), None]),
        Post::create().title("one").tags(tags(["a"])).scores(vec![3]).other(Vec::new()),
        Post::create().title("none").tags(Vec::new()),
        Post::create().title("twice").tags(tags(["c", "c"])).scores(vec![-1, -1]).other(vec![None]),
    ];
    Post::objects().a().bulk_create(rows, &db).await?;
    let ids = |condition| Post::objects().filter(condition).order_by(Post::id).values(Post::id);
    // Whole arrays.
    assert_eq!(ids(Post::tags.eq(tags(["a", "b"]))).a().all(&db).await?, [1]);
    assert_eq!(ids(Post::tags.eq(tags(["b", "a"]))).a().all(&db).await?, NONE);
    assert_eq!(ids(Post::tags.ne(tags(["a"]))).a().all(&db).await?, [1, 3, 4]);
    assert_eq!(ids(Post::tags.in_([tags(["a"]), Vec::new()])).a().all(&db).await?, [2, 3]);
    assert_eq!(ids(!Post::tags.in_([tags(["a"]), Vec::new()])).a().all(&db).await?, [1, 4]);
    assert_eq!(ids(Post::tags.in_(Vec::<Vec<String>>::new())).a().all(&db).await?, NONE);
    assert_eq!(ids(Post::scores.gt(vec![1, 2])).a().all(&db).await?, [1, 2]);
    assert_eq!(ids(Post::scores.range(vec![-1], vec![1])).a().all(&db).await?, [4]);
    assert_eq!(ids(Post::other.eq(None)).a().all(&db).await?, [3]);
    assert_eq!(ids(Post::other.eq(vec![Some(1), None])).a().all(&db).await?, [1]);
    let query = Post::objects().filter(Post::id.lte(2)).values(Post::tags);
    assert_eq!(ids(Post::tags.in_(query)).a().all(&db).await?, [1, 2]);
    // Contains.
    assert_eq!(ids(Post::tags.contains(["a"])).a().all(&db).await?, [1, 2]);
    assert_eq!(ids(Post::tags.contains(tags(["b", "a", "b"]))).a().all(&db).await?, [1]);
    assert_eq!(ids(Post::tags.contains(tags(["c"]))).a().all(&db).await?, [4]);
    assert_eq!(ids(Post::tags.contains([""; 0])).a().all(&db).await?, [1, 2, 3, 4]);
    assert_eq!(ids(Post::other.contains([1])).a().all(&db).await?, [1]);
    assert_eq!(ids(Post::other.contains([None::<i32>])).a().all(&db).await?, NONE, "NULL is in no array");
    assert_eq!(ids(!Post::other.contains([1])).a().all(&db).await?, [2, 3, 4], "a NULL contains nothing");
    assert_eq!(ids(Post::scores.contains(Post::scores)).a().all(&db).await?, [1, 2, 3, 4]);
    // Contained by.
    assert_eq!(ids(Post::tags.contained_by(["a", "c"])).a().all(&db).await?, [2, 3, 4]);
    assert_eq!(ids(Post::tags.contained_by(Vec::<String>::new())).a().all(&db).await?, [3]);
    assert_eq!(ids(!Post::other.contained_by([1])).a().all(&db).await?, [1, 3, 4]);
    // Overlap.
    assert_eq!(ids(Post::tags.overlap(["b", "c", "x"])).a().all(&db).await?, [1, 4]);
    assert_eq!(ids(Post::tags.overlap([""; 0])).a().all(&db).await?, NONE);
    assert_eq!(ids(!Post::tags.overlap(["a"])).a().all(&db).await?, [3, 4]);
    // One element.
    assert_eq!(ids(Post::tags.has("a")).a().all(&db).await?, [1, 2]);
    assert_eq!(ids(!Post::tags.has("a")).a().all(&db).await?, [3, 4]);
    assert_eq!(ids(Post::scores.has(-1)).a().all(&db).await?, [4]);
    assert_eq!(ids(Post::scores.has(i64::MAX)).a().all(&db).await?, NONE);
    assert_eq!(ids(Post::other.has(1)).a().all(&db).await?, [1]);
    assert_eq!(ids(!Post::other.has(2)).a().all(&db).await?, [1, 2, 3, 4], "whether a NULL is 2 is not known, so it is not");
    // Length.
    assert_eq!(ids(Post::tags.len().eq(2)).a().all(&db).await?, [1, 4]);
    assert_eq!(ids(Post::tags.len().lt(1)).a().all(&db).await?, [3]);
    let lengths = Post::objects().order_by(Post::id).values((Post::other.len(), Post::tags.len() * 2));
    assert_eq!(lengths.a().all(&db).await?, [(Some(2), 4), (Some(0), 2), (None, 0), (Some(1), 4)]);
    assert_eq!(Post::objects().order_by(Post::scores.len().desc()).values(Post::id).a().first(&db).await?, Some(1));
    // The order is by the elements.
    assert_eq!(Post::objects().order_by(Post::scores).values(Post::id).a().all(&db).await?, [3, 4, 1, 2]);
    assert_eq!(Post::objects().values(Post::scores).distinct().a().count(&db).await?, 4);
    Ok(())
}

#[everywhere(stores_arrays)]
async fn each_type_has_its_lookups(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Post]).await?;
    let floats = vec![0.1, f32::NAN, f32::INFINITY];
    let draft = Post::create().title("t").tags(tags(["t"])).small(vec![i16::MIN, 7]).floats(floats.clone());
    let row = draft.moods(vec![Mood::Happy, Mood::Sad]).a().insert(&db).await?;
    let count = |condition| Post::objects().filter(condition);
    assert_eq!(count(Post::small.contains([7_i16]) & Post::small.has(i16::MIN)).a().count(&db).await?, 1);
    assert_eq!(count(Post::small.eq(vec![i16::MIN, 7])).a().count(&db).await?, 1);
    assert_eq!(count(Post::floats.overlap([0.1_f32]) & Post::floats.has(0.1)).a().count(&db).await?, 1);
    assert_eq!(count(Post::floats.has(f32::NAN) & Post::floats.eq(floats)).a().count(&db).await?, 1);
    assert_eq!(count(Post::moods.overlap([Mood::Sad, Mood::Calm]) & Post::moods.has(Mood::Happy)).a().count(&db).await?, 1);
    assert_eq!(count(Post::moods.eq(vec![Mood::Happy, Mood::Sad])).a().count(&db).await?, 1);
    assert_eq!(count(Post::moods.has(Mood::Calm)).a().count(&db).await?, 0);
    assert_eq!(count(Post::tags.has(Post::title)).a().count(&db).await?, 1, "an element may be a field");
    assert_eq!(Post::objects().a().get(&db).await?.moods, row.moods);
    Ok(())
}

#[everywhere(stores_arrays)]
async fn arrays_are_written_as_other_fields_are(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Post, Remark]).await?;
    let mut post = Post::create().title("p").tags(tags(["a"])).other(vec![Some(1)]).a().insert(&db).await?;
    let before = post.clone();
    post.scores = vec![1, 2];
    post.a().update_changed(&before, &db).await?;
    post.tags.push("b".to_owned());
    post.a().update(Post::tags, &db).await?;
    assert_eq!(Post::objects().a().get(&db).await?, post);
    let set =
        (Post::tags.set(tags(["x"])), Post::other.set(None), Post::small.set(vec![3, 4]), Post::moods.set(vec![Mood::Calm]));
    assert_eq!(Post::objects().filter(Post::tags.has("a")).a().update(set, &db).await?, 1);
    post.a().refresh(&db).await?;
    assert_eq!((post.tags.clone(), post.other.clone(), post.small.clone()), (tags(["x"]), None, vec![3, 4]));
    assert_eq!(post.moods, [Mood::Calm]);
    assert_eq!(Post::objects().a().update(Post::scores.set(Post::scores), &db).await?, 1);
    // A related row's, also of one that is not there.
    Remark::create().post(&post).a().insert(&db).await?;
    let remark = Remark::objects().filter(Remark::post.tags.has("x")).select_related((Remark::post, Remark::earlier));
    let remark = remark.a().get(&db).await?;
    assert_eq!((remark.post(), remark.earlier()), (&post, &None));
    let columns = Remark::objects().values((Remark::post.tags, Remark::earlier.tags, Remark::earlier.tags.len()));
    assert_eq!(columns.a().get(&db).await?, (tags(["x"]), None, None));
    Ok(())
}

#[everywhere(stores_arrays)]
async fn many_rows_keep_their_arrays_apart(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Post]).await?;
    let array = |row: i32| (0..row % 4).map(|at| row * 10 + at).collect::<Vec<_>>();
    let drafts = (0..3_000).map(|row| Post::create().title(format!("{row}")).tags(Vec::new()).scores(array(row)));
    let made = Post::objects().a().bulk_create(drafts, &db).await?;
    let read = Post::objects().order_by(Post::id).a().all(&db).await?;
    assert_eq!(read, made);
    for (row, post) in (0..3_000).zip(read) {
        assert_eq!((post.title, post.scores), (format!("{row}"), array(row)));
    }
    Ok(())
}

#[everywhere(stores_arrays)]
async fn elements_that_cannot_be_stored_are_refused(db: AsyncDatabase) -> Result<(), Error> {
    #[derive(Model, Debug, Clone, PartialEq)]
    struct Row {
        id: i64,
        #[field(default)]
        texts: Vec<Option<String>>,
        #[field(default, max_digits = 4, decimal_places = 1)]
        prices: Vec<Decimal>,
        #[field(default)]
        days: Vec<NaiveDate>,
    }
    // There is no table that anything could be sent to.
    let refused = |outcome: Result<Row, Error>, field: &str| match outcome {
        Err(Error::InvalidValue { model: "Row", field: named, .. }) => assert_eq!(named, field),
        other => panic!("{other:?}"),
    };
    refused(Row::create().texts(vec![None, Some("a\0b".to_owned())]).a().insert(&db).await, "texts");
    refused(Row::create().prices(vec![Decimal::ONE, decimal("0.25")]).a().insert(&db).await, "prices");
    refused(Row::create().prices(vec![decimal("1000")]).a().insert(&db).await, "prices");
    refused(Row::create().days(vec![NaiveDate::MIN]).a().insert(&db).await, "days");
    assert_invalid(Row::objects().filter(Row::texts.overlap(["a\0b"])).a().count(&db).await);
    assert_invalid(Row::objects().filter(Row::texts.has("\0")).a().count(&db).await);
    assert_invalid(Row::objects().a().update(Row::prices.set(vec![decimal("0.25")]), &db).await);
    assert_invalid(Row::objects().a().bulk_create([Row::create().days(vec![NaiveDate::MAX])], &db).await);
    Ok(())
}

#[everywhere]
async fn where_there_are_no_arrays_such_a_model_is_refused(db: AsyncDatabase) -> Result<(), Error> {
    let features = db.backend().dialect().features();
    if features.stores_arrays {
        return Ok(());
    }
    let refused = |outcome: Result<(), Error>| match outcome {
        Err(Error::Unsupported { feature, backend, hint }) => {
            assert_eq!((feature, backend), ("a field that is an array", features.name));
            assert!(hint.contains("Json<Vec<..>>"), "{hint}");
        }
        other => panic!("{other:?}"),
    };
    // There is no table that anything could be sent to.
    let post = || Post::create().title("").tags(tags(["a"]));
    refused(db.create_tables(models![Post]).await);
    refused(post().a().insert(&db).await.map(drop));
    refused(Post::objects().a().bulk_create([post()], &db).await.map(drop));
    refused(Post::objects().a().all(&db).await.map(drop));
    refused(Post::objects().filter(Post::id.eq(1)).values(Post::title).a().get(&db).await.map(drop));
    refused(Post::objects().filter(Post::tags.has("a")).a().count(&db).await.map(drop));
    refused(Post::objects().a().update(Post::title.set("x"), &db).await.map(drop));
    refused(Post::objects().a().delete(&db).await.map(drop));
    let mut row = Post {
        id: 1,
        title: String::new(),
        tags: Vec::new(),
        scores: Vec::new(),
        small: Vec::new(),
        floats: Vec::new(),
        other: None,
        moods: Vec::new(),
    };
    refused(row.a().save(&db).await);
    refused(row.a().refresh(&db).await);
    refused(row.a().delete(&db).await.map(drop));
    refused(Remark::objects().select_related(Remark::post).a().all(&db).await.map(drop));
    refused(Remark::objects().values(Expr::<Remark, Vec<i32>>::value(vec![1])).a().all(&db).await.map(drop));
    Ok(())
}
