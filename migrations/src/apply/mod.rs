//! Applying migrations to a database, and undoing them.
//!
//! What is applied stands in the table `amphi_migration`, with the [`Checksum`](crate::Checksum) of each migration. Where the database
//! changes its schema in transactions (SQLite, PostgreSQL), a migration and its entry are committed together or not at all. Where it
//! does not (MySQL, MariaDB), or where a migration says `atomic = false`, its entry counts the statements that are done: who runs it
//! again after a crash goes on behind the last one, and asks the database's catalogue whether the next one was done too.
//!
//! One migrator works at a time: on PostgreSQL and MySQL by an advisory lock that ends with its session. SQLite has no such lock, and
//! needs none: whatever is done is one transaction that writes, be it a migration or an operation of one that is not atomic, and in it
//! it is looked once more whether another migrator was faster.

mod fake_initial;
pub(crate) mod history;
mod locks;
mod migrate;
mod part;
mod perform;
#[cfg(all(feature = "database", any(feature = "sync", feature = "async")))]
mod run;
mod set;
mod steps;
mod work;

pub use history::{Direction, Entry, History, ReadHistory};
pub use migrate::{Applied, Event, Migrate};
pub(crate) use migrate::{graph_of, work_of};
#[cfg(all(feature = "sync", feature = "database"))]
pub use run::history;
#[cfg(all(feature = "async", feature = "database"))]
pub use run::{AsyncMigrate, history_a};
pub use set::Migrations;
pub use steps::{NoSteps, Steps};
pub use work::{Item, items_of};
