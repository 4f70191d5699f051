//! SQLite's SQL.
//!
//! Moments are TEXT of a fixed width in UTC, so that the order of texts is the order of times and parts are substrings, exact to the
//! last digit (SQLite's own date functions round to milliseconds). Decimals are TEXT with a collation and functions of the driver.
//! LIKE is not used: it folds ASCII only, and a bound pattern would be planned anew at each run.

use std::borrow::Cow;

use crate::error::Result;
use crate::expr::{Arithmetic, Clock, DatePart, Node, TextMatch, Zone};
use crate::field::ColumnType;
use crate::meta::FieldMeta;
use crate::query::OrderTerm;
use crate::schema::{FieldKind, FieldState};
use crate::sql::begin;
use crate::sql::dialect::{direction, nulls_order};
use crate::sql::features::SQLITE_FEATURES;
use crate::sql::{Backend, Dialect, Features, Writer};
use crate::transaction::TransactionOptions;
use crate::value::Value;

/// SQLite's dialect.
pub static SQLITE: Sqlite = Sqlite(());

/// See [`SQLITE`].
pub struct Sqlite(());

impl Dialect for Sqlite {
    fn backend(&self) -> Backend {
        Backend::Sqlite
    }

    fn features(&self) -> &'static Features {
        &SQLITE_FEATURES
    }

    fn begin(&self, options: &TransactionOptions) -> Result<Cow<'static, str>> {
        begin::sqlite(options, self.features())
    }

    fn placeholder(&self, _: usize, sql: &mut String) {
        sql.push('?');
    }

    fn column_type(&self, field: &FieldState, _: bool) -> Result<String, String> {
        Ok(match field.kind {
            FieldKind::Array(_) => return Err(format!("{} has no arrays", self.features().name)),
            FieldKind::Bool | FieldKind::I16 | FieldKind::I32 | FieldKind::I64 => "INTEGER".to_owned(),
            FieldKind::F32 | FieldKind::F64 => "REAL".to_owned(),
            FieldKind::Bytes | FieldKind::Uuid => "BLOB".to_owned(),
            FieldKind::Decimal => "TEXT COLLATE amphi_decimal".to_owned(),
            FieldKind::Text
            | FieldKind::Date
            | FieldKind::Time
            | FieldKind::DateTime
            | FieldKind::Timestamp
            | FieldKind::Enum { .. }
            | FieldKind::Json => "TEXT".to_owned(),
        })
    }

    fn generated_key(&self, _: &FieldKind) -> String {
        // AUTOINCREMENT, so that the key of a deleted row never names another one.
        "INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL".to_owned()
    }

    fn needs_check(&self, _: &FieldKind) -> bool {
        true
    }

    fn table_options(&self) -> &'static str {
        " STRICT"
    }

    fn among_nothing(&self) -> &'static str {
        " IN (SELECT NULL WHERE 1 = 0)"
    }

    fn no_limit(&self) -> &'static str {
        " LIMIT -1"
    }

    fn comparable(&self, sql: &mut Writer, node: &Node) -> Result<()> {
        sql.expression(node)?;
        if node.column_type() == ColumnType::Decimal {
            sql.text(" COLLATE amphi_decimal");
        }
        Ok(())
    }

    fn assigned(&self, sql: &mut Writer, field: &FieldMeta, node: &Node) -> Result<()> {
        match (node, field.max_digits, field.decimal_places) {
            // A computed decimal that has more digits than its field is an error, as a given one is.
            (Node::Arithmetic { .. } | Node::Negate(_), Some(digits), Some(places)) => {
                sql.text("amphi_decimal_fit(");
                sql.expression(node)?;
                sql.text(", ");
                sql.number(digits.into());
                sql.text(", ");
                sql.number(places.into());
                sql.text(")");
                Ok(())
            }
            _ => sql.expression(node),
        }
    }

    fn arithmetic(&self, sql: &mut Writer, op: Arithmetic, left: &Node, right: &Node) -> Result<()> {
        let checked = may_overflow(Some(op), left, right);
        if checked {
            sql.text(CHECKED);
        }
        let kind = left.column_type();
        if kind == ColumnType::Decimal || right.column_type() == ColumnType::Decimal {
            sql.text(match op {
                Arithmetic::Add => "amphi_decimal_add(",
                Arithmetic::Subtract => "amphi_decimal_sub(",
                Arithmetic::Multiply => "amphi_decimal_mul(",
                Arithmetic::Divide => "amphi_decimal_div(",
                Arithmetic::Modulo => "amphi_decimal_mod(",
            });
            sql.expression(left)?;
            sql.text(", ");
        } else if op == Arithmetic::Modulo && matches!(kind, ColumnType::F32 | ColumnType::F64) {
            // SQLite's % is for integers.
            sql.text("amphi_remainder(");
            sql.expression(left)?;
            sql.text(", ");
        } else {
            sql.text("(");
            sql.expression(left)?;
            sql.text(match op {
                Arithmetic::Add => " + ",
                Arithmetic::Subtract => " - ",
                Arithmetic::Multiply => " * ",
                Arithmetic::Divide => " / ",
                Arithmetic::Modulo => " % ",
            });
        }
        sql.expression(right)?;
        sql.text(if checked { "))" } else { ")" });
        Ok(())
    }

    fn negate(&self, sql: &mut Writer, of: &Node) -> Result<()> {
        let checked = may_overflow(None, of, of);
        if checked {
            sql.text(CHECKED);
        }
        sql.text(if of.column_type() == ColumnType::Decimal { "amphi_decimal_neg(" } else { "(- " });
        sql.expression(of)?;
        sql.text(if checked { "))" } else { ")" });
        Ok(())
    }

    fn date_part(&self, sql: &mut Writer, part: DatePart, zone: Zone, of: &Node) -> Result<()> {
        let source = of.column_type();
        // Where the parts of a time begin: in `HH:MM:SS.ffffff`, or behind `YYYY-MM-DD `.
        let clock = if source == ColumnType::Time { 1 } else { 12 };
        match part {
            DatePart::Year => number(sql, zone, of, 1, 4),
            DatePart::Month => number(sql, zone, of, 6, 2),
            DatePart::Day => number(sql, zone, of, 9, 2),
            DatePart::Hour => number(sql, zone, of, clock, 2),
            DatePart::Minute => number(sql, zone, of, clock + 3, 2),
            DatePart::Second => number(sql, zone, of, clock + 6, 2),
            DatePart::Quarter => {
                sql.text("((");
                number(sql, zone, of, 6, 2)?;
                sql.text(" + 2) / 3)");
                Ok(())
            }
            DatePart::IsoYear => calendar(sql, "'%G'", zone, of),
            DatePart::Week => calendar(sql, "'%V'", zone, of),
            DatePart::IsoWeekDay => calendar(sql, "'%u'", zone, of),
            DatePart::WeekDay => {
                sql.text("(");
                calendar(sql, "'%w'", zone, of)?;
                sql.text(" + 1)");
                Ok(())
            }
            DatePart::Date => {
                sql.text("substr(");
                shifted(sql, zone, of)?;
                sql.text(", 1, 10)");
                Ok(())
            }
            DatePart::Time if source == ColumnType::Time => sql.expression(of),
            DatePart::Time => {
                sql.text("substr(");
                shifted(sql, zone, of)?;
                sql.text(", 12)");
                Ok(())
            }
        }
    }

    fn text_match(&self, sql: &mut Writer, test: TextMatch, insensitive: bool, of: &Node, with: &Node) -> Result<()> {
        let side = |sql: &mut Writer, node: &Node| -> Result<()> {
            if insensitive {
                sql.text("amphi_fold(");
                sql.expression(node)?;
                sql.text(")");
                return Ok(());
            }
            sql.expression(node)
        };
        match test {
            TextMatch::Exact => {
                side(sql, of)?;
                sql.text(" = ");
                side(sql, with)
            }
            TextMatch::Contains | TextMatch::StartsWith => {
                sql.text("instr(");
                side(sql, of)?;
                sql.text(", ");
                side(sql, with)?;
                sql.text(if test == TextMatch::Contains { ") > 0" } else { ") = 1" });
                Ok(())
            }
            TextMatch::EndsWith => {
                // Of SQLite's own functions none gets every text right: length() stops at a NUL, substr() of an empty one is NULL.
                sql.text("amphi_ends_with(");
                side(sql, of)?;
                sql.text(", ");
                side(sql, with)?;
                sql.text(")");
                Ok(())
            }
            TextMatch::Regex => {
                sql.text(if insensitive { "amphi_iregexp(" } else { "regexp(" });
                sql.expression(with)?;
                sql.text(", ");
                sql.expression(of)?;
                sql.text(")");
                Ok(())
            }
        }
    }

    fn among(&self, sql: &mut Writer, of: &Node, values: &[Value<'static>]) -> Result<()> {
        self.comparable(sql, of)?;
        sql.text(" IN rarray(");
        sql.list(values);
        sql.text(")");
        Ok(())
    }

    fn among_tuples(&self, sql: &mut Writer, columns: &[Node], members: &[Value<'static>]) -> Result<()> {
        let kinds = members.first().map(Value::parts).unwrap_or_default();
        for (at, column) in columns.iter().enumerate() {
            sql.text(if at == 0 { "(" } else { ", " });
            self.comparable(sql, column)?;
        }
        for (at, kind) in kinds.iter().enumerate() {
            sql.text(if at == 0 { ") IN (SELECT " } else { ", " });
            // Bytes are there as hexadecimal digits, and so is text: of a text in JSON what is behind a NUL would be cut off. With the
            // type of its column a member is found by an index.
            let (before, behind) = match kind.bound_as() {
                ColumnType::Uuid | ColumnType::Bytes => ("unhex(value ->> ", ")"),
                ColumnType::Text | ColumnType::Enum(_) => ("CAST(unhex(value ->> ", ") AS TEXT)"),
                ColumnType::Bool | ColumnType::I16 | ColumnType::I32 | ColumnType::I64 => ("CAST(value ->> ", " AS INTEGER)"),
                ColumnType::F32 | ColumnType::F64 => ("CAST(value ->> ", " AS REAL)"),
                _ => ("CAST(value ->> ", " AS TEXT)"),
            };
            sql.text(before);
            sql.number(i64::try_from(at).unwrap_or(i64::MAX));
            sql.text(behind);
        }
        sql.text(" FROM json_each(");
        sql.list(members);
        sql.text("))");
        Ok(())
    }

    fn order_term(&self, sql: &mut Writer, term: &OrderTerm, reversed: bool) -> Result<()> {
        self.comparable(sql, &term.node)?;
        direction(sql, term, reversed);
        nulls_order(sql, term, reversed);
        Ok(())
    }
}

/// SQLite goes on with a rounded floating-point number where 64 bits do not hold an integer; this function refuses it.
const CHECKED: &str = "amphi_integer(";

/// Whether an operator between two integers, or minus if there is none, may give something that 64 bits do not hold.
///
/// Told by the types alone, so that integers of 32 bits are computed without a check as far as they can be.
fn may_overflow(op: Option<Arithmetic>, left: &Node, right: &Node) -> bool {
    let is_integer = |node: &Node| matches!(node.column_type(), ColumnType::I16 | ColumnType::I32 | ColumnType::I64);
    let value = largest_column(left).max(largest_column(right)).unwrap_or(LARGEST);
    // The remainder of the smallest integer and -1 is 0 in SQLite.
    is_integer(left) && is_integer(right) && op != Some(Arithmetic::Modulo) && largest_of(op, left, right, value) >= LARGEST
}

/// The size of the smallest integer of 64 bits.
const LARGEST: u128 = 1 << 63;

/// What the size of an integer is at most; values are as large as the columns beside them can be.
fn largest(node: &Node, value: u128) -> u128 {
    match node {
        // What is larger was refused.
        Node::Arithmetic { op, left, right } => largest_of(Some(*op), left, right, value).min(LARGEST),
        Node::Negate(of) => largest(of, value),
        Node::Value(_) => value,
        leaf => largest_column(leaf).unwrap_or(LARGEST),
    }
}

fn largest_of(op: Option<Arithmetic>, left: &Node, right: &Node, value: u128) -> u128 {
    let (left, right) = (largest(left, value), largest(right, value));
    match op {
        Some(Arithmetic::Add | Arithmetic::Subtract) => left + right,
        Some(Arithmetic::Multiply) => left * right,
        Some(Arithmetic::Modulo) => left.min(right),
        Some(Arithmetic::Divide) | None => left,
    }
}

/// What the size of an integer of the widest column in an expression is at most.
fn largest_column(node: &Node) -> Option<u128> {
    match node {
        Node::Arithmetic { left, right, .. } => largest_column(left).max(largest_column(right)),
        Node::Negate(of) => largest_column(of),
        Node::Value(_) => None,
        column => match column.column_type() {
            ColumnType::I16 => Some(1 << 15),
            ColumnType::I32 => Some(1 << 31),
            _ => Some(LARGEST),
        },
    }
}

/// The text of a moment as the clock of a place shows it.
fn shifted(sql: &mut Writer, zone: Zone, of: &Node) -> Result<()> {
    match zone.0 {
        Clock::Utc => sql.expression(of),
        Clock::Fixed(offset) => {
            // The fraction is cut off first and appended again: SQLite would round it.
            sql.text("(strftime('%Y-%m-%d %H:%M:%S', substr(");
            sql.expression(of)?;
            sql.text(", 1, 19), '");
            sql.number(offset.local_minus_utc().into());
            sql.text(" seconds') || substr(");
            sql.expression(of)?;
            sql.text(", 20))");
            Ok(())
        }
        #[cfg(feature = "chrono-tz")]
        Clock::Named(zone) => {
            sql.text("amphi_local(");
            sql.expression(of)?;
            // The names are those of the IANA database: letters, digits and `/_+-`.
            sql.text(", '");
            sql.text(zone.name());
            sql.text("')");
            Ok(())
        }
    }
}

fn number(sql: &mut Writer, zone: Zone, of: &Node, start: i64, length: i64) -> Result<()> {
    sql.text("CAST(substr(");
    shifted(sql, zone, of)?;
    sql.text(", ");
    sql.number(start);
    sql.text(", ");
    sql.number(length);
    sql.text(") AS INTEGER)");
    Ok(())
}

fn calendar(sql: &mut Writer, format: &'static str, zone: Zone, of: &Node) -> Result<()> {
    sql.text("CAST(strftime(");
    sql.text(format);
    sql.text(", substr(");
    shifted(sql, zone, of)?;
    sql.text(", 1, 10)) AS INTEGER)");
    Ok(())
}
