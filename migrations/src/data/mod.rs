//! The rows of models as text and back: `dumpdata`, `loaddata` and `flush`, as Django has them.
//!
//! A row is one line of JSON with Django's names, whatever the database is:
//!
//! ```json
//! {"model":"shop.Book","pk":7,"fields":{"title":"Solaris","author":1,"price":"9.95"}}
//! ```
//!
//! The same row gives the same line on each database, so that what was dumped from one can be loaded into another:
//! * integers are numbers, exact also beyond 53 bits; floating-point numbers are numbers, and those that JSON does not have are `"NaN"`,
//!   `"Infinity"` and `"-Infinity"`;
//! * decimals, UUIDs, dates and times are texts, the latter by ISO 8601 to the microsecond, moments in UTC;
//! * bytes are base64, an enum its label, an array a list, and a key of several fields too;
//! * a JSON document stands there as it is, its keys in order, its numbers as the database writes them. Its own `null` is `null`: where
//!   the field may be NULL too, a row with NULL has no such field.
//!
//! Neither command holds more than some of the rows in memory.

mod batch;
mod decode;
mod dump;
mod encode;
mod error;
mod flush;
mod json;
mod keys;
mod line;
mod load;
mod rows;
mod run;
mod select;
mod statement;
mod table;

pub use dump::{DumpData, Dumped};
pub use error::{Error, LineError, LineFault, Result};
pub use flush::{Flush, Flushed};
pub use load::{LoadData, Loaded};
#[cfg(feature = "async")]
pub use run::{AsyncDumpData, AsyncFlush, AsyncLoadData};
pub use table::ModelRows;
