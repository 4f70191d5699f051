//! Enums that are types of the database where it has such, and text elsewhere.

use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::{Mood, NONE};
use amphi_tests::support::{Place, Scratch};

#[derive(Model, Debug, Clone, PartialEq)]
#[model(ordering = ["mood", "id"])]
struct Day {
    id: i64,
    mood: Mood,
    later: Option<Mood>,
    #[field(default = 0)]
    number: i32,
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Week {
    id: i64,
    #[field(default = Mood::Calm)]
    mood: Mood,
    first: ForeignKey<Day>,
    last: Option<ForeignKey<Day>>,
}

#[everywhere]
async fn an_enum_stands_wherever_a_text_does(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Week, Day]).await?;
    db.create_tables(models![Day, Week]).await?;
    let mut day = Day::create().mood(Mood::Sad).a().insert(&db).await?;
    let drafts = [(Mood::Happy, None), (Mood::Calm, Some(Mood::Happy)), (Mood::Happy, Some(Mood::Sad))];
    Day::objects().a().bulk_create(drafts.map(|(mood, later)| Day::create().mood(mood).later(later)), &db).await?;
    let ids = |condition| Day::objects().filter(condition).order_by(Day::id).values(Day::id);
    assert_eq!(ids(Day::mood.eq(Mood::Happy)).a().all(&db).await?, [2, 4]);
    assert_eq!(ids(Day::later.ne(Mood::Happy)).a().all(&db).await?, [1, 2, 4]);
    assert_eq!(ids(Day::mood.in_([Mood::Sad, Mood::Calm])).a().all(&db).await?, [1, 3]);
    assert_eq!(ids(Day::later.in_([Some(Mood::Sad), None])).a().all(&db).await?, [4]);
    assert_eq!(ids(Day::later.eq(None)).a().all(&db).await?, [1, 2]);
    assert_eq!(ids(Day::mood.eq(Day::later)).a().all(&db).await?, NONE);
    assert_eq!(ids(Day::mood.in_(Day::objects().filter(Day::id.eq(3)).values(Day::later))).a().all(&db).await?, [2, 4]);
    let sliced = Day::objects().order_by(Day::id).values(Day::mood).limit(1);
    assert_eq!(ids(Day::mood.in_(sliced)).a().all(&db).await?, [1]);
    // The lookups of text see the labels.
    assert_eq!(ids(Day::mood.contains("\"calm\"") | Day::mood.istartswith("HAP")).a().all(&db).await?, [2, 3, 4]);
    assert_eq!(ids(Day::mood.iexact("SAD") | Day::mood.endswith("\"") | Day::mood.regex("^h")).a().all(&db).await?, [1, 2, 3, 4]);
    // Written by each way of writing.
    day.mood = Mood::Calm;
    day.later = Some(Mood::Sad);
    day.a().save(&db).await?;
    assert_eq!(ids(Day::mood.eq(Mood::Calm) & Day::later.eq(Mood::Sad)).a().all(&db).await?, [1]);
    let set = (Day::mood.set(Mood::Happy), Day::later.set(None));
    assert_eq!(Day::objects().filter(Day::mood.eq(Mood::Calm)).a().update(set, &db).await?, 2);
    assert_eq!(Day::objects().a().update(Day::later.set(Day::mood), &db).await?, 4);
    assert_eq!(Day::objects().values((Day::mood, Day::later)).distinct().a().all(&db).await?, [(Mood::Happy, Some(Mood::Happy))]);
    assert_eq!(Day::objects().filter(Day::mood.eq(Mood::Happy)).a().delete(&db).await?, 4);
    Ok(())
}

#[everywhere]
async fn the_order_is_that_of_the_labels_where_there_are_such_types(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Day]).await?;
    let moods = [Mood::Happy, Mood::Sad, Mood::Calm, Mood::Sad];
    Day::objects().a().bulk_create(moods.map(|mood| Day::create().mood(mood).later(mood)), &db).await?;
    let native = db.backend().dialect().features().native_enums;
    let expected = if native { [Mood::Sad, Mood::Calm, Mood::Happy] } else { [Mood::Happy, Mood::Calm, Mood::Sad] };
    let by_mood: Vec<Mood> = Day::objects().a().all(&db).await?.into_iter().map(|day| day.mood).collect();
    let repeated: Vec<Mood> = expected.iter().flat_map(|mood| vec![*mood; if *mood == Mood::Sad { 2 } else { 1 }]).collect();
    assert_eq!(by_mood, repeated);
    let values = Day::objects().order_by(Day::mood).values(Day::mood);
    assert_eq!(values.clone().a().all(&db).await?, repeated);
    assert_eq!(values.clone().distinct().a().all(&db).await?, expected);
    assert_eq!(values.clone().distinct().offset(1).limit(2).a().all(&db).await?, expected[1..]);
    assert_eq!(values.clone().distinct().reverse().a().all(&db).await?, [expected[2], expected[1], expected[0]]);
    assert_eq!((values.clone().distinct().a().count(&db).await?, values.distinct().a().exists(&db).await?), (3, true));
    let computed = Day::objects().order_by(Day::mood).values((Day::mood, Day::number + 1)).distinct();
    assert_eq!(computed.a().all(&db).await?, expected.map(|mood| (mood, 1)));
    let small = Day::objects().filter(Day::mood.lt(expected[1])).values(Day::later).distinct();
    assert_eq!(small.a().all(&db).await?, [Some(expected[0])]);
    Ok(())
}

#[everywhere]
async fn an_enum_of_a_related_row_is_read(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Week, Day]).await?;
    let day = Day::create().mood(Mood::Happy).later(Mood::Sad).a().insert(&db).await?;
    let week = Week::create().first(&day).a().insert(&db).await?;
    assert_eq!(week.mood, Mood::Calm);
    let found = Week::objects().filter(Week::first.mood.eq(Mood::Happy) & Week::mood.eq(Mood::Calm));
    let loaded = found.clone().select_related((Week::first, Week::last)).order_by(Week::first.mood).a().get(&db).await?;
    assert_eq!((&loaded.mood, loaded.first(), loaded.last()), (&Mood::Calm, &day, &None));
    let columns = found.values((Week::first.later, Week::last.mood, Week::last.later));
    assert_eq!(columns.clone().a().get(&db).await?, (Some(Mood::Sad), None, None));
    assert_eq!(columns.distinct().a().all(&db).await?, [(Some(Mood::Sad), None, None)]);
    Ok(())
}

#[derive(FieldEnum, Debug, Clone, Copy, PartialEq)]
#[field(native = "of mood")]
enum OtherMood {
    Sad,
    Happy,
}

#[derive(Model, Debug, Clone, PartialEq)]
struct OtherDay {
    id: i64,
    mood: OtherMood,
}

#[everywhere(native_enums)]
async fn a_type_of_other_labels_is_told(db: AsyncDatabase) -> Result<(), Error> {
    let told = |outcome: Result<(), Error>, words: &str| match outcome {
        Err(Error::Schema(message)) => assert!(message.contains("`of mood`") && message.contains(words), "{message}"),
        other => panic!("{other:?}"),
    };
    told(db.create_tables(models![Day, OtherDay]).await, "the name of another one");
    db.create_tables(models![Day]).await?;
    told(db.create_tables(models![OtherDay]).await, "sad, happy");
    Ok(())
}

#[derive(FieldEnum, Debug, Clone, Copy, PartialEq)]
#[field(native = "date")]
enum Fruit {
    Date,
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Basket {
    id: i64,
    fruit: Fruit,
}

#[everywhere(native_enums)]
async fn a_type_of_the_database_is_not_taken_for_an_enum(db: AsyncDatabase) -> Result<(), Error> {
    match db.create_tables(models![Basket]).await {
        Err(Error::Schema(message)) => assert!(message.contains("`date`"), "{message}"),
        other => panic!("{other:?}"),
    }
    Ok(())
}

#[everywhere(native_enums)]
async fn a_create_that_fails_leaves_no_type(db: AsyncDatabase) -> Result<(), Error> {
    assert!(db.create_tables(models![Day, Basket]).await.is_err());
    db.create_tables(models![OtherDay]).await?;
    OtherDay::create().mood(OtherMood::Sad).a().insert(&db).await?;
    Ok(())
}

/// Statements without a name, and each in a transaction of its own, as behind a pooler.
#[test]
#[ignore = "needs a server, named by AMPHI_POSTGRES_URL"]
fn an_enum_is_read_and_bound_behind_a_pooler() {
    let scratch = Scratch::new(Place::postgres);
    let db = Database::connect(&format!("{}&pooler=transaction", scratch.url())).unwrap();
    db.create_tables(models![Day]).unwrap();
    for (at, mood) in [Mood::Happy, Mood::Sad].into_iter().enumerate() {
        let day = Day::create().mood(mood).later(mood).insert(&db).unwrap();
        assert_eq!(Day::objects().filter(Day::mood.eq(mood)).get(&db).unwrap(), day);
        assert_eq!(Day::objects().filter(Day::later.in_([mood])).get(&db).unwrap(), day);
        assert_eq!(Day::objects().values(Day::mood).distinct().all(&db).unwrap().len(), at + 1);
        assert_eq!(Day::objects().filter(Day::id.eq(day.id)).update(Day::later.set(Mood::Calm), &db).unwrap(), 1);
    }
    Day::objects().bulk_create([Mood::Calm, Mood::Happy].map(|mood| Day::create().mood(mood)), &db).unwrap();
    assert_eq!(Day::objects().values(Day::mood).all(&db).unwrap(), [Mood::Sad, Mood::Calm, Mood::Happy, Mood::Happy]);
    db.close();
}
