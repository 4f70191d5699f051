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

use amphi::Backend;
use amphi::prelude::*;
use tokio::runtime::Runtime;

use crate::random::Random;
use crate::support::TempFile;
use case::{Case, On, terminal};
use condition::Test;
use world::{Tale, World};

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

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

#[test]
fn ten_thousand_queries_are_answered_as_in_memory() {
    let queries = std::env::var("AMPHI_QUERIES").ok().and_then(|count| count.parse().ok()).unwrap_or(10_000_u32);
    let mut random = Random::new("queries against rows in memory", 20_260_101);
    let mut differences = Vec::new();
    let runtime = runtime();
    let mut made = 0;
    while made < queries && differences.len() < 5 {
        // A new world now and then.
        let world = World::random(&mut random);
        let file = TempFile::new();
        let db = Database::connect(&file.url()).unwrap();
        world.stored(&db);
        for _ in 0..1_000.min(queries - made) {
            made += 1;
            let case = Case::random(&mut random);
            let on = if made % 2 == 0 { On::Blocking(&db) } else { On::Async(&runtime, db.a()) };
            if skipped(&case) {
                continue;
            }
            if case.difference(&world, &on).is_some() {
                let case = shrunk(case, &world, &on);
                let difference = case.difference(&world, &on).unwrap_or_default();
                let mode = if made % 2 == 0 { "blocking" } else { "async" };
                let sql = case.build().to_sql(Backend::Sqlite);
                differences.push(format!("query {made}, {mode}: {case:#?}\n{sql:?}\n{difference}\n"));
            }
        }
    }
    assert!(differences.is_empty(), "{} differences in {made} queries\n{}", differences.len(), differences.join("\n"));
}

/// The ids that a query finds.
fn found(on: &On<'_>, query: QuerySet<Tale>) -> Vec<i64> {
    terminal!(on, query.order_by(Tale::id).values(Tale::id), all).unwrap()
}

#[test]
fn laws_of_conditions() {
    let mut random = Random::new("laws of conditions", 7);
    let world = World::random(&mut random);
    let file = TempFile::new();
    let db = Database::connect(&file.url()).unwrap();
    world.stored(&db);
    let runtime = runtime();
    let all = Tale::objects;
    for round in 0..600 {
        let on = if round % 2 == 0 { On::Blocking(&db) } else { On::Async(&runtime, db.a()) };
        let (left, right) = (Test::random(&mut random, 3), Test::random(&mut random, 3));
        if skipped(&(&left, &right)) {
            continue;
        }
        let (a, b) = (left.build(), right.build());
        let same = |one: QuerySet<Tale>, other: QuerySet<Tale>, law: &str| {
            assert_eq!(found(&on, one), found(&on, other), "{law} for a = {left:#?} and b = {right:#?}");
        };
        same(
            all().filter(a.clone()).filter(b.clone()),
            all().filter(a.clone() & b.clone()),
            "filter(a).filter(b) is filter(a & b)",
        );
        same(all().exclude(a.clone()), all().filter(!a.clone()), "exclude(a) is filter(!a)");
        same(all().filter(!!a.clone()), all().filter(a.clone()), "!!a is a");
        same(all().filter(!(a.clone() & b.clone())), all().filter(!a.clone() | !b.clone()), "!(a & b) is !a | !b");
        same(all().filter(!(a.clone() | b.clone())), all().filter(!a.clone() & !b.clone()), "!(a | b) is !a & !b");
        same(all().filter(a.clone() ^ b.clone()), all().filter((a.clone() & !b.clone()) | (!a.clone() & b.clone())), "a ^ b");
        same(all().filter(a.clone() & b.clone()), all().filter(b.clone() & a.clone()), "a & b is b & a");
        same(all().filter(a.clone() | !a.clone()), all(), "a | !a is always true");
        assert_eq!(found(&on, all().filter(a.clone() & !a.clone())), [0_i64; 0], "a & !a is never true for a = {left:#?}");
    }
}

#[test]
fn distinct_values_in_their_order_and_in_slices() {
    let mut random = Random::new("distinct values", 8);
    let world = World::random(&mut random);
    let file = TempFile::new();
    let db = Database::connect(&file.url()).unwrap();
    world.stored(&db);
    let runtime = runtime();
    for round in 0..300 {
        let on = if round % 2 == 0 { On::Blocking(&db) } else { On::Async(&runtime, db.a()) };
        let test = Test::random(&mut random, 2);
        let (start, end) = (random.below(6), random.below(12));
        let query = |descending: bool| {
            let stock = if descending { Tale::stock.desc().nulls_last() } else { Tale::stock.asc().nulls_first() };
            Tale::objects().filter(test.build()).order_by(stock).values(Tale::stock).distinct()
        };
        let passing = world.views().filter(|view| test.holds(*view)).map(|view| view.tale.stock);
        let mut expected: Vec<Option<i32>> = passing.collect::<std::collections::BTreeSet<_>>().into_iter().collect();
        assert_eq!(terminal!(&on, query(false), all).unwrap(), expected, "{test:#?}");
        assert_eq!(terminal!(&on, query(false), first).unwrap(), expected.first().copied(), "{test:#?}");
        assert_eq!(terminal!(&on, query(false), last).unwrap(), expected.last().copied(), "{test:#?}");
        expected.reverse();
        assert_eq!(terminal!(&on, query(true), all).unwrap(), expected, "{test:#?}");
        assert_eq!(terminal!(&on, query(false).reverse(), all).unwrap(), expected, "{test:#?}");
        let slice = |query: QuerySet<Tale, _>| query.slice(start..end);
        let range = usize::try_from(start).unwrap()..usize::try_from(end).unwrap();
        let part: Vec<_> = expected.iter().copied().take(range.end).skip(range.start).collect();
        assert_eq!(terminal!(&on, slice(query(true)), all).unwrap(), part, "{start}..{end} {test:#?}");
        assert_eq!(terminal!(&on, slice(query(true)), count).unwrap(), part.len() as u64, "{start}..{end} {test:#?}");
        assert_eq!(terminal!(&on, slice(query(true)), exists).unwrap(), !part.is_empty(), "{start}..{end} {test:#?}");
        assert_eq!(terminal!(&on, slice(query(true)), first).unwrap(), part.first().copied(), "{start}..{end} {test:#?}");
    }
}

#[test]
fn numbers_beyond_the_width_of_their_columns() {
    // An expression may be larger than the columns it is made of: what its values are decides, not the width of the first.
    let file = TempFile::new();
    let db = Database::connect(&file.url()).unwrap();
    let world = World::random(&mut Random::new("wide numbers", 3));
    world.stored(&db);
    Tale::objects().update(Tale::pages.set(100), &db).unwrap();
    let large = || Tale::pages * 1_000_000_000;
    for (condition, expected) in [
        (large().gt(3_000_000_000_i64), 60),
        (large().eq(100_000_000_000_i64), 60),
        (large().lt(3_000_000_000_i64), 0),
        (large().range(0_i64, 3_000_000_000_i64), 0),
        (large().gte(-3_000_000_000_i64), 60),
    ] {
        let shown = format!("{condition:?}");
        assert_eq!(Tale::objects().filter(condition).count(&db).unwrap(), expected, "{shown}");
    }
}
