//! Expressions and conditions: typed wrappers over an untyped tree.

mod array;
mod assign;
mod condition;
mod key;
mod node;
mod operand;
mod quantify;
mod related;
mod typed;
mod zone;

pub use array::{ArrayOperand, ArrayTest, ContainedIn, IntoElement};
pub use assign::{Assignment, Assignments, FieldSet};
pub use condition::{Cond, Condition, KeyMembers, KeyOf, Members, Operator, TextMatch};
pub use key::PrimaryKey;
pub use node::{Arithmetic, DatePart, Node};
#[cfg(feature = "decimal")]
pub use operand::WholeNumber;
pub use operand::{Comparand, KeyOperand, Operand, Term};
pub use quantify::Exists;
pub use typed::{Expr, HasDate, HasTime, Moment, Numeric, Temporal, Textual};
pub use zone::Zone;

pub(crate) use condition::key_members;
pub(crate) use operand::bind;
pub(crate) use zone::Clock;

/// How deep conditions and expressions may be nested. The width of `&` and `|` is not limited.
///
/// Building, cloning, printing and compiling recurse once per level, so this bounds the stack that they take.
pub const MAX_DEPTH: usize = 100;
