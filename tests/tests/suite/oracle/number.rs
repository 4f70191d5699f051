//! Numbers: columns, arithmetic, parts of dates.

use amphi::expr::{Node, Numeric, Term};
use amphi::path::Column;
use amphi::prelude::*;
use chrono::{Datelike, Timelike};

use super::column::{DAYS, Date, Day};
use super::world::{Tale, View};
use amphi_tests::random::Random;

#[derive(Debug, Clone, Copy)]
pub enum Int {
    Pages,
    Stock,
    Age,
    EditorsAge,
    HomeSize,
    HomeRating,
    PressSize,
    EditorsHomeSize,
    EditorsPressRating,
}

pub const INTS: [Int; 9] = [
    Int::Pages,
    Int::Stock,
    Int::Age,
    Int::EditorsAge,
    Int::HomeSize,
    Int::HomeRating,
    Int::PressSize,
    Int::EditorsHomeSize,
    Int::EditorsPressRating,
];

#[derive(Debug, Clone, Copy)]
pub enum Op {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

#[derive(Debug, Clone, Copy)]
pub enum Part {
    Year,
    IsoYear,
    Quarter,
    Month,
    Week,
    Day,
    WeekDay,
    IsoWeekDay,
}

#[derive(Debug, Clone, Copy)]
pub enum Clock {
    Year,
    Month,
    Hour,
    Minute,
    Second,
}

/// A number: a column, arithmetic, a part of a date.
#[derive(Debug, Clone)]
pub enum Num {
    Column(Int),
    With(Op, Box<Num>, i32),
    Both(Op, Box<Num>, Box<Num>),
    Minus(Box<Num>),
    OfDate(Part, Day),
    OfSeen(Clock),
}

/// A number as the library has it: of a column or not, nullable or not.
#[derive(Clone)]
pub enum Number {
    C(Expr<Tale, i32, Column>),
    CN(Expr<Tale, Option<i32>, Column>),
    E(Expr<Tale, i32>),
    EN(Expr<Tale, Option<i32>>),
}

macro_rules! with_number {
    ($number:expr, $e:ident => $body:expr) => {
        match $number {
            Number::C($e) => $body,
            Number::CN($e) => $body,
            Number::E($e) => $body,
            Number::EN($e) => $body,
        }
    };
}
pub(crate) use with_number;

impl From<Expr<Tale, i32>> for Number {
    fn from(expression: Expr<Tale, i32>) -> Number {
        Number::E(expression)
    }
}

impl From<Expr<Tale, Option<i32>>> for Number {
    fn from(expression: Expr<Tale, Option<i32>>) -> Number {
        Number::EN(expression)
    }
}

pub fn compute<T: Numeric, N: Into<Node>, V: Term<Tale, T>>(op: Op, left: Expr<Tale, T, N>, right: V) -> Number
where
    Number: From<Expr<Tale, V::Sum>> + From<Expr<Tale, V::Quotient>>,
{
    match op {
        Op::Add => (left + right).into(),
        Op::Subtract => (left - right).into(),
        Op::Multiply => (left * right).into(),
        Op::Divide => (left / right).into(),
        Op::Modulo => (left % right).into(),
    }
}

impl Num {
    pub fn random(random: &mut Random, depth: u32) -> Num {
        let leaf = |random: &mut Random| match random.below(8) {
            0 => Num::OfSeen(*random.pick(&[Clock::Year, Clock::Month, Clock::Hour, Clock::Minute, Clock::Second])),
            1 | 2 => Num::OfDate(
                *random.pick(&[
                    Part::Year,
                    Part::Year,
                    Part::IsoYear,
                    Part::Quarter,
                    Part::Month,
                    Part::Week,
                    Part::Day,
                    Part::WeekDay,
                    Part::IsoWeekDay,
                ]),
                *random.pick(&DAYS),
            ),
            _ => Num::Column(*random.pick(&INTS)),
        };
        if depth == 0 || random.once_in(2) {
            return leaf(random);
        }
        let op = *random.pick(&[Op::Add, Op::Subtract, Op::Multiply, Op::Divide, Op::Modulo]);
        match random.below(5) {
            0 => Num::Minus(Box::new(Num::random(random, depth - 1))),
            1 | 2 => {
                // A division by the value zero is an error; by an expression that is zero, NULL.
                let lowest = if matches!(op, Op::Divide | Op::Modulo) { 1 } else { -3 };
                let value = i32::try_from(random.between(lowest, 3)).unwrap();
                Num::With(op, Box::new(Num::random(random, depth - 1)), if random.once_in(2) { value } else { -value })
            }
            _ => Num::Both(op, Box::new(Num::random(random, depth - 1)), Box::new(Num::random(random, depth - 1))),
        }
    }

    pub fn build(&self) -> Number {
        match self {
            Num::Column(column) => match column {
                Int::Pages => Number::C(Tale::pages),
                Int::Stock => Number::CN(Tale::stock),
                Int::Age => Number::CN(Tale::writer.age),
                Int::EditorsAge => Number::CN(Tale::editor.age),
                Int::HomeSize => Number::C(Tale::writer.home.size),
                Int::HomeRating => Number::CN(Tale::writer.home.rating),
                Int::PressSize => Number::CN(Tale::writer.press.size),
                Int::EditorsHomeSize => Number::CN(Tale::editor.home.size),
                Int::EditorsPressRating => Number::CN(Tale::editor.press.rating),
            },
            Num::With(op, left, value) => with_number!(left.build(), l => compute(*op, l, *value)),
            Num::Both(op, left, right) => {
                with_number!(left.build(), l => with_number!(right.build(), r => compute(*op, l, r)))
            }
            Num::Minus(of) => match of.build() {
                Number::C(e) => Number::E(-e),
                Number::E(e) => Number::E(-e),
                Number::CN(e) => Number::EN(-e),
                Number::EN(e) => Number::EN(-e),
            },
            Num::OfDate(part, day) => {
                macro_rules! part {
                    ($e:expr) => {
                        match part {
                            Part::Year => $e.year(),
                            Part::IsoYear => $e.iso_year(),
                            Part::Quarter => $e.quarter(),
                            Part::Month => $e.month(),
                            Part::Week => $e.week(),
                            Part::Day => $e.day(),
                            Part::WeekDay => $e.week_day(),
                            Part::IsoWeekDay => $e.iso_week_day(),
                        }
                    };
                }
                match day.build() {
                    Date::C(e) => Number::E(part!(e)),
                    Date::CN(e) => Number::EN(part!(e)),
                }
            }
            Num::OfSeen(clock) => Number::EN(match clock {
                Clock::Year => Tale::seen.year(),
                Clock::Month => Tale::seen.month(),
                Clock::Hour => Tale::seen.hour(),
                Clock::Minute => Tale::seen.minute(),
                Clock::Second => Tale::seen.second(),
            }),
        }
    }

    pub fn of(&self, view: View<'_>) -> Option<i64> {
        let apply = |op: &Op, left: i64, right: i64| match op {
            Op::Add => Some(left + right),
            Op::Subtract => Some(left - right),
            Op::Multiply => Some(left * right),
            // As SQL has it: no number.
            Op::Divide => left.checked_div(right),
            Op::Modulo => left.checked_rem(right),
        };
        match self {
            Num::Column(column) => match column {
                Int::Pages => Some(view.tale.pages),
                Int::Stock => view.tale.stock,
                Int::Age => view.writer().age,
                Int::EditorsAge => view.editor()?.age,
                Int::HomeSize => Some(view.home().size),
                Int::HomeRating => view.home().rating,
                Int::PressSize => Some(view.press()?.size),
                Int::EditorsHomeSize => Some(view.editors_home()?.size),
                Int::EditorsPressRating => view.editors_press()?.rating,
            }
            .map(i64::from),
            Num::With(op, left, right) => apply(op, left.of(view)?, i64::from(*right)),
            Num::Both(op, left, right) => apply(op, left.of(view)?, right.of(view)?),
            Num::Minus(of) => of.of(view).map(|number| -number),
            Num::OfDate(part, day) => day.of(view).map(|day| match part {
                Part::Year => i64::from(day.year()),
                Part::IsoYear => i64::from(day.iso_week().year()),
                Part::Quarter => i64::from(day.month0() / 3 + 1),
                Part::Month => i64::from(day.month()),
                Part::Week => i64::from(day.iso_week().week()),
                Part::Day => i64::from(day.day()),
                Part::WeekDay => i64::from(day.weekday().number_from_sunday()),
                Part::IsoWeekDay => i64::from(day.weekday().number_from_monday()),
            }),
            Num::OfSeen(clock) => view.tale.seen.map(|seen| match clock {
                Clock::Year => i64::from(seen.year()),
                Clock::Month => i64::from(seen.month()),
                Clock::Hour => i64::from(seen.hour()),
                Clock::Minute => i64::from(seen.minute()),
                Clock::Second => i64::from(seen.second()),
            }),
        }
    }
}

impl Num {
    pub fn smaller(&self) -> Vec<Num> {
        match self {
            Num::Both(_, left, right) => vec![(**left).clone(), (**right).clone()],
            Num::With(_, of, _) | Num::Minus(of) => vec![(**of).clone()],
            _ => Vec::new(),
        }
    }
}
