//! The untyped tree of a scalar expression.

use crate::expr::{MAX_DEPTH, Zone};
use crate::field::ColumnType;
use crate::path::Column;
use crate::value::{Value, ValueError};

/// A scalar expression.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Node {
    /// A column.
    Column(Column),
    /// A bound value.
    Value(Value<'static>),
    /// Two operands and an operator.
    Arithmetic {
        /// The operator.
        op: Arithmetic,
        /// The left operand.
        left: Box<Node>,
        /// The right operand.
        right: Box<Node>,
    },
    /// Minus.
    Negate(Box<Node>),
    /// A part of a date or time.
    Part {
        /// Which part.
        part: DatePart,
        /// On the clock of which place.
        zone: Zone,
        /// Of what.
        of: Box<Node>,
    },
    /// How many elements an array has.
    Length(Box<Node>),
    /// A value that no database can hold; it becomes an error when the query runs.
    Invalid(ValueError),
    /// Something nested deeper than [`MAX_DEPTH`].
    TooDeep,
}

/// Arithmetic operators.
///
/// Division and modulo of integers truncate towards zero, and the remainder has the sign of the left operand. By an expression that
/// is zero they give NULL. A result that 64 bits do not hold is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
}

/// Parts of dates and times (Django's Extract).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DatePart {
    /// The year.
    Year,
    /// The ISO 8601 year, to which its week belongs.
    IsoYear,
    /// 1 to 4.
    Quarter,
    /// 1 to 12.
    Month,
    /// The ISO 8601 week, 1 to 53.
    Week,
    /// 1 to 31.
    Day,
    /// Sunday is 1, Saturday 7, as in Django.
    WeekDay,
    /// Monday is 1, Sunday 7.
    IsoWeekDay,
    /// 0 to 23.
    Hour,
    /// 0 to 59.
    Minute,
    /// 0 to 59.
    Second,
    /// The date of a moment.
    Date,
    /// The time of day of a moment.
    Time,
}

impl Node {
    /// An operator between two expressions. A division by the value zero is [`Node::Invalid`]; by an expression that is zero, NULL.
    #[must_use]
    pub fn arithmetic(op: Arithmetic, left: Node, right: Node) -> Node {
        if matches!(op, Arithmetic::Divide | Arithmetic::Modulo) && right.as_value().is_some_and(Value::is_zero) {
            return Node::Invalid(ValueError::new("a division by zero"));
        }
        Node::Arithmetic { op, left: Box::new(left), right: Box::new(right) }.bounded()
    }

    /// The same, or [`Node::TooDeep`].
    pub(crate) fn bounded(self) -> Node {
        if self.depth() > MAX_DEPTH { Node::TooDeep } else { self }
    }

    fn depth(&self) -> usize {
        match self {
            Node::Arithmetic { left, right, .. } => 1 + left.depth().max(right.depth()),
            Node::Negate(of) | Node::Part { of, .. } | Node::Length(of) => 1 + of.depth(),
            _ => 0,
        }
    }

    /// What the expression gives.
    #[must_use]
    pub fn column_type(&self) -> ColumnType {
        match self {
            Node::Column(column) => column.model.field(column.field).column_type,
            Node::Value(value) => value.bound_as(),
            Node::Arithmetic { left, right, .. } => match (left.column_type(), right.column_type()) {
                (ColumnType::Decimal, _) | (_, ColumnType::Decimal) => ColumnType::Decimal,
                (left, _) => left,
            },
            Node::Negate(of) => of.column_type(),
            Node::Part { part: DatePart::Date, .. } => ColumnType::Date,
            Node::Part { part: DatePart::Time, .. } => ColumnType::Time,
            Node::Part { .. } | Node::Length(_) => ColumnType::I32,
            Node::Invalid(_) | Node::TooDeep => ColumnType::Text,
        }
    }

    /// The bound value, if the node is one.
    pub(crate) fn as_value(&self) -> Option<&Value<'static>> {
        match self {
            Node::Value(value) => Some(value),
            _ => None,
        }
    }

    /// Calls `visit` for each column in the expression.
    pub(crate) fn each_column(&self, visit: &mut impl FnMut(&Column)) {
        match self {
            Node::Column(column) => visit(column),
            Node::Arithmetic { left, right, .. } => {
                left.each_column(visit);
                right.each_column(visit);
            }
            Node::Negate(of) | Node::Part { of, .. } | Node::Length(of) => of.each_column(visit),
            Node::Value(_) | Node::Invalid(_) | Node::TooDeep => {}
        }
    }
}

impl From<Column> for Node {
    fn from(column: Column) -> Node {
        Node::Column(column)
    }
}
