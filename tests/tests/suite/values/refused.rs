//! What cannot be stored exactly is refused.

use std::fmt::Debug;

use amphi::prelude::*;
use amphi_test_macros::everywhere;
use chrono::Timelike;

use super::{DAYS, day};

#[derive(Model, Debug, Clone, PartialEq)]
struct Reading {
    id: i64,
    #[field(default = 0.0)]
    wide: f64,
    #[field(default = 0.0)]
    narrow: f32,
    maybe: Option<f64>,
    #[field(default = NaiveTime::MIN)]
    clock: NaiveTime,
    #[field(default = day(1).and_time(NaiveTime::MIN))]
    local: NaiveDateTime,
    #[field(default = DateTime::UNIX_EPOCH)]
    moment: DateTime<Utc>,
    #[field(default = day(1))]
    day: NaiveDate,
}

/// Refused, and told of which field, before anything was sent: there is no table that it could be sent to.
#[track_caller]
fn assert_refused<T: Debug>(outcome: Result<T, Error>, field: &str) {
    match outcome {
        Err(Error::InvalidValue { model: "Reading", field: named, .. }) => assert_eq!(named, field),
        other => panic!("a value that `{field}` cannot hold gave {other:?}"),
    }
}

/// Refused wherever the query uses it; which field it was meant for need not be told.
#[track_caller]
pub fn assert_invalid<T: Debug>(outcome: Result<T, Error>) {
    assert!(matches!(outcome, Err(Error::InvalidValue { .. })), "{outcome:?}");
}

#[everywhere]
async fn a_nan_is_refused_where_there_is_none(db: AsyncDatabase) -> Result<(), Error> {
    if db.backend().dialect().features().stores_nan {
        return Ok(());
    }
    for nan in [f64::NAN, -f64::NAN, f64::from_bits(0x7ff0_0000_0000_0001)] {
        assert_refused(Reading::create().wide(nan).a().insert(&db).await, "wide");
        assert_refused(Reading::create().maybe(nan).a().insert(&db).await, "maybe");
        assert_refused(Reading::objects().a().bulk_create([Reading::create().wide(nan)], &db).await, "wide");
    }
    assert_refused(Reading::create().narrow(f32::NAN).a().insert(&db).await, "narrow");
    db.create_tables(models![Reading]).await?;
    let mut row = Reading::create().a().insert(&db).await?;
    row.wide = f64::NAN;
    assert_refused(row.a().save(&db).await, "wide");
    assert_refused(row.a().update(Reading::wide, &db).await, "wide");
    let all = Reading::objects;
    assert_invalid(all().filter(Reading::wide.eq(f64::NAN)).a().count(&db).await);
    assert_invalid(all().filter(Reading::wide.lt(f64::NAN) | Reading::id.eq(1)).a().count(&db).await);
    assert_invalid(all().exclude(Reading::wide.in_([1.0, f64::NAN])).a().count(&db).await);
    assert_invalid(all().filter(Reading::wide.range(0.0, f64::NAN)).a().count(&db).await);
    assert_invalid(all().a().update(Reading::wide.set(f64::NAN), &db).await);
    assert_invalid(all().a().update(Reading::wide.set(Reading::wide + f64::NAN), &db).await);
    row.a().refresh(&db).await?;
    assert_eq!(row.wide, 0.0);
    Ok(())
}

#[everywhere]
async fn what_is_finer_than_a_microsecond_is_refused(db: AsyncDatabase) -> Result<(), Error> {
    let midnight = day(1000).and_time(NaiveTime::MIN);
    for nanos in [1, 999, 1_001, 999_999_999] {
        let fine = NaiveTime::MIN.with_nanosecond(nanos).expect("a time");
        assert_refused(Reading::create().clock(fine).a().insert(&db).await, "clock");
        let fine = midnight.with_nanosecond(nanos).expect("a time");
        assert_refused(Reading::create().local(fine).a().insert(&db).await, "local");
        assert_refused(Reading::create().moment(fine.and_utc()).a().insert(&db).await, "moment");
    }
    Ok(())
}

#[everywhere]
async fn a_leap_second_is_refused(db: AsyncDatabase) -> Result<(), Error> {
    for nanos in [1_000_000_000, 1_500_000_000, 1_999_999_999] {
        let leap = NaiveTime::from_hms_nano_opt(23, 59, 59, nanos).expect("a leap second");
        assert_refused(Reading::create().clock(leap).a().insert(&db).await, "clock");
        assert_refused(Reading::create().local(day(1000).and_time(leap)).a().insert(&db).await, "local");
        assert_refused(Reading::create().moment(day(1000).and_time(leap).and_utc()).a().insert(&db).await, "moment");
    }
    Ok(())
}

#[everywhere]
async fn years_outside_1_to_9999_are_refused(db: AsyncDatabase) -> Result<(), Error> {
    for date in [day(0), day(-400), day(DAYS + 1), NaiveDate::MIN, NaiveDate::MAX] {
        let midnight = date.and_time(NaiveTime::MIN);
        assert_refused(Reading::create().day(date).a().insert(&db).await, "day");
        assert_refused(Reading::create().local(midnight).a().insert(&db).await, "local");
        assert_refused(Reading::create().moment(midnight.and_utc()).a().insert(&db).await, "moment");
        assert_refused(Reading::objects().a().bulk_create([Reading::create().day(date)], &db).await, "day");
    }
    Ok(())
}

#[everywhere]
async fn a_year_outside_is_refused_in_a_query_too(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Reading]).await?;
    Reading::create().a().insert(&db).await?;
    for date in [day(0), day(DAYS + 1)] {
        assert_invalid(Reading::objects().filter(Reading::day.lt(date)).a().count(&db).await);
        assert_invalid(Reading::objects().filter(Reading::day.in_([date])).a().count(&db).await);
        assert_invalid(Reading::objects().a().update(Reading::day.set(date), &db).await);
    }
    assert_eq!(Reading::objects().filter(Reading::day.eq(day(1))).a().count(&db).await?, 1);
    Ok(())
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Word {
    id: i64,
    text: String,
    maybe: Option<String>,
    document: Option<JsonValue>,
}

#[everywhere]
async fn a_nul_is_refused_where_text_has_none(db: AsyncDatabase) -> Result<(), Error> {
    let json = || amphi::json!({"a": ["\0"]});
    let nul = Word::objects;
    if db.backend().dialect().features().stores_nul {
        db.create_tables(models![Word]).await?;
        Word::create().text("a\0").maybe("\0").document(json()).a().insert(&db).await?;
        assert_eq!(nul().filter(Word::text.endswith("\0") & Word::maybe.in_(["\0"])).a().count(&db).await?, 1);
        return Ok(());
    }
    // There is no table that anything could be sent to.
    let refused = |outcome: Result<Word, Error>, field: &str| match outcome {
        Err(Error::InvalidValue { model: "Word", field: named, .. }) => assert_eq!(named, field),
        other => panic!("{other:?}"),
    };
    refused(Word::create().text("a\0").a().insert(&db).await, "text");
    refused(Word::create().text("a").maybe("\0").a().insert(&db).await, "maybe");
    refused(Word::create().text("a").document(json()).a().insert(&db).await, "document");
    assert_invalid(nul().a().bulk_create([Word::create().text("\0")], &db).await);
    assert_invalid(nul().filter(Word::text.eq("\0")).a().count(&db).await);
    assert_invalid(nul().filter(Word::maybe.in_(["a", "\0"])).a().all(&db).await);
    assert_invalid(nul().exclude(Word::text.icontains("\0")).a().exists(&db).await);
    assert_invalid(nul().filter(Word::text.regex("a\0")).a().first(&db).await);
    assert_invalid(nul().filter(Word::document.eq(json())).a().count(&db).await);
    assert_invalid(nul().a().update(Word::text.set("\0"), &db).await);
    Ok(())
}
