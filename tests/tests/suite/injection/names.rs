//! Tables and columns with names that are anything but words.

use amphi::prelude::*;
use amphi_test_macros::everywhere;

/// A name of 63 bytes, the most that every database takes.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "sixty-three bytes 'of' \"quotes\", `ticks`, ŁŁŁ; DROP TABLE --")]
struct Odd {
    #[field(primary_key, column = "it's \"the\" `key`")]
    key: i64,
    #[field(column = "$1 ? :x @y %s {}", unique, max_length = 100)]
    placeholder: String,
    #[field(column = "a.b", index)]
    dotted: Option<i32>,
    #[field(column = "); DROP TABLE canary; --")]
    statement: String,
    #[field(column = "\\'\\\"\\`\\")]
    backslash: Option<bool>,
    #[field(column = "\"\"``''[]", on_delete = Cascade)]
    parent: Option<ForeignKey<Odd>>,
    #[field(column = " space")]
    space: f64,
    #[field(column = "a column of sixty-three bytes, which is as many as may be, éyy")]
    long: NaiveDate,
    #[field(column = "SELECT")]
    select: Vec<u8>,
}

#[everywhere]
async fn odd_names_are_names(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Odd]).await?;
    db.create_tables(models![Odd]).await?;
    let day = |day| NaiveDate::from_ymd_opt(2024, 2, day).unwrap_or_default();
    let odd = |key: i64, parent: Option<i64>| Odd {
        key,
        placeholder: format!("placeholder {key}"),
        dotted: Some(3),
        statement: "SELECT 1".into(),
        backslash: Some(true),
        parent: parent.map(ForeignKey::new),
        space: 1.5,
        long: day(29),
        select: vec![1, 2],
    };
    let rows = [odd(1, None), odd(2, Some(1)), odd(3, Some(2))];
    let made = Odd::objects().a().bulk_create(rows.iter().cloned().map(New::with_key), &db).await?;
    assert_eq!(made, rows);
    let single = Odd::objects().a().bulk_create([New::with_key(odd(4, Some(3)))], &db).await?;
    assert_eq!(single, [odd(4, Some(3))]);
    let found = Odd::objects()
        .filter(Odd::parent.parent.placeholder.eq("placeholder 1") & Odd::dotted.gt(2) & Odd::statement.icontains("select"))
        .filter(Odd::backslash.eq(true) & Odd::space.lt(2.0) & Odd::long.month().eq(2) & Odd::select.eq(vec![1, 2]))
        .order_by((Odd::parent.space.desc(), Odd::long.asc().nulls_last()))
        .select_related(Odd::parent.parent);
    let found = found.a().get(&db).await?;
    assert_eq!(*found, rows[2]);
    assert_eq!(found.parent().as_ref().and_then(|parent| parent.parent().as_ref()), Some(&rows[0]));
    let values = Odd::objects().order_by(Odd::key).limit(2).values((Odd::placeholder, Odd::dotted + 1, Odd::select));
    let expected = [("placeholder 1".to_owned(), Some(4), vec![1, 2]), ("placeholder 2".to_owned(), Some(4), vec![1, 2])];
    assert_eq!(values.a().all(&db).await?, expected);
    let mut last = odd(4, Some(3));
    last.dotted = None;
    last.a().save(&db).await?;
    last.a().refresh(&db).await?;
    assert_eq!(last.dotted, None);
    let set = (Odd::dotted.set(Odd::dotted * 2), Odd::statement.set(Odd::placeholder));
    assert_eq!(Odd::objects().filter(Odd::parent.key.gte(1)).a().update(set, &db).await?, 3);
    assert_eq!(Odd::objects().filter(Odd::statement.eq(Odd::placeholder)).a().count(&db).await?, 3);
    let again = Odd::create().key(9).placeholder("placeholder 1").statement("").space(0.0).long(day(1)).select(vec![]);
    match again.a().insert(&db).await {
        Err(Error::Constraint(violation)) => assert_eq!(violation.kind, amphi::error::ConstraintKind::Unique),
        other => panic!("{other:?}"),
    }
    // What points at the first goes with it.
    let mut first = rows[0].clone();
    first.a().refresh(&db).await?;
    first.a().delete(&db).await?;
    assert_eq!(Odd::objects().a().count(&db).await?, 0);
    Ok(())
}
