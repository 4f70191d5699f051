//! What SQLite lacks: case folding for all of Unicode, regular expressions, the order of exact decimals.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::sync::Arc;

use hashlink::LruCache;
use regex::{Regex, RegexBuilder};
use rusqlite::functions::{Context, FunctionFlags, SqlFnArg};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Error, Result};

use crate::error::BAD_VALUE;

/// Adds the functions and the collation to a connection.
///
/// * `amphi_fold(text)`: the text folded for comparison without case.
/// * `amphi_ends_with(text, end)`.
/// * `amphi_integer(x)`: an integer or NULL as it is; the error that a computed integer is too large for anything else.
/// * `amphi_remainder(x, y)` of floating-point numbers, with the sign of `x`; NULL for a division by zero.
/// * `regexp(pattern, text)`, which is what `text REGEXP pattern` calls, and `amphi_iregexp`, which ignores case.
/// * collation `amphi_decimal`.
/// * with the feature `decimal`: `amphi_decimal_add`, `_sub`, `_mul`, `_div`, `_mod`, `_neg`, `_fit` and the aggregate `_sum`.
/// * with the feature `chrono-tz`: `amphi_local(moment, zone)`, what the clock of a time zone shows.
pub(crate) fn install(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("amphi_fold", 1, flags, fold_argument)?;
    connection.create_scalar_function("amphi_ends_with", 2, flags, |context| match (context.get_raw(0), context.get_raw(1)) {
        (ValueRef::Text(text), ValueRef::Text(end)) => Ok(Some(text.ends_with(end))),
        _ => Ok(None),
    })?;
    connection.create_scalar_function("amphi_integer", 1, flags, |context| match context.get_raw(0) {
        ValueRef::Integer(_) | ValueRef::Null => Ok(context.get_arg(0)),
        _ => Err(refused("integer", "a computed integer is larger than 64 bits hold")),
    })?;
    connection.create_scalar_function("amphi_remainder", 2, flags, |context| {
        let (Some(left), Some(right)) = (context.get::<Option<f64>>(0)?, context.get::<Option<f64>>(1)?) else { return Ok(None) };
        // A NaN would be stored as NULL too; said here, because SQLite says so of every division by zero.
        Ok(Some(left % right).filter(|remainder| !remainder.is_nan()))
    })?;
    for (name, short, insensitive) in [("regexp", "regexp", false), ("amphi_iregexp", "iregexp", true)] {
        let patterns = RefCell::new(LruCache::new(PATTERNS));
        connection.create_scalar_function(name, 2, flags, move |context| matches(context, short, insensitive, &patterns))?;
    }
    connection.create_collation("amphi_decimal", compare_decimals)?;
    #[cfg(feature = "decimal")]
    crate::decimal::install(connection)?;
    #[cfg(feature = "chrono-tz")]
    crate::zone::install(connection)?;
    Ok(())
}

/// The error of a function that a value makes impossible; it reaches the user as [`orm_core::Error::InvalidValue`].
#[cold]
pub(crate) fn refused(function: &str, reason: &str) -> Error {
    Error::UserFunctionError(format!("{BAD_VALUE}{function}: {reason}").into())
}

enum Folded {
    /// The argument as it is.
    Same(SqlFnArg),
    New(String),
}

impl ToSql for Folded {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        match self {
            Folded::Same(argument) => argument.to_sql(),
            Folded::New(text) => text.to_sql(),
        }
    }
}

fn fold_argument(context: &Context<'_>) -> Result<Folded> {
    Ok(match context.get_raw(0) {
        ValueRef::Text(text) if text.is_ascii() && !text.iter().any(u8::is_ascii_uppercase) => Folded::Same(context.get_arg(0)),
        ValueRef::Text(text) => Folded::New(fold(&String::from_utf8_lossy(text))),
        _ => Folded::Same(context.get_arg(0)),
    })
}

/// Folds text so that two texts are equal without case if and only if their folds are equal.
///
/// Each character is lowered, raised and lowered again: `ß` and `ẞ` become `ss`, `ſ` becomes `s`, the Kelvin sign `k`, `ς` becomes
/// `σ`. That is Unicode's full case folding but for a handful of historic letters. As there, the dotless `ı` stays itself. Accents
/// stay, and composed and decomposed forms of a letter stay different.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'ı' => folded.push(c),
            _ if c.is_ascii() => folded.push(c.to_ascii_lowercase()),
            _ => folded.extend(c.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase)),
        }
    }
    folded
}

const PATTERNS: usize = 32;

type Patterns = RefCell<LruCache<String, Arc<Regex>>>;

/// Whether a text matches a pattern anywhere; NULL if either is.
fn matches(context: &Context<'_>, function: &'static str, insensitive: bool, patterns: &Patterns) -> Result<Option<bool>> {
    let Some(text) = text_of(context.get_raw(1)) else { return Ok(None) };
    // A pattern that is the same for all rows stays with the statement while it runs.
    if let Some(regex) = context.get_aux::<Arc<Regex>>(0)? {
        return Ok(Some(regex.is_match(&text)));
    }
    let Some(pattern) = text_of(context.get_raw(0)) else { return Ok(None) };
    let known = patterns.borrow_mut().get(pattern.as_ref()).cloned();
    let regex = match known {
        Some(regex) => regex,
        None => {
            let regex = Arc::new(compiled(&pattern, insensitive).map_err(|reason| refused(function, &reason))?);
            patterns.borrow_mut().insert(pattern.into_owned(), Arc::clone(&regex));
            regex
        }
    };
    let answer = regex.is_match(&text);
    context.set_aux(0, regex)?;
    Ok(Some(answer))
}

/// Numbers match by their digits, as SQLite's own text functions take them.
fn text_of(value: ValueRef<'_>) -> Option<std::borrow::Cow<'_, str>> {
    match value {
        ValueRef::Null => None,
        ValueRef::Text(text) | ValueRef::Blob(text) => Some(String::from_utf8_lossy(text)),
        ValueRef::Integer(number) => Some(number.to_string().into()),
        ValueRef::Real(number) => Some(number.to_string().into()),
    }
}

/// The reason leaves out the pattern, which is a bound value.
fn compiled(pattern: &str, insensitive: bool) -> Result<Regex, String> {
    RegexBuilder::new(pattern).case_insensitive(insensitive).build().map_err(|error| {
        let what = match &error {
            regex::Error::Syntax(text) => text.rsplit_once("error: ").map_or("its syntax is wrong", |(_, what)| what),
            regex::Error::CompiledTooBig(_) => "it is too large",
            _ => "it cannot be compiled",
        };
        format!("the pattern is not a regular expression: {what}")
    })
}

/// Orders texts of decimals by their value; `1.0` and `1` are equal. What is not a decimal comes last, by its bytes.
fn compare_decimals(left: &str, right: &str) -> Ordering {
    match (Digits::of(left.as_bytes()), Digits::of(right.as_bytes())) {
        (Some(left), Some(right)) => left.compare(&right),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => left.as_bytes().cmp(right.as_bytes()),
    }
}

/// The significant digits of a decimal, of any length.
struct Digits<'a> {
    negative: bool,
    whole: &'a [u8],
    fraction: &'a [u8],
}

impl<'a> Digits<'a> {
    fn of(text: &'a [u8]) -> Option<Self> {
        let (negative, text) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        let point = text.iter().position(|byte| *byte == b'.');
        let (mut whole, mut fraction): (&[u8], &[u8]) = match point.and_then(|at| text.split_at_checked(at)) {
            Some((whole, [_, fraction @ ..])) => (whole, fraction),
            _ => (text, &[]),
        };
        let is_decimal = whole.len() + fraction.len() > 0 && whole.iter().chain(fraction).all(u8::is_ascii_digit);
        if !is_decimal {
            return None;
        }
        while let [b'0', rest @ ..] = whole {
            whole = rest;
        }
        while let [rest @ .., b'0'] = fraction {
            fraction = rest;
        }
        let zero = whole.is_empty() && fraction.is_empty();
        Some(Digits { negative: negative && !zero, whole, fraction })
    }

    fn compare(&self, other: &Self) -> Ordering {
        let size = |left: &Self, right: &Self| {
            left.whole
                .len()
                .cmp(&right.whole.len())
                .then_with(|| left.whole.cmp(right.whole))
                .then_with(|| left.fraction.cmp(right.fraction))
        };
        match (self.negative, other.negative) {
            (false, false) => size(self, other),
            (true, true) => size(other, self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_joins_what_differs_by_case_alone() {
        for (left, right) in [
            ("STRASSE", "straße"),
            ("STRAẞE", "strasse"),
            ("ſ", "S"),
            ("\u{212A}", "k"),
            ("ΟΔΟΣ", "οδος"),
            ("οδοσ", "ΟΔΟς"),
            ("ÉCOLE", "école"),
            ("ЖУК", "жук"),
            ("ŉ", "ʼN"),
            ("ﬃ", "FFI"),
            ("µ", "Μ"),
            ("Ǆ", "ǅ"),
            ("Title", "tITLE"),
        ] {
            assert_eq!(fold(left), fold(right), "{left} {right}");
        }
        for (left, right) in [("ı", "i"), ("e", "é"), ("a", "b"), ("é", "e\u{301}")] {
            assert_ne!(fold(left), fold(right), "{left} {right}");
        }
        assert_eq!(fold(&fold("ẞİΣς")), fold("ẞİΣς"));
    }

    #[test]
    fn decimals_sort_by_value_and_all_else_behind() {
        let sorted = [
            "-1000",
            "-10.5",
            "-10.49",
            "-1",
            "-0.5",
            "-0.05",
            "0",
            "0.049",
            "0.05",
            ".5",
            "1",
            "1.000000000000000000000000000000000001",
            "9.99",
            "10",
            "100",
            "79228162514264337593543950336",
            "",
            "-",
            ".",
            "1e3",
            "1x",
            "NaN",
            "x",
            "é",
        ];
        for (i, left) in sorted.iter().enumerate() {
            for (j, right) in sorted.iter().enumerate() {
                assert_eq!(compare_decimals(left, right), i.cmp(&j), "{left} {right}");
            }
        }
        for (left, right) in [("1", "1.0"), ("-0", "0.00"), ("+1", "01."), (".50", "0.5")] {
            assert_eq!(compare_decimals(left, right), Ordering::Equal, "{left} {right}");
        }
    }
}
