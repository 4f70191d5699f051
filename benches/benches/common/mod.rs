//! How the cases run under criterion.

use std::time::Duration;

use amphi_benches::cases::Case;
use criterion::{Criterion, SamplingMode};

/// Runs cases, as the command line chooses.
pub fn run(cases: Vec<Case>) {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    for case in cases {
        let mut group = criterion.benchmark_group(format!("{}, {}, {}", case.name, case.place, case.against));
        group.sampling_mode(SamplingMode::Flat);
        // Built when it is first run, so that a filter builds only what it lets through.
        let mut sides = None;
        group.bench_function("raw", |bencher| {
            let sides = sides.get_or_insert_with(case.build);
            bencher.iter_custom(|n| (sides.raw)(n));
        });
        group.bench_function(case.side, |bencher| {
            let sides = sides.get_or_insert_with(case.build);
            bencher.iter_custom(|n| (sides.amphi)(n));
        });
        group.finish();
    }
    criterion.final_summary();
}
