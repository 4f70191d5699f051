//! The clocks of time zones, which SQLite does not know.

use chrono::{SubsecRound, TimeZone};
use chrono_tz::Tz;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Result};

use crate::functions::refused;
use crate::moment::{DATE_TIME, read_date_time, write_clock};

/// Adds the function to a connection.
pub(crate) fn install(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("amphi_local", 2, flags, |context| {
        let zone = zone_of(context)?;
        Ok(match context.get_raw(0) {
            ValueRef::Text(moment) => local(moment, zone).map(Clock),
            _ => None,
        })
    })
}

fn zone_of(context: &Context<'_>) -> Result<Tz> {
    let name = context.get_raw(1).as_str().unwrap_or_default();
    name.parse().map_err(|_| refused("local", "there is no such time zone"))
}

/// What a clock shows, as text.
struct Clock([u8; DATE_TIME]);

impl ToSql for Clock {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(&self.0)))
    }
}

/// What the clock of a zone shows at a moment; `None` for what is no moment, and for a clock that shows the year 10000.
fn local(moment: &[u8], zone: Tz) -> Option<[u8; DATE_TIME]> {
    let moment = read_date_time(moment)?.trunc_subsecs(6);
    write_clock(zone.from_utc_datetime(&moment).naive_local())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn shown(moment: &str, zone: Tz) -> Option<String> {
        local(moment.as_bytes(), zone).map(|text| String::from_utf8(text.to_vec()).unwrap())
    }

    #[test]
    fn the_clock_follows_the_zone_through_its_changes() {
        let warsaw = |moment| shown(moment, Tz::Europe__Warsaw).unwrap();
        assert_eq!(warsaw("2024-03-31 00:59:59.999999"), "2024-03-31 01:59:59.999999");
        assert_eq!(warsaw("2024-03-31 01:00:00.000000"), "2024-03-31 03:00:00.000000");
        assert_eq!(warsaw("2024-10-27 00:30:00.000001"), "2024-10-27 02:30:00.000001");
        assert_eq!(warsaw("2024-10-27 01:30:00.000001"), "2024-10-27 02:30:00.000001");
        // Before there were zones the sun set the clock, to the second.
        assert_eq!(warsaw("1850-01-01 00:00:00.000000"), "1850-01-01 01:24:00.000000");
        assert_eq!(shown("1900-01-01T00:00:00.5Z", Tz::Europe__Paris).unwrap(), "1900-01-01 00:09:21.500000");
    }

    #[test]
    fn the_calendar_has_ends() {
        assert_eq!(shown("0001-01-01 00:00:00.000000", Tz::America__New_York).unwrap(), "0000-12-31 19:03:58.000000");
        assert_eq!(shown("9999-12-31 23:59:59.999999", Tz::America__New_York).unwrap(), "9999-12-31 18:59:59.999999");
        assert_eq!(shown("9999-12-31 22:59:59.999999", Tz::Europe__Warsaw).unwrap(), "9999-12-31 23:59:59.999999");
        assert_eq!(shown("9999-12-31 23:00:00.000000", Tz::Europe__Warsaw), None);
        assert_eq!(shown("tomorrow", Tz::Europe__Warsaw), None);
    }
}
