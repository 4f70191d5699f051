//! `manage!`: the `main` of a project's program `manage`.

/// Makes the `main` of a project's program `manage`, in `src/bin/manage.rs`.
///
/// * `manage!();` has all models that derive `Model` in the program itself;
/// * `manage!(my_crate);` has those of that crate, too, and of all crates that it uses;
/// * `manage!(models: [Author, Book]);` has these, and warns of others that are linked.
///
/// Behind these may stand the [`steps`](crate::steps!) that migrations run, and the files of the migrations, so that a release needs no
/// source tree:
///
/// ```no_run
/// use amphi::prelude::*;
/// use amphi::{Connection, Running};
///
/// #[derive(Model)]
/// struct Author {
///     id: i64,
/// }
///
/// async fn fill_slugs(on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
///     # let _ = on;
///     Ok(())
/// }
///
/// amphi::steps!(Steps: fill_slugs);
///
/// # const MIGRATIONS: amphi::migrations::cli::EmbeddedFiles = &[];
/// // In a project: `embedded: amphi::embed_migrations!()`.
/// amphi::manage!(models: [Author], steps: Steps, embedded: MIGRATIONS);
/// ```
#[macro_export]
macro_rules! manage {
    (@of $manage:expr;) => { $manage };
    (@of $manage:expr; models: [$($model:ty),* $(,)?] $(, $($rest:tt)*)?) => {
        $crate::manage!(@of $manage.models($crate::models![$($model),*]); $($($rest)*)?)
    };
    (@of $manage:expr; steps: $steps:ty $(, $($rest:tt)*)?) => {
        $crate::manage!(@of $manage.steps::<$steps>(); $($($rest)*)?)
    };
    (@of $manage:expr; embedded: $files:expr $(, $($rest:tt)*)?) => {
        $crate::manage!(@of $manage.embedded($files); $($($rest)*)?)
    };
    (@of $manage:expr; $with_models:ident $(, $($rest:tt)*)?) => {{
        // What is not named is not linked.
        use $with_models as _;
        $crate::manage!(@of $manage; $($($rest)*)?)
    }};
    (@of $($wrong:tt)*) => {
        ::core::compile_error!(
            "write `manage!()`, `manage!(my_crate)` or `manage!(models: [Author, Book])`, and behind it `steps: Steps` and \
             `embedded: amphi::embed_migrations!()` where they are needed"
        )
    };
    ($($all:tt)*) => {
        fn main() -> ::std::process::ExitCode {
            let manage = $crate::migrations::cli::Manage::new(::core::env!("CARGO_PKG_NAME"), ::core::env!("CARGO_MANIFEST_DIR"));
            $crate::manage!(@of manage; $($all)*).run()
        }
    };
}
