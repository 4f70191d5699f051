//! Dates and times on PostgreSQL's wire: days and microseconds since the beginning of 2000.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};

/// 2000-01-01 as days of the common era.
const EPOCH_DAYS: i32 = 730_120;
/// 2000-01-01 as microseconds since 1970.
const EPOCH_MICROS: i64 = 946_684_800_000_000;

pub(crate) fn days(date: NaiveDate) -> i32 {
    date.num_days_from_ce() - EPOCH_DAYS
}

pub(crate) fn date_from(days: i32) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(days.checked_add(EPOCH_DAYS)?)
}

pub(crate) fn micros_of_day(time: NaiveTime) -> i64 {
    i64::from(time.num_seconds_from_midnight()) * 1_000_000 + i64::from(time.nanosecond() / 1_000)
}

pub(crate) fn time_from(micros: i64) -> Option<NaiveTime> {
    let seconds = u32::try_from(micros.div_euclid(1_000_000)).ok()?;
    let nanos = u32::try_from(micros.rem_euclid(1_000_000)).ok()? * 1_000;
    NaiveTime::from_num_seconds_from_midnight_opt(seconds, nanos)
}

pub(crate) fn micros(moment: NaiveDateTime) -> i64 {
    // All that chrono can hold fits: 262,000 years are 2^63 microseconds.
    moment.and_utc().timestamp_micros().saturating_sub(EPOCH_MICROS)
}

pub(crate) fn moment_from(micros: i64) -> Option<DateTime<Utc>> {
    if micros == i64::MAX || micros == i64::MIN {
        return None;
    }
    DateTime::from_timestamp_micros(micros.checked_add(EPOCH_MICROS)?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_come_back() {
        for date in ["0001-01-01", "1969-12-31", "2000-01-01", "2024-02-29", "9999-12-31"] {
            let date: NaiveDate = date.parse().unwrap();
            assert_eq!(date_from(days(date)), Some(date));
            for time in ["00:00:00", "23:59:59.999999", "12:34:56.000001"] {
                let time: NaiveTime = time.parse().unwrap();
                assert_eq!(time_from(micros_of_day(time)), Some(time));
                let moment = date.and_time(time);
                assert_eq!(moment_from(micros(moment)).map(|moment| moment.naive_utc()), Some(moment));
            }
        }
        assert_eq!(days("2000-01-01".parse().unwrap()), 0);
    }

    #[test]
    fn infinities_are_none() {
        assert_eq!((date_from(i32::MAX), date_from(i32::MIN)), (None, None));
        assert_eq!((moment_from(i64::MAX), moment_from(i64::MIN)), (None, None));
        assert_eq!((time_from(86_400_000_000), time_from(-1)), (None, None));
    }
}
