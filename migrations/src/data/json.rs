//! JSON documents in one form, whatever database they come from: without spaces, the keys of each object in order.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// As deep as documents can be that are read into a program's types.
const DEEPEST: usize = 127;

/// Writes a text between quotes.
pub(super) fn write_text(text: &str, out: &mut Vec<u8>) {
    // Writing to a Vec cannot fail.
    let _ = serde_json::to_writer(out, text);
}

/// Writes a document. Numbers stand as they are.
///
/// # Errors
/// What is wrong with it.
pub(super) fn write_document(document: &str, out: &mut Vec<u8>) -> Result<(), &'static str> {
    let Ok(raw) = serde_json::from_str::<&RawValue>(document) else { return Err("text that is no JSON") };
    write(raw.get(), DEEPEST, out)
}

fn write(raw: &str, deepest: usize, out: &mut Vec<u8>) -> Result<(), &'static str> {
    const WRONG: &str = "text that is no JSON";
    let Some(deeper) = deepest.checked_sub(1) else { return Err("JSON that is nested deeper than 127 levels") };
    match raw.as_bytes().first() {
        Some(b'{') => {
            let Ok(entries) = serde_json::from_str::<BTreeMap<Cow<'_, str>, &RawValue>>(raw) else { return Err(WRONG) };
            for (at, (key, value)) in entries.iter().enumerate() {
                out.push(if at == 0 { b'{' } else { b',' });
                write_text(key, out);
                out.push(b':');
                write(value.get(), deeper, out)?;
            }
            out.extend(if entries.is_empty() { b"{}".as_slice() } else { b"}" });
        }
        Some(b'[') => {
            let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(raw) else { return Err(WRONG) };
            out.push(b'[');
            for (at, element) in elements.iter().enumerate() {
                out.extend((at > 0).then_some(b','));
                write(element.get(), deeper, out)?;
            }
            out.push(b']');
        }
        Some(b'"') => {
            let Ok(text) = serde_json::from_str::<Cow<'_, str>>(raw) else { return Err(WRONG) };
            write_text(&text, out);
        }
        _ => out.extend(raw.trim().as_bytes()),
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::write_document;

    fn written(document: &str) -> Result<String, &'static str> {
        let mut out = Vec::new();
        write_document(document, &mut out).map(|()| String::from_utf8(out).unwrap())
    }

    #[test]
    fn documents_have_one_form() {
        assert_eq!(
            written(" { \"b\" : [ 1 , 2.50 ,\n{} , [] ] , \"a\":\"\\u00e9\\u0000\" } ").unwrap(),
            "{\"a\":\"é\\u0000\",\"b\":[1,2.50,{},[]]}"
        );
        assert_eq!(written("12345678901234567890.123456789012345678901").unwrap(), "12345678901234567890.123456789012345678901");
        assert_eq!(written(" null ").unwrap(), "null");
        assert!(written("{\"a\":}").is_err());
        assert!(written("").is_err());
    }

    #[test]
    fn what_is_nested_too_deep_is_refused() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(written(&nested(127)).unwrap(), nested(127));
        assert!(written(&nested(128)).is_err());
        assert!(written(&nested(100_000)).is_err());
    }
}
