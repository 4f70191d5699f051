//! Enums that are types of their own in a database that has such.

/// An enum as a type of a database: its name, and its labels in their order.
///
/// `#[derive(FieldEnum)]` with `#[field(native = "..")]` makes one. PostgreSQL has a type for it, which `create_tables` creates and
/// whose order is that of the labels; the other databases store the labels as text.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct EnumType {
    /// The type's name.
    pub name: &'static str,
    /// The labels, from the smallest.
    pub labels: &'static [&'static str],
}
