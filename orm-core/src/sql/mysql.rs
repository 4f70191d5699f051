//! The SQL of MySQL, from 8.0, and of MariaDB, from 10.6.
//!
//! Text is stored with a binary collation that does not pad: it is compared and ordered by code points and to its last space.
//! Where no column gives that collation it is written out. Both moments are DATETIME in UTC. Lists are JSON, opened by
//! JSON_TABLE.

use std::borrow::Cow;

use crate::error::Result;
use crate::expr::{Arithmetic, Clock, DatePart, Node, TextMatch, Zone};
use crate::field::ColumnType;
use crate::meta::{FieldMeta, ModelMeta};
use crate::query::OrderTerm;
use crate::schema::{FieldKind, FieldState};
use crate::sql::begin;
use crate::sql::dialect::{direction, nulls_first, quoted};
use crate::sql::features::{MARIADB_FEATURES, MYSQL_FEATURES};
use crate::sql::{Backend, Dialect, Features, Writer};
use crate::transaction::TransactionOptions;
use crate::value::Value;

/// MariaDB's dialect.
pub static MARIADB: MySql = MySql { mariadb: true };

/// MySQL's dialect.
pub static MYSQL: MySql = MySql { mariadb: false };

/// See [`MARIADB`] and [`MYSQL`].
pub struct MySql {
    mariadb: bool,
}

/// The longest text that has a length, of four bytes a character.
const LONGEST_VARCHAR: u32 = 16_383;

/// What holds a UUID's hexadecimal digits.
const UUID_TYPE: &str = "VARCHAR(32)";

/// The longest text of a key.
const LONGEST_KEY: u32 = 768;

impl Dialect for MySql {
    fn backend(&self) -> Backend {
        Backend::MySql
    }

    fn features(&self) -> &'static Features {
        if self.mariadb { &MARIADB_FEATURES } else { &MYSQL_FEATURES }
    }

    fn begin(&self, options: &TransactionOptions) -> Result<Cow<'static, str>> {
        begin::mysql(options, self.features())
    }

    fn placeholder(&self, _: usize, sql: &mut String) {
        sql.push('?');
    }

    fn identifier(&self, name: &str, sql: &mut String) {
        quoted(name, '`', sql);
    }

    fn text_literal(&self, text: &str, sql: &mut String) {
        sql.push('\'');
        for c in text.chars() {
            // A backslash begins an escape here.
            if c == '\'' || c == '\\' {
                sql.push(c);
            }
            sql.push(c);
        }
        sql.push('\'');
    }

    fn column_type(&self, field: &FieldState, keyed: bool) -> Result<String, String> {
        let name = self.features().name;
        Ok(match field.kind {
            FieldKind::Bool => "TINYINT(1)".to_owned(),
            FieldKind::I16 => "SMALLINT".to_owned(),
            FieldKind::I32 => "INT".to_owned(),
            FieldKind::I64 => "BIGINT".to_owned(),
            FieldKind::F32 => "FLOAT".to_owned(),
            FieldKind::F64 => "DOUBLE".to_owned(),
            FieldKind::Array(_) => return Err(format!("{name} has no arrays")),
            FieldKind::Text | FieldKind::Enum { .. } => match field.max_length {
                Some(max) if keyed && max > LONGEST_KEY => {
                    return Err(format!(
                        "{name} has no key or index of a text of more than {LONGEST_KEY} characters; write a smaller `max_length`"
                    ));
                }
                Some(max) if max > LONGEST_VARCHAR => {
                    return Err(format!(
                        "{name} limits no text to more than {LONGEST_VARCHAR} characters; write no `max_length`"
                    ));
                }
                Some(max) => format!("VARCHAR({max}){}", self.text_collation()),
                None if keyed => {
                    return Err(format!(
                        "{name} has no key or index of a text without a length; write `max_length`, at most {LONGEST_KEY}"
                    ));
                }
                None => format!("LONGTEXT{}", self.text_collation()),
            },
            FieldKind::Bytes | FieldKind::Json if keyed => {
                return Err(format!(
                    "{name} has no key or index of bytes or JSON; write it of another type, or no `unique` and no `index`"
                ));
            }
            FieldKind::Bytes => "LONGBLOB".to_owned(),
            FieldKind::Date => "DATE".to_owned(),
            FieldKind::Time => "TIME(6)".to_owned(),
            FieldKind::DateTime | FieldKind::Timestamp => "DATETIME(6)".to_owned(),
            FieldKind::Uuid => "BINARY(16)".to_owned(),
            FieldKind::Decimal => match (field.max_digits, field.decimal_places) {
                (Some(digits), Some(places)) => format!("DECIMAL({digits}, {places})"),
                // Whatever a `Decimal` holds.
                _ => "DECIMAL(65, 28)".to_owned(),
            },
            FieldKind::Json => "JSON".to_owned(),
        })
    }

    fn generated_key(&self, kind: &FieldKind) -> String {
        let width = if *kind == FieldKind::I32 { "INT" } else { "BIGINT" };
        format!("{width} NOT NULL AUTO_INCREMENT PRIMARY KEY")
    }

    fn needs_check(&self, kind: &FieldKind) -> bool {
        *kind == FieldKind::Bool
    }

    fn table_options(&self) -> &'static str {
        if self.mariadb {
            " ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"
        } else {
            " ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin"
        }
    }

    /// MySQL cannot be told to add what is not there, so it is asked first, in SQL.
    fn add_foreign_key(&self, table: &str, name: &str, constraint: &str) -> Result<Vec<String>, String> {
        let mut addition = String::from("ALTER TABLE ");
        self.identifier(table, &mut addition);
        addition.push_str(" ADD ");
        addition.push_str(constraint);
        Ok(vec![
            format!(
                "SET @amphi = IF(EXISTS (SELECT 1 FROM information_schema.TABLE_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() \
                 AND TABLE_NAME = {} AND CONSTRAINT_NAME = {}), 'DO 0', {})",
                literal(table)?,
                literal(name)?,
                literal(&addition)?
            ),
            "PREPARE amphi FROM @amphi".to_owned(),
            "EXECUTE amphi".to_owned(),
            "DEALLOCATE PREPARE amphi".to_owned(),
        ])
    }

    fn no_columns(&self) -> &'static str {
        " () VALUES ()"
    }

    /// Not IS TRUE: within a comparison MariaDB takes it for false wherever a joined row is missing, and drops such rows.
    fn certainly(&self) -> (&'static str, &'static str) {
        ("COALESCE((", "), FALSE)")
    }

    fn share_lock(&self) -> &'static str {
        if self.mariadb { " LOCK IN SHARE MODE" } else { " FOR SHARE" }
    }

    fn no_limit(&self) -> &'static str {
        " LIMIT 18446744073709551615"
    }

    fn text_collation(&self) -> &'static str {
        if self.mariadb { " COLLATE utf8mb4_nopad_bin" } else { " COLLATE utf8mb4_0900_bin" }
    }

    fn value(&self, sql: &mut Writer, value: &Value<'static>) {
        // They are sent as text, which would be compared as text or computed with as floating-point numbers.
        let cast = match value.bound_as() {
            ColumnType::Decimal => " AS DECIMAL(65, 28))",
            ColumnType::Json if !self.mariadb => " AS JSON)",
            _ => return sql.value(value),
        };
        sql.text("CAST(");
        sql.value(value);
        sql.text(cast);
    }

    fn assigned(&self, sql: &mut Writer, field: &FieldMeta, node: &Node) -> Result<()> {
        match (node, field.max_digits, field.decimal_places) {
            // The column would round it silently. A number that is too large for the column makes it the error that it is
            // elsewhere.
            (Node::Arithmetic { .. } | Node::Negate(_), Some(digits), Some(places)) => {
                sql.text("CASE WHEN ");
                sql.expression(node)?;
                sql.text(" <> ROUND(");
                sql.expression(node)?;
                sql.text(", ");
                sql.number(places.into());
                sql.text(") THEN 1");
                (0..digits).for_each(|_| sql.text("0"));
                sql.text(" ELSE ");
                sql.expression(node)?;
                sql.text(" END");
                Ok(())
            }
            _ => sql.expression(node),
        }
    }

    fn arithmetic(&self, sql: &mut Writer, op: Arithmetic, left: &Node, right: &Node) -> Result<()> {
        let kind = left.column_type();
        let decimal = kind == ColumnType::Decimal || right.column_type() == ColumnType::Decimal;
        let whole = matches!(kind, ColumnType::I16 | ColumnType::I32 | ColumnType::I64);
        if decimal && op == Arithmetic::Divide {
            // A quotient has four places more than the dividend.
            sql.text("ROUND(CAST(");
            sql.expression(left)?;
            sql.text(" AS DECIMAL(65, 28)) / NULLIF(");
            sql.expression(right)?;
            sql.text(", 0), 28)");
            return Ok(());
        }
        sql.text("(");
        operand(sql, left)?;
        sql.text(match op {
            Arithmetic::Add => " + ",
            Arithmetic::Subtract => " - ",
            Arithmetic::Multiply => " * ",
            Arithmetic::Divide if whole => " DIV NULLIF(",
            Arithmetic::Divide => " / NULLIF(",
            Arithmetic::Modulo => " % NULLIF(",
        });
        operand(sql, right)?;
        sql.text(if matches!(op, Arithmetic::Divide | Arithmetic::Modulo) { ", 0))" } else { ")" });
        Ok(())
    }

    fn negate(&self, sql: &mut Writer, of: &Node) -> Result<()> {
        sql.text("(- ");
        operand(sql, of)?;
        sql.text(")");
        Ok(())
    }

    fn date_part(&self, sql: &mut Writer, part: DatePart, zone: Zone, of: &Node) -> Result<()> {
        let (before, behind) = match part {
            DatePart::Year => ("YEAR(", ")"),
            DatePart::IsoYear => ("(YEARWEEK(", ", 3) DIV 100)"),
            DatePart::Quarter => ("QUARTER(", ")"),
            DatePart::Month => ("MONTH(", ")"),
            DatePart::Week => ("WEEK(", ", 3)"),
            DatePart::Day => ("DAYOFMONTH(", ")"),
            DatePart::WeekDay => ("DAYOFWEEK(", ")"),
            DatePart::IsoWeekDay => ("(WEEKDAY(", ") + 1)"),
            DatePart::Hour => ("HOUR(", ")"),
            DatePart::Minute => ("MINUTE(", ")"),
            DatePart::Second => ("SECOND(", ")"),
            DatePart::Date => ("DATE(", ")"),
            DatePart::Time => ("TIME(", ")"),
        };
        sql.text(before);
        local(sql, zone, of)?;
        sql.text(behind);
        Ok(())
    }

    fn text_match(&self, sql: &mut Writer, test: TextMatch, insensitive: bool, of: &Node, with: &Node) -> Result<()> {
        let side = |sql: &mut Writer, node: &Node| -> Result<()> {
            if insensitive {
                return self.folded(sql, node);
            }
            sql.expression(node)?;
            sql.text(self.text_collation());
            Ok(())
        };
        match (test, insensitive) {
            (TextMatch::Exact, _) => {
                side(sql, of)?;
                sql.text(" = ");
                side(sql, with)
            }
            // The one test of a start that an index serves.
            (TextMatch::StartsWith, false) => {
                sql.expression(of)?;
                sql.text(" LIKE CONCAT(REPLACE(REPLACE(REPLACE(");
                sql.expression(with)?;
                sql.text(", '!', '!!'), '%', '!%'), '_', '!_'), '%')");
                sql.text(self.text_collation());
                sql.text(" ESCAPE '!'");
                Ok(())
            }
            (TextMatch::Contains | TextMatch::StartsWith, _) => {
                sql.text("LOCATE(");
                side(sql, with)?;
                sql.text(", ");
                side(sql, of)?;
                sql.text(if test == TextMatch::Contains { ") > 0" } else { ") = 1" });
                Ok(())
            }
            (TextMatch::EndsWith, _) => {
                sql.text("RIGHT(");
                side(sql, of)?;
                sql.text(", CHAR_LENGTH(");
                side(sql, with)?;
                sql.text(")) = ");
                side(sql, with)
            }
            (TextMatch::Regex, _) if self.mariadb => {
                sql.expression(of)?;
                sql.text(self.text_collation());
                // Classes of letters are those of Unicode.
                sql.text(if insensitive { " REGEXP CONCAT('(*UCP)(?i)', " } else { " REGEXP CONCAT('(*UCP)', " });
                sql.expression(with)?;
                sql.text(")");
                Ok(())
            }
            (TextMatch::Regex, _) => {
                sql.text("REGEXP_LIKE(");
                sql.expression(of)?;
                // An empty pattern is an error there; it matches with an empty group in front of it, as elsewhere.
                sql.text(", CONCAT('(?:)', ");
                sql.expression(with)?;
                sql.text(if insensitive { "), 'i')" } else { "), 'c')" });
                Ok(())
            }
        }
    }

    fn among(&self, sql: &mut Writer, of: &Node, values: &[Value<'static>]) -> Result<()> {
        let member = self.member(values.first().map_or_else(|| of.column_type(), Value::bound_as))?;
        self.comparable(sql, of)?;
        sql.text(" IN (SELECT ");
        self.write_member(sql, member, None);
        sql.text(" FROM JSON_TABLE(");
        sql.list(values);
        sql.text(", '$[*]' COLUMNS (v ");
        sql.text(member.column);
        sql.text(member.character_set());
        sql.text(" PATH '$')) AS listed)");
        Ok(())
    }

    fn among_tuples(&self, sql: &mut Writer, columns: &[Node], members: &[Value<'static>]) -> Result<()> {
        let kinds = members.first().map(Value::parts).unwrap_or_default();
        let members_of = kinds.iter().map(|kind| self.member(kind.bound_as())).collect::<Result<Vec<Member>>>()?;
        let number = |at: usize| i64::try_from(at).unwrap_or(i64::MAX);
        for (at, column) in columns.iter().enumerate() {
            sql.text(if at == 0 { "(" } else { ", " });
            self.comparable(sql, column)?;
        }
        for (at, member) in members_of.iter().enumerate() {
            sql.text(if at == 0 { ") IN (SELECT " } else { ", " });
            self.write_member(sql, *member, Some(number(at)));
        }
        sql.text(" FROM JSON_TABLE(");
        sql.list(members);
        for (at, member) in members_of.iter().enumerate() {
            sql.text(if at == 0 { ", '$[*]' COLUMNS (v" } else { ", v" });
            sql.number(number(at));
            sql.text(" ");
            sql.text(member.column);
            sql.text(member.character_set());
            sql.text(" PATH '$[");
            sql.number(number(at));
            sql.text("]'");
        }
        sql.text(")) AS listed)");
        Ok(())
    }

    fn unless_there(&self, sql: &mut Writer, model: &'static ModelMeta, keyed: bool, fields: &[usize]) {
        let is_key = model.key.len() == fields.len() && fields.iter().all(|field| model.is_key(*field));
        let may_meet_others = (keyed && !is_key)
            || model.unique_together.len() > usize::from(!is_key)
            || model.fields.iter().any(|field| field.unique);
        if may_meet_others {
            return;
        }
        // An INSERT IGNORE would ignore more. A key that is set to itself changes nothing.
        for text in [" ON DUPLICATE KEY UPDATE ", " = "] {
            sql.text(text);
            sql.identifier(model.table);
            sql.text(".");
            sql.identifier(model.key_field().column);
        }
    }

    fn order_term(&self, sql: &mut Writer, term: &OrderTerm, reversed: bool) -> Result<()> {
        if matches!(term.node, Node::Value(_)) {
            // It takes no placeholder there, and a value that is the same for all rows orders none.
            sql.text("NULL");
            return Ok(());
        }
        let ascending = term.descending == reversed;
        // NULLs are smaller than everything else, so only the other side has to be asked for.
        if let Some(first) = nulls_first(term, reversed)
            && first != ascending
        {
            self.comparable(sql, &term.node)?;
            sql.text(if first { " IS NULL DESC, " } else { " IS NULL ASC, " });
        }
        self.comparable(sql, &term.node)?;
        direction(sql, term, reversed);
        Ok(())
    }
}

/// How the members of a list are read that is bound as JSON.
#[derive(Clone, Copy)]
struct Member {
    /// What stands before and behind its column.
    around: (&'static str, &'static str),
    /// The type of its column.
    column: &'static str,
}

impl Member {
    fn is_text(self) -> bool {
        matches!(self.column, "LONGTEXT" | UUID_TYPE)
    }

    fn character_set(self) -> &'static str {
        if self.is_text() { " CHARACTER SET utf8mb4" } else { "" }
    }
}

impl MySql {
    /// How the members of a list of a type are read.
    fn member(&self, kind: ColumnType) -> Result<Member> {
        const PLAIN: (&str, &str) = ("", "");
        const DIGITS: (&str, &str) = ("UNHEX(", ")");
        let (around, column) = match kind {
            ColumnType::Bool => (PLAIN, "TINYINT"),
            ColumnType::I16 | ColumnType::I32 | ColumnType::I64 => (PLAIN, "BIGINT"),
            ColumnType::F32 | ColumnType::F64 => (PLAIN, "DOUBLE"),
            ColumnType::Date => (PLAIN, "DATE"),
            ColumnType::Time => (PLAIN, "TIME(6)"),
            ColumnType::DateTime | ColumnType::Timestamp => (PLAIN, "DATETIME(6)"),
            ColumnType::Decimal => (PLAIN, "DECIMAL(65, 28)"),
            ColumnType::Uuid => (DIGITS, UUID_TYPE),
            ColumnType::Bytes => (DIGITS, "LONGTEXT"),
            ColumnType::Json if !self.mariadb => (("CAST(", " AS JSON)"), "LONGTEXT"),
            ColumnType::Array(_) => self.features().takes_arrays().map(|()| (PLAIN, "LONGTEXT"))?,
            ColumnType::Text | ColumnType::Enum(_) | ColumnType::Json | ColumnType::Tuple(_) => (PLAIN, "LONGTEXT"),
        };
        Ok(Member { around, column })
    }

    /// Writes a member of a list, whose column is called `v`, or `v` and a number.
    fn write_member(&self, sql: &mut Writer, member: Member, number: Option<i64>) {
        let (before, behind) = member.around;
        sql.text(before);
        sql.text("v");
        if let Some(number) = number {
            sql.number(number);
        }
        sql.text(behind);
        if member.is_text() && before.is_empty() {
            sql.text(self.text_collation());
        }
    }

    /// A text without the case of its letters. A letter is raised and lowered to one letter, so `ß` and `İ`, which have two, are
    /// replaced; the dotless `ı`, which would be raised to `I`, is kept as a character that nobody uses. The collation in the
    /// middle is there for the letters that it knows.
    fn folded(&self, sql: &mut Writer, node: &Node) -> Result<()> {
        sql.text("REPLACE(LOWER(UPPER(LOWER(REPLACE(REPLACE(");
        sql.expression(node)?;
        sql.text(self.text_collation());
        sql.text(", 'ı', '\u{e000}'), 'İ', 'i\u{307}') COLLATE utf8mb4_unicode_520_ci)))");
        sql.text(self.text_collation());
        sql.text(", 'ß', 'ss')");
        Ok(())
    }
}

/// A name or statement as a literal.
fn literal(text: &str) -> Result<String, String> {
    if text.contains('\\') {
        return Err("the name of a table or column has a backslash, which MySQL reads in two ways".to_owned());
    }
    let mut sql = String::with_capacity(text.len() + 2);
    quoted(text, '\'', &mut sql);
    Ok(sql)
}

/// An operand of arithmetic. What is bound says its type: two operands of none would be floating-point numbers.
fn operand(sql: &mut Writer, node: &Node) -> Result<()> {
    match node {
        Node::Value(value) if value.bound_as() == ColumnType::I64 => {
            sql.text("CAST(");
            sql.value(value);
            sql.text(" AS SIGNED)");
            Ok(())
        }
        _ => sql.expression(node),
    }
}

/// A date, a time, or a moment as the clock of a zone shows it.
///
/// # Errors
/// [`Error::Unsupported`](crate::error::Error::Unsupported) for a zone with a name: CONVERT_TZ knows the years 1970 to 2038 alone, and gives the others back as they are.
fn local(sql: &mut Writer, zone: Zone, of: &Node) -> Result<()> {
    match zone.0 {
        Clock::Utc => sql.expression(of),
        Clock::Fixed(offset) => {
            sql.text("(");
            sql.expression(of)?;
            sql.text(" + INTERVAL ");
            sql.number(offset.local_minus_utc().into());
            sql.text(" SECOND)");
            Ok(())
        }
        #[cfg(feature = "chrono-tz")]
        Clock::Named(_) => Err(crate::error::Error::Unsupported {
            feature: "the parts of a moment in a time zone by its name",
            backend: sql.dialect().features().name,
            hint: "compare with `year_at(zone)`, which is a range, or take a fixed offset",
        }),
    }
}
