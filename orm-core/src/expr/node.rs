//! The untyped tree of a scalar expression.

use crate::expr::{MAX_DEPTH, Zone};
use crate::field::ColumnType;
use crate::meta::ModelMeta;
use crate::path::{Column, PathNode};
use crate::value::{Value, ValueError};

/// A scalar expression.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Node {
    /// A column.
    Column(Column),
    /// A bound value.
    Value(Value<'static>),
    /// Columns that are meant together: those of a key of several fields.
    Tuple(Vec<Node>),
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

    /// Columns of a table that are meant together; one alone is the column itself.
    pub(crate) fn columns(
        path: Option<&'static PathNode>,
        model: &'static ModelMeta,
        fields: impl IntoIterator<Item = usize>,
    ) -> Node {
        let mut columns = fields.into_iter().map(|field| Node::Column(Column { path, model, field }));
        let first = columns.next();
        match (first, columns.next()) {
            (Some(only), None) => only,
            (first, second) => Node::Tuple(first.into_iter().chain(second).chain(columns).collect()),
        }
    }

    /// Whether it is these columns of a query's own model.
    pub(crate) fn is_columns(&self, model: &'static ModelMeta, fields: &[usize]) -> bool {
        let is = |(part, field): (&Node, &usize)| matches!(part, Node::Column(column) if column.path.is_none() && column.field == *field && std::ptr::eq(column.model, model));
        self.parts().len() == fields.len() && self.parts().iter().zip(fields).all(is)
    }

    /// The single columns or values that are meant together, of a value that is one of several columns too.
    pub(crate) fn into_parts(self) -> Vec<Node> {
        match self {
            Node::Tuple(parts) => parts,
            Node::Value(value @ (Value::Tuple(_) | Value::Null(ColumnType::Tuple(_)))) => {
                value.into_parts().into_iter().map(Node::Value).collect()
            }
            one => vec![one],
        }
    }

    /// The single columns or expressions that are meant together.
    pub(crate) fn parts(&self) -> &[Node] {
        match self {
            Node::Tuple(parts) => parts,
            one => std::slice::from_ref(one),
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
            Node::Tuple(_) => ColumnType::Tuple(&[]),
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
            Node::Tuple(parts) => parts.iter().for_each(|part| part.each_column(visit)),
            Node::Value(_) | Node::Invalid(_) | Node::TooDeep => {}
        }
    }
}

impl From<Column> for Node {
    fn from(column: Column) -> Node {
        Node::Column(column)
    }
}
