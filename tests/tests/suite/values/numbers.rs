//! Arithmetic on numbers.

use amphi::error::ConstraintKind;
use amphi::prelude::*;
use amphi_test_macros::everywhere;
use proptest::prelude::{Strategy, any};

use super::refused::assert_invalid;
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

#[everywhere]
async fn floats_are_computed_as_everywhere(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Sum]).await?;
    let number = any::<i32>().prop_map(|number| f64::from(number) / 8.0);
    let pairs = samples([(0.1, 0.2), (1e150, 1e150), (-0.5, 3.0), (1e16, 1.0)], (number.clone(), number));
    Sum::objects().a().bulk_create(pairs.iter().map(|(left, right)| Sum::create().left(*left).right(*right)), &db).await?;
    let columns = (Sum::left + Sum::right, Sum::left - Sum::right, Sum::left * Sum::right, -Sum::left);
    let computed = Sum::objects().order_by(Sum::id).values(columns).a().all(&db).await?;
    for ((left, right), row) in pairs.into_iter().zip(computed) {
        assert_eq!(row, (left + right, left - right, left * right, -left), "{left} and {right}");
    }
    // A result that is too large.
    Sum::create().left(1e300).right(1e300).whole(7).a().insert(&db).await?;
    let product = Sum::objects().filter(Sum::whole.eq(7)).values(Sum::left * Sum::right).a().get(&db).await;
    match product {
        Ok(product) => assert_eq!((db.backend(), product), (amphi::Backend::Sqlite, f64::INFINITY)),
        refused => assert_invalid(refused),
    }
    Ok(())
}

#[everywhere]
async fn the_remainder_of_floats_is_that_of_rust(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Sum]).await?;
    let mut pairs = vec![(7.5, 2.0), (-7.5, 2.0), (7.5, -2.0), (0.25, 3.0)];
    if db.backend() != amphi::Backend::Postgres {
        // There the remainder is computed from the quotient.
        pairs.extend([(1.0, 0.1), (1e300, 3.0), (-1e19, 7.0)]);
    }
    if db.backend().dialect().features().stores_infinity {
        pairs.push((5.0, f64::INFINITY));
    }
    let drafts = pairs.iter().map(|(left, right)| Sum::create().left(*left).right(*right));
    Sum::objects().a().bulk_create(drafts, &db).await?;
    let by_id = || Sum::objects().order_by(Sum::id);
    let zero = Sum::create().left(5.0).right(0.0).a().insert(&db).await?;
    let remainder = Expr::<Sum, Option<f64>>::value(Some(0.0)) + Sum::left % Sum::right;
    let computed = by_id().exclude(Sum::id.eq(zero.id)).values(remainder.clone()).a().all(&db).await?;
    let expected: Vec<_> = pairs.iter().map(|(left, right)| Some(left % right)).collect();
    assert_eq!(computed, expected, "of {pairs:?}");
    assert_eq!(by_id().filter(Sum::id.eq(zero.id)).values(remainder).a().get(&db).await?, None, "divided by zero");
    Ok(())
}

#[everywhere]
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
        assert_eq!(row, (Some(whole / part), Some(whole % part)), "{whole} and {part}");
    }
    Ok(())
}

#[everywhere]
async fn by_a_zero_of_the_database_nothing_is_divided(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Sum]).await?;
    let drafts = [(7, 0), (7, 2), (0, 0)].map(|(whole, part)| Sum::create().left(1.0).right(0.0).whole(whole).part(part));
    Sum::objects().a().bulk_create(drafts, &db).await?;
    let by_id = || Sum::objects().order_by(Sum::id);
    let columns = (Sum::whole / Sum::part, Sum::whole % Sum::part, Sum::left / Sum::right, Sum::left % Sum::right);
    let none = (None, None, None, None);
    assert_eq!(by_id().values(columns).a().all(&db).await?, [none, (Some(3), Some(1), None, None), none]);
    // Any number can be computed with one that may be none.
    let columns = (Sum::whole - Sum::whole / Sum::part, Sum::whole / Sum::part * 2, Sum::part % (Sum::part * 0));
    assert_eq!(by_id().values(columns).a().all(&db).await?, [(None, None, None), (Some(4), Some(6), None), (None, None, None)]);
    // It is compared as a NULL is.
    let ids = |condition| by_id().filter(condition).values(Sum::id);
    assert_eq!(ids((Sum::whole / Sum::part).eq(3)).a().all(&db).await?, [2]);
    assert_eq!(ids((Sum::whole / Sum::part).ne(3)).a().all(&db).await?, [1, 3]);
    assert_eq!(ids((Sum::whole / Sum::part).eq(None)).a().all(&db).await?, [1, 3]);
    assert_eq!(ids((Sum::whole % Sum::part).lt(2)).a().all(&db).await?, [2]);
    assert_eq!(ids((Sum::whole / Sum::part).in_([3, 4])).a().all(&db).await?, [2]);
    assert_eq!(ids(Sum::part.lt(Sum::whole / Sum::part)).a().all(&db).await?, [2]);
    // It may be assigned, and the database takes no NULL where none may be.
    let divide = || Sum::whole.set(Sum::whole / Sum::part);
    let refused = Sum::objects().a().update(divide(), &db).await.unwrap_err();
    assert_eq!(refused.constraint_kind(), Some(ConstraintKind::NotNull), "{refused:?}");
    assert_eq!(Sum::objects().filter(Sum::part.ne(0)).a().update(divide(), &db).await?, 1);
    assert_eq!(by_id().values(Sum::whole).a().all(&db).await?, [7, 3, 0]);
    Ok(())
}

#[everywhere]
async fn by_the_value_zero_nothing_is_divided(db: AsyncDatabase) -> Result<(), Error> {
    // No table is there: a query that was sent would fail otherwise.
    let all = Sum::objects;
    assert_invalid(all().values(Sum::whole / 0).a().all(&db).await);
    assert_invalid(all().values((Sum::id, Sum::whole % 0)).a().first(&db).await);
    assert_invalid(all().values(Sum::left / 0.0).a().all(&db).await);
    assert_invalid(all().values(Sum::left % -0.0).a().all(&db).await);
    assert_invalid(all().values(Sum::whole / Expr::<Sum, i64>::value(0)).a().all(&db).await);
    assert_invalid(all().filter((Sum::whole / 0).eq(1)).a().count(&db).await);
    assert_invalid(all().exclude((Sum::whole / 0 + 1).in_([1])).a().exists(&db).await);
    assert_invalid(all().filter((Sum::whole % 0).isnull(true)).a().count(&db).await);
    assert_invalid(all().order_by((Sum::whole / 0).asc()).a().all(&db).await);
    match all().a().update(Sum::whole.set(Sum::whole / 0), &db).await {
        Err(Error::InvalidValue { model: "Sum", field: "whole", reason }) => assert_eq!(reason, "a division by zero"),
        other => panic!("{other:?}"),
    }
    Ok(())
}

/// What both sides give, if 64 bits hold it.
type Checked = fn(i64, i64) -> Option<i64>;

#[everywhere]
async fn an_integer_larger_than_64_bits_is_an_error(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Sum]).await?;
    let edges = [i64::MIN, i64::MIN + 1, -3_037_000_500, -2, -1, 1, 2, 3_037_000_499, 3_037_000_500, i64::MAX - 1, i64::MAX];
    let pairs: Vec<_> = edges.iter().flat_map(|whole| edges.iter().map(move |part| (*whole, *part))).collect();
    let drafts = pairs.iter().map(|(whole, part)| Sum::create().left(0.0).right(0.0).whole(*whole).part(*part));
    let rows = Sum::objects().a().bulk_create(drafts, &db).await?;
    let operators: [(Expr<Sum, Option<i64>>, Checked); 6] = [
        (Expr::value(Some(0)) + Sum::whole + Sum::part, i64::checked_add),
        (Expr::value(Some(0)) + Sum::whole - Sum::part, i64::checked_sub),
        (Expr::value(Some(1)) * Sum::whole * Sum::part, i64::checked_mul),
        (Sum::whole / Sum::part, i64::checked_div),
        (Sum::whole % Sum::part, |whole, part| whole.checked_rem(part).or(Some(0))),
        (Expr::value(Some(0)) + -Sum::whole, |whole, _| whole.checked_neg()),
    ];
    for row in rows {
        let this = || Sum::objects().filter(Sum::id.eq(row.id));
        for (at, (expression, expected)) in operators.iter().enumerate() {
            let told = || format!("operator {at} on {} and {}", row.whole, row.part);
            match expected(row.whole, row.part) {
                Some(number) => {
                    assert_eq!(this().values(expression.clone()).a().get(&db).await?, Some(number), "{}", told());
                    assert_eq!(this().filter(expression.clone().eq(number)).a().count(&db).await?, 1, "{}", told());
                }
                None => {
                    assert_invalid(this().values(expression.clone()).a().get(&db).await);
                    assert_invalid(this().filter(expression.clone().gt(0)).a().count(&db).await);
                    assert_invalid(this().a().update(Sum::whole.set(expression.clone()), &db).await);
                }
            }
        }
    }
    assert_eq!(Sum::objects().order_by(Sum::id).values((Sum::whole, Sum::part)).a().all(&db).await?, pairs);
    Ok(())
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Narrow {
    id: i64,
    small: i16,
    middle: i32,
    maybe: Option<i32>,
}

#[everywhere]
async fn narrow_integers_are_computed_in_64_bits(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Narrow]).await?;
    for (small, middle) in [(i16::MIN, i32::MIN), (i16::MAX, i32::MAX), (3, -7)] {
        Narrow::create().small(small).middle(middle).a().insert(&db).await?;
    }
    let all = Narrow::objects;
    // Larger than 32 bits, and compared as what it is.
    let square = || Narrow::middle * Narrow::middle;
    assert_eq!(all().filter((square() + Narrow::middle - 1).gt(i32::MAX)).a().count(&db).await?, 2);
    assert_eq!(all().filter((square() / Narrow::middle).eq(Narrow::middle)).a().count(&db).await?, 3);
    assert_eq!(all().filter((-Narrow::small * Narrow::small).lt(0)).a().count(&db).await?, 3);
    // A column that cannot hold it refuses it, and so does the type that it is read as.
    let refused = all().a().update(Narrow::middle.set(square()), &db).await.unwrap_err();
    match db.backend() {
        amphi::Backend::Sqlite => assert_eq!(refused.constraint_kind(), Some(ConstraintKind::Check), "{refused:?}"),
        _ => assert!(matches!(refused, Error::InvalidValue { .. }), "{refused:?}"),
    }
    assert!(matches!(all().values(square()).a().all(&db).await, Err(Error::Decode { model: "Narrow", .. })));
    // Larger than 64 bits.
    assert_invalid(all().values(square() * square()).a().all(&db).await);
    assert_invalid(all().filter((square() * Narrow::middle).lt(0)).a().count(&db).await);
    // Of NULL all is NULL.
    let columns = (Narrow::maybe * Narrow::maybe * Narrow::maybe, Narrow::middle / Narrow::maybe, -Narrow::maybe);
    assert_eq!(all().values(columns).distinct().a().all(&db).await?, [(None, None, None)]);
    Ok(())
}

#[everywhere]
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
