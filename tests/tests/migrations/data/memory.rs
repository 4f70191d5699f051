//! Many rows in bounded memory, each way in a process of its own. `AMPHI_FAULTS=long` has a million of them.

use std::io::{BufReader, Read, Write};

use amphi::migrations::data::{DumpData, LoadData};
use amphi::prelude::*;
use amphi_tests::apart::apart;
use amphi_tests::support::{Place, Scratch, is_long};
use orm_core::schema::{FieldKind, SchemaState};

use super::super::builders::*;
use super::Create;

/// How many rows. Their lines alone have more bytes than [`BOUND`].
fn rows() -> u64 {
    if is_long() { 1_000_000 } else { 300_000 }
}

/// What a process may have had more at its highest than before the work began, in KiB.
const BOUND: u64 = 24 * 1_024;

fn state() -> SchemaState {
    let note = nullable(field("note", FieldKind::Text));
    SchemaState::from_iter([model("Row", vec![id(), text("name", 60), field("at", FieldKind::Timestamp), note])])
}

/// The most memory that the process has had, in KiB.
fn high_water() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_ascii_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Lines that are made as they are read.
struct Made {
    next: u64,
    last: u64,
    waiting: Vec<u8>,
}

impl Read for Made {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.waiting.len() < buffer.len() && self.next <= self.last {
            let n = self.next;
            writeln!(
                self.waiting,
                r#"{{"model":"shop.Row","pk":{n},"fields":{{"name":"row {n}","at":"2024-02-29T12:00:00Z","note":"something of each"}}}}"#
            )?;
            self.next += 1;
        }
        let count = buffer.len().min(self.waiting.len());
        buffer[..count].copy_from_slice(&self.waiting[..count]);
        self.waiting.drain(..count);
        Ok(count)
    }
}

/// Counts lines.
#[derive(Default)]
struct Counted(u64);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += u64::try_from(bytes.iter().filter(|byte| **byte == b'\n').count()).unwrap();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn many_rows(place: Place) {
    let scratch = Scratch::new(place);
    // What the page cache of SQLite takes is bounded by itself.
    let db = Database::connect(&scratch.url()).unwrap();
    db.operate(Create(state())).unwrap();
    let before = high_water();
    let loaded = LoadData::new(state()).run(&db, BufReader::new(Made { next: 1, last: rows(), waiting: Vec::new() })).unwrap();
    let after_load = high_water();
    let mut counted = Counted::default();
    let dumped = DumpData::new(state()).run(&db, &mut counted).unwrap();
    let after_dump = high_water();
    assert_eq!((loaded.rows, dumped.rows, counted.0), (rows(), rows(), rows()));
    db.close();
    println!("{}: load {} KiB, dump {} KiB more", place.backend().name(), after_load - before, after_dump - after_load);
    assert!(after_load - before < BOUND, "loading took {} KiB", after_load - before);
    assert!(after_dump - after_load < BOUND, "dumping took {} KiB", after_dump - after_load);
}

#[test]
#[ignore = "takes a while"]
fn many_rows_on_sqlite() {
    apart(concat!(module_path!(), "::many_rows_on_sqlite"), || many_rows(Place::sqlite));
}

#[test]
#[ignore = "needs a server, named by AMPHI_POSTGRES_URL"]
fn many_rows_on_postgres() {
    apart(concat!(module_path!(), "::many_rows_on_postgres"), || many_rows(Place::postgres));
}

#[test]
#[ignore = "needs a server, named by AMPHI_MYSQL_URL"]
fn many_rows_on_mysql() {
    apart(concat!(module_path!(), "::many_rows_on_mysql"), || many_rows(Place::mysql));
}
