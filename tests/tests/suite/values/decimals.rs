//! Decimals are exact: stored, compared, ordered and computed.

use amphi::error::ConstraintKind;
use amphi::prelude::*;
use amphi_test_macros::everywhere;
use proptest::prelude::Strategy;
use rust_decimal::Decimal;

use super::refused::assert_invalid;
use super::{decimal, samples};

#[derive(Model, Debug, Clone, PartialEq)]
struct Price {
    id: i64,
    #[field(max_digits = 6, decimal_places = 2)]
    amount: Decimal,
    #[field(max_digits = 6, decimal_places = 2)]
    before: Option<Decimal>,
    #[field(max_digits = 28, decimal_places = 10, default = Decimal::ZERO)]
    exact: Decimal,
}

#[everywhere]
async fn a_decimal_with_too_many_digits_is_refused(db: AsyncDatabase) -> Result<(), Error> {
    let refused = |outcome: Result<Price, Error>, field: &str| match outcome {
        Err(Error::InvalidValue { model: "Price", field: named, .. }) => assert_eq!(named, field),
        other => panic!("{other:?}"),
    };
    for number in ["10000", "-10000", "0.001", "-1234.567", "79228162514264337593543950335"] {
        refused(Price::create().amount(decimal(number)).a().insert(&db).await, "amount");
        refused(Price::create().amount(decimal("1")).before(decimal(number)).a().insert(&db).await, "before");
    }
    db.create_tables(models![Price]).await?;
    for number in ["9999.99", "-9999.99", "0.01", "1.500", "1234.5600000"] {
        let price = Price::create().amount(decimal(number)).a().insert(&db).await?;
        assert_eq!(price.amount, decimal(number));
    }
    let all = Price::objects;
    assert_invalid(all().a().update(Price::amount.set(decimal("0.001")), &db).await);
    assert_invalid(all().a().update(Price::amount.set(Price::amount * 100), &db).await);
    assert_invalid(all().a().update(Price::amount.set(Price::amount / 3), &db).await);
    let mut price = all().filter(Price::id.eq(1)).a().get(&db).await?;
    price.amount = decimal("10000");
    assert_invalid(price.a().save(&db).await);
    assert_eq!(all().order_by(Price::id).values(Price::amount).a().first(&db).await?, Some(decimal("9999.99")));
    Ok(())
}

#[everywhere]
async fn decimals_are_compared_by_value(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Price]).await?;
    let numbers = ["1.5", "-1.5", "10", "9", "-10", "0", "-0.01", "1.50", "0.1", "100", "99.99", "2"].map(decimal);
    Price::objects().a().bulk_create(numbers.iter().map(|number| Price::create().amount(*number).before(-*number)), &db).await?;
    let all = Price::objects;
    for one in ["1.50", "1.5", "1.500000"].map(decimal) {
        assert_eq!(all().filter(Price::amount.eq(one)).a().count(&db).await?, 2, "{one}");
        assert_eq!(all().filter(Price::amount.in_([one])).a().count(&db).await?, 2, "{one}");
        assert_eq!(all().filter(Price::amount.range(one, one)).a().count(&db).await?, 2, "{one}");
        assert_eq!(all().filter((Price::amount + decimal("0.00")).eq(one)).a().count(&db).await?, 2, "{one}");
    }
    for pivot in numbers {
        let by = |test: fn(&Decimal, &Decimal) -> bool| numbers.iter().filter(|number| test(number, &pivot)).count() as u64;
        assert_eq!(all().filter(Price::amount.lt(pivot)).a().count(&db).await?, by(Decimal::lt), "< {pivot}");
        assert_eq!(all().filter(Price::amount.lte(pivot)).a().count(&db).await?, by(Decimal::le), "<= {pivot}");
        assert_eq!(all().filter(Price::amount.gt(pivot)).a().count(&db).await?, by(Decimal::gt), "> {pivot}");
        assert_eq!(all().filter(Price::amount.gte(pivot)).a().count(&db).await?, by(Decimal::ge), ">= {pivot}");
        assert_eq!(all().filter(Price::amount.ne(pivot)).a().count(&db).await?, by(Decimal::ne), "!= {pivot}");
    }
    assert_eq!(all().filter(Price::amount.eq(Price::before)).a().count(&db).await?, 1);
    assert_eq!(all().filter(Price::amount.gt(Price::before)).a().count(&db).await?, 8);
    assert_eq!(all().filter(Price::amount.eq(10)).a().count(&db).await?, 1);
    let mut sorted = numbers;
    sorted.sort();
    assert_eq!(all().order_by((Price::amount, Price::id)).values(Price::amount).a().all(&db).await?, sorted);
    sorted.reverse();
    assert_eq!(all().order_by(Price::amount.desc()).values(Price::amount).a().all(&db).await?, sorted);
    assert_eq!(all().values(Price::amount).distinct().a().count(&db).await?, 11, "1.5 and 1.50 are one");
    Ok(())
}

#[everywhere]
async fn a_decimal_is_divided_by_zero_as_an_integer_is(db: AsyncDatabase) -> Result<(), Error> {
    for zero in ["0", "0.00", "-0.0"].map(decimal) {
        assert_invalid(Price::objects().values(Price::amount / zero).a().all(&db).await);
        assert_invalid(Price::objects().filter((Price::before % zero).eq(zero)).a().count(&db).await);
    }
    assert_invalid(Price::objects().values(Price::amount / 0).a().all(&db).await);
    db.create_tables(models![Price]).await?;
    let drafts = [("7", "0"), ("7", "2")].map(|(amount, before)| Price::create().amount(decimal(amount)).before(decimal(before)));
    Price::objects().a().bulk_create(drafts, &db).await?;
    let columns = (Price::amount / Price::before, Price::amount % Price::before, Price::amount - Price::amount / Price::exact);
    let rows = Price::objects().order_by(Price::id).values(columns).a().all(&db).await?;
    assert_eq!(rows, [(None, None, None), (Some(decimal("3.5")), Some(decimal("1")), None)]);
    let refused = Price::objects().a().update(Price::amount.set(Price::amount / Price::before), &db).await.unwrap_err();
    assert_eq!(refused.constraint_kind(), Some(ConstraintKind::NotNull), "{refused:?}");
    assert_eq!(Price::objects().a().update(Price::before.set(Price::amount / Price::before), &db).await?, 2);
    let before = Price::objects().order_by(Price::id).values(Price::before).a().all(&db).await?;
    assert_eq!(before, [None, Some(decimal("3.5"))]);
    Ok(())
}

#[everywhere]
async fn decimals_are_computed_exactly(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Price]).await?;
    let pairs = samples(
        [(1, 10), (1, 3), (-7, 2), (7, -2), (0, 5), (99_999, 99_999)],
        (-999_999_i64..=999_999, (-999_999_i64..=999_999).prop_filter("a divisor", |digits| *digits != 0)),
    );
    let numbers = |(left, right): &(i64, i64)| (Decimal::new(*left, 2), Decimal::new(*right, 2));
    let drafts = pairs.iter().map(numbers).map(|(left, right)| Price::create().amount(left).before(right));
    Price::objects().a().bulk_create(drafts, &db).await?;
    let by_id = || Price::objects().order_by(Price::id);
    let computed = by_id()
        .values((
            Price::before + Price::amount,
            Price::before - Price::amount,
            Price::before * Price::amount,
            -Price::amount,
            Expr::<Price, Option<Decimal>>::value(Some(Decimal::ZERO)) + Price::amount,
            Expr::<Price, Option<Decimal>>::value(Some(Decimal::ONE)) * Price::amount % Price::before,
        ))
        .a()
        .all(&db)
        .await?;
    for ((amount, before), row) in pairs.iter().map(numbers).zip(computed) {
        let expected =
            (Some(before + amount), Some(before - amount), Some(before * amount), -amount, Some(amount), Some(amount % before));
        assert_eq!(row, expected, "{amount} and {before}");
    }
    // A sum that doubles has no error that grows: exact after a hundred steps.
    Price::objects().a().update(Price::exact.set(decimal("0.1")), &db).await?;
    for _ in 0..100 {
        Price::objects().a().update(Price::exact.set(Price::exact + decimal("0.0000000001")), &db).await?;
    }
    assert_eq!(Price::objects().values(Price::exact).distinct().a().all(&db).await?, [decimal("0.10000001")]);
    Price::objects().a().update(Price::exact.set(Price::amount), &db).await?;
    assert_eq!(Price::objects().filter(Price::exact.ne(Price::amount)).a().count(&db).await?, 0);
    Ok(())
}
