//! Reading the rows of a catalog: columns of text, whatever they are.

use std::ops::ControlFlow;

use orm_core::Result;
use orm_core::connection::{Connection, Sink};
use orm_core::row::{ColumnReader, DecodeError};
use orm_core::sql::CatalogQuery;

/// What stands between the names of a list in one column; no name has it.
pub(super) const SEPARATOR: char = '\u{1f}';

/// A row of so many texts.
pub(super) type Row<const N: usize> = [Option<String>; N];

/// The rows of a query whose columns are all texts.
pub(super) async fn rows<C: Connection, const N: usize>(connection: &mut C, sql: &str) -> Result<Vec<Row<N>>> {
    let mut texts = Texts(Vec::new());
    connection.fetch(&CatalogQuery::new(sql), &mut texts).await?;
    Ok(texts.0)
}

struct Texts<const N: usize>(Vec<Row<N>>);

impl<const N: usize> Sink for Texts<N> {
    fn row<R: ColumnReader>(&mut self, row: &R) -> Result<ControlFlow<()>, DecodeError> {
        let mut texts: Row<N> = std::array::from_fn(|_| None);
        for (index, text) in texts.iter_mut().enumerate() {
            *text = row.text(index)?.map(str::to_owned);
        }
        self.0.push(texts);
        Ok(ControlFlow::Continue(()))
    }
}

/// A text that is never NULL.
pub(super) fn text(text: Option<String>) -> String {
    text.unwrap_or_default()
}

/// A text that says something.
pub(super) fn said(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// A truth value: `1`, `true`, `t` or `YES`.
pub(super) fn truth(text: &Option<String>) -> bool {
    matches!(text.as_deref(), Some("1" | "t" | "true" | "YES"))
}

/// A list of names.
pub(super) fn list(text: Option<String>) -> Vec<String> {
    text.map(|text| text.split(SEPARATOR).map(str::to_owned).collect()).unwrap_or_default()
}
