//! Runs one side of one case so many times, for `perf` and callgrind: `side raw|amphi <calls> <filter>`, such as
//! `perf record target/release/side amphi 3000000 "get by key memory rusqlite"`.

use amphi_benches::cases;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [side, calls, filter] = arguments.as_slice() else {
        eprintln!("side raw|amphi <calls> <filter>");
        std::process::exit(2);
    };
    let calls: u64 = calls.parse().expect("a number of calls");
    let case = cases::all().into_iter().find(|case| case.label().starts_with(filter.as_str())).expect("a case that begins so");
    let mut sides = (case.build)();
    let work = if side == "raw" { &mut sides.raw } else { &mut sides.amphi };
    let time = work(calls);
    eprintln!("{}, {side}: {:.0} ns for each of {calls} calls", case.label(), time.as_nanos() as f64 / calls as f64);
}
