//! What is measured: pairs of the same work, done raw and by amphi.

mod asynchronous;
mod blocking;
mod prefetch;
#[cfg(feature = "servers")]
mod servers;
mod task;

use std::hint::black_box;
use std::time::{Duration, Instant};

/// One side of a case: does its work so many times and tells how long that took, without what prepares and cleans up.
pub type Side = Box<dyn FnMut(u64) -> Duration>;

/// Both sides. In SQLite each has a database of its own; on a server they share one and take turns.
pub struct Sides {
    pub raw: Side,
    /// The side that is measured: amphi's, or another driver's.
    pub amphi: Side,
}

/// A bound on amphi's time or throughput, as a share of the raw side's.
#[derive(Clone, Copy)]
pub enum Target {
    /// It takes at most so many times as long.
    Time(f64),
    /// It does at least such a share in the same time.
    Throughput(f64),
    /// There is none.
    Open,
}

pub struct Case {
    pub name: &'static str,
    /// Where its databases are: `memory`, `file`, or on a server.
    pub place: &'static str,
    /// Who is measured.
    pub side: &'static str,
    pub against: &'static str,
    pub target: Target,
    pub build: fn() -> Sides,
}

/// Who is measured, unless a case tells how far a driver is behind another.
const AMPHI: &str = "amphi";

impl Case {
    /// What the command line chooses by.
    pub fn label(&self) -> String {
        let Case { name, place, side, against, .. } = self;
        if *side == AMPHI { format!("{name} {place} {against}") } else { format!("{name} {place} {side} {against}") }
    }
}

/// The cases of SQLite.
pub fn sqlite() -> Vec<Case> {
    blocking::cases().into_iter().chain(prefetch::sqlite()).chain(asynchronous::cases()).collect()
}

/// The cases of the servers that the environment names, and which servers it does not name.
#[cfg(feature = "servers")]
pub fn servers() -> (Vec<Case>, Vec<&'static str>) {
    servers::cases()
}

/// All cases.
pub fn all() -> Vec<Case> {
    let mut cases = sqlite();
    #[cfg(feature = "servers")]
    cases.extend(servers().0);
    cases
}

/// Times short work by the batch; the rows are dropped inside it.
fn timed<T>(n: u64, mut work: impl FnMut(u64) -> T) -> Duration {
    let start = Instant::now();
    for i in 0..n {
        black_box(work(i));
    }
    start.elapsed()
}

/// Times long work one by one; the rows are dropped outside.
fn timed_each<T>(n: u64, mut work: impl FnMut(u64) -> T) -> Duration {
    let mut sum = Duration::ZERO;
    for i in 0..n {
        let start = Instant::now();
        let rows = black_box(work(i));
        sum += start.elapsed();
        drop(rows);
    }
    sum
}
