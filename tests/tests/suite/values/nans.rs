//! NaN, where the database has it.

use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::NONE;

#[derive(Model, Debug, Clone)]
struct Reading {
    id: i64,
    wide: f64,
    narrow: Option<f32>,
}

#[everywhere(stores_nan)]
async fn a_nan_is_equal_to_itself_and_larger_than_everything(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Reading]).await?;
    let numbers = [f64::NAN, f64::INFINITY, 1.0, f64::NEG_INFINITY, -f64::NAN];
    Reading::objects().a().bulk_create(numbers.map(|number| Reading::create().wide(number)), &db).await?;
    let ids = |condition| Reading::objects().filter(condition).order_by(Reading::id).values(Reading::id);
    assert_eq!(ids(Reading::wide.eq(f64::NAN)).a().all(&db).await?, [1, 5]);
    assert_eq!(ids(Reading::wide.ne(f64::NAN)).a().all(&db).await?, [2, 3, 4]);
    assert_eq!(ids(Reading::wide.gt(f64::INFINITY)).a().all(&db).await?, [1, 5]);
    assert_eq!(ids(Reading::wide.gt(f64::NAN)).a().all(&db).await?, NONE);
    assert_eq!(ids(Reading::wide.lt(f64::NAN)).a().all(&db).await?, [2, 3, 4]);
    assert_eq!(ids(Reading::wide.in_([1.0, f64::NAN])).a().all(&db).await?, [1, 3, 5]);
    assert_eq!(ids(Reading::wide.range(1.0, f64::NAN)).a().all(&db).await?, [1, 2, 3, 5]);
    assert_eq!(ids((Reading::wide + 1.0).eq(f64::NAN)).a().all(&db).await?, [1, 5]);
    assert_eq!(ids((Reading::wide + f64::NAN).eq(f64::NAN)).a().all(&db).await?, [1, 2, 3, 4, 5]);
    let ordered = Reading::objects().order_by((Reading::wide, Reading::id)).values(Reading::id);
    assert_eq!(ordered.a().all(&db).await?, [4, 3, 2, 1, 5]);
    assert_eq!(Reading::objects().values(Reading::wide).distinct().a().count(&db).await?, 4);
    // Written by each way of writing.
    let mut row = Reading::objects().filter(Reading::id.eq(3)).a().get(&db).await?;
    row.narrow = Some(f32::NAN);
    row.a().save(&db).await?;
    row.a().refresh(&db).await?;
    assert!(row.narrow.is_some_and(f32::is_nan), "{row:?}");
    assert_eq!(Reading::objects().a().update((Reading::wide.set(f64::NAN), Reading::narrow.set(f32::NAN)), &db).await?, 5);
    assert_eq!(ids(Reading::wide.eq(f64::NAN) & Reading::narrow.eq(f32::NAN)).a().count(&db).await?, 5);
    Ok(())
}

#[everywhere]
async fn a_sign_of_zero_is_a_change(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Reading]).await?;
    let signs_zero = db.backend().dialect().features().signs_zero;
    let before = Reading::create().wide(0.0).narrow(0.0).a().insert(&db).await?;
    let mut row = Reading { wide: -0.0, narrow: Some(-0.0), ..before.clone() };
    row.a().update_changed(&before, &db).await?;
    row.a().refresh(&db).await?;
    let negative = (row.wide.is_sign_negative(), row.narrow.is_some_and(f32::is_sign_negative));
    assert_eq!((row.wide, negative), (0.0, (signs_zero, signs_zero)));
    assert_eq!(Reading::objects().filter(Reading::wide.eq(0.0) & Reading::narrow.eq(0.0)).a().count(&db).await?, 1);
    assert_eq!(Reading::objects().filter(Reading::wide.in_([0.0])).a().count(&db).await?, 1);
    Ok(())
}
