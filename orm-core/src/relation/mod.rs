//! Relations as typed states: what is loaded is known to the type, and what is not loaded cannot be read.

mod conditional;
mod derives;
mod foreign_key;
mod load;
mod state;

pub use conditional::{LoadIf, Maybe};
pub use derives::*;
pub use foreign_key::{ForeignKey, IntoField};
pub use load::{Fill, Focus, Load, Row, RowOf, Slot};
pub use state::{Loads, NotLoaded, Nullable, Optionality, Relation, Required};
