//! The cases of SQLite under criterion: `cargo bench [filter]`. For quick ratios there is `cargo run --release --bin ratios`.

mod common;

fn main() {
    common::run(amphi_benches::cases::sqlite());
}
