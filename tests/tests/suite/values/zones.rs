//! Moments seen from time zones that are known by their names.

use amphi::chrono::{Datelike, TimeDelta, Timelike};
use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::moments::number;
use super::{DAYS, clock, day, samples};

#[derive(Model, Debug, Clone, PartialEq)]
struct Event {
    id: i64,
    moment: DateTime<Utc>,
    maybe: Option<DateTime<Utc>>,
}

/// Offsets of half and quarter hours and of seconds, a clock that is set by half an hour, one that left out a day, one that ran into
/// a year twice.
const ZONES: [Tz; 12] = [
    Tz::Europe__Warsaw,
    Tz::America__New_York,
    Tz::America__St_Johns,
    Tz::America__Sao_Paulo,
    Tz::America__Phoenix,
    Tz::Asia__Kolkata,
    Tz::Asia__Kathmandu,
    Tz::Africa__Monrovia,
    Tz::Australia__Lord_Howe,
    Tz::Pacific__Apia,
    Tz::Pacific__Kiritimati,
    Tz::UTC,
];

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment")
}

/// Random moments, those around each change of a clock in a few years, and those around New Year.
fn moments() -> Vec<DateTime<Utc>> {
    let mut moments = samples([], (2..DAYS, 0..86_400_000_000_i64))
        .into_iter()
        .map(|(date, micros)| day(date).and_time(clock(micros)).and_utc())
        .collect::<Vec<_>>();
    let mut around = |moment: DateTime<Utc>| {
        let near = [-3_600_000_000, -1, 0, 1, 3_600_000_000].map(|micros| moment + TimeDelta::microseconds(micros));
        moments.extend(near);
    };
    for zone in ZONES {
        for year in [1943, 1944, 1972, 2011, 2018, 2024] {
            let start = day(1).with_year(year).expect("a year").and_time(NaiveTime::MIN).and_utc();
            let hours = (0..366 * 24).map(|hour| start + TimeDelta::hours(hour));
            let offset = |moment: &DateTime<Utc>| moment.with_timezone(&zone).naive_local() - moment.naive_utc();
            hours.filter(|hour| offset(hour) != offset(&(*hour - TimeDelta::hours(1)))).for_each(&mut around);
            around(start - offset(&start));
        }
    }
    moments
}

#[everywhere(named_zones)]
async fn parts_are_those_of_the_clock_there(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Event]).await?;
    // Beyond its tables chrono-tz leaves a clock as it is, other databases go on changing it.
    let known = |at: &DateTime<Utc>| db.backend() == amphi::Backend::Sqlite || (1900..2100).contains(&at.year());
    let events =
        Event::objects().a().bulk_create(moments().into_iter().map(|at| Event::create().moment(at).maybe(at)), &db).await?;
    Event::objects().a().bulk_create([Event::create().moment(DateTime::UNIX_EPOCH)], &db).await?;
    let by_id = || Event::objects().filter(Event::maybe.isnull(false)).order_by(Event::id);
    for zone in ZONES {
        let at = Event::moment;
        let wholes = (at.date_at(zone), at.time_at(zone), Event::maybe.date_at(zone), Event::maybe.time_at(zone));
        let years = (at.year_at(zone), at.iso_year_at(zone), at.quarter_at(zone), at.month_at(zone));
        let days = (at.week_at(zone), at.day_at(zone), at.week_day_at(zone), at.iso_week_day_at(zone));
        let clocks = (at.hour_at(zone), at.minute_at(zone), at.second_at(zone));
        let wholes = by_id().values(wholes).a().all(&db).await?;
        let years = by_id().values(years).a().all(&db).await?;
        let days = by_id().values(days).a().all(&db).await?;
        let clocks = by_id().values(clocks).a().all(&db).await?;
        assert_eq!(wholes.len(), events.len());
        for (at, event) in events.iter().enumerate().filter(|(_, event)| known(&event.moment)) {
            let there = event.moment.with_timezone(&zone);
            let (week, weekday) = (there.iso_week(), there.weekday());
            let (date, time) = (there.date_naive(), there.time());
            assert_eq!(wholes[at], (date, time, Some(date), Some(time)), "{there:?}");
            let quarter = number(there.month0() / 3 + 1);
            assert_eq!(years[at], (there.year(), week.year(), quarter, number(there.month())), "{there:?}");
            let weekdays = (number(weekday.number_from_sunday()), number(weekday.number_from_monday()));
            assert_eq!(days[at], (number(week.week()), number(there.day()), weekdays.0, weekdays.1), "{there:?}");
            assert_eq!(clocks[at], (number(there.hour()), number(there.minute()), number(there.second())), "{there:?}");
        }
    }
    Ok(())
}

#[everywhere(named_zones)]
async fn years_are_compared_as_the_clock_there_shows_them(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Event]).await?;
    let moments = moments();
    Event::objects().a().bulk_create(moments.iter().map(|at| Event::create().moment(*at)), &db).await?;
    let count = |condition| Event::objects().filter(condition);
    for zone in ZONES {
        let seen: Vec<i32> = moments.iter().map(|moment| moment.with_timezone(&zone).year()).collect();
        let year = || Event::moment.year_at(zone);
        for pivot in [1943, 1944, 1972, 2011, 2012, 2018, 2024] {
            let by = |test: fn(&i32, &i32) -> bool| seen.iter().filter(|year| test(year, &pivot)).count() as u64;
            assert_eq!(count(year().eq(pivot)).a().count(&db).await?, by(i32::eq), "= {pivot} in {zone}");
            assert_eq!(count(year().ne(pivot)).a().count(&db).await?, by(i32::ne), "!= {pivot} in {zone}");
            assert_eq!(count(year().lt(pivot)).a().count(&db).await?, by(i32::lt), "< {pivot} in {zone}");
            assert_eq!(count(year().lte(pivot)).a().count(&db).await?, by(i32::le), "<= {pivot} in {zone}");
            assert_eq!(count(year().gt(pivot)).a().count(&db).await?, by(i32::gt), "> {pivot} in {zone}");
            assert_eq!(count(year().gte(pivot)).a().count(&db).await?, by(i32::ge), ">= {pivot} in {zone}");
            let computed = (year() + 0).eq(pivot);
            assert_eq!(count(computed).a().count(&db).await?, by(i32::eq), "{pivot} computed in {zone}");
        }
    }
    Ok(())
}

#[everywhere(named_zones)]
async fn a_place_may_see_a_year_beyond_the_calendar(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Event]).await?;
    let ends = ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"].map(moment);
    Event::objects().a().bulk_create(ends.map(|at| Event::create().moment(at)), &db).await?;
    let years = |condition: Cond<Event>| Event::objects().filter(condition).values(Event::moment.year());
    for (east, west) in [(Tz::Europe__Warsaw, Tz::America__New_York), (Tz::Asia__Kathmandu, Tz::Pacific__Honolulu)] {
        assert_eq!(years(Event::moment.year_at(east).eq(10_000)).a().all(&db).await?, [9_999]);
        assert_eq!(years(Event::moment.year_at(east).lt(10_000)).a().all(&db).await?, [1]);
        assert_eq!(years(Event::moment.year_at(west).eq(0)).a().all(&db).await?, [1]);
        assert_eq!(years(Event::moment.year_at(west).gte(1)).a().all(&db).await?, [9_999]);
        assert_eq!(years(Event::moment.year_at(west).gt(i32::MAX)).a().count(&db).await?, 0);
        assert_eq!(years(Event::moment.year_at(west).gt(i32::MIN)).a().count(&db).await?, 2);
    }
    let first = Event::objects().order_by(Event::id).values(Event::moment.date_at(Tz::America__New_York));
    assert_eq!(first.a().first(&db).await?, NaiveDate::from_ymd_opt(0, 12, 31));
    Ok(())
}

#[everywhere(named_zones)]
async fn no_moment_is_seen_from_nowhere(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Event]).await?;
    Event::create().moment(moment("2024-06-30T22:30:00.000001Z")).a().insert(&db).await?;
    let columns = (Event::maybe.date_at(Tz::Europe__Warsaw), Event::maybe.hour_at(Tz::Europe__Warsaw), Event::maybe.year_at(Utc));
    assert_eq!(Event::objects().values(columns).a().get(&db).await?, (None, None, None));
    let maybe = Event::maybe.year_at(Tz::Europe__Warsaw);
    assert_eq!(Event::objects().filter(maybe.clone().eq(2024)).a().count(&db).await?, 0);
    assert_eq!(Event::objects().exclude(maybe.clone().eq(2024)).a().count(&db).await?, 1);
    assert_eq!(Event::objects().filter(maybe.eq(None)).a().count(&db).await?, 1);
    // The same query from another place is another query.
    for (zone, month, hour) in
        [(Tz::Europe__Warsaw, 7, 0), (Tz::Europe__London, 6, 23), (Tz::Asia__Kathmandu, 7, 4), (Tz::UTC, 6, 22)]
    {
        let columns = (Event::moment.month_at(zone), Event::moment.hour_at(zone));
        assert_eq!(Event::objects().values(columns).a().get(&db).await?, (month, hour), "{zone}");
    }
    Ok(())
}
