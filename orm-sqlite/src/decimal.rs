//! Exact decimals in SQLite: their text, and the functions that compute with them there.
//!
//! A decimal stands as its plain digits without trailing zeros or exponent: `12.5`, `-3`, `0`. Computing keeps 28 digits: a quotient
//! or product with more places is rounded, a result that is too large is an error.

use std::fmt::Write;

use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, Result};
use rust_decimal::Decimal;

use crate::functions::refused;

/// A decimal as SQLite keeps it.
pub(crate) fn text(value: Decimal) -> DecimalText {
    let mut text = DecimalText { bytes: [0; CAPACITY], length: 0 };
    // The longest decimal has 29 digits, a sign and a point.
    let _ = write!(text, "{}", value.normalize());
    text
}

const CAPACITY: usize = 32;

/// Text on the stack.
pub(crate) struct DecimalText {
    bytes: [u8; CAPACITY],
    length: usize,
}

impl DecimalText {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl Write for DecimalText {
    fn write_str(&mut self, part: &str) -> std::fmt::Result {
        let end = self.length + part.len();
        match self.bytes.get_mut(self.length..end) {
            Some(free) => {
                free.copy_from_slice(part.as_bytes());
                self.length = end;
                Ok(())
            }
            None => Err(std::fmt::Error),
        }
    }
}

/// What stood where a decimal was wanted.
pub(crate) enum Unreadable {
    Text,
    Real,
    Blob,
}

/// Reads a decimal from text, from an integer, or from a floating-point number by its shortest digits.
pub(crate) fn read(value: ValueRef<'_>) -> Result<Option<Decimal>, Unreadable> {
    match value {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(value) => Ok(Some(Decimal::from(value))),
        ValueRef::Text(text) => match std::str::from_utf8(text).ok().and_then(exact) {
            Some(value) => Ok(Some(value)),
            None => Err(Unreadable::Text),
        },
        ValueRef::Real(value) => match exact(&value.to_string()) {
            Some(value) => Ok(Some(value)),
            None => Err(Unreadable::Real),
        },
        ValueRef::Blob(_) => Err(Unreadable::Blob),
    }
}

fn exact(text: &str) -> Option<Decimal> {
    // The parser takes `1_000` too; nobody else would read that as a number.
    if text.contains('_') { None } else { Decimal::from_str_exact(text).ok() }
}

fn argument(context: &Context<'_>, index: usize, function: &'static str) -> Result<Option<Decimal>> {
    read(context.get_raw(index)).map_err(|_| refused(function, "an operand is not a decimal of at most 28 digits"))
}

fn overflow(function: &'static str) -> Error {
    refused(function, "the result has more than 28 digits")
}

fn output(value: Option<Decimal>) -> Option<String> {
    value.map(|value| value.normalize().to_string())
}

type Binary = fn(Decimal, Decimal) -> Option<Decimal>;

/// Adds the functions to a connection.
pub(crate) fn install(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    let binary: [(&str, &'static str, bool, Binary); 5] = [
        ("amphi_decimal_add", "add", false, Decimal::checked_add),
        ("amphi_decimal_sub", "sub", false, Decimal::checked_sub),
        ("amphi_decimal_mul", "mul", false, Decimal::checked_mul),
        ("amphi_decimal_div", "div", true, Decimal::checked_div),
        ("amphi_decimal_mod", "mod", true, Decimal::checked_rem),
    ];
    for (name, short, divides, compute) in binary {
        connection.create_scalar_function(name, 2, flags, move |context| {
            match (argument(context, 0, short)?, argument(context, 1, short)?) {
                // As SQLite's own division by zero.
                (Some(_), Some(right)) if divides && right.is_zero() => Ok(None),
                (Some(left), Some(right)) => match compute(left, right) {
                    Some(value) => Ok(output(Some(value))),
                    None => Err(overflow(short)),
                },
                _ => Ok(None),
            }
        })?;
    }
    connection.create_scalar_function("amphi_decimal_neg", 1, flags, |context| {
        Ok(output(argument(context, 0, "neg")?.map(|value| -value)))
    })?;
    connection.create_scalar_function("amphi_decimal_fit", 3, flags, |context| {
        let Some(value) = argument(context, 0, "fit")? else { return Ok(None) };
        let (digits, places) = (context.get::<u32>(1)?, context.get::<u32>(2)?);
        if fits(value, digits, places) {
            Ok(output(Some(value)))
        } else {
            let reason = format!("the computed decimal does not fit {digits} digits, {places} of them behind the point");
            Err(refused("fit", &reason))
        }
    })?;
    connection.create_aggregate_function("amphi_decimal_sum", 1, flags, Sum)
}

/// Whether a decimal has at most `digits` digits in all when it is written with `places` behind the point.
fn fits(value: Decimal, digits: u32, places: u32) -> bool {
    let value = value.normalize();
    let mut whole = value.trunc().mantissa().unsigned_abs();
    let mut length = 0;
    while whole > 0 {
        whole /= 10;
        length += 1;
    }
    value.scale() <= places && length + places <= digits
}

struct Sum;

impl Aggregate<Option<Decimal>, Option<String>> for Sum {
    fn init(&self, _: &mut Context<'_>) -> Result<Option<Decimal>> {
        Ok(None)
    }

    fn step(&self, context: &mut Context<'_>, sum: &mut Option<Decimal>) -> Result<()> {
        if let Some(value) = argument(context, 0, "sum")? {
            let before = sum.unwrap_or(Decimal::ZERO);
            *sum = Some(before.checked_add(value).ok_or_else(|| overflow("sum"))?);
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, sum: Option<Option<Decimal>>) -> Result<Option<String>> {
        Ok(output(sum.flatten()))
    }
}
