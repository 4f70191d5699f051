//! Whole queries: filters, order, slices and a terminal, and what each must answer.

use std::collections::BTreeSet;
use std::fmt::Debug;

use amphi::prelude::*;
use amphi::query::OrderBy;
use chrono::Datelike;
use tokio::runtime::Runtime;

use super::column::Text;
use super::condition::Test;
use super::number::{Num, Number};
use super::order::Order;
use super::world::{Tale, View, World};
use amphi_tests::random::Random;

#[derive(Debug, Clone)]
pub enum Terminal {
    Ids,
    Rows,
    OneByOne,
    Related,
    Count,
    Exists,
    First,
    Last,
    Get,
    Values(Columns),
    Computed(Num),
    Distinct(Columns),
    DistinctCount(Columns),
    Update,
    Delete,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Columns {
    Note,
    NoteAndStock,
    EditorsName,
    Year,
    Cost,
    DoneAndKept,
    Links,
    Press,
}

pub const COLUMNS: [Columns; 8] = [
    Columns::Note,
    Columns::NoteAndStock,
    Columns::EditorsName,
    Columns::Year,
    Columns::Cost,
    Columns::DoneAndKept,
    Columns::Links,
    Columns::Press,
];

macro_rules! with_columns {
    ($columns:expr, $e:ident => $body:expr) => {
        match $columns {
            Columns::Note => { let $e = Tale::note; $body }
            Columns::NoteAndStock => { let $e = (Tale::note, Tale::stock); $body }
            Columns::EditorsName => { let $e = Tale::editor.name; $body }
            Columns::Year => { let $e = (Tale::published.year(), Tale::seen.month()); $body }
            Columns::Cost => { let $e = Tale::cost; $body }
            Columns::DoneAndKept => { let $e = (Tale::done, Tale::kept); $body }
            Columns::Links => { let $e = (Tale::writer, Tale::editor); $body }
            Columns::Press => { let $e = (Tale::writer.press, Tale::editor.home.size); $body }
        }
    };
}

impl Columns {
    /// As the rows of a result are shown.
    pub fn of(self, view: View<'_>) -> String {
        let tale = view.tale;
        match self {
            Columns::Note => format!("{:?}", tale.note),
            Columns::NoteAndStock => format!("{:?}", (&tale.note, tale.stock)),
            Columns::EditorsName => format!("{:?}", Text::EditorsName.of(view).map(str::to_owned)),
            Columns::Year => format!("{:?}", (tale.published.year(), tale.seen.map(|seen| i32::try_from(seen.month()).unwrap()))),
            Columns::Cost => format!("{:?}", tale.cost.map(|cost| cost.normalize())),
            Columns::DoneAndKept => format!("{:?}", (tale.done, tale.kept)),
            Columns::Links => format!("{:?}", (tale.writer, tale.editor)),
            Columns::Press => format!("{:?}", (view.writer().press, view.editors_home().map(|home| home.size))),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Case {
    /// Whether each is an exclusion.
    pub filters: Vec<(bool, Test)>,
    /// `None`: the model's own; of no term: in no order; else with the id as the last term.
    pub order: Option<Vec<Order>>,
    pub reversed: bool,
    pub slices: Vec<(u64, Option<u64>)>,
    pub terminal: Terminal,
}

impl Case {
    pub fn random(random: &mut Random) -> Case {
        let filters = random.list(3, |random| (random.once_in(3), Test::random(random, 4)));
        let order = match random.below(4) {
            0 => None,
            1 => Some(Vec::new()),
            _ => Some((0..=random.below(2)).map(|_| Order::random(random)).collect()),
        };
        let terminal = match random.below(24) {
            0..=3 => Terminal::Ids,
            4 | 5 => Terminal::Rows,
            6 => Terminal::OneByOne,
            7..=9 => Terminal::Related,
            10..=12 => Terminal::Count,
            13 => Terminal::Exists,
            14 | 15 => Terminal::First,
            16 => Terminal::Last,
            17 => Terminal::Get,
            18 if random.once_in(2) => Terminal::Computed(Num::random(random, 3)),
            18 => Terminal::Values(*random.pick(&COLUMNS)),
            19 | 20 => Terminal::Distinct(*random.pick(&COLUMNS)),
            21 => Terminal::DistinctCount(*random.pick(&COLUMNS)),
            22 => Terminal::Update,
            _ => Terminal::Delete,
        };
        let total = order.as_ref().is_none_or(|order| !order.is_empty());
        let whole = matches!(
            terminal,
            Terminal::Last | Terminal::Update | Terminal::Delete | Terminal::Distinct(_) | Terminal::DistinctCount(_)
        );
        let slices = if total && !whole && random.once_in(2) {
            random.list(2, |random| (random.below(20), random.maybe(|random| random.below(25))))
        } else {
            Vec::new()
        };
        Case { filters, order, reversed: random.once_in(4), slices, terminal }
    }

    pub fn build(&self) -> QuerySet<Tale> {
        let mut query = Tale::objects();
        for (exclusion, test) in &self.filters {
            query = if *exclusion { query.exclude(test.build()) } else { query.filter(test.build()) };
        }
        if let Some(order) = &self.order {
            let mut terms: Vec<OrderBy<Tale>> = order.iter().map(Order::build).collect();
            if !terms.is_empty() {
                terms.push(Tale::id.asc());
            }
            // Distinct values are ordered by what is selected, or not at all.
            query = if self.is_distinct() { query.order_by(()) } else { query.order_by(terms) };
        }
        if self.reversed {
            query = query.reverse();
        }
        for (offset, limit) in &self.slices {
            query = match limit {
                Some(limit) => query.slice(*offset..*offset + *limit),
                None => query.offset(*offset),
            };
        }
        query
    }

    pub fn is_distinct(&self) -> bool {
        matches!(self.terminal, Terminal::Distinct(_) | Terminal::DistinctCount(_))
    }

    /// Whether the order is told to the last row.
    pub fn is_total(&self) -> bool {
        self.order.as_ref().is_none_or(|order| !order.is_empty())
    }

    /// The rows, in their order.
    pub fn rows<'w>(&self, world: &'w World) -> Vec<View<'w>> {
        let passes = |view: &View<'_>| self.filters.iter().all(|(exclusion, test)| test.holds(*view) != *exclusion);
        let mut rows: Vec<View<'_>> = world.views().filter(passes).collect();
        match &self.order {
            None => rows.sort_by_key(|view| (-view.tale.pages, view.tale.id)),
            Some(order) => rows.sort_by(|left, right| {
                let by_terms = order.iter().map(|term| term.compare(*left, *right)).find(|order| order.is_ne());
                by_terms.unwrap_or_else(|| left.tale.id.cmp(&right.tale.id))
            }),
        }
        if self.reversed {
            rows.reverse();
        }
        for (offset, limit) in &self.slices {
            let limit = limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap());
            rows = rows.into_iter().skip(usize::try_from(*offset).unwrap()).take(limit).collect();
        }
        rows
    }

    /// What was expected and what came, if they differ.
    pub fn difference(&self, world: &World, on: &On<'_>) -> Option<String> {
        let rows = self.rows(world);
        let query = self.build();
        let ids = |rows: &[View<'_>]| rows.iter().map(|view| view.tale.id).collect::<Vec<_>>();
        // What has no order is compared as a set; ids and whole rows are unique.
        let arranged = |mut list: Vec<String>| {
            if !self.is_total() {
                list.sort();
            }
            list
        };
        fn shown<T: Debug>(list: impl IntoIterator<Item = T>) -> Vec<String> {
            list.into_iter().map(|item| format!("{item:?}")).collect()
        }
        fn differ<T: PartialEq + Debug>(got: Result<T, Error>, expected: T) -> Option<String> {
            match got {
                Ok(got) if got == expected => None,
                Ok(got) => Some(format!("expected {expected:?}\n     got {got:?}")),
                Err(error) => Some(format!("expected {expected:?}\n     got {error:?}")),
            }
        }
        match &self.terminal {
            Terminal::Ids => {
                let got = terminal!(on, query.values(Tale::id), all).map(|got| arranged(shown(got)));
                differ(got, arranged(shown(ids(&rows))))
            }
            Terminal::Rows => {
                let got = terminal!(on, query, all).map(|got| arranged(shown(got)));
                differ(got, arranged(shown(rows.iter().map(|view| normal(view.tale)))))
            }
            Terminal::OneByOne => {
                let got = match on {
                    On::Blocking(db) => query.values(Tale::id).iter(*db).and_then(Iterator::collect),
                    On::Async(runtime, db) => runtime.block_on(async {
                        let mut stream = query.values(Tale::id).a().stream(db);
                        let mut got = Vec::new();
                        while let Some(id) = stream.try_next().await? {
                            got.push(id);
                        }
                        Ok(got)
                    }),
                };
                differ(got.map(|got: Vec<i64>| arranged(shown(got))), arranged(shown(ids(&rows))))
            }
            Terminal::Related => {
                let related = query.select_related((Tale::writer.home, Tale::editor.press));
                let got = terminal!(on, related, all).map(|got| {
                    let told = got.iter().map(|row| {
                        let editor = row.editor().as_ref();
                        let press = editor.and_then(|editor| editor.press().as_ref());
                        format!("{:?}", (row.id, row.writer().id, row.writer().home(), editor.map(|editor| &editor.name), press))
                    });
                    arranged(told.collect())
                });
                let expected = rows.iter().map(|view| {
                    let editor = view.editor().map(|editor| &editor.name);
                    format!("{:?}", (view.tale.id, view.writer().id, view.home(), editor, view.editors_press()))
                });
                differ(got, arranged(expected.collect()))
            }
            Terminal::Count => differ(terminal!(on, query, count), rows.len() as u64),
            Terminal::Exists => differ(terminal!(on, query, exists), !rows.is_empty()),
            Terminal::First => {
                // In no order the key decides; `reverse` of no order is none.
                let first = if self.is_total() { rows.first().copied() } else { by_id(&rows, self.reversed) };
                differ(terminal!(on, query.values(Tale::id), first), first.map(|view| view.tale.id))
            }
            Terminal::Last => {
                let last = if self.is_total() { rows.last().copied() } else { by_id(&rows, !self.reversed) };
                differ(terminal!(on, query.values(Tale::id), last), last.map(|view| view.tale.id))
            }
            Terminal::Get => match (rows.as_slice(), terminal!(on, query, get)) {
                ([], Err(Error::DoesNotExist { model: "Tale" }))
                | ([_, _, ..], Err(Error::MultipleObjects { model: "Tale" })) => None,
                ([view], got) => differ(got, view.tale.clone()),
                (rows, got) => Some(format!("expected one of {} rows\n     got {got:?}", rows.len())),
            },
            Terminal::Values(columns) => {
                let got = with_columns!(columns, e => terminal!(on, query.values(e), all).map(|got| arranged(shown(got))));
                differ(got, arranged(rows.iter().map(|view| columns.of(*view)).collect()))
            }
            Terminal::Computed(of) => {
                let expected: Vec<Option<i64>> = rows.iter().map(|view| of.of(*view)).collect();
                let shown_as = |number: Option<i64>| number.map_or("NULL".to_owned(), |number| number.to_string());
                let (got, nullable) = match of.build() {
                    Number::C(e) => {
                        (terminal!(on, query.values(e), all).map(|got| got.iter().map(i32::to_string).collect()), false)
                    }
                    Number::E(e) => {
                        (terminal!(on, query.values(e), all).map(|got| got.iter().map(i32::to_string).collect()), false)
                    }
                    Number::CN(e) => (terminal!(on, query.values(e), all).map(|got| nullables(&got)), true),
                    Number::EN(e) => (terminal!(on, query.values(e), all).map(|got| nullables(&got)), true),
                };
                match got {
                    // A number that is none because it was divided by zero cannot be read as one.
                    Err(Error::Decode { .. }) if !nullable && expected.contains(&None) => None,
                    got => differ(got.map(arranged), arranged(expected.into_iter().map(shown_as).collect())),
                }
            }
            Terminal::Distinct(columns) => {
                let got = with_columns!(columns, e => terminal!(on, query.values(e).distinct(), all).map(shown));
                let got = got.map(|mut got| {
                    got.sort();
                    got
                });
                let expected: BTreeSet<String> = rows.iter().map(|view| columns.of(*view)).collect();
                differ(got, expected.into_iter().collect())
            }
            Terminal::DistinctCount(columns) => {
                let got = with_columns!(columns, e => terminal!(on, query.values(e).distinct(), count));
                let expected: BTreeSet<String> = rows.iter().map(|view| columns.of(*view)).collect();
                differ(got, expected.len() as u64)
            }
            Terminal::Update => {
                let set = (Tale::pages.set(Tale::pages + 1), Tale::note.set("set"));
                let all = || Tale::objects().order_by(Tale::id).values((Tale::id, Tale::pages, Tale::note));
                let got = match on {
                    On::Blocking(db) => undone(db.atomic(|tx| Err::<(), _>(Undo((query.update(set, tx)?, all().all(tx)?))))),
                    On::Async(runtime, db) => undone(runtime.block_on(db.atomic(async |tx| {
                        let count = query.a().update(set, tx).await?;
                        Err::<(), _>(Undo((count, all().a().all(tx).await?)))
                    }))),
                };
                let changed: BTreeSet<i64> = ids(&rows).into_iter().collect();
                let after = world.tales.iter().map(|tale| match changed.contains(&tale.id) {
                    true => (tale.id, tale.pages + 1, Some("set".to_owned())),
                    false => (tale.id, tale.pages, tale.note.clone()),
                });
                differ(got, (rows.len() as u64, after.collect()))
            }
            Terminal::Delete => {
                let all = || Tale::objects().order_by(Tale::id).values(Tale::id);
                let got = match on {
                    On::Blocking(db) => undone(db.atomic(|tx| Err::<(), _>(Undo((query.delete(tx)?.total(), all().all(tx)?))))),
                    On::Async(runtime, db) => undone(runtime.block_on(db.atomic(async |tx| {
                        let count = query.a().delete(tx).await?.total();
                        Err::<(), _>(Undo((count, all().a().all(tx).await?)))
                    }))),
                };
                let gone: BTreeSet<i64> = ids(&rows).into_iter().collect();
                let left = world.tales.iter().map(|tale| tale.id).filter(|id| !gone.contains(id));
                differ(got, (rows.len() as u64, left.collect()))
            }
        }
    }

    pub fn smaller(&self) -> Vec<Case> {
        let mut all = Vec::new();
        for at in 0..self.filters.len() {
            let mut without = self.clone();
            without.filters.remove(at);
            all.push(without);
        }
        if self.reversed {
            all.push(Case { reversed: false, ..self.clone() });
        }
        if !self.slices.is_empty() {
            all.push(Case { slices: self.slices[1..].to_vec(), ..self.clone() });
        }
        if self.order.is_some() {
            all.push(Case { order: None, ..self.clone() });
        }
        if !matches!(self.terminal, Terminal::Ids) {
            all.push(Case { terminal: Terminal::Ids, ..self.clone() });
        }
        for (at, (exclusion, test)) in self.filters.iter().enumerate() {
            for test in test.smaller() {
                let mut simpler = self.clone();
                simpler.filters[at] = (*exclusion, test);
                all.push(simpler);
            }
        }
        all
    }
}

/// The row of the smallest or largest id.
pub fn by_id<'w>(rows: &[View<'w>], largest: bool) -> Option<View<'w>> {
    let rows = rows.iter().copied();
    if largest { rows.max_by_key(|view| view.tale.id) } else { rows.min_by_key(|view| view.tale.id) }
}

fn nullables(numbers: &[Option<i32>]) -> Vec<String> {
    numbers.iter().map(|number| number.map_or("NULL".to_owned(), |number| number.to_string())).collect()
}

/// As it comes back: a decimal without trailing zeros.
pub fn normal(tale: &Tale) -> Tale {
    Tale { cost: tale.cost.map(|cost| cost.normalize()), ..tale.clone() }
}

/// What a transaction saw before it was undone.
#[derive(Debug)]
pub enum Undone<T> {
    Seen(T),
    Failed(Error),
}

#[allow(non_snake_case)]
pub fn Undo<T>(seen: T) -> Undone<T> {
    Undone::Seen(seen)
}

impl<T> From<Error> for Undone<T> {
    fn from(error: Error) -> Self {
        Undone::Failed(error)
    }
}

pub fn undone<T>(outcome: Result<(), Undone<T>>) -> Result<T, Error> {
    match outcome {
        Err(Undone::Seen(seen)) => Ok(seen),
        Err(Undone::Failed(error)) => Err(error),
        Ok(()) => unreachable!(),
    }
}

/// Where a query runs.
pub enum On<'d> {
    Blocking(&'d Database),
    Async(&'d Runtime, AsyncDatabase),
}

macro_rules! terminal {
    ($on:expr, $query:expr, $terminal:ident) => {
        match $on {
            On::Blocking(db) => $query.$terminal(*db),
            On::Async(runtime, db) => runtime.block_on($query.a().$terminal(db)),
        }
    };
}
pub(crate) use terminal;
