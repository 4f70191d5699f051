//! Migrations as files.

mod folder;
mod print;
mod read;

pub use folder::{Source, load, parse_all, path_of, write};
pub(crate) use print::operation_table;
pub use print::{print, rewrite};
pub use read::parse;
