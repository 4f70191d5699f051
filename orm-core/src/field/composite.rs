//! Keys of several fields: tuples of their values.

use crate::expr::{KeyMembers, KeyOf, KeyOperand, Node, bind, key_members};
use crate::field::{ColumnType, FieldType, Key, KeyColumn};
use crate::model::Model;
use crate::query::{QuerySet, Values};
use crate::relation::{ForeignKey, IntoField, IntoKey};
use crate::row::{ColumnReader, DecodeError};
use crate::value::{Value, ValueError};

/// What a part of the type `K` of a key can be given: the type itself, and `&str` for text.
#[diagnostic::on_unimplemented(
    message = "a part of a key of type `{K}` cannot be given a `{Self}`",
    label = "expected a `{K}`",
    note = "a key of several fields is a tuple of their values in the order in which `primary_key` names them"
)]
pub trait IntoKeyColumn<K> {
    /// The part.
    fn into_key_column(self) -> K;
}

impl<K: KeyColumn> IntoKeyColumn<K> for K {
    fn into_key_column(self) -> K {
        self
    }
}

impl IntoKeyColumn<String> for &str {
    fn into_key_column(self) -> String {
        self.to_owned()
    }
}

macro_rules! composite_key {
    ($width:literal: $($part:ident $given:ident . $index:tt),+) => {
        #[diagnostic::do_not_recommend]
        impl<$($part: KeyColumn),+> FieldType for ($($part,)+) {
            type NonNull = Self;
            const COLUMN: ColumnType = ColumnType::Tuple(&[$($part::COLUMN),+]);
            const WIDTH: usize = $width;

            fn to_value(&self) -> Result<Value<'_>, ValueError> {
                Ok(Value::Tuple(Box::new([$(self.$index.to_value()?),+])))
            }

            fn part(&self, at: usize) -> Result<Value<'_>, ValueError> {
                match at {
                    $($index => self.$index.to_value(),)+
                    _ => self.to_value(),
                }
            }

            #[inline]
            fn decode_nullable<R: ColumnReader>(row: &R, index: usize) -> Result<Option<Self>, DecodeError> {
                // None of its columns is NULL, or all of a foreign key that leads nowhere.
                if row.is_null(index)? { Ok(None) } else { Ok(Some(($($part::decode(row, index + $index)?,)+))) }
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($part: KeyColumn),+> Key for ($($part,)+) {
            const GENERATED: bool = false;
        }

        #[diagnostic::do_not_recommend]
        impl<M, T, F, $($part: KeyColumn, $given: IntoKeyColumn<$part>),+> KeyOperand<M, T, F> for ($($given,)+)
        where
            T: Model<Key = ($($part,)+)>,
        {
            fn into_node(self) -> Node {
                bind::<T::Key>(&($(self.$index.into_key_column(),)+))
            }
        }

        #[diagnostic::do_not_recommend]
        impl<T, $($part: KeyColumn, $given: IntoKeyColumn<$part>),+> IntoField<ForeignKey<T>> for ($($given,)+)
        where
            T: Model<Key = ($($part,)+)>,
        {
            fn into_field(self) -> ForeignKey<T> {
                ForeignKey::of(($(self.$index.into_key_column(),)+))
            }
        }

        #[diagnostic::do_not_recommend]
        impl<T, $($part: KeyColumn, $given: IntoKeyColumn<$part>),+> IntoField<Option<ForeignKey<T>>> for ($($given,)+)
        where
            T: Model<Key = ($($part,)+)>,
        {
            fn into_field(self) -> Option<ForeignKey<T>> {
                Some(self.into_field())
            }
        }

        #[diagnostic::do_not_recommend]
        impl<T, $($part: KeyColumn, $given: IntoKeyColumn<$part>),+> IntoKey<T> for ($($given,)+)
        where
            T: Model<Key = ($($part,)+)>,
        {
            fn into_key(self) -> T::Key {
                ($(self.$index.into_key_column(),)+)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<T: Model<Key = Self>, $($part: KeyColumn),+> KeyOf<T> for ($($part,)+) {}

        #[diagnostic::do_not_recommend]
        impl<M, T, F, N, Mode, $($part: KeyColumn),+> KeyMembers<M, T, F> for QuerySet<N, Values<($($part,)+)>, Mode>
        where
            T: Model<Key = ($($part,)+)>,
        {
            fn among(self, of: Node) -> crate::expr::Condition {
                key_members(of, self)
            }
        }
    };
}
composite_key!(2: A GivenA.0, B GivenB.1);
composite_key!(3: A GivenA.0, B GivenB.1, C GivenC.2);
composite_key!(4: A GivenA.0, B GivenB.1, C GivenC.2, D GivenD.3);
composite_key!(5: A GivenA.0, B GivenB.1, C GivenC.2, D GivenD.3, E GivenE.4);
composite_key!(6: A GivenA.0, B GivenB.1, C GivenC.2, D GivenD.3, E GivenE.4, G GivenG.5);
