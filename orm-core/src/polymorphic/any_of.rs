//! The field that points at a row of one of several models.

use std::fmt;
use std::hash::{Hash, Hasher};

use crate::embedded::{Embeddable, Position};
use crate::field::{ColumnType, FieldType};
use crate::meta::FieldMeta;
use crate::path::Path;
use crate::polymorphic::{AnyOfFields, HasVariant, KeyedBy, Polymorphic};
use crate::relation::{IntoField, Nullable, Required, Row};
use crate::row::{ColumnReader, DecodeError};
use crate::value::{Value, ValueError};

/// The longest tag.
const TAG_LENGTH: u32 = 63;

/// Which of several models, and the key of one of its rows: what a polymorphic reference holds (Django's `GenericForeignKey`).
///
/// It takes two columns, `subject_type` and `subject_id` for a field called `subject`, which have an index together. No constraint of
/// the database keeps the row from going away. In blocking code `fetch` loads the row; for rows in hand `load_any_of` does, in both modes
/// and by one query for each model that occurs.
pub struct AnyOf<E: Polymorphic> {
    variant: usize,
    key: E::Key,
}

impl<E: Polymorphic> AnyOf<E> {
    /// Points at the row of the model `M` with this key.
    pub fn new<M: KeyedBy<E::Key>>(key: impl Into<E::Key>) -> Self
    where
        E: HasVariant<M>,
    {
        AnyOf { variant: E::VARIANT, key: key.into() }
    }

    /// Points at the row that this holds.
    pub fn to(row: &E) -> Self {
        AnyOf { variant: row.variant(), key: row.key().into_owned() }
    }

    /// Whether it points at a row of the model `M`.
    pub fn is<M: KeyedBy<E::Key>>(&self) -> bool
    where
        E: HasVariant<M>,
    {
        self.variant == E::VARIANT
    }

    /// The key.
    pub fn key(&self) -> &E::Key {
        &self.key
    }

    /// What is stored for the model.
    #[must_use]
    pub fn tag(&self) -> &'static str {
        E::TAGS.get(self.variant).copied().unwrap_or_default()
    }

    /// The name of the model.
    #[must_use]
    pub fn model(&self) -> &'static str {
        E::NAMES.get(self.variant).copied().unwrap_or_default()
    }

    /// The position of the variant.
    pub(super) fn variant(&self) -> usize {
        self.variant
    }
}

impl<E: Polymorphic> Clone for AnyOf<E> {
    fn clone(&self) -> Self {
        AnyOf { variant: self.variant, key: self.key.clone() }
    }
}

impl<E: Polymorphic<Key: Copy>> Copy for AnyOf<E> {}

impl<E: Polymorphic> PartialEq for AnyOf<E> {
    fn eq(&self, other: &Self) -> bool {
        self.variant == other.variant && self.key == other.key
    }
}

impl<E: Polymorphic> Eq for AnyOf<E> {}

impl<E: Polymorphic> Hash for AnyOf<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.variant.hash(state);
        self.key.hash(state);
    }
}

impl<E: Polymorphic> fmt::Debug for AnyOf<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({:?})", self.model(), self.key)
    }
}

/// The two columns.
const fn columns<E: Polymorphic>(nullable: bool) -> [FieldMeta; 2] {
    let tag = FieldMeta::new("tag", "type", ColumnType::Text, nullable);
    let id = FieldMeta::new("id", "id", E::Key::COLUMN, nullable);
    [FieldMeta { max_length: Some(TAG_LENGTH), index_with_next: true, ..tag }, FieldMeta { max_length: E::KEY_LENGTH, ..id }]
}

impl<E: Polymorphic> Embeddable for AnyOf<E> {
    type Fields<P: Path, A: Position> = AnyOfFields<P, A, E, Required>;
    const FIELDS: &'static [FieldMeta] = &columns::<E>(false);

    #[inline]
    fn from_row<R: ColumnReader>(row: &R, at: usize) -> Result<Self, DecodeError> {
        match Option::<Self>::from_row(row, at)? {
            Some(reference) => Ok(reference),
            None => Err(DecodeError::null(at, "the tag of a model")),
        }
    }

    fn value(&self, field: usize) -> Result<Value<'_>, ValueError> {
        if field == 0 { Ok(Value::Text(self.tag().into())) } else { self.key.to_value() }
    }
}

impl<E: Polymorphic> Embeddable for Option<AnyOf<E>> {
    type Fields<P: Path, A: Position> = AnyOfFields<P, A, E, Nullable>;
    const FIELDS: &'static [FieldMeta] = &columns::<E>(true);

    #[inline]
    fn from_row<R: ColumnReader>(row: &R, at: usize) -> Result<Self, DecodeError> {
        let (tag, key) = (row.text(at)?, E::Key::decode_nullable(row, at + 1)?);
        match (tag, key) {
            (None, None) => Ok(None),
            (Some(tag), Some(key)) => match E::TAGS.iter().position(|known| *known == tag) {
                Some(variant) => Ok(Some(AnyOf { variant, key })),
                None => Err(DecodeError::new(at, "the tag of a model", "other text")),
            },
            (None, Some(_)) => Err(DecodeError::null(at, "the tag of a model")),
            (Some(_), None) => Err(DecodeError::null(at + 1, std::any::type_name::<E::Key>())),
        }
    }

    fn value(&self, field: usize) -> Result<Value<'_>, ValueError> {
        match self {
            Some(reference) => reference.value(field),
            None if field == 0 => Ok(Value::Null(ColumnType::Text)),
            None => Ok(Value::Null(E::Key::COLUMN)),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<E, M, X> IntoField<AnyOf<E>> for &X
where
    M: KeyedBy<E::Key>,
    E: HasVariant<M>,
    X: Row<Model = M>,
{
    fn into_field(self) -> AnyOf<E> {
        AnyOf { variant: E::VARIANT, key: self.model().keyed_by().into_owned() }
    }
}

#[diagnostic::do_not_recommend]
impl<E, M, X> IntoField<Option<AnyOf<E>>> for &X
where
    M: KeyedBy<E::Key>,
    E: HasVariant<M>,
    X: Row<Model = M>,
{
    fn into_field(self) -> Option<AnyOf<E>> {
        Some(self.into_field())
    }
}

#[diagnostic::do_not_recommend]
impl<E: Polymorphic> IntoField<AnyOf<E>> for &AnyOf<E> {
    fn into_field(self) -> AnyOf<E> {
        self.clone()
    }
}

#[diagnostic::do_not_recommend]
impl<E: Polymorphic> IntoField<Option<AnyOf<E>>> for AnyOf<E> {
    fn into_field(self) -> Option<AnyOf<E>> {
        Some(self)
    }
}

#[cfg(feature = "serde")]
impl<E: Polymorphic<Key: serde::Serialize>> serde::Serialize for AnyOf<E> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut reference = serializer.serialize_struct("AnyOf", 2)?;
        reference.serialize_field("type", self.tag())?;
        reference.serialize_field("id", &self.key)?;
        reference.end()
    }
}
