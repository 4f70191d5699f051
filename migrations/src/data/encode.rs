//! Values of rows as JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use orm_core::field::{ColumnType, FieldType as _};
use orm_core::row::{ColumnReader, DecodeError};
use orm_core::schema::Literal;
use orm_core::value::{Array, Value};

use super::json::{write_document, write_text};

/// Reads a column as the type that it is bound as.
pub(super) fn read<'r, R: ColumnReader>(row: &'r R, index: usize, column: ColumnType) -> Result<Value<'r>, DecodeError> {
    if let ColumnType::Array(element) = column {
        let elements = row.array(index, |of| read(of, index, *element).map(Value::into_owned))?;
        return Ok(elements.map_or(Value::Null(column), |values| Value::Array(Box::new(Array { element, values }))));
    }
    let value = match column {
        ColumnType::Bool => row.bool(index)?.map(Value::Bool),
        ColumnType::I16 => Option::<i16>::decode(row, index)?.map(|number| Value::I64(number.into())),
        ColumnType::I32 => Option::<i32>::decode(row, index)?.map(|number| Value::I64(number.into())),
        ColumnType::I64 => row.i64(index)?.map(Value::I64),
        ColumnType::F32 => Option::<f32>::decode(row, index)?.map(|number| Value::F64(number.into())),
        ColumnType::F64 => row.f64(index)?.map(Value::F64),
        ColumnType::Bytes => row.bytes(index)?.map(|bytes| Value::Bytes(bytes.into())),
        ColumnType::Date => row.date(index)?.map(Value::Date),
        ColumnType::Time => row.time(index)?.map(Value::Time),
        ColumnType::DateTime => row.date_time(index)?.map(Value::DateTime),
        ColumnType::Timestamp => row.timestamp(index)?.map(Value::Timestamp),
        #[cfg(feature = "uuid")]
        ColumnType::Uuid => row.uuid(index)?.map(Value::Uuid),
        #[cfg(feature = "decimal")]
        ColumnType::Decimal => row.decimal(index)?.map(|number| Value::Decimal(number.normalize())),
        ColumnType::Json => row.json(index)?.map(|document| Value::Json(document.into())),
        _ => row.text(index)?.map(|text| Value::Text(text.into())),
    };
    Ok(value.unwrap_or(Value::Null(column)))
}

/// Writes a value as JSON, as that of a column.
///
/// # Errors
/// What is wrong with a JSON document.
pub(super) fn write(value: &Value<'_>, column: ColumnType, out: &mut Vec<u8>) -> Result<(), &'static str> {
    match value {
        Value::Bool(truth) => out.extend_from_slice(if *truth { b"true" } else { b"false" }),
        Value::I64(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Value::F64(number) => write_float(*number, column, out),
        Value::Text(text) => write_text(text, out),
        Value::Bytes(bytes) => write_text(&STANDARD.encode(bytes), out),
        Value::Json(document) => write_document(document, out)?,
        Value::Array(array) => {
            out.push(b'[');
            for (at, element) in array.values.iter().enumerate() {
                out.extend((at > 0).then_some(b','));
                write(element, *array.element, out)?;
            }
            out.push(b']');
        }
        // Dates and times, UUIDs and decimals are written as they stand in files of migrations.
        other => match Literal::of_value(other) {
            Some(Literal::Text(text)) => write_text(&text, out),
            _ => out.extend_from_slice(b"null"),
        },
    }
    Ok(())
}

/// Writes a number by the fewest digits that are that number and no other of its width.
fn write_float(number: f64, column: ColumnType, out: &mut Vec<u8>) {
    // Writing to a Vec cannot fail.
    let _ = match number {
        _ if number.is_nan() => serde_json::to_writer(out, "NaN"),
        f64::INFINITY => serde_json::to_writer(out, "Infinity"),
        f64::NEG_INFINITY => serde_json::to_writer(out, "-Infinity"),
        // It was read as a number of 32 bits, and so is one.
        _ if column == ColumnType::F32 => serde_json::to_writer(out, &number.to_string().parse().unwrap_or(f32::NAN)),
        _ => serde_json::to_writer(out, &number),
    };
}
