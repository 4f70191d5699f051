//! amphi: an ORM whose models and queries live in both worlds, blocking and async, over one core.
//!
//! See the README for a tour.

#[cfg(doctest)]
mod docs;
#[cfg(all(feature = "cli", any(feature = "sqlite", feature = "postgres", feature = "mysql")))]
mod manage;
mod testing;

pub use chrono;
#[cfg(feature = "chrono-tz")]
pub use chrono_tz;
#[cfg(all(feature = "async", any(feature = "sqlite", feature = "postgres", feature = "mysql")))]
pub use orm_async::{
    AsyncAdvisoryLock, AsyncDatabase, AsyncDraft, AsyncHandle, AsyncRow, AsyncSavepoint, AsyncTransaction, RowStream,
};
pub use orm_core::connection::{Connection, Metrics};
pub use orm_core::hooks::Hooks;
pub use orm_core::ops::Deleted;
pub use orm_core::running::Running;
pub use orm_core::sql::{
    Backend, BulkInsert, Features, MARIADB_FEATURES, MYSQL_FEATURES, NameLength, POSTGRES_FEATURES, SQLITE_FEATURES,
};
pub use orm_core::statement::QueryLog;
pub use orm_core::{
    Error, Result, draft, embedded, error, expr, field, meta, model, path, polymorphic, query, relation, row, transaction, value,
};
pub use orm_macros::{Embeddable, FieldEnum, FieldNewtype, Model, Polymorphic, Values};
#[cfg(feature = "migrations")]
pub use orm_macros::{embed_migrations, migration};
#[cfg(feature = "migrations")]
pub use orm_migrations as migrations;
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub use orm_server::ServerOptions;
#[cfg(all(feature = "sqlite", any(feature = "sync", feature = "async")))]
pub use orm_sqlite::{SqliteOptions, Synchronous};
#[cfg(all(feature = "sync", any(feature = "sqlite", feature = "postgres", feature = "mysql")))]
pub use orm_sync::{AdvisoryLock, Database, Handle, Rows, Savepoint, Transaction};
#[cfg(feature = "decimal")]
pub use rust_decimal;
#[cfg(feature = "json")]
pub use serde_json::json;
#[cfg(feature = "uuid")]
pub use uuid;

/// Any JSON document: `serde_json::Value`.
///
/// An alias, because beside the enum itself, which has a variant `String`, the compiler's messages would write out the path of the
/// type `String` everywhere.
#[cfg(feature = "json")]
pub type JsonValue = serde_json::Value;

/// What the derives write paths to. Not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use chrono;
    pub use orm_core::{
        connection, draft, embedded, error, expr, field, hooks, meta, model, path, polymorphic, query, registry, relation, row,
        running, value,
    };
}

/// The metadata of models, for `create_tables`: `models![Author, Book]`.
#[macro_export]
macro_rules! models {
    ($($model:ty),* $(,)?) => {
        &[$(<$model as $crate::model::Model>::META),*]
    };
}

/// The steps of migrations that a program has in Rust: `steps!(pub Steps: fill_slugs, count_words)`.
///
/// It makes a type that `Migrations::migrate_with` takes. A step is a function that is written once for both modes:
///
/// ```
/// use amphi::{Connection, Error, Running};
///
/// async fn fill_slugs(on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
///     // Queries on rows as they are at that point: `Book::objects().on(on)…`
///     # let _ = on;
///     Ok(())
/// }
///
/// amphi::steps!(pub Steps: fill_slugs);
/// ```
#[cfg(feature = "migrations")]
#[macro_export]
macro_rules! steps {
    ($vis:vis $name:ident: $($step:ident),* $(,)?) => {
        /// The steps of the program's migrations.
        #[derive(Debug, Clone, Copy)]
        $vis struct $name;

        impl $crate::migrations::Steps for $name {
            const NAMES: &'static [&'static str] = &[$(::core::stringify!($step)),*];

            async fn run<C: $crate::Connection>(name: &str, on: &mut $crate::Running<'_, C>) -> $crate::Result<()> {
                $(
                    if name == ::core::stringify!($step) {
                        return $step(on).await;
                    }
                )*
                ::core::result::Result::Err($crate::Error::Configuration(::std::format!("there is no step `{name}`")))
            }
        }
    };
}

/// All that a program with models needs: `use amphi::prelude::*;`.
pub mod prelude {
    pub use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc};
    #[cfg(feature = "chrono-tz")]
    pub use chrono_tz::Tz;
    #[cfg(all(feature = "async", any(feature = "sqlite", feature = "postgres", feature = "mysql")))]
    pub use orm_async::{
        AsyncDatabase, AsyncFetchRelated, AsyncHandle, AsyncManagerTerminals, AsyncTerminals, AsyncTransaction, DraftView,
        IntoAsync, RowView,
    };
    pub use orm_core::draft::{Draft, New};
    pub use orm_core::expr::{Cond, Expr};
    #[cfg(feature = "json")]
    pub use orm_core::field::Json;
    pub use orm_core::ops::InHand;
    pub use orm_core::polymorphic::AnyOf;
    pub use orm_core::query::{Lock, QuerySet};
    pub use orm_core::relation::{ForeignKey, Maybe, NotLoaded, Row};
    pub use orm_core::running::{RunDraft, RunRow};
    pub use orm_core::transaction::{Isolation, Retry, TransactionOptions};
    #[cfg(all(feature = "sync", any(feature = "sqlite", feature = "postgres", feature = "mysql")))]
    pub use orm_sync::{Database, Fetch, FetchRelated, Handle, Insert, ManagerTerminals, SaveRow, Terminals, Transaction};
    #[cfg(feature = "decimal")]
    pub use rust_decimal::Decimal;
    #[cfg(feature = "uuid")]
    pub use uuid::Uuid;

    #[cfg(feature = "json")]
    pub use crate::JsonValue;
    pub use crate::{Embeddable, Error, FieldEnum, FieldNewtype, Model, Polymorphic, Values, models};
}
