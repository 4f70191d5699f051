//! Arithmetic on numbers.

use amphi::prelude::*;
use amphi_test_macros::both;
use proptest::prelude::{Strategy, any};

use super::samples;

#[derive(Model, Debug, Clone, PartialEq)]
struct Sum {
    id: i64,
    left: f64,
    right: f64,
    #[field(default = 0)]
    whole: i64,
    #[field(default = 1)]
    part: i64,
}

#[both]
async fn floats_are_computed_as_everywhere(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Sum]).await?;
    let number = any::<i32>().prop_map(|number| f64::from(number) / 8.0);
    let pairs = samples([(0.1, 0.2), (1e300, 1e300), (-0.5, 3.0), (1e16, 1.0)], (number.clone(), number));
    Sum::objects().a().bulk_create(pairs.iter().map(|(left, right)| Sum::create().left(*left).right(*right)), &db).await?;
    let columns = (Sum::left + Sum::right, Sum::left - Sum::right, Sum::left * Sum::right, -Sum::left);
    let computed = Sum::objects().order_by(Sum::id).values(columns).a().all(&db).await?;
    for ((left, right), row) in pairs.into_iter().zip(computed) {
        assert_eq!(row, (left + right, left - right, left * right, -left), "{left} and {right}");
    }
    Ok(())
}

#[both]
async fn the_remainder_of_floats_is_that_of_rust(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Sum]).await?;
    let pairs = [(7.5, 2.0), (-7.5, 2.0), (7.5, -2.0), (0.25, 3.0), (1.0, 0.1), (1e300, 3.0), (-1e19, 7.0), (5.0, f64::INFINITY)];
    Sum::objects().a().bulk_create(pairs.map(|(left, right)| Sum::create().left(left).right(right)), &db).await?;
    let by_id = || Sum::objects().order_by(Sum::id);
    let zero = Sum::create().left(5.0).right(0.0).a().insert(&db).await?;
    let remainder = Expr::<Sum, Option<f64>>::value(Some(0.0)) + Sum::left % Sum::right;
    let computed = by_id().exclude(Sum::id.eq(zero.id)).values(remainder.clone()).a().all(&db).await?;
    let expected: Vec<_> = pairs.iter().map(|(left, right)| Some(left % right)).collect();
    assert_eq!(computed, expected, "of {pairs:?}");
    assert_eq!(by_id().filter(Sum::id.eq(zero.id)).values(remainder).a().get(&db).await?, None, "divided by zero");
    Ok(())
}

#[both]
async fn integers_are_divided_towards_zero(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Sum]).await?;
    let pairs = samples(
        [(7, 2), (-7, 2), (7, -2), (-7, -2), (i64::MAX, -1), (i64::MIN, 3), (0, 5)],
        (any::<i64>(), any::<i64>().prop_filter("a divisor", |divisor| !matches!(divisor, 0 | -1))),
    );
    let drafts = pairs.iter().map(|(whole, part)| Sum::create().left(0.0).right(0.0).whole(*whole).part(*part));
    Sum::objects().a().bulk_create(drafts, &db).await?;
    let computed = Sum::objects().order_by(Sum::id).values((Sum::whole / Sum::part, Sum::whole % Sum::part)).a().all(&db).await?;
    for ((whole, part), row) in pairs.into_iter().zip(computed) {
        assert_eq!(row, (whole / part, whole % part), "{whole} and {part}");
    }
    Ok(())
}

#[both]
async fn what_no_field_can_hold_is_not_stored(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Sum]).await?;
    Sum::create().left(1e308).right(0.0).whole(i64::MAX).part(0).a().insert(&db).await?;
    let all = || Sum::objects().a();
    assert!(all().update(Sum::whole.set(Sum::whole + 1), &db).await.is_err(), "larger than an i64");
    assert!(all().update(Sum::whole.set(Sum::whole / Sum::part), &db).await.is_err(), "no number at all");
    assert!(all().update(Sum::left.set(Sum::left / Sum::right), &db).await.is_err(), "no number at all");
    assert_eq!(all().values((Sum::whole, Sum::left)).get(&db).await?, (i64::MAX, 1e308));
    Ok(())
}
