//! What the derive knows of a model, as static data.

use std::ops::Range;

use crate::expr::Node;
use crate::field::ColumnType;
use crate::path::PathNode;
use crate::value::{Value, ValueError};

/// A model: its table, fields and default order.
pub struct ModelMeta {
    /// The struct's name.
    pub name: &'static str,
    /// The table's name.
    pub table: &'static str,
    /// The fields, in the struct's order.
    pub fields: &'static [FieldMeta],
    /// The positions of the primary key's fields in `fields`, in the order of the key.
    pub key: &'static [usize],
    /// Whether the database fills in the key.
    pub generated_key: bool,
    /// The default order.
    pub ordering: &'static [OrderingMeta],
    /// Fields of which no two rows have all values the same, by their positions; a foreign key of several columns by the first.
    pub unique_together: &'static [&'static [usize]],
    /// The relations that are no fields: ways back, and many-to-many.
    pub relations: &'static [&'static RelationMeta],
    /// The app that the model says it belongs to.
    pub app: Option<&'static str>,
    /// Whether the library makes and changes the table; it leaves alone that of a view, or of another program.
    pub managed: bool,
    /// What the model was called before, for migrations.
    pub renamed_from: Option<&'static str>,
    /// What is said of the table in the database.
    pub comment: Option<&'static str>,
    /// The indexes that the model declares beside those of its fields.
    pub indexes: &'static [IndexMeta],
    /// The constraints that the model declares beside those of its fields.
    pub constraints: &'static [ConstraintMeta],
}

/// An index that a model declares.
#[derive(Debug, Clone, Copy)]
pub struct IndexMeta {
    /// Its name in the database, where the model gives one.
    pub name: Option<&'static str>,
    /// The fields that it orders the rows by, by their positions, and whether from large to small.
    pub fields: &'static [(usize, bool)],
    /// The expressions that it orders the rows by, behind the fields.
    pub expressions: &'static [SqlMeta],
    /// The fields that it holds beside, by their positions.
    pub include: &'static [usize],
    /// The condition of the rows that it holds.
    pub condition: Option<SqlMeta>,
    /// PostgreSQL's access method.
    pub method: Option<&'static str>,
}

/// A constraint that a model declares.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum ConstraintMeta {
    /// A condition that is not false for any row.
    Check {
        /// Its name in the database.
        name: &'static str,
        /// The condition.
        condition: SqlMeta,
    },
    /// No two rows have the same values in all of these fields.
    Unique {
        /// Its name in the database, where the model gives one.
        name: Option<&'static str>,
        /// The fields, by their positions.
        fields: &'static [usize],
        /// The condition of the rows that it is about.
        condition: Option<SqlMeta>,
    },
}

/// SQL that a model declares.
#[derive(Debug, Clone, Copy)]
pub enum SqlMeta {
    /// For every database.
    Same(&'static str),
    /// For each database its own.
    Each {
        /// For SQLite.
        sqlite: Option<&'static str>,
        /// For PostgreSQL.
        postgres: Option<&'static str>,
        /// For MySQL and MariaDB.
        mysql: Option<&'static str>,
    },
}

impl std::fmt::Debug for ModelMeta {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl ModelMeta {
    /// A model with a key that stands first, and nothing beside its fields.
    #[must_use]
    pub const fn new(name: &'static str, table: &'static str, fields: &'static [FieldMeta]) -> Self {
        ModelMeta {
            name,
            table,
            fields,
            key: &[0],
            generated_key: false,
            ordering: &[],
            unique_together: &[],
            relations: &[],
            app: None,
            managed: true,
            renamed_from: None,
            comment: None,
            indexes: &[],
            constraints: &[],
        }
    }

    /// The field at a position.
    ///
    /// The derive only hands out positions that exist; for any other the primary key stands in.
    #[must_use]
    pub fn field(&self, index: usize) -> &'static FieldMeta {
        match self.fields.get(index) {
            Some(field) => field,
            None => &MISSING,
        }
    }

    /// The position of the field that counts how often a row was written, if the model has one.
    #[must_use]
    pub fn version(&self) -> Option<usize> {
        self.fields.iter().position(|field| field.auto == Some(Auto::Version))
    }

    /// The primary key's field; of several the first.
    #[must_use]
    pub fn key_field(&self) -> &'static FieldMeta {
        self.field(self.first_key())
    }

    /// The primary key's fields.
    pub fn key_fields(&self) -> impl ExactSizeIterator<Item = &'static FieldMeta> + use<> {
        let ModelMeta { key, fields, .. } = self;
        let (key, fields): (&'static [usize], &'static [FieldMeta]) = (key, fields);
        key.iter().map(move |field| fields.get(*field).unwrap_or(&MISSING))
    }

    /// The position of the primary key's first field.
    #[must_use]
    pub(crate) const fn first_key(&self) -> usize {
        match self.key {
            [first, ..] => *first,
            [] => 0,
        }
    }

    /// Whether the field at a position is the primary key, or a part of it.
    #[inline]
    #[must_use]
    pub fn is_key(&self, field: usize) -> bool {
        self.key.contains(&field)
    }

    /// Whether the field at a position is alone the primary key, or alone unique.
    pub(crate) fn is_unique(&self, at: usize) -> bool {
        let field = self.field(at);
        self.key == [at] || (field.unique && field.relation.is_none_or(|relation| relation.fields().len() == 1))
    }

    /// The primary key at the end of a path.
    pub(crate) fn key_node(&'static self, path: Option<&'static PathNode>) -> Node {
        Node::columns(path, self, self.key.iter().copied())
    }

    /// The positions of the columns of the field that begins at a position: several, of a foreign key of several.
    #[must_use]
    pub fn columns_of(&self, at: usize) -> Range<usize> {
        self.field(at).relation.map_or(at..at + 1, RelationMeta::fields)
    }

    /// The sets of several columns of which no two rows have all values the same, but for the primary key's, by their positions.
    pub fn unique_columns(&self) -> impl Iterator<Item = Vec<usize>> {
        let together =
            self.unique_together.iter().map(|fields| fields.iter().flat_map(|field| self.columns_of(*field)).collect());
        let foreign_keys = self.foreign_keys().filter(|(field, _)| field.unique).map(|(_, relation)| relation.fields().collect());
        together.chain(foreign_keys.filter(|columns: &Vec<usize>| columns.len() > 1))
    }

    /// The foreign keys, each by the first of its columns.
    pub fn foreign_keys(&self) -> impl Iterator<Item = (&'static FieldMeta, &'static RelationMeta)> + use<> {
        self.fields.iter().filter_map(|field| Some((field, field.relation?)))
    }

    /// The foreign key whose column is the field at a position, and the key's field that the column holds.
    #[must_use]
    pub fn foreign_key_at(&self, at: usize) -> Option<(&'static RelationMeta, &'static FieldMeta)> {
        self.foreign_keys().find_map(|(_, relation)| {
            let part = relation.fields().contains(&at).then(|| at.saturating_sub(relation.field))?;
            Some((relation, (relation.target)().key_fields().nth(part)?))
        })
    }

    /// Whether a field is an array.
    pub(crate) fn has_arrays(&self) -> bool {
        self.fields.iter().any(|field| field.column_type.is_array())
    }

    /// The field of this name.
    #[must_use]
    pub fn field_named(&self, name: &str) -> Option<&'static FieldMeta> {
        self.fields.iter().find(|field| field.name == name)
    }
}

static MISSING: FieldMeta = FieldMeta::new("", "", ColumnType::Text, true);

/// A field and its column.
#[derive(Debug, Clone, Copy)]
pub struct FieldMeta {
    /// The field's name.
    pub name: &'static str,
    /// The column's name.
    pub column: &'static str,
    /// What the column holds.
    pub column_type: ColumnType,
    /// Whether the column may be NULL.
    pub nullable: bool,
    /// The most characters that a text may have.
    pub max_length: Option<u32>,
    /// The most digits that a decimal may have in all.
    pub max_digits: Option<u32>,
    /// The digits of a decimal behind the point.
    pub decimal_places: Option<u32>,
    /// Whether no two rows may have the same value.
    pub unique: bool,
    /// Whether the column has an index of its own.
    pub index: bool,
    /// Whether the column has an index together with that of the next field.
    pub index_with_next: bool,
    /// What the library fills in at a write.
    pub auto: Option<Auto>,
    /// The value of a draft that is not given any, evaluated anew.
    pub default: Option<fn() -> Result<Value<'static>, ValueError>>,
    /// The relation that the field is, if it is one. Of the several columns of a foreign key to a model with a key of several fields the
    /// first has it.
    pub relation: Option<&'static RelationMeta>,
    /// What the field was called before, for migrations.
    pub renamed_from: Option<&'static str>,
    /// What is said of the column in the database.
    pub comment: Option<&'static str>,
}

impl FieldMeta {
    /// A plain field without options.
    #[must_use]
    pub const fn new(name: &'static str, column: &'static str, column_type: ColumnType, nullable: bool) -> Self {
        FieldMeta {
            name,
            column,
            column_type,
            nullable,
            max_length: None,
            max_digits: None,
            decimal_places: None,
            unique: false,
            index: false,
            index_with_next: false,
            auto: None,
            default: None,
            relation: None,
            renamed_from: None,
            comment: None,
        }
    }
}

/// What the library fills in when it writes a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auto {
    /// Now, when the row is inserted (Django's `auto_now_add`).
    NowAdd,
    /// Now, whenever the row is saved (Django's `auto_now`); a query's `update` leaves it alone, as in Django.
    Now,
    /// How often the row was written: 1 at the insert, one more at each write, and a write of a row that has another one is refused.
    Version,
}

/// A relation of a model to another.
#[derive(Debug)]
pub struct RelationMeta {
    /// The name of the field, or of what the model declared.
    pub name: &'static str,
    /// What joins the two.
    pub kind: RelationKind,
    /// The position of the foreign key in the model that holds it: the source, or for a way back the target. A many-to-many relation
    /// has two, in its through model, and none here. Of a foreign key of several columns, which stand side by side, it is the first.
    pub field: usize,
    /// The model that the relation begins at.
    pub source: fn() -> &'static ModelMeta,
    /// The model that it leads to.
    pub target: fn() -> &'static ModelMeta,
    /// Whether it may lead nowhere.
    pub nullable: bool,
    /// What happens to the row that holds the foreign key when its target goes.
    pub on_delete: OnDelete,
    /// The name of the way back of a foreign key.
    pub related_name: Option<&'static str>,
}

/// What joins the two models of a relation.
#[derive(Debug, Clone, Copy)]
pub enum RelationKind {
    /// The source holds the key of the target.
    ForeignKey,
    /// The target holds the key of the source, and is one row at most.
    BackToOne,
    /// The target holds the key of the source.
    BackToMany,
    /// A third model holds the keys of both.
    ManyToMany(&'static Through),
}

/// The model between the two of a many-to-many relation.
#[derive(Debug)]
pub struct Through {
    /// The way from the target back to the rows of this model.
    pub link: &'static PathNode,
    /// The key of the source.
    pub near: &'static RelationMeta,
    /// The key of the target.
    pub far: &'static RelationMeta,
    /// Whether the library made it, because the user gave none.
    pub made: bool,
    /// Whether a row that points at another is pointed at by it too.
    pub symmetrical: bool,
}

impl RelationMeta {
    /// Whether two are the same relation; the compiler may hold one at several addresses.
    #[must_use]
    pub fn is(&self, other: &RelationMeta) -> bool {
        std::ptr::eq(self, other)
            || (self.name == other.name
                && self.field == other.field
                && std::mem::discriminant(&self.kind) == std::mem::discriminant(&other.kind)
                && std::ptr::eq((self.source)(), (other.source)())
                && std::ptr::eq((self.target)(), (other.target)()))
    }

    /// The model that holds the foreign key.
    pub(crate) fn holder(&self) -> &'static ModelMeta {
        if self.is_foreign_key() { (self.source)() } else { (self.target)() }
    }

    /// The positions of the foreign key's columns in the model that holds it, in the order of the key that they hold.
    #[must_use]
    pub fn fields(&self) -> Range<usize> {
        let keyed = if self.is_foreign_key() { (self.target)() } else { (self.source)() };
        self.field..self.field + keyed.key.len()
    }

    /// The foreign key's columns, at the end of a path to the model that holds it.
    pub(crate) fn node(&self, path: Option<&'static PathNode>) -> Node {
        Node::columns(path, self.holder(), self.fields())
    }

    /// Whether it may lead to several rows.
    #[must_use]
    pub const fn is_many(&self) -> bool {
        matches!(self.kind, RelationKind::BackToMany | RelationKind::ManyToMany(_))
    }

    /// Whether the source holds the key of the target.
    #[must_use]
    pub const fn is_foreign_key(&self) -> bool {
        matches!(self.kind, RelationKind::ForeignKey)
    }
}

/// What happens to a row when the row that it points at is deleted (Django's `on_delete`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "migrations", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum OnDelete {
    /// It is deleted too.
    Cascade,
    /// The deletion is refused, also if it would take the row away too. What a foreign key does unless it says otherwise.
    #[default]
    Protect,
    /// The deletion is refused unless it takes the row away too, by another relation that cascades.
    Restrict,
    /// Its key becomes NULL.
    SetNull,
    /// Its key becomes the field's default, which stands in the schema too.
    SetDefault,
    /// Nothing; the database's constraint decides.
    DoNothing,
}

/// One column of a default order.
#[derive(Debug)]
pub struct OrderingMeta {
    /// The position of the field.
    pub field: usize,
    /// Whether from large to small.
    pub descending: bool,
}
