//! Orders: as the library has them, and of rows in memory.

use std::cmp::Ordering;

use amphi::query::OrderBy;

use super::column::{DAYS, Date, Day, Id, KEYS, Key, LINKS, Link, TEXTS, Text, Words, with, with_link};
use super::number::{Num, Number, with_number};
use super::world::{Tale, View};
use amphi_tests::random::Random;

#[derive(Debug, Clone)]
pub enum By {
    Num(Num),
    Text(Text),
    Day(Day),
    Key(Key),
    Link(Link),
    Seen,
    Price,
    Cost,
    Done,
    Kept,
}

#[derive(Debug, Clone)]
pub struct Order {
    pub by: By,
    pub descending: bool,
    /// NULLs first, last, or where the database has them.
    pub nulls_first: Option<bool>,
    /// Where it has them: above everything, or below.
    pub nulls_are_large: bool,
}

impl Order {
    pub fn random(random: &mut Random) -> Order {
        let by = match random.below(10) {
            0..=2 => By::Num(Num::random(random, 1)),
            3 | 4 => By::Text(*random.pick(&TEXTS)),
            5 => By::Day(*random.pick(&DAYS)),
            6 => By::Key(*random.pick(&KEYS)),
            7 => By::Link(*random.pick(&LINKS)),
            8 => By::Seen,
            _ => match random.below(4) {
                0 => By::Price,
                1 => By::Cost,
                2 => By::Done,
                _ => By::Kept,
            },
        };
        let nulls_first = *random.pick(&[None, Some(true), Some(false)]);
        Order { by, descending: random.once_in(2), nulls_first, nulls_are_large: random.features().nulls_are_large }
    }

    pub fn build(&self) -> OrderBy<Tale> {
        macro_rules! term {
            ($e:expr) => {
                if self.descending { $e.desc() } else { $e.asc() }
            };
        }
        let term = match &self.by {
            By::Num(of) => with_number!(of.build(), e => term!(e)),
            By::Text(of) => with!(Words, of.build(), e => term!(e)),
            By::Day(of) => with!(Date, of.build(), e => term!(e)),
            By::Key(of) => with!(Id, of.build(), e => term!(e)),
            By::Link(of) => with_link!(of, e => term!(e)),
            By::Seen => term!(Tale::seen),
            By::Price => term!(Tale::price),
            By::Cost => term!(Tale::cost),
            By::Done => term!(Tale::done),
            By::Kept => term!(Tale::kept),
        };
        match self.nulls_first {
            None => term,
            Some(true) => term.nulls_first(),
            Some(false) => term.nulls_last(),
        }
    }

    pub fn compare(&self, left: View<'_>, right: View<'_>) -> Ordering {
        macro_rules! by {
            ($view:ident => $of:expr) => {
                self.arrange(
                    {
                        let $view = left;
                        $of
                    },
                    {
                        let $view = right;
                        $of
                    },
                )
            };
        }
        match &self.by {
            By::Num(of) => by!(view => of.of(view)),
            By::Text(of) => by!(view => of.of(view)),
            By::Day(of) => by!(view => of.of(view)),
            By::Key(of) => by!(view => of.of(view)),
            By::Link(of) => by!(view => of.of(view)),
            By::Seen => by!(view => view.tale.seen),
            By::Price => by!(view => view.tale.price),
            By::Cost => by!(view => view.tale.cost),
            By::Done => by!(view => Some(view.tale.done)),
            By::Kept => by!(view => view.tale.kept),
        }
    }

    pub fn arrange<T: PartialOrd>(&self, left: Option<T>, right: Option<T>) -> Ordering {
        let nulls_first = self.nulls_first.unwrap_or(self.descending == self.nulls_are_large);
        match (left, right) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) if nulls_first => Ordering::Less,
            (Some(_), None) if !nulls_first => Ordering::Less,
            (None, Some(_)) | (Some(_), None) => Ordering::Greater,
            (Some(left), Some(right)) => {
                let order = left.partial_cmp(&right).unwrap();
                if self.descending { order.reverse() } else { order }
            }
        }
    }
}
