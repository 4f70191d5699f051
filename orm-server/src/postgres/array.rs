//! Arrays on PostgreSQL's wire: how many dimensions there are, the type of the elements, the length of each dimension, then the
//! elements, each behind its length.

use std::borrow::Cow;

use orm_core::row::DecodeError;

use super::row::{Raw, Reader, Source};

/// An element of an array, read like a column.
#[derive(Clone, Copy)]
pub(crate) struct Element<'r> {
    kind: u32,
    bytes: Option<&'r [u8]>,
}

impl Source for Element<'_> {
    #[inline]
    fn raw(&self, _: usize, _: &'static str) -> Result<Raw<'_>, DecodeError> {
        Ok((self.kind, self.bytes))
    }

    fn found(&self, _: usize) -> Cow<'static, str> {
        "an array of another type".into()
    }
}

const EXPECTED: &str = "an array of one dimension";

/// The elements of an array, each as `read` makes of it.
///
/// # Errors
/// [`DecodeError`] for an array of more dimensions or broken bytes; what `read` answers.
pub(crate) fn decode<'r, T>(
    bytes: &'r [u8],
    index: usize,
    mut read: impl FnMut(&Reader<Element<'r>>) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let broken = || DecodeError::new(index, EXPECTED, "a broken array");
    let mut rest = bytes;
    // The flag whether there are NULLs is not needed: each says so itself.
    let [dimensions, _, kind] = words(&mut rest).ok_or_else(broken)?;
    let length = match dimensions {
        0 => return Ok(Vec::new()),
        // Where the first element is counted from does not matter.
        1 => {
            let [length, _] = words(&mut rest).ok_or_else(broken)?;
            length
        }
        _ => return Err(DecodeError::new(index, EXPECTED, format!("an array of {dimensions} dimensions"))),
    };
    let length = usize::try_from(length).map_err(|_| broken())?;
    // Each element takes at least the bytes of its own length.
    let mut elements = Vec::with_capacity(length.min(rest.len() / 4));
    for _ in 0..length {
        let [length] = words(&mut rest).ok_or_else(broken)?;
        let bytes = match usize::try_from(length.cast_signed()) {
            Ok(length) => {
                let (bytes, behind) = rest.split_at_checked(length).ok_or_else(broken)?;
                rest = behind;
                Some(bytes)
            }
            // A NULL has the length -1.
            Err(_) => None,
        };
        elements.push(read(&Reader(Element { kind, bytes }))?);
    }
    Ok(elements)
}

/// Takes numbers of four bytes.
#[inline]
fn words<const N: usize>(rest: &mut &[u8]) -> Option<[u32; N]> {
    let mut words = [0; N];
    for word in &mut words {
        let (bytes, behind) = rest.split_first_chunk()?;
        *word = u32::from_be_bytes(*bytes);
        *rest = behind;
    }
    Some(words)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use orm_core::field::FieldType;
    use orm_core::row::ColumnReader;

    use super::super::oid;
    use super::*;

    fn integers(bytes: &[u8]) -> Result<Vec<Option<i32>>, String> {
        decode(bytes, 0, |element| Option::<i32>::decode(element, 0)).map_err(|error| error.into_fault().found.into_owned())
    }

    fn wire(words: &[i32]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    #[test]
    fn elements_come_one_behind_the_other() {
        let kind = oid::INT4.cast_signed();
        assert_eq!(integers(&wire(&[0, 0, kind])), Ok(vec![]));
        assert_eq!(integers(&wire(&[1, 0, kind, 0, 1])), Ok(vec![]));
        assert_eq!(integers(&wire(&[1, 1, kind, 3, 1, 4, 7, -1, 4, -8])), Ok(vec![Some(7), None, Some(-8)]));
        assert_eq!(integers(&wire(&[1, 0, kind, 1, -5, 4, 7])), Ok(vec![Some(7)]), "counted from -5");
    }

    #[test]
    fn what_is_no_such_array_is_told() {
        let kind = oid::INT4.cast_signed();
        assert_eq!(integers(&wire(&[2, 0, kind, 1, 1, 1, 1, 4, 7])), Err("an array of 2 dimensions".to_owned()));
        assert_eq!(integers(&wire(&[1, 0, oid::TEXT.cast_signed(), 1, 1, 4, 7])), Err("an array of another type".to_owned()));
        let whole = wire(&[1, 0, kind, 2, 1, 4, 7, 4, 8]);
        for end in 0..whole.len() {
            let (cut, _) = whole.split_at(end);
            assert_eq!(integers(cut), Err("a broken array".to_owned()), "{end} bytes");
        }
        assert_eq!(integers(&wire(&[1, 0, kind, i32::MAX, 1])), Err("a broken array".to_owned()));
        assert_eq!(integers(&wire(&[1, 0, kind, 1, 1, i32::MAX, 7])), Err("a broken array".to_owned()));
    }

    #[test]
    fn an_array_in_an_array_is_none() {
        let element = Reader(Element { kind: oid::INT4, bytes: Some(&[0; 4]) });
        assert!(element.array(0, |inner| i32::decode(inner, 0)).is_err());
    }
}
