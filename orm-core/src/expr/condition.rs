//! Conditions: what `filter` and `exclude` take.
//!
//! A condition is two-valued: a comparison with NULL is false, and `!` is its exact opposite, so that `exclude(born = 1929)` keeps
//! the rows whose `born` is NULL, as in Django. What can be decided without the database is decided here, while building.

use std::marker::PhantomData;

use chrono::{Datelike, NaiveDate, NaiveDateTime};

use crate::expr::{ArrayTest, DatePart, Exists, KeyOperand, MAX_DEPTH, Node, Operand, Zone};
use crate::field::{ColumnType, FieldType};
use crate::model::Model;
use crate::query::{Query, QuerySet, Values};
use crate::relation::ForeignKey;
use crate::value::{Value, ValueError};

/// A condition about rows of `M`; combine conditions with `&`, `|`, `^` and `!`.
///
/// `^` is true when an odd number of its terms is.
#[must_use = "a condition does nothing until a query filters by it"]
pub struct Cond<M> {
    pub(crate) condition: Condition,
    depth: usize,
    /// Whether it is about a field behind a relation to many, and nothing says yet of which row.
    many: bool,
    model: PhantomData<fn() -> M>,
}

impl<M> Clone for Cond<M> {
    fn clone(&self) -> Self {
        Cond { condition: self.condition.clone(), depth: self.depth, many: self.many, model: PhantomData }
    }
}

impl<M> std::fmt::Debug for Cond<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.condition.fmt(f)
    }
}

/// A condition, untyped.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Condition {
    /// True for every row.
    Always,
    /// True for no row.
    Never,
    /// All terms are true.
    And(Vec<Condition>),
    /// A term is true.
    Or(Vec<Condition>),
    /// An odd number of terms is true.
    Xor(Vec<Condition>),
    /// The term is not true.
    Not(Box<Condition>),
    /// A single test behind a relation to many is not true of the row that it is about.
    Fails(Box<Condition>),
    /// Two expressions compared.
    Compare {
        /// How.
        op: Operator,
        /// The left side.
        left: Node,
        /// The right side.
        right: Node,
    },
    /// The expression is NULL.
    IsNull(Node),
    /// The expression is between two others, or equal to one of them.
    Between {
        /// The expression.
        of: Node,
        /// The lower end.
        low: Node,
        /// The upper end.
        high: Node,
    },
    /// The expression equals one of the values.
    In {
        /// The expression.
        of: Node,
        /// The values, without NULL and never empty.
        values: Vec<Value<'static>>,
    },
    /// The expression equals a row of the query's one column; NULLs of the query do not count.
    InQuery {
        /// The expression.
        of: Node,
        /// The query.
        query: Box<Query>,
    },
    /// A test on text.
    Text {
        /// Which.
        test: TextMatch,
        /// Whether letters of either case are the same.
        insensitive: bool,
        /// The text.
        of: Node,
        /// What it is tested for.
        with: Node,
    },
    /// A test on arrays.
    Array {
        /// Which.
        test: ArrayTest,
        /// The array.
        of: Node,
        /// What it is tested for.
        with: Node,
    },
    /// A relation to many leads to a row of which a condition is true.
    Exists(Box<Exists>),
    /// Nested deeper than [`MAX_DEPTH`]; an error when the query runs.
    TooDeep,
    /// A value that no database can hold; an error when the query runs.
    Invalid(ValueError),
}

/// Comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `=`
    Eq,
    /// `<`
    Lt,
    /// `<=`
    Lte,
    /// `>`
    Gt,
    /// `>=`
    Gte,
}

/// Tests on text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextMatch {
    /// The whole text.
    Exact,
    /// Somewhere in the text.
    Contains,
    /// At the start of the text.
    StartsWith,
    /// At the end of the text.
    EndsWith,
    /// A regular expression.
    Regex,
}

impl<M> Cond<M> {
    pub(crate) fn new(condition: Condition) -> Self {
        let depth = match &condition {
            // A query inside takes more stack than a level of conditions.
            Condition::InQuery { query, .. } => query.depth + 2,
            _ => 0,
        };
        let many = condition.passes_many();
        Cond::bounded(condition, depth, many)
    }

    /// A condition that is nested so deep.
    pub(crate) fn nested(condition: Condition, depth: usize) -> Self {
        Cond::bounded(condition, depth, false)
    }

    /// The same, passing a relation to many.
    pub(crate) fn passing_many(self) -> Self {
        Cond { many: true, ..self }
    }

    fn bounded(condition: Condition, depth: usize, many: bool) -> Self {
        if depth > MAX_DEPTH {
            return Cond { condition: Condition::TooDeep, depth: 0, many: false, model: PhantomData };
        }
        Cond { condition, depth, many, model: PhantomData }
    }

    /// How deep it is nested as a filter, and the condition as a filter has it: it says of which rows of relations to many it is to be
    /// true.
    pub(crate) fn into_filter(self) -> (usize, Condition) {
        // A query inside takes more stack than a level of conditions.
        if self.many { (self.depth + 4, self.condition.quantified()) } else { (self.depth, self.condition) }
    }

    /// True for every row.
    pub fn always() -> Self {
        Cond::new(Condition::Always)
    }

    /// True for no row.
    pub fn never() -> Self {
        Cond::new(Condition::Never)
    }

    fn combine(self, other: Self, join: fn(Condition, Condition) -> Condition) -> Self {
        let kinds = [std::mem::discriminant(&self.condition), std::mem::discriminant(&other.condition)];
        let depths = [self.depth, other.depth];
        let many = self.many | other.many;
        let condition = join(self.condition, other.condition);
        // Terms of one operator stay side by side in one list, however many: only a change of operator makes a new level.
        let kind = std::mem::discriminant(&condition);
        let level = |(part, depth): (_, usize)| if part == kind { depth } else { depth + 1 };
        let depth = kinds.into_iter().zip(depths).map(level).max().unwrap_or(0);
        Cond::bounded(condition, depth, many)
    }
}

/// All of the conditions; of none, true.
impl<M> FromIterator<Cond<M>> for Cond<M> {
    fn from_iter<I: IntoIterator<Item = Cond<M>>>(terms: I) -> Self {
        terms.into_iter().fold(Cond::always(), |all, term| all & term)
    }
}

impl<M> std::ops::BitAnd for Cond<M> {
    type Output = Cond<M>;

    fn bitand(self, other: Self) -> Self {
        self.combine(other, Condition::and)
    }
}

impl<M> std::ops::BitOr for Cond<M> {
    type Output = Cond<M>;

    fn bitor(self, other: Self) -> Self {
        self.combine(other, Condition::or)
    }
}

impl<M> std::ops::BitXor for Cond<M> {
    type Output = Cond<M>;

    fn bitxor(self, other: Self) -> Self {
        self.combine(other, Condition::xor)
    }
}

impl<M> std::ops::Not for Cond<M> {
    type Output = Cond<M>;

    fn not(self) -> Self {
        let depth = self.depth + 1;
        Cond::bounded(self.condition.negate(), depth, self.many)
    }
}

/// Adds the terms of `other` to the list of `kind`, making the list if `first` is none.
macro_rules! join_terms {
    ($first:expr, $other:expr, $kind:ident) => {
        match ($first, $other) {
            (Condition::$kind(mut terms), Condition::$kind(others)) => {
                terms.extend(others);
                Condition::$kind(terms)
            }
            (Condition::$kind(mut terms), other) | (other, Condition::$kind(mut terms)) => {
                terms.push(other);
                Condition::$kind(terms)
            }
            (first, other) => Condition::$kind(vec![first, other]),
        }
    };
}

impl Condition {
    /// Both.
    #[must_use]
    pub fn and(self, other: Condition) -> Condition {
        match (self, other) {
            (error, _) | (_, error) if error.is_error() => error,
            (Condition::Never, _) | (_, Condition::Never) => Condition::Never,
            (Condition::Always, other) | (other, Condition::Always) => other,
            (first, other) => join_terms!(first, other, And),
        }
    }

    /// Either or both.
    #[must_use]
    pub fn or(self, other: Condition) -> Condition {
        match (self, other) {
            (error, _) | (_, error) if error.is_error() => error,
            (Condition::Always, _) | (_, Condition::Always) => Condition::Always,
            (Condition::Never, other) | (other, Condition::Never) => other,
            (first, other) => join_terms!(first, other, Or),
        }
    }

    /// An odd number of them.
    #[must_use]
    pub fn xor(self, other: Condition) -> Condition {
        match (self, other) {
            (error, _) | (_, error) if error.is_error() => error,
            (Condition::Never, other) | (other, Condition::Never) => other,
            (Condition::Always, other) | (other, Condition::Always) => other.negate(),
            (first, other) => join_terms!(first, other, Xor),
        }
    }

    /// The opposite; the opposite of the opposite is the condition itself.
    #[must_use]
    pub fn negate(self) -> Condition {
        match self {
            Condition::Always => Condition::Never,
            Condition::Never => Condition::Always,
            Condition::Not(of) => *of,
            error if error.is_error() => error,
            other => Condition::Not(Box::new(other)),
        }
    }

    pub(crate) fn is_error(&self) -> bool {
        matches!(self, Condition::TooDeep | Condition::Invalid(_))
    }

    /// Calls `visit` for each expression of a single test.
    pub(crate) fn each_node<'c>(&'c self, visit: &mut impl FnMut(&'c Node)) {
        match self {
            Condition::Compare { left, right, .. } => {
                visit(left);
                visit(right);
            }
            Condition::Between { of, low, high } => {
                visit(of);
                visit(low);
                visit(high);
            }
            Condition::Text { of, with, .. } | Condition::Array { of, with, .. } => {
                visit(of);
                visit(with);
            }
            Condition::IsNull(of) | Condition::In { of, .. } | Condition::InQuery { of, .. } => visit(of),
            _ => {}
        }
    }

    /// A comparison, folded where it needs no database.
    #[must_use]
    pub fn compare(op: Operator, left: Node, right: Node) -> Condition {
        if let Some(error) = error_of(&left).or_else(|| error_of(&right)) {
            return error;
        }
        if right.as_value().is_some_and(Value::is_null) {
            return if op == Operator::Eq { Condition::IsNull(left) } else { Condition::Never };
        }
        if let (Node::Part { part: DatePart::Year, zone, of }, Node::Value(Value::I64(year))) = (&left, &right)
            && matches!(**of, Node::Column(_))
            && let Some(range) = year_range(op, of, *zone, *year)
        {
            return range;
        }
        if let (Some((min, max)), Node::Value(Value::I64(value))) = (width(&left), &right)
            && !(min..=max).contains(value)
        {
            let every_value = match op {
                Operator::Eq => false,
                Operator::Lt | Operator::Lte => *value > max,
                Operator::Gt | Operator::Gte => *value < min,
            };
            return if every_value { Condition::IsNull(left).fails() } else { Condition::Never };
        }
        Condition::Compare { op, left, right }
    }

    /// Between two ends, both included.
    #[must_use]
    pub fn between(of: Node, low: Node, high: Node) -> Condition {
        if width(&of).is_some() || matches!(of, Node::Part { part: DatePart::Year, .. }) {
            let upper = Condition::compare(Operator::Lte, of.clone(), high);
            return Condition::compare(Operator::Gte, of, low).and(upper);
        }
        match error_of(&of).or_else(|| error_of(&low)).or_else(|| error_of(&high)) {
            Some(error) => error,
            None => Condition::Between { of, low, high },
        }
    }

    /// One of the values; NULL among them does not count, and of none it is never true.
    #[must_use]
    pub fn one_of(of: Node, nodes: impl Iterator<Item = Node>) -> Condition {
        if let Some(error) = error_of(&of) {
            return error;
        }
        let range = width(&of);
        let mut values = Vec::with_capacity(nodes.size_hint().0);
        let mut expressions = Condition::Never;
        for node in nodes {
            if let Some(error) = error_of(&node) {
                return error;
            }
            match node {
                Node::Value(Value::Null(_)) => {}
                Node::Value(Value::I64(value)) if range.is_some_and(|(min, max)| !(min..=max).contains(&value)) => {}
                // A list of arrays would be an array itself, of more dimensions.
                Node::Value(value) if !matches!(value, Value::Array(_)) => values.push(value),
                other => expressions = expressions.or(Condition::compare(Operator::Eq, of.clone(), other)),
            }
        }
        if values.is_empty() { expressions } else { Condition::In { of, values }.or(expressions) }
    }

    /// A test on arrays.
    #[must_use]
    pub fn array(test: ArrayTest, of: Node, with: Node) -> Condition {
        match error_of(&of).or_else(|| error_of(&with)) {
            Some(error) => error,
            None => Condition::Array { test, of, with },
        }
    }

    /// A test on text.
    #[must_use]
    pub fn text(test: TextMatch, insensitive: bool, of: Node, with: Node) -> Condition {
        match error_of(&of).or_else(|| error_of(&with)) {
            Some(error) => error,
            None => Condition::Text { test, insensitive, of, with },
        }
    }
}

#[inline]
fn error_of(node: &Node) -> Option<Condition> {
    match node {
        Node::Column(_) | Node::Value(_) => None,
        node => error_within(node),
    }
}

fn error_within(node: &Node) -> Option<Condition> {
    match node {
        Node::TooDeep => Some(Condition::TooDeep),
        Node::Invalid(error) => Some(Condition::Invalid(error.clone())),
        Node::Arithmetic { left, right, .. } => error_of(left).or_else(|| error_of(right)),
        Node::Negate(of) | Node::Part { of, .. } | Node::Length(of) => error_of(of),
        Node::Column(_) | Node::Value(_) | Node::Tuple(_) => None,
    }
}

/// The smallest and largest value of an integer column narrower than 64 bits. What is computed from columns may be larger than they.
fn width(node: &Node) -> Option<(i64, i64)> {
    let Node::Column(column) = node else { return None };
    match column.model.field(column.field).column_type {
        ColumnType::I16 => Some((i64::from(i16::MIN), i64::from(i16::MAX))),
        ColumnType::I32 => Some((i64::from(i32::MIN), i64::from(i32::MAX))),
        _ => None,
    }
}

/// `year().eq(1974)` on a column as a range of the column, which an index can serve; `None` where no range says the same.
fn year_range(op: Operator, of: &Node, zone: Zone, year: i64) -> Option<Condition> {
    let any = || Condition::IsNull(of.clone()).fails();
    let compare = |op, start| Condition::Compare { op, left: of.clone(), right: Node::Value(start) };
    let from = |year: i64| {
        Some(match start_of_year(year, of.column_type(), zone)? {
            Start::BeforeAll => any(),
            Start::At(start) => compare(Operator::Gte, start),
            Start::AfterAll => Condition::Never,
        })
    };
    let before = |year: i64| {
        Some(match start_of_year(year, of.column_type(), zone)? {
            Start::BeforeAll => Condition::Never,
            Start::At(start) => compare(Operator::Lt, start),
            Start::AfterAll => any(),
        })
    };
    let next = year.saturating_add(1);
    match op {
        Operator::Eq => Some(from(year)?.and(before(next)?)),
        Operator::Lt => before(year),
        Operator::Lte => before(next),
        Operator::Gt => from(next),
        Operator::Gte => from(year),
    }
}

/// Where a year starts, among all that a column can hold.
enum Start {
    BeforeAll,
    At(Value<'static>),
    AfterAll,
}

fn start_of_year(year: i64, column: ColumnType, zone: Zone) -> Option<Start> {
    // Databases hold the years 1 to 9999 of UTC; of a year beside them a zone may see a few hours.
    let date = NaiveDate::from_ymd_opt(i32::try_from(year.clamp(-1, 10_001)).ok()?, 1, 1)?;
    let midnight = NaiveDateTime::from(date);
    let (start, value) = match column {
        ColumnType::Date => (date.year(), Value::Date(date)),
        ColumnType::DateTime => (date.year(), Value::DateTime(midnight)),
        _ => {
            let moment = zone.moment_of(midnight)?;
            (moment.year(), Value::Timestamp(moment))
        }
    };
    Some(match start {
        ..1 => Start::BeforeAll,
        1..=9999 => Start::At(value),
        _ => Start::AfterAll,
    })
}

/// What `in_` takes: any collection of values, or a query of one column.
#[diagnostic::on_unimplemented(
    message = "`in_` on a `{T}` cannot take a `{Self}`",
    label = "not a collection of `{T}`, nor a query of one such column",
    note = "give an array, slice, Vec or iterator of values, or a query such as `Author::objects().values(Author::id)`"
)]
pub trait Members<M, T> {
    /// The condition that `of` is among them.
    fn among(self, of: Node) -> Condition;
}

impl<M, T, I: IntoIterator<Item: Operand<M, T>>> Members<M, T> for I {
    fn among(self, of: Node) -> Condition {
        Condition::one_of(of, self.into_iter().map(Operand::into_node))
    }
}

impl<M, T, N, X, Mode> Members<M, T> for QuerySet<N, Values<(X,)>, Mode>
where
    T: FieldType,
    X: FieldType<NonNull = T::NonNull>,
{
    fn among(self, of: Node) -> Condition {
        if let Some(error) = error_of(&of) {
            return error;
        }
        Condition::InQuery { of, query: self.into_query() }
    }
}

/// What `in_` on a foreign key to `T` that is read as `F` takes: any collection of keys or rows, or a query of one column of keys.
#[diagnostic::on_unimplemented(
    message = "`in_` on a foreign key to `{T}` cannot take a `{Self}`",
    label = "not a collection of keys of `{T}`, nor a query of one column of them",
    note = "give keys or rows in an array, slice, Vec or iterator, or a query such as `{T}::objects().values({T}::id)`"
)]
pub trait KeyMembers<M, T, F> {
    /// The condition that `of` is among them.
    fn among(self, of: Node) -> Condition;
}

impl<M, T, F, I: IntoIterator<Item: KeyOperand<M, T, F>>> KeyMembers<M, T, F> for I {
    fn among(self, of: Node) -> Condition {
        Condition::one_of(of, self.into_iter().map(KeyOperand::into_node))
    }
}

impl<M, T: Model, F, N, X: FieldType<NonNull: KeyOf<T>>, Mode> KeyMembers<M, T, F> for QuerySet<N, Values<(X,)>, Mode> {
    fn among(self, of: Node) -> Condition {
        key_members(of, self)
    }
}

/// That a key is among those that a query gives.
pub(crate) fn key_members<N, S, Mode>(of: Node, query: QuerySet<N, S, Mode>) -> Condition {
    Condition::InQuery { of, query: query.into_query() }
}

/// A type whose values are keys of `T`: the key's own, and foreign keys to `T`.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a key of `{T}`", label = "expected keys of `{T}`")]
pub trait KeyOf<T> {}

impl<T: Model> KeyOf<T> for ForeignKey<T> {}

macro_rules! keys {
    ($($key:ty),+) => {$(impl<T: Model<Key = $key>> KeyOf<T> for $key {})+};
}
keys!(i64, i32, String);
#[cfg(feature = "uuid")]
keys!(uuid::Uuid);
