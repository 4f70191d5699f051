//! Queries: the typed `QuerySet` that users build, and the untyped `Query` inside it that dialects render.

mod lock;
mod prefetch;
mod selection;
mod set;
mod tree;

pub use lock::{Lock, LockedWith, RowLock};
pub use prefetch::Prefetch;
pub use selection::{SelectItem, SelectList, Selectable, Values, ValuesOf, ValuesStruct, select_node, take_columns};
pub use set::{Async, Blocking, OrderBy, OrderTerms, QuerySet};
pub use tree::{OrderTerm, Query, RowTree, Selection};

pub(crate) use lock::{Strength, Wait};
pub(crate) use tree::NullsOrder;
