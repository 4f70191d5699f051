//! Dates and times as text of a fixed width, so that the order of the texts is the order of the times.
//!
//! Written are `YYYY-MM-DD`, `HH:MM:SS.ffffff` and `YYYY-MM-DD HH:MM:SS.ffffff`, moments in UTC. Read are also the forms that other
//! programs write: a `T` between date and time, no fraction or one of 1 to 9 digits, `Z` or `+00:00` at the end.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

pub(crate) const DATE: usize = 10;
pub(crate) const TIME: usize = 15;
pub(crate) const DATE_TIME: usize = DATE + 1 + TIME;

/// The two last digits of a number.
#[inline]
fn two(number: u32) -> [u8; 2] {
    [b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8]
}

/// `YYYY-MM-DD`; `None` for a year outside 1 to 9999, whose text would not sort.
#[inline]
pub(crate) fn write_date(date: NaiveDate) -> Option<[u8; DATE]> {
    if date.year() == 0 { None } else { write_day(date) }
}

/// `YYYY-MM-DD`; `None` for a year that has not four digits.
#[inline]
fn write_day(date: NaiveDate) -> Option<[u8; DATE]> {
    let year = u32::try_from(date.year()).ok().filter(|year| *year <= 9999)?;
    let [y1, y2] = two(year / 100);
    let [y3, y4] = two(year);
    let [m1, m2] = two(date.month());
    let [d1, d2] = two(date.day());
    Some([y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2])
}

/// `HH:MM:SS.ffffff`; `None` for a time that is finer than a microsecond, or a leap second.
#[inline]
pub(crate) fn write_time(time: NaiveTime) -> Option<[u8; TIME]> {
    let nanos = time.nanosecond();
    if nanos >= 1_000_000_000 || !nanos.is_multiple_of(1_000) {
        return None;
    }
    let micros = nanos / 1_000;
    let [h1, h2] = two(time.hour());
    let [m1, m2] = two(time.minute());
    let [s1, s2] = two(time.second());
    let [f1, f2] = two(micros / 10_000);
    let [f3, f4] = two(micros / 100);
    let [f5, f6] = two(micros);
    Some([h1, h2, b':', m1, m2, b':', s1, s2, b'.', f1, f2, f3, f4, f5, f6])
}

/// `YYYY-MM-DD HH:MM:SS.ffffff`.
#[inline]
pub(crate) fn write_date_time(moment: NaiveDateTime) -> Option<[u8; DATE_TIME]> {
    Some(join(write_date(moment.date())?, write_time(moment.time())?))
}

/// The same for what a clock shows, which a few hours before the year 1 is the year 0.
#[cfg(feature = "chrono-tz")]
pub(crate) fn write_clock(shown: NaiveDateTime) -> Option<[u8; DATE_TIME]> {
    Some(join(write_day(shown.date())?, write_time(shown.time())?))
}

#[inline]
fn join(date: [u8; DATE], time: [u8; TIME]) -> [u8; DATE_TIME] {
    let mut text = [b' '; DATE_TIME];
    let (left, right) = text.split_at_mut(DATE);
    left.copy_from_slice(&date);
    if let Some(right) = right.get_mut(1..) {
        right.copy_from_slice(&time);
    }
    text
}

#[inline]
fn digits(text: &[u8]) -> Option<u32> {
    text.iter().try_fold(0_u32, |number, byte| match byte {
        b'0'..=b'9' => Some(number * 10 + u32::from(byte - b'0')),
        _ => None,
    })
}

/// Reads `YYYY-MM-DD`.
#[inline]
pub(crate) fn read_date(text: &[u8]) -> Option<NaiveDate> {
    match text {
        [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] => {
            let year = digits(&[*y1, *y2, *y3, *y4])?;
            NaiveDate::from_ymd_opt(year.try_into().ok()?, digits(&[*m1, *m2])?, digits(&[*d1, *d2])?)
        }
        _ => None,
    }
}

/// Reads `HH:MM:SS` with or without a fraction.
#[inline]
pub(crate) fn read_time(text: &[u8]) -> Option<NaiveTime> {
    match text {
        [h1, h2, b':', m1, m2, b':', s1, s2, fraction @ ..] => {
            NaiveTime::from_hms_nano_opt(digits(&[*h1, *h2])?, digits(&[*m1, *m2])?, digits(&[*s1, *s2])?, nanoseconds(fraction)?)
        }
        _ => None,
    }
}

#[inline]
fn nanoseconds(fraction: &[u8]) -> Option<u32> {
    match fraction {
        [] => Some(0),
        [b'.', f1, f2, f3, f4, f5, f6] => Some(digits(&[*f1, *f2, *f3, *f4, *f5, *f6])? * 1_000),
        [b'.', rest @ ..] if (1..=9).contains(&rest.len()) => {
            let missing = u32::try_from(9 - rest.len()).ok()?;
            Some(digits(rest)? * 10_u32.pow(missing))
        }
        _ => None,
    }
}

/// Reads `YYYY-MM-DD HH:MM:SS` and its variants.
#[inline]
pub(crate) fn read_date_time(text: &[u8]) -> Option<NaiveDateTime> {
    let text = text.strip_suffix(b"Z").or_else(|| text.strip_suffix(b"+00:00")).unwrap_or(text);
    let (date, rest) = text.split_at_checked(DATE)?;
    match rest {
        [b' ' | b'T', time @ ..] => Some(NaiveDateTime::new(read_date(date)?, read_time(time)?)),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn moment(text: &str) -> NaiveDateTime {
        read_date_time(text.as_bytes()).unwrap()
    }

    #[test]
    fn text_has_a_fixed_width_and_sorts_as_time_does() {
        let days =
            [(1, 1, 1), (1, 12, 31), (2, 1, 1), (999, 12, 31), (1000, 1, 1), (1969, 12, 31), (2024, 2, 29), (9999, 12, 31)];
        let clocks = [(0, 0, 0, 0), (0, 0, 0, 1), (0, 0, 1, 0), (9, 59, 59, 999_999), (10, 0, 0, 0), (23, 59, 59, 999_999)];
        let mut texts = Vec::new();
        for (y, m, d) in days {
            for (h, min, s, us) in clocks {
                let moment = NaiveDate::from_ymd_opt(y, m, d).unwrap().and_hms_micro_opt(h, min, s, us).unwrap();
                let text = write_date_time(moment).unwrap();
                assert_eq!(read_date_time(&text), Some(moment));
                assert_eq!(std::str::from_utf8(&text).unwrap(), moment.format("%Y-%m-%d %H:%M:%S%.6f").to_string());
                texts.push(text);
            }
        }
        assert!(texts.is_sorted());
    }

    #[test]
    fn years_that_would_not_sort_are_refused() {
        for year in [-1, 0, 10_000, 262_142] {
            assert_eq!(write_date(NaiveDate::from_ymd_opt(year, 1, 1).unwrap()), None);
        }
        assert_eq!(write_date(NaiveDate::MIN), None);
        assert_eq!(write_date(NaiveDate::MAX), None);
    }

    #[test]
    fn what_is_finer_than_a_microsecond_is_refused() {
        assert_eq!(write_time(NaiveTime::from_hms_nano_opt(1, 2, 3, 1).unwrap()), None);
        assert_eq!(write_time(NaiveTime::from_hms_nano_opt(23, 59, 59, 1_500_000_000).unwrap()), None);
    }

    #[test]
    fn the_forms_of_other_programs_are_read() {
        let expected = moment("2024-02-29 12:34:56.000000");
        for text in [
            "2024-02-29T12:34:56.000000",
            "2024-02-29 12:34:56",
            "2024-02-29T12:34:56Z",
            "2024-02-29 12:34:56+00:00",
            "2024-02-29T12:34:56.0Z",
            "2024-02-29 12:34:56.000000000+00:00",
        ] {
            assert_eq!(moment(text), expected, "{text}");
        }
        assert_eq!(moment("2024-02-29 12:34:56.5").nanosecond(), 500_000_000);
        assert_eq!(moment("2024-02-29 12:34:56.123456789").nanosecond(), 123_456_789);
        assert_eq!(moment("2024-02-29 12:34:56.1234567").nanosecond(), 123_456_700);
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "2024-02-29",
            "2024-02-29 ",
            "2024-02-30 00:00:00",
            "2024-02-29x00:00:00",
            "2024-02-29 00:00",
            "2024-02-29 24:00:00",
            "2024-02-29 00:00:60",
            "2024-02-29 00:00:00.",
            "2024-02-29 00:00:00.1234567890",
            "2024-02-29 00:00:00 +00:00",
            "2024-02-29 00:00:00+01:00",
            "2024-02-29 00:00:00.-1",
            "+024-02-29 00:00:00",
            "2024-02-29 00:00:00ZZ",
            "éééééé 00:00:00",
        ] {
            assert_eq!(read_date_time(text.as_bytes()), None, "{text}");
        }
        assert_eq!(read_date(b"2024-2-9"), None);
        assert_eq!(read_date(b"12024-02-09"), None);
        assert_eq!(read_time(b"1:02:03"), None);
    }
}
