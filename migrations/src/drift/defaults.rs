//! Defaults of columns, as far as a database tells them in words that can be compared.

use orm_core::schema::FieldKind;
use orm_core::sql::{Backend, ColumnShape};

use crate::introspect::tokens::is_same_sql;

/// Whether a live default is that of the schema. What the database says in its own words counts as the same.
pub(super) fn is_same(column: &ColumnShape, found: Option<&str>, backend: Backend) -> bool {
    let (expected, found) = match (column.default.as_deref(), found) {
        (None, None) => return true,
        (Some(expected), Some(found)) => (expected, found),
        _ => return false,
    };
    if backend == Backend::Sqlite {
        return is_same_sql(expected, found);
    }
    // Moments are written anew, in the session's zone; bytes in whatever form.
    let is_rewritten = matches!(
        column.field.kind,
        FieldKind::Time | FieldKind::DateTime | FieldKind::Timestamp | FieldKind::Bytes | FieldKind::Json | FieldKind::Array(_)
    ) || (column.field.kind == FieldKind::Uuid && backend == Backend::MySql);
    match (value(expected, backend), value(found, backend)) {
        (Some(expected), Some(found)) if !is_rewritten => {
            expected == found || matches!((expected.parse::<f64>(), found.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
        }
        // What should be a value and is an expression was changed.
        (Some(_), None) => is_rewritten,
        _ => true,
    }
}

/// The value of a literal; none of an expression.
pub(crate) fn value(sql: &str, backend: Backend) -> Option<String> {
    let mut sql = sql.trim();
    while let Some(inner) = sql.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        sql = inner.trim();
    }
    if let Some(quoted) = sql.strip_prefix('\'') {
        let (text, rest) = until_quote(quoted, backend)?;
        return (rest.is_empty() || is_cast(rest)).then_some(text);
    }
    let (plain, cast) = sql.split_once("::").unwrap_or((sql, ""));
    let plain = plain.trim_matches(['(', ')']).to_lowercase();
    let is_value = plain.parse::<f64>().is_ok() || matches!(plain.as_str(), "true" | "false");
    (is_value && (cast.is_empty() || is_cast(&format!("::{cast}")))).then_some(plain)
}

/// Whether it is a cast of PostgreSQL and nothing more.
fn is_cast(rest: &str) -> bool {
    rest.starts_with("::") && rest.chars().all(|letter| letter.is_alphanumeric() || " :_\"(),.[]".contains(letter))
}

/// The text up to the quote that ends it, and what stands behind.
fn until_quote(quoted: &str, backend: Backend) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut letters = quoted.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\'' if letters.peek().is_some_and(|(_, next)| *next == '\'') => {
                letters.next();
                text.push('\'');
            }
            '\'' => return Some((text, quoted.get(at + 1..)?)),
            '\\' if backend == Backend::MySql => text.push(letters.next()?.1),
            other => text.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use orm_core::sql::Backend::{MySql, Postgres};

    use super::value;

    #[test]
    fn values_are_read_and_expressions_are_not() {
        for (sql, backend, of) in [
            ("2", Postgres, Some("2")),
            ("'-5'::integer", Postgres, Some("-5")),
            ("('-5'::integer)", Postgres, Some("-5")),
            ("'it''s'::character varying(3)", Postgres, Some("it's")),
            ("TRUE", Postgres, Some("true")),
            ("now()", Postgres, None),
            ("('a'::text || 'b'::text)", Postgres, None),
            ("lower('a'::text)", Postgres, None),
            ("'it\\'s \\\\'", MySql, Some("it's \\")),
            ("(`a` + 1)", MySql, None),
            ("1.50", MySql, Some("1.50")),
        ] {
            assert_eq!(value(sql, backend).as_deref(), of, "{sql}");
        }
    }
}
