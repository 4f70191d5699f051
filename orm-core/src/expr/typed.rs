//! The typed face of expressions: what users write after `Book::price`.

use std::marker::PhantomData;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use crate::expr::operand::bind;
use crate::expr::{
    Arithmetic, Assignment, Comparand, Cond, Condition, ContainedIn, DatePart, Members, Node, Operand, Operator, Term, TextMatch,
    Zone,
};
use crate::field::FieldType;
use crate::meta::ModelMeta;
use crate::path::{Column, PathNode};
use crate::query::OrderBy;

/// An expression of type `T` about rows of `M`.
///
/// The fields of a model are expressions (`Book::title`), so are fields behind a foreign key (`Book::author.name`), and arithmetic
/// on them (`Book::price * 2`).
#[must_use = "an expression does nothing until a query takes it"]
pub struct Expr<M, T, N = Node> {
    pub(crate) node: N,
    marker: PhantomData<fn() -> (M, T)>,
}

impl<M, T, N: Clone> Clone for Expr<M, T, N> {
    fn clone(&self) -> Self {
        Expr { node: self.node.clone(), marker: PhantomData }
    }
}

impl<M, T, N: Copy> Copy for Expr<M, T, N> {}

impl<M, T, N: std::fmt::Debug> std::fmt::Debug for Expr<M, T, N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.node.fmt(f)
    }
}

impl<M, T> Expr<M, T, Column> {
    /// A field; written by the derive.
    pub const fn column(path: Option<&'static PathNode>, model: &'static ModelMeta, field: usize) -> Self {
        Expr { node: Column { path, model, field }, marker: PhantomData }
    }

    /// Sets the field in an `update`, to a value or an expression of the same type.
    pub fn set(self, value: impl Operand<M, T>) -> Assignment<M> {
        Assignment::new(self.node, value.into_node())
    }
}

impl<M, T> Expr<M, T> {
    pub(crate) fn new(node: Node) -> Self {
        Expr { node, marker: PhantomData }
    }
}

impl<M, T: FieldType> Expr<M, T> {
    /// A value as an expression: `Expr::value(1) + Book::pages`.
    pub fn value(value: T) -> Self {
        Expr::new(bind(&value))
    }
}

impl<M, T: FieldType, N: Into<Node>> Expr<M, T, N> {
    fn compare(self, op: Operator, other: Node) -> Cond<M> {
        Cond::new(Condition::compare(op, self.node.into(), other))
    }

    /// Equal. `None` means IS NULL.
    pub fn eq(self, other: impl Comparand<M, T>) -> Cond<M> {
        self.compare(Operator::Eq, other.into_node())
    }

    /// The opposite of [`eq`](Self::eq): NULL is not equal to a value, and `ne(None)` means IS NOT NULL.
    ///
    /// Behind a relation to many some row is not equal; that none is equal is `!` before [`eq`](Self::eq).
    pub fn ne(self, other: impl Comparand<M, T>) -> Cond<M> {
        Cond::new(Condition::compare(Operator::Eq, self.node.into(), other.into_node()).fails())
    }

    /// Less than.
    pub fn lt(self, other: impl Comparand<M, T::NonNull>) -> Cond<M> {
        self.compare(Operator::Lt, other.into_node())
    }

    /// Less than, or equal.
    pub fn lte(self, other: impl Comparand<M, T::NonNull>) -> Cond<M> {
        self.compare(Operator::Lte, other.into_node())
    }

    /// Greater than.
    pub fn gt(self, other: impl Comparand<M, T::NonNull>) -> Cond<M> {
        self.compare(Operator::Gt, other.into_node())
    }

    /// Greater than, or equal.
    pub fn gte(self, other: impl Comparand<M, T::NonNull>) -> Cond<M> {
        self.compare(Operator::Gte, other.into_node())
    }

    /// Between two ends, both included.
    pub fn range(self, low: impl Comparand<M, T::NonNull>, high: impl Comparand<M, T::NonNull>) -> Cond<M> {
        Cond::new(Condition::between(self.node.into(), low.into_node(), high.into_node()))
    }

    /// One of these: any collection, or a query of one column. Of an empty collection nothing is, and no query is sent.
    pub fn in_(self, members: impl Members<M, T>) -> Cond<M> {
        Cond::new(members.among(self.node.into()))
    }

    /// Whether the value is NULL.
    pub fn isnull(self, null: bool) -> Cond<M> {
        let node: Node = self.node.into();
        let is_null = match node {
            Node::TooDeep => Condition::TooDeep,
            node => Condition::IsNull(node),
        };
        Cond::new(if null { is_null } else { is_null.fails() })
    }

    /// From small to large.
    pub fn asc(self) -> OrderBy<M> {
        OrderBy::new(self.node.into(), false)
    }

    /// From large to small.
    pub fn desc(self) -> OrderBy<M> {
        OrderBy::new(self.node.into(), true)
    }
}

/// Text: `String`, and a user's types that are stored as text.
#[diagnostic::on_unimplemented(message = "`{Self}` is not text", label = "this lookup is for text columns")]
pub trait Textual: FieldType {}
impl Textual for String {}
impl<T: Textual + FieldType<NonNull = T>> Textual for Option<T> {}

impl<M, T: FieldType, N: Into<Node>> Expr<M, T, N> {
    fn text(self, test: TextMatch, insensitive: bool, with: Node) -> Cond<M> {
        Cond::new(Condition::text(test, insensitive, self.node.into(), with))
    }

    /// Equal but for the case of letters.
    pub fn iexact(self, text: impl Comparand<M, String>) -> Cond<M>
    where
        T: Textual,
    {
        self.text(TextMatch::Exact, true, text.into_node())
    }

    /// Contains the text; `%` and `_` stand for themselves. Of an array: has each of these elements.
    pub fn contains(self, value: impl ContainedIn<M, T>) -> Cond<M> {
        Cond::new(value.contained_in(self.node.into()))
    }

    /// Contains the text in letters of either case.
    pub fn icontains(self, text: impl Comparand<M, String>) -> Cond<M>
    where
        T: Textual,
    {
        self.text(TextMatch::Contains, true, text.into_node())
    }

    /// Starts with the text.
    pub fn startswith(self, text: impl Comparand<M, String>) -> Cond<M>
    where
        T: Textual,
    {
        self.text(TextMatch::StartsWith, false, text.into_node())
    }

    /// Starts with the text in letters of either case.
    pub fn istartswith(self, text: impl Comparand<M, String>) -> Cond<M>
    where
        T: Textual,
    {
        self.text(TextMatch::StartsWith, true, text.into_node())
    }

    /// Ends with the text.
    pub fn endswith(self, text: impl Comparand<M, String>) -> Cond<M>
    where
        T: Textual,
    {
        self.text(TextMatch::EndsWith, false, text.into_node())
    }

    /// Ends with the text in letters of either case.
    pub fn iendswith(self, text: impl Comparand<M, String>) -> Cond<M>
    where
        T: Textual,
    {
        self.text(TextMatch::EndsWith, true, text.into_node())
    }

    /// Matches a regular expression somewhere. On SQLite it is one of the `regex` crate.
    pub fn regex(self, pattern: impl Comparand<M, String>) -> Cond<M>
    where
        T: Textual,
    {
        self.text(TextMatch::Regex, false, pattern.into_node())
    }

    /// Matches a regular expression somewhere, in letters of either case.
    pub fn iregex(self, pattern: impl Comparand<M, String>) -> Cond<M>
    where
        T: Textual,
    {
        self.text(TextMatch::Regex, true, pattern.into_node())
    }
}

/// A date, a time or both, nullable or not.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a date or time", label = "this lookup is for dates and times")]
pub trait Temporal: FieldType {
    /// The type of a numeric part: `i32`, or `Option<i32>` of a nullable column.
    type Number: FieldType;
    /// The type of its date.
    type Date: FieldType;
    /// The type of its time of day.
    type Time: FieldType;
}

/// What has a date: dates, dates with a time, moments.
#[diagnostic::on_unimplemented(message = "`{Self}` has no date", label = "this part is of dates")]
pub trait HasDate: Temporal {}

/// What has a time of day: times, dates with a time, moments.
#[diagnostic::on_unimplemented(message = "`{Self}` has no time of day", label = "this part is of times")]
pub trait HasTime: Temporal {}

/// A moment, which has a place to be seen from.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a moment", label = "only a `DateTime<Utc>` is seen from a time zone")]
pub trait Moment: HasDate + HasTime {}

macro_rules! temporal {
    ($($type:ty: $($has:ident)+),+ $(,)?) => {$(
        impl Temporal for $type {
            type Number = i32;
            type Date = NaiveDate;
            type Time = NaiveTime;
        }
        $(impl $has for $type {})+
    )+};
}
temporal! {
    NaiveDate: HasDate,
    NaiveTime: HasTime,
    NaiveDateTime: HasDate HasTime,
    DateTime<Utc>: HasDate HasTime Moment,
}

impl<T: Temporal + FieldType<NonNull = T>> Temporal for Option<T> {
    type Number = Option<i32>;
    type Date = Option<NaiveDate>;
    type Time = Option<NaiveTime>;
}
impl<T: HasDate + FieldType<NonNull = T>> HasDate for Option<T> {}
impl<T: HasTime + FieldType<NonNull = T>> HasTime for Option<T> {}
impl<T: Moment + FieldType<NonNull = T>> Moment for Option<T> {}

macro_rules! parts {
    ($has:ident: $($(#[$doc:meta])* $name:ident, $name_at:ident => $part:ident),+ $(,)?) => {
        impl<M, T: Temporal, N: Into<Node>> Expr<M, T, N> {
            $($(#[$doc])*
            pub fn $name(self) -> Expr<M, T::Number>
            where
                T: $has,
            {
                self.part(DatePart::$part, Zone::UTC)
            }

            #[doc = concat!("[`", stringify!($name), "`](Self::", stringify!($name), ") on the clock of a time zone.")]
            pub fn $name_at(self, zone: impl Into<Zone>) -> Expr<M, T::Number>
            where
                T: Moment,
            {
                self.part(DatePart::$part, zone.into())
            })+
        }
    };
}
parts! { HasDate:
    /// The year, in UTC. A comparison of a column's year is a range that an index can serve.
    year, year_at => Year,
    /// The ISO 8601 year, to which the week belongs.
    iso_year, iso_year_at => IsoYear,
    /// 1 to 4.
    quarter, quarter_at => Quarter,
    /// 1 to 12.
    month, month_at => Month,
    /// The ISO 8601 week, 1 to 53.
    week, week_at => Week,
    /// The day of the month.
    day, day_at => Day,
    /// Sunday is 1, Saturday 7, as in Django.
    week_day, week_day_at => WeekDay,
    /// Monday is 1, Sunday 7.
    iso_week_day, iso_week_day_at => IsoWeekDay,
}
parts! { HasTime:
    /// 0 to 23.
    hour, hour_at => Hour,
    /// 0 to 59.
    minute, minute_at => Minute,
    /// 0 to 59.
    second, second_at => Second,
}

impl<M, T: Temporal, N: Into<Node>> Expr<M, T, N> {
    fn part<X>(self, part: DatePart, zone: Zone) -> Expr<M, X> {
        Expr::new(Node::Part { part, zone, of: Box::new(self.node.into()) }.bounded())
    }

    /// The date, in UTC.
    pub fn date(self) -> Expr<M, T::Date>
    where
        T: HasDate + HasTime,
    {
        self.part(DatePart::Date, Zone::UTC)
    }

    /// The time of day, in UTC.
    pub fn time(self) -> Expr<M, T::Time>
    where
        T: HasDate + HasTime,
    {
        self.part(DatePart::Time, Zone::UTC)
    }
}

/// A moment seen from a place: a fixed offset from UTC, or with the feature `chrono-tz` a time zone by its name.
impl<M, T: Moment, N: Into<Node>> Expr<M, T, N> {
    /// A numeric part, of the clock there.
    pub fn part_at(self, part: DatePart, zone: impl Into<Zone>) -> Expr<M, T::Number> {
        self.part(part, zone.into())
    }

    /// The date there.
    pub fn date_at(self, zone: impl Into<Zone>) -> Expr<M, T::Date> {
        self.part(DatePart::Date, zone.into())
    }

    /// The time of day there.
    pub fn time_at(self, zone: impl Into<Zone>) -> Expr<M, T::Time> {
        self.part(DatePart::Time, zone.into())
    }
}

/// A number, nullable or not.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a number", label = "arithmetic is for numbers")]
pub trait Numeric: FieldType {}

macro_rules! numeric {
    ($($type:ty),+) => {$(impl Numeric for $type {})+};
}
numeric!(i16, i32, i64, f32, f64);
#[cfg(feature = "decimal")]
numeric!(rust_decimal::Decimal);
impl<T: Numeric + FieldType<NonNull = T>> Numeric for Option<T> {}

macro_rules! operators {
    ($($trait:ident, $method:ident, $operator:ident => $output:ident);+) => {$(
        impl<M, T: Numeric, N: Into<Node>, V: Term<M, T>> std::ops::$trait<V> for Expr<M, T, N> {
            type Output = Expr<M, V::$output>;

            fn $method(self, other: V) -> Self::Output {
                Expr::new(Node::arithmetic(Arithmetic::$operator, self.node.into(), other.into_node()))
            }
        }
    )+};
}
operators! {
    Add, add, Add => Sum;
    Sub, sub, Subtract => Sum;
    Mul, mul, Multiply => Sum;
    Div, div, Divide => Quotient;
    Rem, rem, Modulo => Quotient
}

impl<M, T: Numeric, N: Into<Node>> std::ops::Neg for Expr<M, T, N> {
    type Output = Expr<M, T>;

    fn neg(self) -> Expr<M, T> {
        Expr::new(Node::Negate(Box::new(self.node.into())).bounded())
    }
}
