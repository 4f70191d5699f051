//! What a build without async brings along.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// The crates of a build with these features, without those of tests.
fn crates(features: &str) -> BTreeSet<String> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let tree = Command::new(cargo)
        .current_dir(workspace)
        .args(["tree", "--offline", "-p", "amphi", "--no-default-features", "--features", features])
        .args(["-e", "normal,build", "--prefix", "none", "--format", "{p}"])
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let lines = String::from_utf8(tree.stdout).unwrap();
    // `name v1.2.3 (path) (*)`
    lines.lines().filter_map(|line| line.split(' ').next()).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn is_optional(name: &str) -> bool {
    ["chrono-tz", "phf", "uuid", "rust_decimal", "serde"].iter().any(|prefix| name.starts_with(prefix))
}

fn is_async(name: &str) -> bool {
    ["tokio", "sqlx", "futures", "async", "mio"].iter().any(|prefix| name.starts_with(prefix))
}

#[test]
fn blocking_users_do_not_pay_for_async() {
    let crates = crates("sync,sqlite");
    assert!(crates.contains("amphi") && crates.contains("rusqlite"), "{crates:?}");
    let paid: Vec<_> = crates.iter().filter(|name| is_async(name)).collect();
    assert!(paid.is_empty(), "{paid:?}");
    let paid: Vec<_> = crates.iter().filter(|name| is_optional(name)).collect();
    assert!(paid.is_empty(), "{paid:?}");
    assert!(crates.len() <= 45, "{} crates: {crates:#?}", crates.len());
}

#[test]
fn async_users_do_not_pay_for_sqlx_on_sqlite() {
    let crates = crates("async,sqlite");
    assert!(crates.contains("tokio"), "{crates:?}");
    assert!(!crates.iter().any(|name| name.starts_with("sqlx")), "{crates:?}");
}
