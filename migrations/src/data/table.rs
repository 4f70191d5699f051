//! A model's table, as its rows are read and written.

use std::fmt::Write as _;

use orm_core::field::ColumnType;
use orm_core::schema::{FieldKind, FieldState, ModelName, ModelState, SchemaState};
use orm_core::sql::{Dialect, Features};
use orm_core::{Error, Result};

/// How many rows of a model there were.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ModelRows {
    /// The model.
    pub model: ModelName,
    /// How many rows.
    pub rows: u64,
}

/// A model's table.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) model: ModelName,
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    /// The positions of the primary key's columns, in the key's order.
    pub(super) key: Vec<usize>,
    /// All that the text of a statement on the table depends on.
    pub(super) shape: String,
}

/// A column of a table.
#[derive(Debug)]
pub(super) struct Column {
    /// The field, of the type that the column has.
    pub(super) field: FieldState,
    /// How values of the column are bound: labels of an enum as text.
    pub(super) bound: ColumnType,
    pub(super) is_key: bool,
}

impl Table {
    /// The table of a model.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a field that the database has no column for or that this build cannot read; [`Error::Schema`]
    /// for a key that is none of the model's fields.
    pub(super) fn new(state: &SchemaState, model: &ModelState, dialect: &dyn Dialect) -> Result<Self> {
        let columns: Vec<Column> =
            model.fields.iter().map(|field| Column::new(state, model, field, dialect.features())).collect::<Result<_>>()?;
        let position = |name: &String| columns.iter().position(|column| column.field.name == *name);
        let key: Option<Vec<usize>> = model.key.iter().map(position).collect();
        let key = key.filter(|key| !key.is_empty()).ok_or_else(|| {
            Error::Schema(format!("the schema of `{}` has a primary key that is none of its fields", model.name))
        })?;
        let mut shape = format!("{:?} {key:?}", model.table);
        for Column { field, .. } in &columns {
            // Writing to a String cannot fail.
            let _ = write!(shape, " {:?} {:?}", field.column(), field.kind);
        }
        Ok(Table { model: model.name.clone(), name: model.table.clone(), columns, key, shape })
    }

    /// The columns of the primary key, in its order.
    pub(super) fn key_columns(&self) -> impl Iterator<Item = &Column> {
        self.key.iter().filter_map(|at| self.columns.get(*at))
    }

    /// Whether the database fills in the key.
    pub(super) fn has_generated_key(&self) -> bool {
        self.key_columns().any(|column| column.field.generated)
    }

    /// Whether a column holds arrays, whose values cannot be bound as one list.
    pub(super) fn has_arrays(&self) -> bool {
        self.columns.iter().any(|column| column.bound.is_array())
    }
}

impl Column {
    fn new(state: &SchemaState, model: &ModelState, field: &FieldState, features: &Features) -> Result<Self> {
        let is_key = model.key.contains(&field.name);
        let field = state.typed(field);
        let bound = bound_as(&field.kind);
        if bound.is_array() && !features.stores_arrays {
            return Err(Error::Unsupported {
                feature: "a field that is an array",
                backend: features.name,
                hint: "only PostgreSQL has arrays",
            });
        }
        let scalar = if let ColumnType::Array(element) = bound { *element } else { bound };
        if (scalar == ColumnType::Uuid && !cfg!(feature = "uuid"))
            || (scalar == ColumnType::Decimal && !cfg!(feature = "decimal"))
        {
            return Err(Error::Unsupported {
                feature: "a UUID or a decimal number",
                backend: "this build",
                hint: "turn on amphi's feature `uuid` or `decimal`",
            });
        }
        Ok(Column { field, bound, is_key })
    }
}

/// How values of a kind are bound: labels of an enum as text.
pub(super) fn bound_as(kind: &FieldKind) -> ColumnType {
    match kind {
        FieldKind::Bool => ColumnType::Bool,
        FieldKind::I16 => ColumnType::I16,
        FieldKind::I32 => ColumnType::I32,
        FieldKind::I64 => ColumnType::I64,
        FieldKind::F32 => ColumnType::F32,
        FieldKind::F64 => ColumnType::F64,
        FieldKind::Bytes => ColumnType::Bytes,
        FieldKind::Date => ColumnType::Date,
        FieldKind::Time => ColumnType::Time,
        FieldKind::DateTime => ColumnType::DateTime,
        FieldKind::Timestamp => ColumnType::Timestamp,
        FieldKind::Uuid => ColumnType::Uuid,
        FieldKind::Decimal => ColumnType::Decimal,
        FieldKind::Json => ColumnType::Json,
        FieldKind::Array(element) => ColumnType::Array(element_of(element)),
        // A kind that is yet to come is text until it is said here.
        _ => ColumnType::Text,
    }
}

/// How the elements of an array are bound.
fn element_of(kind: &FieldKind) -> &'static ColumnType {
    match kind {
        FieldKind::Bool => &ColumnType::Bool,
        FieldKind::I16 => &ColumnType::I16,
        FieldKind::I32 => &ColumnType::I32,
        FieldKind::I64 => &ColumnType::I64,
        FieldKind::F32 => &ColumnType::F32,
        FieldKind::F64 => &ColumnType::F64,
        FieldKind::Bytes => &ColumnType::Bytes,
        FieldKind::Date => &ColumnType::Date,
        FieldKind::Time => &ColumnType::Time,
        FieldKind::DateTime => &ColumnType::DateTime,
        FieldKind::Timestamp => &ColumnType::Timestamp,
        FieldKind::Uuid => &ColumnType::Uuid,
        FieldKind::Decimal => &ColumnType::Decimal,
        FieldKind::Json => &ColumnType::Json,
        _ => &ColumnType::Text,
    }
}
