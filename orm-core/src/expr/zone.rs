//! Where a moment is seen from.

use chrono::{DateTime, FixedOffset, NaiveDateTime, Utc};

/// The place that a moment is seen from: its parts are those of the clock there.
///
/// Made from chrono's `Utc` and `FixedOffset`, and with the feature `chrono-tz` from `chrono_tz::Tz`:
///
/// ```
/// # use orm_core::expr::{Expr, Zone};
/// use chrono::{DateTime, FixedOffset, Utc};
///
/// fn before_noon<M>(moment: Expr<M, DateTime<Utc>>, there: impl Into<Zone>) -> orm_core::expr::Cond<M> {
///     moment.hour_at(there).lt(12)
/// }
/// # assert_eq!(Zone::from(FixedOffset::east_opt(0).ok_or("an offset")?), Zone::UTC);
/// # Ok::<_, &str>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone(pub(crate) Clock);

/// How a clock differs from that of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Clock {
    /// Not at all.
    Utc,
    /// By as much all the time.
    Fixed(FixedOffset),
    /// As it does in a time zone.
    #[cfg(feature = "chrono-tz")]
    Named(chrono_tz::Tz),
}

impl From<Utc> for Zone {
    fn from(_: Utc) -> Zone {
        Zone::UTC
    }
}

impl From<FixedOffset> for Zone {
    fn from(offset: FixedOffset) -> Zone {
        if offset.local_minus_utc() == 0 { Zone::UTC } else { Zone(Clock::Fixed(offset)) }
    }
}

#[cfg(feature = "chrono-tz")]
impl From<chrono_tz::Tz> for Zone {
    fn from(zone: chrono_tz::Tz) -> Zone {
        if zone == chrono_tz::UTC { Zone::UTC } else { Zone(Clock::Named(zone)) }
    }
}

impl Zone {
    /// UTC.
    pub const UTC: Zone = Zone(Clock::Utc);

    /// The first moment from which on the clock shows this time or a later one. Of a time that a change of the clock leaves out
    /// that is the moment of the change.
    ///
    /// `None` where there is no such moment, because the clock was set back across the time.
    pub(crate) fn moment_of(self, time: NaiveDateTime) -> Option<DateTime<Utc>> {
        match self.0 {
            Clock::Utc => Some(time.and_utc()),
            Clock::Fixed(offset) => Some(time.checked_sub_offset(offset)?.and_utc()),
            #[cfg(feature = "chrono-tz")]
            Clock::Named(zone) => named(zone, time),
        }
    }
}

#[cfg(feature = "chrono-tz")]
fn named(zone: chrono_tz::Tz, time: NaiveDateTime) -> Option<DateTime<Utc>> {
    use chrono::{MappedLocalTime, TimeDelta, TimeZone};

    match zone.from_local_datetime(&time) {
        MappedLocalTime::Single(moment) => Some(moment.to_utc()),
        MappedLocalTime::Ambiguous(first, second) => {
            let before = second.checked_sub_signed(TimeDelta::microseconds(1))?;
            (before.naive_local() >= time).then(|| first.to_utc())
        }
        MappedLocalTime::None => chrono_tz::GapInfo::new(&time, &zone)?.end.map(|end| end.to_utc()),
    }
}

#[cfg(all(test, feature = "chrono-tz"))]
#[allow(clippy::unwrap_used)]
mod tests {
    use chrono::{Datelike, NaiveDate, TimeDelta};
    use chrono_tz::{TZ_VARIANTS, Tz};

    use super::*;

    fn midnight(year: i32, month: u32, day: u32) -> NaiveDateTime {
        NaiveDate::from_ymd_opt(year, month, day).unwrap().into()
    }

    fn moment(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_years_of_every_zone_are_cut_where_its_clock_cuts_them() {
        let mut uncut = Vec::new();
        for zone in TZ_VARIANTS {
            for year in [0, 1, 2, 1500].into_iter().chain(1800..=2110).chain([9_998, 9_999, 10_000]) {
                let Some(start) = Zone::from(zone).moment_of(midnight(year, 1, 1)) else {
                    uncut.push((zone.name(), year));
                    continue;
                };
                let year_at = |moment: DateTime<Utc>| moment.with_timezone(&zone).year();
                for minutes in [0, 1, 20, 59, 150, 700, 1_500, 2_900] {
                    let away = TimeDelta::minutes(minutes);
                    assert!(year_at(start + away) >= year, "{zone} {year} and {minutes} minutes");
                    assert!(year_at(start - away - TimeDelta::microseconds(1)) < year, "{zone} {year} less {minutes} minutes");
                }
            }
        }
        // At one minute past midnight the clocks of Arizona were set back by an hour, into the year before.
        assert!(uncut.contains(&("America/Phoenix", 1944)));
        assert!(uncut.iter().all(|(_, year)| *year == 1944), "{uncut:?}");
    }

    #[test]
    fn a_time_that_is_left_out_begins_with_the_change_of_the_clock() {
        let seen = |zone: Tz, day| Zone::from(zone).moment_of(day);
        // The day lasted 23 hours and began at one o'clock.
        assert_eq!(seen(Tz::America__Sao_Paulo, midnight(2018, 11, 4)), Some(moment("2018-11-04T03:00:00Z")));
        // There was no such day.
        assert_eq!(seen(Tz::Pacific__Apia, midnight(2011, 12, 30)), Some(moment("2011-12-30T10:00:00Z")));
        assert_eq!(seen(Tz::Pacific__Apia, midnight(2011, 12, 31)), Some(moment("2011-12-30T10:00:00Z")));
    }

    #[test]
    fn a_time_that_comes_twice_begins_the_first_time_or_is_no_cut() {
        let seen = |zone: Tz, time| Zone::from(zone).moment_of(time);
        // From one o'clock back to midnight: all that follows is of the same day.
        assert_eq!(seen(Tz::Atlantic__Azores, midnight(2023, 10, 29)), Some(moment("2023-10-29T00:00:00Z")));
        // From midnight back to eleven of the evening, which is not midnight yet.
        assert_eq!(seen(Tz::America__Sao_Paulo, midnight(2018, 2, 18)), Some(moment("2018-02-18T03:00:00Z")));
        // From one minute after midnight back to the day before.
        assert_eq!(seen(Tz::America__St_Johns, midnight(2010, 11, 7)), None);
    }

    #[test]
    fn offsets_of_zero_are_utc() {
        assert_eq!(Zone::from(FixedOffset::east_opt(0).unwrap()), Zone::UTC);
        assert_eq!(Zone::from(chrono_tz::UTC), Zone::UTC);
        assert_eq!(Zone::from(Utc), Zone::UTC);
    }
}
