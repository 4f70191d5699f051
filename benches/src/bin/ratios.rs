//! Prints how many times the raw driver's time amphi takes, case by case: `cargo run --release --bin ratios [filter]..`.
//!
//! Both sides take turns in short batches, so that whatever else the machine does meets both; what is printed is the median of the
//! ratios of the rounds, and their quartiles.

use std::time::{Duration, Instant};

use amphi_benches::cases::{self, Case, Sides, Target};
use amphi_benches::table;

const ROUNDS: usize = 61;
/// How long one side's turn should last: longer where a disk makes it wait, now more, now less.
const TURN: Duration = Duration::from_micros(4_000);
const TURN_IN_FILES: Duration = Duration::from_micros(15_000);
/// A case of long turns ends early, after no fewer rounds than this.
const FEWEST_ROUNDS: usize = 31;
const LONGEST: Duration = Duration::from_millis(2_500);

struct Outcome {
    raw: f64,
    amphi: f64,
    ratio: f64,
    quartiles: (f64, f64),
    /// The ratio of the times in the quietest tenth of the rounds.
    quiet: f64,
    rounds: usize,
}

fn main() {
    let filters: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let start = Instant::now();
    let head = ["case", "where", "side", "against", "its time", "side's", "ratio", "quartiles", "quiet", "rounds", "target", ""];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for case in cases::all() {
        let label = case.label();
        if filters.is_empty() || filters.iter().any(|filter| label.contains(filter.as_str())) {
            let turn = if case.place == "file" { TURN_IN_FILES } else { TURN };
            let outcome = measure((case.build)(), turn);
            rows.push(line(&case, &outcome));
        }
    }
    table::print(&rows);
    println!(
        "\n{:.0} s; times are medians of one call; a ratio is the side's time to that of what it is against",
        start.elapsed().as_secs_f64()
    );
}

/// How many calls fill a turn, after a warm-up.
fn calls(sides: &mut Sides, turn: Duration) -> u64 {
    let mut calls = 1;
    loop {
        let time = (sides.raw)(calls);
        (sides.amphi)(calls);
        if time * 2 >= turn || calls > 1 << 20 {
            let share = turn.as_secs_f64() / time.as_secs_f64();
            return ((calls as f64 * share) as u64).max(1);
        }
        calls *= 2;
    }
}

fn measure(mut sides: Sides, turn: Duration) -> Outcome {
    let calls = calls(&mut sides, turn);
    let (mut raws, mut amphis, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let start = Instant::now();
    while ratios.len() < ROUNDS && (ratios.len() < FEWEST_ROUNDS || start.elapsed() < LONGEST) {
        // Who begins takes turns as well.
        let (raw, amphi) = if ratios.len() % 2 == 0 {
            let raw = (sides.raw)(calls);
            (raw, (sides.amphi)(calls))
        } else {
            let amphi = (sides.amphi)(calls);
            ((sides.raw)(calls), amphi)
        };
        let per_call = |time: Duration| time.as_nanos() as f64 / calls as f64;
        raws.push(per_call(raw));
        amphis.push(per_call(amphi));
        ratios.push(amphi.as_secs_f64() / raw.as_secs_f64());
    }
    let rounds = ratios.len();
    let at = |values: &mut Vec<f64>, percent: usize| {
        values.sort_by(f64::total_cmp);
        values[(values.len() - 1) * percent / 100]
    };
    Outcome {
        raw: at(&mut raws, 50),
        amphi: at(&mut amphis, 50),
        ratio: at(&mut ratios, 50),
        quartiles: (at(&mut ratios, 25), at(&mut ratios, 75)),
        quiet: at(&mut amphis, 10) / at(&mut raws, 10),
        rounds,
    }
}

fn line(case: &Case, outcome: &Outcome) -> Vec<String> {
    let Outcome { raw, amphi, ratio, quartiles: (low, high), quiet, rounds } = outcome;
    let (target, met) = match case.target {
        Target::Time(most) => (format!("≤ {most:.2}"), Some(*ratio <= most)),
        // The time of a call is the inverse of the throughput.
        Target::Throughput(least) => (format!("≤ {:.2}", 1.0 / least), Some(1.0 / ratio >= least)),
        Target::Open => (String::new(), None),
    };
    let verdict = match met {
        Some(true) => "met",
        Some(false) => "MISSED",
        None => "",
    };
    vec![
        case.name.to_owned(),
        case.place.to_owned(),
        case.side.to_owned(),
        case.against.to_owned(),
        table::time(*raw),
        table::time(*amphi),
        format!("{ratio:.2}"),
        format!("{low:.2}–{high:.2}"),
        format!("{quiet:.2}"),
        rounds.to_string(),
        target,
        verdict.to_owned(),
    ]
}
