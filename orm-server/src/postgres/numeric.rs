//! NUMERIC on PostgreSQL's wire: digits to the base 10,000.

use std::borrow::Cow;

use rust_decimal::Decimal;

const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xC000;

/// Writes a number.
pub(crate) fn encode(value: &Decimal, buffer: &mut Vec<u8>) {
    let scale = value.scale();
    // The digits behind the point fill up groups of four. 96 bits and three decimal digits fit 128 bits.
    let fill = (4 - scale % 4) % 4;
    let mut rest = value.mantissa().unsigned_abs() * 10_u128.pow(fill);
    let groups_behind = i16::try_from((scale + fill) / 4).unwrap_or(i16::MAX);
    let mut groups: Vec<u16> = Vec::with_capacity(10);
    while rest > 0 {
        groups.push(u16::try_from(rest % 10_000).unwrap_or(0));
        rest /= 10_000;
    }
    let count = i16::try_from(groups.len()).unwrap_or(i16::MAX);
    let weight = count - 1 - groups_behind;
    let trailing = groups.iter().take_while(|group| **group == 0).count();
    let sign = if value.is_sign_negative() && !value.is_zero() { NEGATIVE } else { 0 };
    let sent = groups.get(trailing..).unwrap_or_default();
    buffer.extend(u16::try_from(sent.len()).unwrap_or(0).to_be_bytes());
    buffer.extend((if sent.is_empty() { 0 } else { weight }).to_be_bytes());
    buffer.extend(sign.to_be_bytes());
    buffer.extend(u16::try_from(scale).unwrap_or(0).to_be_bytes());
    for group in sent.iter().rev() {
        buffer.extend(group.to_be_bytes());
    }
}

/// Reads a number, or tells what it is instead.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decimal, Cow<'static, str>> {
    let (words, []) = bytes.as_chunks::<2>() else { return Err("a broken number".into()) };
    let mut words = words.iter().map(|word| u16::from_be_bytes(*word));
    let (Some(count), Some(weight), Some(sign), Some(scale)) = (words.next(), words.next(), words.next(), words.next()) else {
        return Err("a broken number".into());
    };
    if sign & NAN == NAN {
        return Err("NaN or infinity".into());
    }
    let too_long = || Cow::Borrowed("a number of more digits");
    let mut mantissa: i128 = 0;
    for group in words {
        mantissa = mantissa.checked_mul(10_000).and_then(|high| high.checked_add(group.into())).ok_or_else(too_long)?;
    }
    // The number is the mantissa times ten to this power.
    let mut exponent = 4 * (i32::from(weight.cast_signed()) + 1 - i32::from(count));
    let scale = i32::from(scale);
    while mantissa != 0 && exponent < -scale && mantissa % 10 == 0 {
        mantissa /= 10;
        exponent += 1;
    }
    // Groups of four may end in more zeros than the column's places.
    while !fits(mantissa) && exponent < 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        exponent += 1;
    }
    while mantissa != 0 && (exponent > 0 || exponent > -scale) {
        match mantissa.checked_mul(10) {
            Some(more) if fits(more) => mantissa = more,
            // Zeros at the end need not be there, those before the point must.
            _ if exponent <= 0 => break,
            _ => return Err(too_long()),
        }
        exponent -= 1;
    }
    while exponent < -28 && mantissa % 10 == 0 && mantissa != 0 {
        mantissa /= 10;
        exponent += 1;
    }
    if mantissa == 0 {
        exponent = -scale.min(28);
    }
    if !fits(mantissa) {
        return Err(too_long());
    }
    let mantissa = if sign & NEGATIVE == 0 { mantissa } else { -mantissa };
    let scale = u32::try_from(-exponent).map_err(|_| too_long())?;
    Decimal::try_from_i128_with_scale(mantissa, scale).map_err(|_| too_long())
}

/// Whether it is no more than the 96 bits of a [`Decimal`].
fn fits(mantissa: i128) -> bool {
    mantissa.unsigned_abs() < 1 << 96
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_digit_by_digit() {
        for text in [
            "0",
            "0.00",
            "1",
            "-1",
            "9999",
            "10000",
            "10001",
            "0.1",
            "0.0001",
            "0.00010",
            "0.00001",
            "123456789.987654321",
            "1000000",
            "100000000.0000",
            "-79228162514264337593543950335",
            "79228162514264337593543950335",
            "7.9228162514264337593543950335",
            "0.0000000000000000000000000001",
            "-0.5",
            "12345678901234567890.12345678",
        ] {
            let value: Decimal = text.parse().unwrap();
            let mut bytes = Vec::new();
            encode(&value, &mut bytes);
            let back = decode(&bytes).unwrap();
            assert_eq!((back, back.scale()), (value, value.scale()), "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let words = |words: &[u16]| words.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<u8>>();
        assert!(decode(&words(&[0, 0, NAN, 0])).is_err());
        assert!(decode(&words(&[0, 0, 0xD000, 0])).is_err());
        assert!(decode(&words(&[1, 20, 0, 0, 1])).is_err());
        assert!(decode(&[1]).is_err());
        // 12345678901234.56789012345678 in a column of thirty places: the last group is filled up with zeros.
        let long = words(&[8, 3, 0, 30, 12, 3456, 7890, 1234, 5678, 9012, 3456, 7800]);
        assert_eq!(decode(&long).unwrap(), "12345678901234.56789012345678".parse().unwrap());
        assert!(decode(&words(&[8, 3, 0, 30, 12, 3456, 7890, 1234, 5678, 9012, 3456, 7891])).is_err());
        // Ten to the 28th, which has one group and 28 zeros.
        assert_eq!(decode(&words(&[1, 7, 0, 0, 1])).unwrap().to_string(), "10000000000000000000000000000");
    }
}
