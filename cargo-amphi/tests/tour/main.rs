//! The tour of the guide, `docs/tour.md`, as a new user would go it: its commands are run in a terminal, one after the other, and what
//! they print is what the page shows. With `AMPHI_UPDATE=1` the page is written anew.
//!
//! The project is built in the target folder of this workspace and with its `Cargo.lock`, so that what it depends on is compiled already.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod page;
mod terminal;

use std::fs;
use std::path::{Path, PathBuf};

use crate::page::{Block, Page};
use crate::terminal::Terminal;

/// The workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Its target folder.
fn target() -> PathBuf {
    // `cargo-amphi` is in the folder of the profile within it.
    Path::new(env!("CARGO_BIN_EXE_cargo-amphi")).ancestors().nth(2).unwrap().to_owned()
}

#[test]
fn the_tour_of_the_guide_is_what_a_new_user_sees() {
    let path = root().join("docs/tour.md");
    let written = fs::read_to_string(&path).unwrap();
    let mut page = Page::read(&written);
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::new(folder.path(), &root(), &target());
    for block in &mut page.blocks {
        match block {
            Block::Text(_) => {}
            Block::File { path, text } => fs::write(terminal.folder().join(path), text).unwrap(),
            Block::Commands { keys, commands } => {
                let mut keys = keys.iter();
                for command in commands {
                    let known = root().join("Cargo.lock");
                    command.printed = terminal.run(&command.line, &mut keys);
                    // What a new project would download is what this workspace has.
                    let lock = terminal.folder().join("Cargo.lock");
                    if terminal.folder().join("Cargo.toml").exists() && !lock.exists() {
                        fs::copy(known, lock).unwrap();
                    }
                }
                assert_eq!(keys.next(), None, "these keys were never pressed");
            }
        }
    }
    let seen = page.print();
    if std::env::var_os("AMPHI_UPDATE").is_some() {
        fs::write(&path, seen).unwrap();
    } else if seen != written {
        let differs = seen.lines().zip(written.lines()).position(|(seen, written)| seen != written).unwrap_or_default();
        let around = |text: &str| text.lines().skip(differs.saturating_sub(5)).take(15).collect::<Vec<_>>().join("\n");
        panic!("line {} of the page is:\n{}\n\nand this was seen:\n{}", differs + 1, around(&written), around(&seen));
    }
}
