//! Random queries, answered by the database and by a plain evaluation of the same rows in memory.
//!
//! A difference is shrunk and printed with its SQL. `AMPHI_SEED` and `AMPHI_QUERIES` choose other queries, and more of them.

mod case;
mod column;
mod condition;
mod number;
mod order;
mod world;

use std::fmt::Debug;

use amphi::prelude::*;
use tokio::runtime::Runtime;

use amphi_tests::futures::current_thread;
use amphi_tests::random::Random;
use amphi_tests::support::{Place, Scratch};
use case::{Case, On, terminal};
use condition::Test;
use world::{Tale, World};

/// The same case, as simple as it can be and still differ.
fn shrunk(mut case: Case, world: &World, on: &On<'_>) -> Case {
    let mut tries = 2_000;
    'simpler: loop {
        for candidate in case.smaller() {
            tries -= 1;
            if tries == 0 {
                return case;
            }
            if candidate.difference(world, on).is_some() {
                case = candidate;
                continue 'simpler;
            }
        }
        return case;
    }
}

/// Whether the case is about something known to be wrong: `AMPHI_SKIP=Endswith` looks past it.
fn skipped(case: &impl Debug) -> bool {
    std::env::var("AMPHI_SKIP").is_ok_and(|skip| skip.split(',').any(|word| format!("{case:?}").contains(word)))
}

/// A test of random queries on each database, in both modes.
macro_rules! on_each_database {
    ($($(#[$docs:meta])* fn $name:ident($place:ident) $body:block)+) => {$(
        $(#[$docs])*
        mod $name {
            use super::*;

            fn body($place: Place) $body

            #[test]
            fn sqlite() {
                body(Place::sqlite);
            }

            #[test]
            #[ignore = "needs a server, named by AMPHI_POSTGRES_URL"]
            fn postgres() {
                body(Place::postgres);
            }

            #[test]
            #[ignore = "needs a server, named by AMPHI_MYSQL_URL"]
            fn mysql() {
                body(Place::mysql);
            }
        }
    )+};
}

/// A random world, stored.
struct Stored {
    world: World,
    db: Database,
    runtime: Runtime,
    place: Place,
    /// Goes after the database.
    _scratch: Scratch,
}

impl Stored {
    fn new(place: Place, random: &mut Random) -> Stored {
        let world = World::random(random);
        let scratch = Scratch::new(place);
        let db = Database::connect(&scratch.url()).unwrap();
        world.stored(&db);
        Stored { world, db, runtime: current_thread(), place, _scratch: scratch }
    }

    /// In one mode or the other.
    fn on(&self, round: u32) -> On<'_> {
        if round.is_multiple_of(2) { On::Blocking(&self.db) } else { On::Async(&self.runtime, self.db.a()) }
    }

    /// What is different for a case, as simple as it can be.
    fn difference(&self, case: Case, round: u32) -> Option<String> {
        let on = self.on(round);
        case.difference(&self.world, &on)?;
        let case = shrunk(case, &self.world, &on);
        let difference = case.difference(&self.world, &on).unwrap_or_default();
        let mode = if round.is_multiple_of(2) { "blocking" } else { "async" };
        let sql = case.build().to_sql(self.place.backend());
        Some(format!("query {round}, {mode}: {case:#?}\n{sql:?}\n{difference}\n"))
    }
}

impl Drop for Stored {
    fn drop(&mut self) {
        // A session of the server's would stand in the way of the end of its database.
        self.db.close();
    }
}

/// A sequence of random things that a database stores.
fn random(of: &str, seed: u64, place: Place) -> Random {
    Random::new(of, seed).storable(place.backend().dialect().features())
}

on_each_database! {
    fn random_queries_are_answered_as_in_memory(place) {
        // A server takes longer for each.
        let queries = if place == Place::sqlite { 10_000 } else { 1_500 };
        let queries = std::env::var("AMPHI_QUERIES").ok().and_then(|count| count.parse().ok()).unwrap_or(queries);
        let mut random = random("queries against rows in memory", 20_260_101, place);
        let mut differences = Vec::new();
        let mut made = 0;
        while made < queries && differences.len() < 5 {
            // A new world now and then.
            let stored = Stored::new(place, &mut random);
            for _ in 0..1_000.min(queries - made) {
                made += 1;
                let case = Case::random(&mut random);
                if !skipped(&case) {
                    differences.extend(stored.difference(case, made));
                }
            }
        }
        assert!(differences.is_empty(), "{} differences in {made} queries\n{}", differences.len(), differences.join("\n"));
    }

    fn laws_of_conditions(place) {
        let mut random = random("laws of conditions", 7, place);
        let stored = Stored::new(place, &mut random);
        for round in 0..if place == Place::sqlite { 600 } else { 60 } {
            let (left, right) = (Test::random(&mut random, 3), Test::random(&mut random, 3));
            if !skipped(&(&left, &right)) {
                laws_hold(&stored.on(round), &left, &right);
            }
        }
    }

    fn distinct_values_in_their_order_and_in_slices(place) {
        let mut random = random("distinct values", 8, place);
        let stored = Stored::new(place, &mut random);
        // MariaDB takes its time over these.
        for round in 0..if place == Place::sqlite { 300 } else { 60 } {
            let test = Test::random(&mut random, 2);
            distinct_values(&stored, &stored.on(round), &test, random.below(6)..random.below(12));
        }
    }

    /// An expression may be larger than the columns it is made of: what its values are decides, not the width of the first.
    fn numbers_beyond_the_width_of_their_columns(place) {
        let stored = Stored::new(place, &mut random("wide numbers", 3, place));
        Tale::objects().update(Tale::pages.set(100), &stored.db).unwrap();
        let large = || Tale::pages * 1_000_000_000;
        for (condition, expected) in [
            (large().gt(3_000_000_000_i64), 60),
            (large().eq(100_000_000_000_i64), 60),
            (large().lt(3_000_000_000_i64), 0),
            (large().range(0_i64, 3_000_000_000_i64), 0),
            (large().gte(-3_000_000_000_i64), 60),
        ] {
            let shown = format!("{condition:?}");
            assert_eq!(Tale::objects().filter(condition).count(&stored.db).unwrap(), expected, "{shown}");
        }
    }
}

/// The ids that a query finds.
fn found(on: &On<'_>, query: QuerySet<Tale>) -> Vec<i64> {
    terminal!(on, query.order_by(Tale::id).values(Tale::id), all).unwrap()
}

fn laws_hold(on: &On<'_>, left: &Test, right: &Test) {
    let all = Tale::objects;
    let (a, b) = (left.build(), right.build());
    let same = |one: QuerySet<Tale>, other: QuerySet<Tale>, law: &str| {
        assert_eq!(found(on, one), found(on, other), "{law} for a = {left:#?} and b = {right:#?}");
    };
    same(all().filter(a.clone()).filter(b.clone()), all().filter(a.clone() & b.clone()), "filter(a).filter(b) is filter(a & b)");
    same(all().exclude(a.clone()), all().filter(!a.clone()), "exclude(a) is filter(!a)");
    same(all().filter(!!a.clone()), all().filter(a.clone()), "!!a is a");
    same(all().filter(!(a.clone() & b.clone())), all().filter(!a.clone() | !b.clone()), "!(a & b) is !a | !b");
    same(all().filter(!(a.clone() | b.clone())), all().filter(!a.clone() & !b.clone()), "!(a | b) is !a & !b");
    same(all().filter(a.clone() ^ b.clone()), all().filter((a.clone() & !b.clone()) | (!a.clone() & b.clone())), "a ^ b");
    same(all().filter(a.clone() & b.clone()), all().filter(b.clone() & a.clone()), "a & b is b & a");
    same(all().filter(a.clone() | b.clone()), all().filter(b.clone() | a.clone()), "a | b is b | a");
    same(all().filter(a.clone() | !a.clone()), all(), "a | !a is always true");
    assert_eq!(found(on, all().filter(a.clone() & !a.clone())), [0_i64; 0], "a & !a is never true for a = {left:#?}");
}

fn distinct_values(stored: &Stored, on: &On<'_>, test: &Test, range: std::ops::Range<u64>) {
    let query = |descending: bool| {
        let stock = if descending { Tale::stock.desc().nulls_last() } else { Tale::stock.asc().nulls_first() };
        Tale::objects().filter(test.build()).order_by(stock).values(Tale::stock).distinct()
    };
    let passing = stored.world.views().filter(|view| test.holds(*view)).map(|view| view.tale.stock);
    let mut expected: Vec<Option<i32>> = passing.collect::<std::collections::BTreeSet<_>>().into_iter().collect();
    assert_eq!(terminal!(on, query(false), all).unwrap(), expected, "{test:#?}");
    assert_eq!(terminal!(on, query(false), first).unwrap(), expected.first().copied(), "{test:#?}");
    assert_eq!(terminal!(on, query(false), last).unwrap(), expected.last().copied(), "{test:#?}");
    expected.reverse();
    assert_eq!(terminal!(on, query(true), all).unwrap(), expected, "{test:#?}");
    assert_eq!(terminal!(on, query(false).reverse(), all).unwrap(), expected, "{test:#?}");
    let slice = || query(true).slice(range.clone());
    let (start, end) = (usize::try_from(range.start).unwrap(), usize::try_from(range.end).unwrap());
    let part: Vec<_> = expected.iter().copied().take(end).skip(start).collect();
    assert_eq!(terminal!(on, slice(), all).unwrap(), part, "{range:?} {test:#?}");
    assert_eq!(terminal!(on, slice(), count).unwrap(), part.len() as u64, "{range:?} {test:#?}");
    assert_eq!(terminal!(on, slice(), exists).unwrap(), !part.is_empty(), "{range:?} {test:#?}");
    assert_eq!(terminal!(on, slice(), first).unwrap(), part.first().copied(), "{range:?} {test:#?}");
}
