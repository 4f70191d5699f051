//! The README and the guide, so that their snippets are compiled and run with the tests.

/// A page under its own name, so that a failing snippet says where it stands.
macro_rules! pages {
    ($($page:ident: $text:expr),+ $(,)?) => {$(
        #[doc = $text]
        mod $page {}
    )+};
}

#[cfg(all(feature = "sync", feature = "async", feature = "sqlite"))]
pages! {
    readme: include_str!("../README.md"),
    index: include_str!("../docs/index.md"),
    relations: include_str!("../docs/relations.md"),
    writing: include_str!("../docs/writing.md"),
    modes: include_str!("../docs/modes.md"),
    transactions: include_str!("../docs/transactions.md"),
    hooks: include_str!("../docs/hooks.md"),
    testing: include_str!("../docs/testing.md"),
    locks: include_str!("../docs/locks.md"),
    sqlite: include_str!("../docs/sqlite.md"),
    servers: include_str!("../docs/servers.md"),
    databases: include_str!("../docs/databases.md"),
    django: include_str!("../docs/django.md"),
}

#[cfg(all(feature = "sync", feature = "sqlite", feature = "chrono-tz"))]
pages! {
    queries: include_str!("../docs/queries.md"),
}

#[cfg(all(feature = "sync", feature = "sqlite", feature = "json", feature = "uuid", feature = "decimal"))]
pages! {
    models: include_str!("../docs/models.md"),
}

#[cfg(all(feature = "sync", feature = "sqlite", feature = "migrations"))]
pages! {
    migrations: include_str!("../docs/migrations.md"),
    manage: include_str!("../docs/manage.md"),
    tour: include_str!("../docs/tour.md"),
}
