//! A number for what a migration does.

use std::fmt;

use sha2::{Digest, Sha256};
use toml_edit::Value;

use crate::file::operation_table;
use crate::migration::Migration;

/// What a migration does, as a number: SHA-256 over its parents, `run_before`, `atomic` and operations.
///
/// It is taken of what was read, not of the file: comments, spaces, the ends of lines, the order of keys and options that are written
/// out though they are the default do not change it. Nor do the migration's name, `replaces` and `elidable`, which are about the files
/// of migrations and not about a database. The order of operations does, that of the parents does not.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Checksum([u8; 32]);

impl Checksum {
    pub(crate) fn of(migration: &Migration) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"amphi migration 1");
        for list in [&migration.parents, &migration.run_before] {
            let mut names: Vec<String> = list.iter().map(ToString::to_string).collect();
            names.sort();
            names.dedup();
            number(&mut hash, names.len());
            names.iter().for_each(|name| text(&mut hash, b't', name));
        }
        hash.update([u8::from(migration.atomic)]);
        number(&mut hash, migration.operations.len());
        for operation in &migration.operations {
            match operation_table(operation) {
                Ok(table) => pairs(&mut hash, table.iter().collect()),
                // What cannot be written cannot have been read; it is still told from the others.
                Err(_) => text(&mut hash, b'?', &format!("{operation:?}")),
            }
        }
        Checksum(hash.finalize().into())
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A number of things that follow.
fn number(hash: &mut Sha256, number: usize) {
    hash.update(u64::try_from(number).unwrap_or(u64::MAX).to_be_bytes());
}

fn text(hash: &mut Sha256, kind: u8, text: &str) {
    hash.update([kind]);
    number(hash, text.len());
    hash.update(text.as_bytes());
}

/// The pairs of a table in the order of their keys.
fn pairs(hash: &mut Sha256, mut pairs: Vec<(&str, &Value)>) {
    pairs.retain(|(key, _)| *key != "elidable");
    pairs.sort_by_key(|(key, _)| *key);
    hash.update(b"{");
    number(hash, pairs.len());
    for (key, of) in pairs {
        text(hash, b'k', key);
        value(hash, of);
    }
}

fn value(hash: &mut Sha256, of: &Value) {
    match of {
        Value::String(of) => text(hash, b't', of.value()),
        Value::Integer(of) => text(hash, b'i', &of.value().to_string()),
        Value::Float(of) => text(hash, b'f', &format!("{:016x}", of.value().to_bits())),
        Value::Boolean(of) => hash.update(if *of.value() { b"b1" } else { b"b0" }),
        Value::Datetime(of) => text(hash, b'd', &of.value().to_string()),
        Value::Array(of) => {
            hash.update(b"[");
            number(hash, of.len());
            of.iter().for_each(|element| value(hash, element));
        }
        Value::InlineTable(of) => pairs(hash, of.iter().collect()),
    }
}
