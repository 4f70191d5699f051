//! The cases of database servers under criterion: `./servers cargo bench --features servers --bench servers [filter]`.

mod common;

fn main() {
    let (cases, missing) = amphi_benches::cases::servers();
    for server in missing {
        eprintln!("skipped, for no URL names it: {server}");
    }
    // Criterion would write an empty report.
    if !cases.is_empty() {
        common::run(cases);
    }
}
