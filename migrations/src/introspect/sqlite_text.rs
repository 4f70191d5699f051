//! What SQLite tells of a table by its CREATE TABLE alone: the names of constraints, checks, collations.

use super::catalog::{CatalogCheck, Generated};
use super::tokens::{Placed, between_commas, parenthesized, source, tokens};

/// What a CREATE TABLE says.
#[derive(Debug, Default, PartialEq)]
pub(super) struct TableText {
    pub(super) checks: Vec<CatalogCheck>,
    /// The names of unique constraints, by their columns.
    pub(super) uniques: Vec<(Vec<String>, String)>,
    /// The names of foreign keys, by their columns.
    pub(super) foreign_keys: Vec<(Vec<String>, String)>,
    /// The collations of columns.
    pub(super) collations: Vec<(String, String)>,
    /// How columns are made.
    pub(super) generated: Vec<(String, Generated)>,
}

impl TableText {
    pub(super) fn read(sql: &str) -> TableText {
        let mut text = TableText::default();
        let all = tokens(sql);
        let Some(open) = all.iter().position(|token| token.is_sign('(')) else { return text };
        let Some((body, _)) = all.get(open..).and_then(parenthesized) else { return text };
        for item in between_commas(body) {
            let Some(first) = item.first() else { continue };
            let is_constraint = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"].iter().any(|word| first.is(word));
            match first.name() {
                Some(column) if !is_constraint => text.read_parts(sql, item.get(1..).unwrap_or_default(), Some(column)),
                _ => text.read_parts(sql, item, None),
            }
        }
        text
    }

    /// Reads the constraints of a column, or one of the table.
    fn read_parts(&mut self, sql: &str, mut rest: &[Placed], column: Option<&str>) {
        let (mut name, mut is_primary): (Option<String>, bool) = (None, false);
        while let [first, behind @ ..] = rest {
            rest = behind;
            if first.is("CONSTRAINT") {
                if let [named, after @ ..] = behind {
                    name = named.name().map(str::to_owned);
                    rest = after;
                }
                continue;
            }
            is_primary = is_primary || first.is("PRIMARY");
            if first.is("CHECK") {
                if let Some((condition, after)) = parenthesized(behind) {
                    let condition = source(sql, condition).to_owned();
                    self.checks.push(CatalogCheck { name: name.take(), condition, validated: true });
                    rest = after;
                }
            } else if first.is("UNIQUE") || first.is("REFERENCES") || first.is("KEY") {
                let own = column.map(|column| vec![column.to_owned()]);
                let listed = parenthesized(behind).filter(|_| column.is_none());
                let columns = own.or_else(|| Some(names(listed?.0)));
                if let (Some(columns), Some(name)) = (columns, name.take()) {
                    if first.is("UNIQUE") {
                        self.uniques.push((columns, name));
                    } else if first.is("REFERENCES") || (column.is_none() && !is_primary) {
                        self.foreign_keys.push((columns, name));
                    }
                }
                if column.is_none() {
                    return;
                }
            } else if let Some(column) = column {
                rest = self.read_column(sql, column, first, behind);
            }
        }
    }

    /// Reads one word of a column, and gives what stands behind.
    fn read_column<'t>(&mut self, sql: &str, column: &str, first: &Placed, behind: &'t [Placed]) -> &'t [Placed] {
        if first.is("COLLATE")
            && let [collation, after @ ..] = behind
        {
            self.collations.extend(collation.name().map(|collation| (column.to_owned(), collation.to_owned())));
            return after;
        }
        if first.is("AUTOINCREMENT") {
            self.generated.push((column.to_owned(), Generated::Counted));
        } else if first.is("AS")
            && let Some((expression, after)) = parenthesized(behind)
        {
            self.generated.push((column.to_owned(), Generated::Computed(source(sql, expression).to_owned())));
            return after;
        }
        // The size of a type, or a default.
        parenthesized(behind).map_or(behind, |(_, after)| if first.is("CHECK") { behind } else { after })
    }
}

/// What an index orders the rows by, each as it is written, and its condition.
pub(super) fn index_text(sql: &str) -> (Vec<String>, Option<String>) {
    let all = tokens(sql);
    let Some(open) = all.iter().position(|token| token.is_sign('(')) else { return (Vec::new(), None) };
    let Some((inside, behind)) = all.get(open..).and_then(parenthesized) else { return (Vec::new(), None) };
    let terms = between_commas(inside).into_iter().map(|term| source(sql, without_order(term)).to_owned()).collect();
    let condition = behind.split_first().filter(|(first, _)| first.is("WHERE")).map(|(_, rest)| source(sql, rest).to_owned());
    (terms, condition)
}

fn without_order(term: &[Placed]) -> &[Placed] {
    match term {
        [expression @ .., last] if last.is("DESC") || last.is("ASC") => expression,
        all => all,
    }
}

fn names(list: &[Placed]) -> Vec<String> {
    between_commas(list).into_iter().filter_map(|column| column.first()?.name()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::{TableText, index_text};
    use crate::introspect::Generated;

    #[test]
    fn a_table_tells_what_no_pragma_does() {
        let text = TableText::read(
            "CREATE TABLE \"a (b\" (\"id\" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, -- , CHECK (1)\n \
             \"x,y\" TEXT COLLATE amphi_decimal NOT NULL DEFAULT ('it''s' || ')') CONSTRAINT \"x_check\" CHECK (length(\"x,y\") <= 3) \
             CONSTRAINT fk REFERENCES other (id) ON DELETE CASCADE UNIQUE, double INTEGER GENERATED ALWAYS AS (id * 2) STORED, \
             price DECIMAL(8, 2) CHECK (price > 0), CONSTRAINT p PRIMARY KEY (a), CONSTRAINT u UNIQUE (\"x,y\", id), CHECK (id > 0), \
             CONSTRAINT \"two\" FOREIGN KEY (id, double) REFERENCES other (a, b)) STRICT",
        );
        let checks: Vec<_> = text.checks.iter().map(|check| (check.name.as_deref(), check.condition.as_str())).collect();
        assert_eq!(checks, [(Some("x_check"), "length(\"x,y\") <= 3"), (None, "price > 0"), (None, "id > 0")]);
        assert_eq!(text.uniques, [(vec!["x,y".to_owned(), "id".to_owned()], "u".to_owned())]);
        let of = |columns: &[&str], name: &str| (columns.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>(), name.to_owned());
        assert_eq!(text.foreign_keys, [of(&["x,y"], "fk"), of(&["id", "double"], "two")]);
        assert_eq!(text.collations, [("x,y".to_owned(), "amphi_decimal".to_owned())]);
        let computed = Generated::Computed("id * 2".to_owned());
        assert_eq!(text.generated, [("id".to_owned(), Generated::Counted), ("double".to_owned(), computed)]);
        assert_eq!(TableText::read("CREATE VIEW v AS SELECT 1"), TableText::default());
    }

    #[test]
    fn an_index_tells_its_expressions() {
        let (terms, condition) = index_text("CREATE INDEX i ON t (\"a\", lower(b) DESC, (c + 1)) WHERE (c > 0 AND \"d\" = ')')");
        assert_eq!(terms, ["\"a\"", "lower(b)", "(c + 1)"]);
        assert_eq!(condition.as_deref(), Some("(c > 0 AND \"d\" = ')')"));
        assert_eq!(index_text("CREATE UNIQUE INDEX i ON t (a)"), (vec!["a".to_owned()], None));
    }
}
