//! SQLite's SQL.
//!
//! Moments are TEXT of a fixed width in UTC, so that the order of texts is the order of times and parts are substrings, exact to the
//! last digit (SQLite's own date functions round to milliseconds). Decimals are TEXT with a collation and functions of the driver.
//! LIKE is not used: it folds ASCII only, and a bound pattern would be planned anew at each run.

use crate::error::Result;
use crate::expr::{Arithmetic, DatePart, Node, TextMatch};
use crate::field::ColumnType;
use crate::meta::FieldMeta;
use crate::query::{NullsOrder, OrderTerm};
use crate::sql::features::SQLITE_FEATURES;
use crate::sql::{Dialect, Features, Writer};
use crate::value::Value;

/// SQLite's dialect.
pub static SQLITE: Sqlite = Sqlite(());

/// See [`SQLITE`].
pub struct Sqlite(());

impl Dialect for Sqlite {
    fn features(&self) -> &'static Features {
        &SQLITE_FEATURES
    }

    fn placeholder(&self, _: usize, sql: &mut String) {
        sql.push('?');
    }

    fn column_type(&self, field: &FieldMeta) -> String {
        match field.column_type {
            ColumnType::Bool | ColumnType::I16 | ColumnType::I32 | ColumnType::I64 => "INTEGER".to_owned(),
            ColumnType::F32 | ColumnType::F64 => "REAL".to_owned(),
            ColumnType::Bytes | ColumnType::Uuid => "BLOB".to_owned(),
            ColumnType::Decimal => "TEXT COLLATE amphi_decimal".to_owned(),
            ColumnType::Text
            | ColumnType::Date
            | ColumnType::Time
            | ColumnType::DateTime
            | ColumnType::Timestamp
            | ColumnType::Json => "TEXT".to_owned(),
        }
    }

    fn generated_key(&self, _: &FieldMeta) -> String {
        // AUTOINCREMENT, so that the key of a deleted row never names another one.
        "INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL".to_owned()
    }

    fn table_options(&self) -> &'static str {
        " STRICT"
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
        sql.text(")");
        Ok(())
    }

    fn negate(&self, sql: &mut Writer, of: &Node) -> Result<()> {
        sql.text(if of.column_type() == ColumnType::Decimal { "amphi_decimal_neg(" } else { "(- " });
        sql.expression(of)?;
        sql.text(")");
        Ok(())
    }

    fn date_part(&self, sql: &mut Writer, part: DatePart, offset: i32, of: &Node) -> Result<()> {
        let source = of.column_type();
        // Where the parts of a time begin: in `HH:MM:SS.ffffff`, or behind `YYYY-MM-DD `.
        let clock = if source == ColumnType::Time { 1 } else { 12 };
        match part {
            DatePart::Year => number(sql, offset, of, 1, 4),
            DatePart::Month => number(sql, offset, of, 6, 2),
            DatePart::Day => number(sql, offset, of, 9, 2),
            DatePart::Hour => number(sql, offset, of, clock, 2),
            DatePart::Minute => number(sql, offset, of, clock + 3, 2),
            DatePart::Second => number(sql, offset, of, clock + 6, 2),
            DatePart::Quarter => {
                sql.text("((");
                number(sql, offset, of, 6, 2)?;
                sql.text(" + 2) / 3)");
                Ok(())
            }
            DatePart::IsoYear => calendar(sql, "'%G'", offset, of),
            DatePart::Week => calendar(sql, "'%V'", offset, of),
            DatePart::IsoWeekDay => calendar(sql, "'%u'", offset, of),
            DatePart::WeekDay => {
                sql.text("(");
                calendar(sql, "'%w'", offset, of)?;
                sql.text(" + 1)");
                Ok(())
            }
            DatePart::Date => {
                sql.text("substr(");
                shifted(sql, offset, of)?;
                sql.text(", 1, 10)");
                Ok(())
            }
            DatePart::Time if source == ColumnType::Time => sql.expression(of),
            DatePart::Time => {
                sql.text("substr(");
                shifted(sql, offset, of)?;
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

    fn in_list(&self, sql: &mut Writer, values: &[Value<'static>]) {
        sql.text("rarray(");
        sql.list(values);
        sql.text(")");
    }

    fn order_term(&self, sql: &mut Writer, term: &OrderTerm, reversed: bool) -> Result<()> {
        self.comparable(sql, &term.node)?;
        sql.text(if term.descending == reversed { " ASC" } else { " DESC" });
        sql.text(match (term.nulls, reversed) {
            (None, _) => "",
            (Some(NullsOrder::First), false) | (Some(NullsOrder::Last), true) => " NULLS FIRST",
            (Some(NullsOrder::Last), false) | (Some(NullsOrder::First), true) => " NULLS LAST",
        });
        Ok(())
    }
}

/// The text of a moment, moved by an offset in minutes.
fn shifted(sql: &mut Writer, offset: i32, of: &Node) -> Result<()> {
    if offset == 0 {
        return sql.expression(of);
    }
    // The fraction is cut off first and appended again: SQLite would round it.
    sql.text("(strftime('%Y-%m-%d %H:%M:%S', substr(");
    sql.expression(of)?;
    sql.text(", 1, 19), '");
    sql.number(offset.into());
    sql.text(" minutes') || substr(");
    sql.expression(of)?;
    sql.text(", 20))");
    Ok(())
}

fn number(sql: &mut Writer, offset: i32, of: &Node, start: i64, length: i64) -> Result<()> {
    sql.text("CAST(substr(");
    shifted(sql, offset, of)?;
    sql.text(", ");
    sql.number(start);
    sql.text(", ");
    sql.number(length);
    sql.text(") AS INTEGER)");
    Ok(())
}

fn calendar(sql: &mut Writer, format: &'static str, offset: i32, of: &Node) -> Result<()> {
    sql.text("CAST(strftime(");
    sql.text(format);
    sql.text(", substr(");
    shifted(sql, offset, of)?;
    sql.text(", 1, 10)) AS INTEGER)");
    Ok(())
}
