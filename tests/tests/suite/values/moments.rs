//! Parts of dates and times, seen from UTC and from elsewhere.

use amphi::expr::DatePart;
use amphi::prelude::*;
use amphi_test_macros::everywhere;
use chrono::{Datelike, FixedOffset, Timelike};

use super::{DAYS, clock, day, samples};

#[derive(Model, Debug, Clone, PartialEq)]
struct Event {
    id: i64,
    day: NaiveDate,
    clock: NaiveTime,
    local: NaiveDateTime,
    moment: DateTime<Utc>,
}

pub fn number(of: u32) -> i32 {
    i32::try_from(of).expect("a small number")
}

#[everywhere]
async fn parts_are_those_of_the_calendar(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Event]).await?;
    let edges = [1, 2, 365, 366, DAYS - 364, DAYS].map(|day| (day, 0));
    let moments = samples(edges.into_iter().chain([(730_000, 86_399_999_999)]), (1..=DAYS, 0..86_400_000_000_i64));
    let drafts = moments.iter().map(|(date, micros)| {
        let local = day(*date).and_time(clock(*micros));
        Event::create().day(local.date()).clock(local.time()).local(local).moment(local.and_utc())
    });
    let events = Event::objects().a().bulk_create(drafts, &db).await?;
    let by_id = || Event::objects().order_by(Event::id);
    let days = (
        Event::day.year(),
        Event::day.iso_year(),
        Event::day.quarter(),
        Event::day.month(),
        Event::day.week(),
        Event::day.day(),
        Event::day.week_day(),
        Event::day.iso_week_day(),
    );
    let times = (
        (Event::clock.hour(), Event::clock.minute(), Event::clock.second()),
        (Event::local.hour(), Event::moment.minute(), Event::local.second()),
    );
    let (whole, halves) = (
        (Event::local.date(), Event::moment.date(), Event::local.time(), Event::moment.time()),
        (Event::moment.year(), Event::local.month(), Event::moment.week(), Event::local.iso_year(), Event::moment.week_day()),
    );
    let days = by_id().values(days).a().all(&db).await?;
    let clocks = by_id().values(times.0).a().all(&db).await?;
    let others = by_id().values(times.1).a().all(&db).await?;
    let wholes = by_id().values(whole).a().all(&db).await?;
    let halves = by_id().values(halves).a().all(&db).await?;
    for (at, event) in events.iter().enumerate() {
        let (day, week) = (event.day, event.day.iso_week());
        let weekdays = (number(day.weekday().number_from_sunday()), number(day.weekday().number_from_monday()));
        let quarter = number(day.month0() / 3 + 1);
        let (month, iso_week, of_month) = (number(day.month()), number(week.week()), number(day.day()));
        let expected = (day.year(), week.year(), quarter, month, iso_week, of_month, weekdays.0, weekdays.1);
        assert_eq!(days[at], expected, "{day}");
        let of_clock = (number(event.clock.hour()), number(event.clock.minute()), number(event.clock.second()));
        assert_eq!((clocks[at], others[at]), (of_clock, of_clock), "{event:?}");
        assert_eq!(wholes[at], (day, day, event.clock, event.clock), "{event:?}");
        assert_eq!(halves[at], (day.year(), month, iso_week, week.year(), weekdays.0), "{event:?}");
    }
    // In order, and compared, as times are.
    let mut sorted: Vec<_> = events.iter().map(|event| (event.moment, event.id)).collect();
    sorted.sort();
    assert_eq!(
        Event::objects().order_by((Event::moment, Event::id)).values((Event::moment, Event::id)).a().all(&db).await?,
        sorted
    );
    for event in events.iter().take(40) {
        let before = events.iter().filter(|other| other.clock < event.clock).count() as u64;
        assert_eq!(Event::objects().filter(Event::clock.lt(event.clock)).a().count(&db).await?, before, "{event:?}");
        let in_year = events.iter().filter(|other| other.day.year() == event.day.year()).count() as u64;
        assert_eq!(Event::objects().filter(Event::moment.year().eq(event.day.year())).a().count(&db).await?, in_year);
        assert_eq!(Event::objects().filter(Event::day.year().eq(event.day.year())).a().count(&db).await?, in_year);
        assert_eq!(Event::objects().filter((Event::day.year() + 0).eq(event.day.year())).a().count(&db).await?, in_year);
    }
    Ok(())
}

#[everywhere]
async fn moments_are_seen_from_a_place(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Event]).await?;
    // Away from the ends of the calendar, which a place may lie beyond.
    let moments = samples([(730_000, 0), (730_000, 86_399_999_999)], (400..DAYS - 400, 0..86_400_000_000_i64));
    let drafts = moments.iter().map(|(date, micros)| {
        let local = day(*date).and_time(clock(*micros));
        Event::create().day(local.date()).clock(local.time()).local(local).moment(local.and_utc())
    });
    let events = Event::objects().a().bulk_create(drafts, &db).await?;
    for seconds in [0, 60, -60, 3_600, -19_800, 20_700, 43_200, -43_200, 50_400, 86_399, -86_399, 1_172, -1] {
        let zone = FixedOffset::east_opt(seconds).expect("an offset");
        let seen = |part| Event::moment.part_at(part, zone);
        let columns = (
            Event::moment.date_at(zone),
            (seen(DatePart::Year), seen(DatePart::IsoYear), seen(DatePart::Quarter), seen(DatePart::Month)),
            (seen(DatePart::Week), seen(DatePart::Day), seen(DatePart::WeekDay), seen(DatePart::IsoWeekDay)),
            (seen(DatePart::Hour), seen(DatePart::Minute), seen(DatePart::Second)),
        );
        let by_id = || Event::objects().order_by(Event::id);
        let dates = by_id().values(columns.0).a().all(&db).await?;
        let years = by_id().values(columns.1).a().all(&db).await?;
        let days = by_id().values(columns.2).a().all(&db).await?;
        let clocks = by_id().values(columns.3).a().all(&db).await?;
        for (at, event) in events.iter().enumerate() {
            let there = event.moment.with_timezone(&zone);
            let (week, weekday) = (there.iso_week(), there.weekday());
            assert_eq!(dates[at], there.date_naive(), "{there}");
            let quarter = number(there.month0() / 3 + 1);
            assert_eq!(years[at], (there.year(), week.year(), quarter, number(there.month())), "{there}");
            let weekdays = (number(weekday.number_from_sunday()), number(weekday.number_from_monday()));
            assert_eq!(days[at], (number(week.week()), number(there.day()), weekdays.0, weekdays.1), "{there}");
            assert_eq!(clocks[at], (number(there.hour()), number(there.minute()), number(there.second())), "{there}");
        }
    }
    Ok(())
}
