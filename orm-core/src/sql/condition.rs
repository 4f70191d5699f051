//! Conditions and expressions as SQL.
//!
//! Negation is pushed down to the single comparisons, where it becomes exact: `IS NOT TRUE` where a side may be NULL, and a plain NOT
//! where none may.

use crate::error::{Error, Result};
use crate::expr::{ArrayTest, Condition, MAX_DEPTH, Node, Operator};
use crate::field::ColumnType;
use crate::sql::{Select, Writer};

/// So many terms stand side by side; more are grouped in halves, because databases limit the depth of an expression and count each
/// term of a flat chain as a level. With four, [`MAX_DEPTH`] levels of dozens of terms stay below SQLite's limit of 1,000.
const SIDE_BY_SIDE: usize = 4;

impl Writer {
    /// Writes a condition, or where `truth` is false its opposite.
    pub(crate) fn condition(&mut self, condition: &Condition, truth: bool) -> Result<()> {
        match condition {
            Condition::Always | Condition::Never => {
                self.text(if matches!(condition, Condition::Always) == truth { "1 = 1" } else { "1 = 0" });
                Ok(())
            }
            Condition::And(terms) => self.terms(terms, if truth { " AND " } else { " OR " }, truth),
            Condition::Or(terms) => self.terms(terms, if truth { " OR " } else { " AND " }, truth),
            Condition::Xor(terms) => {
                if !truth {
                    self.text("NOT ");
                }
                self.parity(terms)
            }
            Condition::Not(term) | Condition::Fails(term) => self.condition(term, !truth),
            Condition::IsNull(of) => {
                // Of columns that are meant together all are NULL or none.
                self.expression(of.parts().first().unwrap_or(of))?;
                self.text(if truth { " IS NULL" } else { " IS NOT NULL" });
                Ok(())
            }
            Condition::Exists(exists) => {
                if truth == exists.none {
                    self.text("NOT ");
                }
                self.exists(exists)
            }
            Condition::TooDeep => Err(Error::TooDeep { max: MAX_DEPTH }),
            Condition::Invalid(error) => Err(Error::InvalidValue { model: "", field: "", reason: error.reason().to_owned() }),
            test if truth => self.test(test),
            test if self.test_may_be_null(test) => {
                self.text("(");
                self.test(test)?;
                self.text(") IS NOT TRUE");
                Ok(())
            }
            test => {
                self.text("NOT (");
                self.test(test)?;
                self.text(")");
                Ok(())
            }
        }
    }

    fn terms(&mut self, terms: &[Condition], operator: &'static str, truth: bool) -> Result<()> {
        self.text("(");
        if terms.len() > SIDE_BY_SIDE {
            let (first, second) = terms.split_at(terms.len() / 2);
            self.terms(first, operator, truth)?;
            self.text(operator);
            self.terms(second, operator, truth)?;
        } else {
            for (at, term) in terms.iter().enumerate() {
                if at > 0 {
                    self.text(operator);
                }
                self.condition(term, truth)?;
            }
        }
        self.text(")");
        Ok(())
    }

    /// Writes that an odd number of terms is true.
    fn parity(&mut self, terms: &[Condition]) -> Result<()> {
        if let [term] = terms {
            let (before, behind) = self.dialect().certainly();
            self.text(before);
            self.condition(term, true)?;
            self.text(behind);
            return Ok(());
        }
        let (first, second) = terms.split_at(terms.len() / 2);
        self.text("(");
        self.parity(first)?;
        self.text(" <> ");
        self.parity(second)?;
        self.text(")");
        Ok(())
    }

    /// Writes a single test, true or false or NULL as SQL has it.
    fn test(&mut self, test: &Condition) -> Result<()> {
        let dialect = self.dialect();
        match test {
            Condition::Compare { op: Operator::Eq, left: Node::Tuple(columns), right } => self.equal(columns, right),
            Condition::Compare { op, left, right } => {
                self.side(left, &[right])?;
                self.text(match op {
                    Operator::Eq => " = ",
                    Operator::Lt => " < ",
                    Operator::Lte => " <= ",
                    Operator::Gt => " > ",
                    Operator::Gte => " >= ",
                });
                dialect.comparable(self, right)
            }
            Condition::Between { of, low, high } => {
                self.side(of, &[low, high])?;
                self.text(" BETWEEN ");
                dialect.comparable(self, low)?;
                self.text(" AND ");
                dialect.comparable(self, high)
            }
            Condition::In { of: Node::Tuple(columns), values } => dialect.among_tuples(self, columns, values),
            Condition::In { of, values } => dialect.among(self, of, values),
            Condition::InQuery { of: Node::Tuple(_), query } if query.is_never() => {
                self.text("1 = 0");
                Ok(())
            }
            Condition::InQuery { of, query } => {
                dialect.comparable(self, of)?;
                if query.is_never() {
                    self.text(dialect.among_nothing());
                    return Ok(());
                }
                self.text(" IN (");
                Select::render_members(query, self)?;
                self.text(")");
                Ok(())
            }
            Condition::Array { test, of, with } => dialect.array_test(self, *test, of, with),
            Condition::Text { test, insensitive, of, with } => dialect.text_match(self, *test, *insensitive, of, with),
            other => self.condition(other, true),
        }
    }

    /// Writes that columns equal others, or values, one by one.
    fn equal(&mut self, columns: &[Node], others: &Node) -> Result<()> {
        let dialect = self.dialect();
        for (at, column) in columns.iter().enumerate() {
            self.text(if at == 0 { "(" } else { " AND " });
            dialect.comparable(self, column)?;
            self.text(" = ");
            match others {
                Node::Value(values) => {
                    if let Some(value) = values.parts().get(at) {
                        dialect.value(self, value);
                    }
                }
                others => {
                    if let Some(other) = others.parts().get(at) {
                        dialect.comparable(self, other)?;
                    }
                }
            }
        }
        self.text(")");
        Ok(())
    }

    /// Writes the left side of a comparison. Two bound texts have no column that says how they compare.
    fn side(&mut self, node: &Node, others: &[&Node]) -> Result<()> {
        let dialect = self.dialect();
        dialect.comparable(self, node)?;
        let bound = |node: &&Node| node.as_value().is_some_and(|value| value.bound_as() == ColumnType::Text);
        if bound(&node) && others.iter().all(bound) {
            self.text(dialect.text_collation());
        }
        Ok(())
    }

    fn test_may_be_null(&self, test: &Condition) -> bool {
        match test {
            Condition::Compare { left, right, .. } => self.node_may_be_null(left) || self.node_may_be_null(right),
            Condition::Between { of, low, high } => {
                self.node_may_be_null(of) || self.node_may_be_null(low) || self.node_may_be_null(high)
            }
            Condition::In { of, .. } => self.node_may_be_null(of),
            // An array without the element gives NULL if a NULL stands in it.
            Condition::Array { test: ArrayTest::Has, .. } => true,
            Condition::Text { of, with, .. } | Condition::Array { of, with, .. } => {
                self.node_may_be_null(of) || self.node_may_be_null(with)
            }
            // The query's own NULLs do not count either.
            _ => true,
        }
    }

    fn node_may_be_null(&self, node: &Node) -> bool {
        match node {
            Node::Column(column) => self.may_be_null(column),
            Node::Value(value) => value.is_null(),
            Node::Tuple(parts) => parts.iter().any(|part| self.node_may_be_null(part)),
            // A division by zero is NULL.
            _ => true,
        }
    }

    /// Writes an expression.
    pub(crate) fn expression(&mut self, node: &Node) -> Result<()> {
        let dialect = self.dialect();
        match node {
            Node::Column(column) => {
                self.column(column);
                Ok(())
            }
            Node::Value(value) => {
                if value.bound_as().is_array() {
                    dialect.features().takes_arrays()?;
                }
                dialect.value(self, value);
                Ok(())
            }
            Node::Tuple(parts) => {
                for (at, part) in parts.iter().enumerate() {
                    self.text(if at == 0 { "(" } else { ", " });
                    dialect.comparable(self, part)?;
                }
                self.text(")");
                Ok(())
            }
            Node::Arithmetic { op, left, right } => dialect.arithmetic(self, *op, left, right),
            Node::Negate(of) => dialect.negate(self, of),
            Node::Length(of) => dialect.array_length(self, of),
            Node::Part { part, zone, of } => dialect.date_part(self, *part, *zone, of),
            Node::Invalid(error) => Err(Error::InvalidValue { model: "", field: "", reason: error.reason().to_owned() }),
            Node::TooDeep => Err(Error::TooDeep { max: MAX_DEPTH }),
        }
    }
}
