//! Relations as typed states: what is loaded is known to the type, and what is not loaded cannot be read.

mod back;
mod conditional;
mod derives;
mod foreign_key;
mod join;
mod keys;
mod load;
mod manager;
mod named;
mod prefetch;
mod state;

pub use back::{BackOf, Beside};
pub use conditional::{LoadIf, Maybe};
pub use derives::*;
pub use foreign_key::{ForeignKey, IntoField};
pub use join::{
    ByForeignKey, ByLinks, CreateJoined, Join, JoinPlainly, KeyInRow, Link, LinkDraft, LinkLike, MayBeNull, MemberKey, OwnerKey,
    PlainLink, SampleLink, ToMany, Unjoin, Which,
};
pub(crate) use keys::each_once;
pub use keys::{IntoKey, IntoKeys, One, Several};
pub use load::{Fill, Focus, Load, Row, RowOf, Slot};
pub use manager::Manager;
pub use named::{ForeignKeyNamed, ForeignKeyTo, ManyToManyNamed, ManyToManyWith, is_unique};
pub use prefetch::{PrefetchRelated, WithQuery, slots_of};
pub use state::{Back, Cardinality, Forward, Loads, Many, ManyToMany, Models, NotLoaded, Nullable, Relation, Required, ToOne};
