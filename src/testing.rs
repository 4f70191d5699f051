//! Macros for the tests of programs.

/// Checks how many queries an expression sends to a database (Django's `assertNumQueries`), and gives its value.
///
/// It takes a `Database` or an `AsyncDatabase`, the number, and the expression, which may be a block, and may `.await` and `?`. If there
/// were more or fewer, it panics and lists them. What counts are the queries that read and write rows, also those inside transactions of
/// the database; not counted is what begins and ends transactions and savepoints, creates tables, and locks by name. Queries that others
/// send to the same database meanwhile are counted too, so each test has a database of its own.
///
/// ```
/// # #[cfg(all(feature = "sync", feature = "sqlite"))]
/// # fn main() -> Result<(), amphi::Error> {
/// use amphi::{assert_num_queries, prelude::*};
///
/// #[derive(Model)]
/// struct Author {
///     id: i64,
///     name: String,
/// }
///
/// let db = Database::connect("sqlite::memory:")?;
/// db.create_tables(models![Author])?;
/// let names = assert_num_queries!(&db, 2, {
///     Author::create().name("Le Guin").insert(&db)?;
///     Author::objects().values(Author::name).all(&db)?
/// });
/// assert_eq!(names, ["Le Guin"]);
/// # Ok(())
/// # }
/// # #[cfg(not(all(feature = "sync", feature = "sqlite")))]
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! assert_num_queries {
    ($db:expr, $expected:expr, $work:expr $(,)?) => {{
        let log = $db.record_queries();
        let value = $work;
        let (sent, expected): (usize, usize) = (log.len(), $expected);
        assert!(sent == expected, "number of queries: {expected} expected, {sent} sent{log}");
        value
    }};
}
