//! The names of what belongs to a table: always a function of the table's and the columns' names as they are now.

use crate::sql::{Backend, Dialect};

/// The name of what belongs to columns of a table. One that is too long ends in a hash of the whole, so that it stays the same and
/// its own.
pub(super) fn name_of(table: &str, columns: &[String], kind: &str, dialect: &dyn Dialect) -> String {
    let whole = format!("{table}_{}_{kind}", columns.join("_"));
    let Some(longest) = dialect.features().longest_name.filter(|longest| !longest.takes(&whole)) else { return whole };
    let end = format!("_{:016x}_{kind}", hash(&whole));
    let mut name = whole;
    while !(name.is_empty() || longest.takes(&format!("{name}{end}"))) {
        name.pop();
    }
    name + &end
}

/// FNV-1a: the same everywhere and for ever.
pub(super) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The name that PostgreSQL gives to a constraint or sequence that is given none: as `makeObjectName` does in its source, it
/// shortens the longer of the two names until the whole has 63 bytes.
pub(super) fn postgres_name(table: &str, column: Option<&str>, label: &str) -> String {
    let column = column.unwrap_or_default();
    let around = label.len() + 1 + usize::from(!column.is_empty());
    let room = 63_usize.saturating_sub(around);
    let (mut first, mut second) = (table.len(), column.len());
    while first + second > room {
        if first > second {
            first -= 1;
        } else {
            second -= 1;
        }
    }
    let clipped = |name: &str, length: usize| name.get(..name.floor_char_boundary(length)).unwrap_or_default().to_owned();
    let (table, column) = (clipped(table, first), clipped(column, second));
    if column.is_empty() { format!("{table}_{label}") } else { format!("{table}_{column}_{label}") }
}

/// What PostgreSQL calls what has no name; elsewhere it has none, or that of its column.
pub(super) fn given_name(table: &str, column: Option<&str>, label: &str, dialect: &dyn Dialect) -> String {
    match (dialect.backend(), column) {
        (Backend::Postgres, column) => postgres_name(table, column, label),
        (Backend::MySql, Some(column)) => column.to_owned(),
        _ => String::new(),
    }
}

/// A quoted identifier.
pub(super) fn quoted(name: &str, dialect: &dyn Dialect) -> String {
    let mut sql = String::with_capacity(name.len() + 2);
    dialect.identifier(name, &mut sql);
    sql
}

/// Quoted identifiers between commas.
pub(super) fn listed<'n>(names: impl IntoIterator<Item = &'n String>, dialect: &dyn Dialect) -> String {
    let mut sql = String::new();
    for (at, name) in names.into_iter().enumerate() {
        if at > 0 {
            sql.push_str(", ");
        }
        dialect.identifier(name, &mut sql);
    }
    sql
}

/// A text as a literal.
pub(super) fn text(text: &str, dialect: &dyn Dialect) -> String {
    let mut sql = String::with_capacity(text.len() + 2);
    dialect.text_literal(text, &mut sql);
    sql
}

#[cfg(test)]
mod tests {
    use super::postgres_name;

    #[test]
    fn postgres_shortens_the_longer_name() {
        assert_eq!(postgres_name("book", Some("title"), "key"), "book_title_key");
        assert_eq!(postgres_name("book", None, "pkey"), "book_pkey");
        let long = "a".repeat(63);
        assert_eq!(postgres_name(&long, None, "pkey"), format!("{}_pkey", "a".repeat(58)));
        assert_eq!(postgres_name(&long, Some(&"b".repeat(63)), "key"), format!("{}_{}_key", "a".repeat(29), "b".repeat(29)));
        // A character of two bytes is left out whole.
        assert_eq!(postgres_name(&format!("x{}", "ä".repeat(31)), None, "pkey"), format!("x{}_pkey", "ä".repeat(28)));
    }
}
