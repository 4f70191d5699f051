//! What JSON cannot say.
//!
//! `serde_json` writes NaN and the infinities as `null`, which is another value. So a document is looked through before it is written.

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple, SerializeTupleStruct,
    SerializeTupleVariant, Serializer,
};

/// Whether every number of a document is one that JSON has.
pub(crate) fn is_exact<T: Serialize + ?Sized>(document: &T) -> bool {
    document.serialize(Look).is_ok()
}

/// A serializer that writes nothing and fails at a number that JSON does not have.
struct Look;

type Seen = Result<(), std::fmt::Error>;

fn number(finite: bool) -> Seen {
    if finite { Ok(()) } else { Err(std::fmt::Error) }
}

macro_rules! fine {
    ($($method:ident($($argument:ty),*);)+) => {$(
        fn $method(self, $(_: $argument),*) -> Seen {
            Ok(())
        }
    )+};
}

macro_rules! within {
    ($($method:ident($($argument:ty),*) -> $part:ident;)+) => {$(
        type $part = Look;

        fn $method(self, $(_: $argument),*) -> Result<Look, std::fmt::Error> {
            Ok(Look)
        }
    )+};
}

impl Serializer for Look {
    type Ok = ();
    type Error = std::fmt::Error;

    fn serialize_f32(self, value: f32) -> Seen {
        number(value.is_finite())
    }

    fn serialize_f64(self, value: f64) -> Seen {
        number(value.is_finite())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Seen {
        value.serialize(Look)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Seen {
        value.serialize(Look)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(self, _: &'static str, _: u32, _: &'static str, value: &T) -> Seen {
        value.serialize(Look)
    }

    fine! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_i128(i128);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_u128(u128);
        serialize_char(char);
        serialize_str(&str);
        serialize_bytes(&[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(&'static str);
        serialize_unit_variant(&'static str, u32, &'static str);
    }

    within! {
        serialize_seq(Option<usize>) -> SerializeSeq;
        serialize_tuple(usize) -> SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> SerializeTupleVariant;
        serialize_map(Option<usize>) -> SerializeMap;
        serialize_struct(&'static str, usize) -> SerializeStruct;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> SerializeStructVariant;
    }
}

macro_rules! parts {
    ($($trait:ident: $($method:ident($($name:ty),*)),+;)+) => {$(
        impl $trait for Look {
            type Ok = ();
            type Error = std::fmt::Error;

            $(fn $method<T: Serialize + ?Sized>(&mut self, $(_: $name,)* value: &T) -> Seen {
                value.serialize(Look)
            })+

            fn end(self) -> Seen {
                Ok(())
            }
        }
    )+};
}
parts! {
    SerializeSeq: serialize_element();
    SerializeTuple: serialize_element();
    SerializeTupleStruct: serialize_field();
    SerializeTupleVariant: serialize_field();
    SerializeMap: serialize_key(), serialize_value();
    SerializeStruct: serialize_field(&'static str);
    SerializeStructVariant: serialize_field(&'static str);
}
