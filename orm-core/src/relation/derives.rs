//! What the derive `Model` leans on: a row with relations is `Clone`, `Debug`, `PartialEq` and `Serialize` where its model is.
//!
//! An impl with the bound `Book: Clone` would be refused for a `Book` that is not. The traits here have a parameter that stands for
//! the row's slots, so that the bound `Book: CloneBeside<(A, T)>` is looked at only where somebody clones a row.

use std::fmt;

use crate::relation::{Cardinality, Relation};

/// What reading the relation `R` gives: `&Author`, or `Option<&Author>` if it is nullable.
pub type RelatedRef<'a, R> = <<R as Relation>::Cardinality as Cardinality>::Ref<'a, <R as Relation>::Target>;

/// A model that can be cloned beside the slots `S`.
pub trait CloneBeside<S>: Sized {
    /// The clone.
    #[must_use]
    fn clone_beside(&self) -> Self;
}

impl<M: Clone, S> CloneBeside<S> for M {
    fn clone_beside(&self) -> Self {
        self.clone()
    }
}

/// A model that can be formatted beside the slots `S`.
pub trait DebugBeside<S> {
    /// Formats the row `name` with this model and these slots.
    ///
    /// # Errors
    /// Those of the formatter.
    fn debug_beside(&self, f: &mut fmt::Formatter<'_>, name: &str, slots: &[(&str, &dyn fmt::Debug)]) -> fmt::Result;
}

impl<M: fmt::Debug, S> DebugBeside<S> for M {
    fn debug_beside(&self, f: &mut fmt::Formatter<'_>, name: &str, slots: &[(&str, &dyn fmt::Debug)]) -> fmt::Result {
        let mut row = f.debug_struct(name);
        row.field("row", self);
        for (name, slot) in slots {
            row.field(name, slot);
        }
        row.finish()
    }
}

/// A model that can be compared beside the slots `S`.
pub trait EqBeside<S> {
    /// Whether both are equal.
    fn eq_beside(&self, other: &Self) -> bool;
}

impl<M: PartialEq, S> EqBeside<S> for M {
    fn eq_beside(&self, other: &Self) -> bool {
        self == other
    }
}

/// `Serialize` for a row type; nothing without the feature `serde`. Called by the derive `Model`.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! serialize_row {
    ($($row:tt)*) => {};
}

#[doc(hidden)]
pub use crate::serialize_row;

#[cfg(feature = "serde")]
pub use serialize::{LoadedAt, SerializeBeside, SerializeSlot, Slots};

#[cfg(feature = "serde")]
#[doc(hidden)]
pub use ::serde;

/// A row serializes as its model does, with the related row in the place of each loaded relation's key.
#[cfg(feature = "serde")]
mod serialize {
    use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

    use crate::relation::{Maybe, NotLoaded, Row};

    /// `Serialize` for a row type. Called by the derive `Model`.
    #[doc(hidden)]
    #[macro_export]
    macro_rules! serialize_row {
        ($row:ident, $model:ty, [$(($at:tt, $slot:ident $(, $field:ident)?, $name:literal)),*]) => {
            #[automatically_derived]
            impl<$($slot: $crate::relation::SerializeSlot),*> $crate::relation::serde::Serialize for $row<$($slot),*>
            where
                $model: $crate::relation::SerializeBeside<($($slot,)*)>,
            {
                fn serialize<Z: $crate::relation::serde::Serializer>(
                    &self,
                    serializer: Z,
                ) -> ::core::result::Result<Z::Ok, Z::Error> {
                    let slots = ();
                    $(
                        let slot = $crate::relation::LoadedAt::new($name, &self.$at);
                        $(let slot = slot.in_place_of(&self.0.$field);)?
                        let slots = (slots, slot);
                    )*
                    $crate::relation::SerializeBeside::<($($slot,)*)>::serialize_beside(&self.0, slots, serializer)
                }
            }
        };
    }

    /// A slot of a row, as a part of its serialization.
    #[diagnostic::on_unimplemented(
        message = "a row with `{Self}` loaded cannot be serialized",
        label = "`{Self}` does not serialize",
        note = "derive `serde::Serialize` for the related model"
    )]
    pub trait SerializeSlot {
        /// Whether it stands in the place of the key.
        fn is_loaded(&self) -> bool;

        /// Writes what was loaded.
        ///
        /// # Errors
        /// Those of the serializer.
        fn serialize_slot<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error>;
    }

    impl<R> SerializeSlot for NotLoaded<R> {
        fn is_loaded(&self) -> bool {
            false
        }

        fn serialize_slot<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
            serializer.serialize_unit()
        }
    }

    impl<X: Row + Serialize> SerializeSlot for X {
        fn is_loaded(&self) -> bool {
            true
        }

        fn serialize_slot<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
            self.serialize(serializer)
        }
    }

    impl<X: Row + Serialize> SerializeSlot for Option<X> {
        fn is_loaded(&self) -> bool {
            true
        }

        fn serialize_slot<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
            self.serialize(serializer)
        }
    }

    impl<X: Row + Serialize> SerializeSlot for Vec<X> {
        fn is_loaded(&self) -> bool {
            true
        }

        fn serialize_slot<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
            self.serialize(serializer)
        }
    }

    impl<X: SerializeSlot> SerializeSlot for Maybe<X> {
        fn is_loaded(&self) -> bool {
            self.as_option().is_some_and(X::is_loaded)
        }

        fn serialize_slot<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
            match self {
                Maybe::Loaded(loaded) => loaded.serialize_slot(serializer),
                Maybe::NotLoaded => serializer.serialize_unit(),
            }
        }
    }

    /// A model that can be serialized beside the slots `S`.
    pub trait SerializeBeside<S> {
        /// Writes the model with what the slots hold in the place of their keys.
        ///
        /// # Errors
        /// Those of the serializer.
        fn serialize_beside<L: Slots, Z: Serializer>(&self, slots: L, serializer: Z) -> Result<Z::Ok, Z::Error>;
    }

    impl<M: Serialize, S> SerializeBeside<S> for M {
        fn serialize_beside<L: Slots, Z: Serializer>(&self, slots: L, serializer: Z) -> Result<Z::Ok, Z::Error> {
            self.serialize(Replacing { inner: serializer, slots })
        }
    }

    /// A slot, and the key in whose place it is written: known by where the key lies in memory, because a user's `Serialize` may
    /// rename it, and else by its name, because it may hand over a copy. What has no key in the model is written behind its fields.
    pub struct LoadedAt<'a, S> {
        name: &'static str,
        key: Option<Place>,
        slot: &'a S,
    }

    impl<'a, S> LoadedAt<'a, S> {
        /// The slot of the relation `name`.
        pub fn new(name: &'static str, slot: &'a S) -> Self {
            LoadedAt { name, key: None, slot }
        }

        /// The slot of a relation whose key is `key`.
        #[must_use]
        pub fn in_place_of<K>(self, key: &K) -> Self {
            LoadedAt { key: Some(Place::of(key)), ..self }
        }
    }

    /// What was loaded, behind the fields of its model.
    struct Behind<'a, S>(&'a S);

    impl<S: SerializeSlot> Serialize for Behind<'_, S> {
        fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
            self.0.serialize_slot(serializer)
        }
    }

    impl<S: SerializeSlot> LoadedAt<'_, S> {
        fn is_behind(&self) -> bool {
            self.key.is_none() && self.slot.is_loaded()
        }
    }

    impl<S> Clone for LoadedAt<'_, S> {
        fn clone(&self) -> Self {
            *self
        }
    }

    impl<S> Copy for LoadedAt<'_, S> {}

    /// Where a value lies, and how long it is.
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub struct Place(*const (), usize);

    impl Place {
        fn of<T: ?Sized>(value: &T) -> Self {
            Place(std::ptr::from_ref(value).cast(), size_of_val(value))
        }
    }

    /// The slots of a row.
    pub trait Slots: Copy {
        /// Writes the slot that stands in the place of this field; gives the serializer back if there is none.
        ///
        /// # Errors
        /// The serializer, or inside the errors of the serializer.
        fn serialize_at<Z: Serializer>(
            self,
            name: Option<&str>,
            place: Place,
            serializer: Z,
        ) -> Result<Result<Z::Ok, Z::Error>, Z>;

        /// How many slots are written behind the fields.
        fn behind(self) -> usize;

        /// Writes those slots into a struct.
        ///
        /// # Errors
        /// Those of the serializer.
        fn end_struct<Z: SerializeStruct>(self, to: &mut Z) -> Result<(), Z::Error>;

        /// Writes those slots into a map.
        ///
        /// # Errors
        /// Those of the serializer.
        fn end_map<Z: SerializeMap>(self, to: &mut Z) -> Result<(), Z::Error>;
    }

    impl Slots for () {
        fn behind(self) -> usize {
            0
        }

        fn end_struct<Z: SerializeStruct>(self, _: &mut Z) -> Result<(), Z::Error> {
            Ok(())
        }

        fn end_map<Z: SerializeMap>(self, _: &mut Z) -> Result<(), Z::Error> {
            Ok(())
        }

        fn serialize_at<Z: Serializer>(self, _: Option<&str>, _: Place, serializer: Z) -> Result<Result<Z::Ok, Z::Error>, Z> {
            Err(serializer)
        }
    }

    impl<L: Slots, S: SerializeSlot> Slots for (L, LoadedAt<'_, S>) {
        fn serialize_at<Z: Serializer>(
            self,
            name: Option<&str>,
            place: Place,
            serializer: Z,
        ) -> Result<Result<Z::Ok, Z::Error>, Z> {
            let (others, this) = self;
            let is_here = this.key.is_some_and(|key| key == place || name == Some(this.name));
            if is_here && this.slot.is_loaded() {
                Ok(this.slot.serialize_slot(serializer))
            } else {
                others.serialize_at(name, place, serializer)
            }
        }

        fn behind(self) -> usize {
            self.0.behind() + usize::from(self.1.is_behind())
        }

        fn end_struct<Z: SerializeStruct>(self, to: &mut Z) -> Result<(), Z::Error> {
            let (others, this) = self;
            others.end_struct(to)?;
            if this.is_behind() { to.serialize_field(this.name, &Behind(this.slot)) } else { Ok(()) }
        }

        fn end_map<Z: SerializeMap>(self, to: &mut Z) -> Result<(), Z::Error> {
            let (others, this) = self;
            others.end_map(to)?;
            if this.is_behind() { to.serialize_entry(this.name, &Behind(this.slot)) } else { Ok(()) }
        }
    }

    /// A field of the model, or what was loaded in its place.
    struct Field<'a, T: ?Sized, L> {
        name: Option<&'static str>,
        value: &'a T,
        slots: L,
    }

    impl<T: Serialize + ?Sized, L: Slots> Serialize for Field<'_, T, L> {
        fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
            match self.slots.serialize_at(self.name, Place::of(self.value), serializer) {
                Ok(written) => written,
                Err(serializer) => self.value.serialize(serializer),
            }
        }
    }

    /// The serializer that the model sees: structs and maps pass through [`Field`], all else as it is.
    struct Replacing<Z, L> {
        inner: Z,
        slots: L,
    }

    macro_rules! pass_on {
        ($($method:ident($($argument:ident: $type:ty),*) -> $result:ident;)*) => {$(
            fn $method(self, $($argument: $type),*) -> Result<Self::$result, Self::Error> {
                self.inner.$method($($argument),*)
            }
        )*};
    }

    impl<Z: Serializer, L: Slots> Serializer for Replacing<Z, L> {
        type Ok = Z::Ok;
        type Error = Z::Error;
        type SerializeSeq = Z::SerializeSeq;
        type SerializeTuple = Z::SerializeTuple;
        type SerializeTupleStruct = Z::SerializeTupleStruct;
        type SerializeTupleVariant = Z::SerializeTupleVariant;
        type SerializeStructVariant = Z::SerializeStructVariant;
        type SerializeMap = Replacing<Z::SerializeMap, L>;
        type SerializeStruct = Replacing<Z::SerializeStruct, L>;

        pass_on! {
            serialize_bool(v: bool) -> Ok;
            serialize_i8(v: i8) -> Ok;
            serialize_i16(v: i16) -> Ok;
            serialize_i32(v: i32) -> Ok;
            serialize_i64(v: i64) -> Ok;
            serialize_i128(v: i128) -> Ok;
            serialize_u8(v: u8) -> Ok;
            serialize_u16(v: u16) -> Ok;
            serialize_u32(v: u32) -> Ok;
            serialize_u64(v: u64) -> Ok;
            serialize_u128(v: u128) -> Ok;
            serialize_f32(v: f32) -> Ok;
            serialize_f64(v: f64) -> Ok;
            serialize_char(v: char) -> Ok;
            serialize_str(v: &str) -> Ok;
            serialize_bytes(v: &[u8]) -> Ok;
            serialize_none() -> Ok;
            serialize_unit() -> Ok;
            serialize_unit_struct(name: &'static str) -> Ok;
            serialize_unit_variant(name: &'static str, index: u32, variant: &'static str) -> Ok;
            serialize_seq(len: Option<usize>) -> SerializeSeq;
            serialize_tuple(len: usize) -> SerializeTuple;
            serialize_tuple_struct(name: &'static str, len: usize) -> SerializeTupleStruct;
            serialize_tuple_variant(name: &'static str, index: u32, variant: &'static str, len: usize) -> SerializeTupleVariant;
            serialize_struct_variant(name: &'static str, index: u32, variant: &'static str, len: usize) -> SerializeStructVariant;
        }

        fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Z::Ok, Z::Error> {
            self.inner.serialize_some(value)
        }

        fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<Z::Ok, Z::Error> {
            self.inner.serialize_newtype_struct(name, value)
        }

        fn serialize_newtype_variant<T: Serialize + ?Sized>(
            self,
            name: &'static str,
            index: u32,
            variant: &'static str,
            value: &T,
        ) -> Result<Z::Ok, Z::Error> {
            self.inner.serialize_newtype_variant(name, index, variant, value)
        }

        fn collect_str<T: std::fmt::Display + ?Sized>(self, value: &T) -> Result<Z::Ok, Z::Error> {
            self.inner.collect_str(value)
        }

        fn serialize_map(self, len: Option<usize>) -> Result<Self::SerializeMap, Z::Error> {
            Ok(Replacing { inner: self.inner.serialize_map(len.map(|len| len + self.slots.behind()))?, slots: self.slots })
        }

        fn serialize_struct(self, name: &'static str, len: usize) -> Result<Self::SerializeStruct, Z::Error> {
            Ok(Replacing { inner: self.inner.serialize_struct(name, len + self.slots.behind())?, slots: self.slots })
        }

        fn is_human_readable(&self) -> bool {
            self.inner.is_human_readable()
        }
    }

    impl<Z: SerializeStruct, L: Slots> SerializeStruct for Replacing<Z, L> {
        type Ok = Z::Ok;
        type Error = Z::Error;

        fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Z::Error> {
            self.inner.serialize_field(key, &Field { name: Some(key), value, slots: self.slots })
        }

        fn skip_field(&mut self, key: &'static str) -> Result<(), Z::Error> {
            self.inner.skip_field(key)
        }

        fn end(mut self) -> Result<Z::Ok, Z::Error> {
            self.slots.end_struct(&mut self.inner)?;
            self.inner.end()
        }
    }

    /// What a struct with `#[serde(flatten)]` is written as.
    impl<Z: SerializeMap, L: Slots> SerializeMap for Replacing<Z, L> {
        type Ok = Z::Ok;
        type Error = Z::Error;

        fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Z::Error> {
            self.inner.serialize_key(key)
        }

        fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Z::Error> {
            self.inner.serialize_value(&Field { name: None, value, slots: self.slots })
        }

        fn serialize_entry<K: Serialize + ?Sized, T: Serialize + ?Sized>(&mut self, key: &K, value: &T) -> Result<(), Z::Error> {
            self.inner.serialize_entry(key, &Field { name: None, value, slots: self.slots })
        }

        fn end(mut self) -> Result<Z::Ok, Z::Error> {
            self.slots.end_map(&mut self.inner)?;
            self.inner.end()
        }
    }
}
