//! Tables that a person likes to read.

use std::sync::atomic::{AtomicUsize, Ordering};

use amphi::query::QuerySet;
use amphi::{Backend, QueryLog};
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

/// Counts the queries of each question.
pub struct Counted {
    log: QueryLog,
    before: AtomicUsize,
}

impl Counted {
    pub fn new(log: QueryLog) -> Self {
        Counted { log, before: AtomicUsize::new(0) }
    }

    /// How many there were since the last time.
    fn since(&self) -> usize {
        let now = self.log.len();
        now - self.before.swap(now, Ordering::Relaxed)
    }
}

/// How the answers are shown.
#[derive(Clone, Copy)]
pub struct Show {
    /// Whether the SQL of each query is shown too.
    pub sql: bool,
}

impl Show {
    pub fn title(self, title: &str) {
        println!("\n━━━ {title} ━━━");
    }

    pub fn line(self, line: &str) {
        println!("{line}");
    }

    /// A question and how many queries it took, and with `--sql` the first that is sent for it.
    pub fn question<M, S, Mode>(self, question: &str, query: &QuerySet<M, S, Mode>, counted: &Counted) {
        let queries = counted.since();
        println!("\n{question} ({queries} {})", if queries == 1 { "query" } else { "queries" });
        if self.sql {
            match query.to_sql(Backend::Sqlite) {
                Ok(sql) => println!("  {sql}"),
                Err(error) => println!("  {error}"),
            }
        }
    }

    /// The answer as a table, its numbers to the right.
    pub fn table<const N: usize>(self, heads: [&str; N], rows: impl IntoIterator<Item = [String; N]>) {
        let mut table = Table::new();
        table.load_preset(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
        table.set_header(heads);
        for row in rows {
            table.add_row(row.map(|text| {
                let number = text.chars().all(|c| c.is_ascii_digit() || c == '.') && !text.is_empty();
                Cell::new(text).set_alignment(if number { CellAlignment::Right } else { CellAlignment::Left })
            }));
        }
        println!("{table}");
    }
}

/// 999 cents as 9.99.
pub fn money(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// What is known, or a dash.
pub fn known(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| value.to_string())
}
