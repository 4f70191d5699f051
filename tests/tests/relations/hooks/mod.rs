//! What a model does before and after its rows are written.

mod errors;
mod nested;
mod order;
mod waiting;

use amphi::prelude::*;
use amphi::{Connection, Hooks, Running};

/// A page, whose hooks trim its title, count its words and keep a journal.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(hooks)]
pub struct Page {
    pub id: i64,
    #[field(max_length = 20, unique)]
    pub title: String,
    #[field(default)]
    pub text: Option<String>,
    #[field(default = 0)]
    pub words: i64,
    #[field(version)]
    pub version: i64,
}

/// What a hook saw.
#[derive(Model, Debug, Clone, PartialEq)]
pub struct Entry {
    pub id: i64,
    pub page: i64,
    pub hook: String,
    /// How many pages there were.
    pub pages: i64,
}

/// The entry of a hook. It fails where the title of the page names the hook.
async fn note(page: &Page, hook: &str, on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
    let pages = i64::try_from(Page::objects().on(on).count().await?).unwrap_or(i64::MAX);
    let entry = Entry::create().page(page.id).hook(hook).pages(pages).on(on).insert().await?;
    assert!(entry.id > 0);
    if page.title == hook { Err(Error::DoesNotExist { model: "Nothing" }) } else { Ok(()) }
}

impl Hooks for Page {
    async fn before_insert(&mut self, on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
        self.title = self.title.trim().to_owned();
        self.words = self.counted();
        note(self, "before_insert", on).await
    }

    async fn after_insert(&mut self, on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
        note(self, "after_insert", on).await
    }

    async fn before_update(&mut self, on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
        self.words = self.counted();
        note(self, "before_update", on).await
    }

    async fn after_update(&mut self, on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
        note(self, "after_update", on).await
    }

    async fn before_delete(&self, on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
        note(self, "before_delete", on).await
    }

    async fn after_delete(&self, on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
        note(self, "after_delete", on).await
    }
}

impl Page {
    fn counted(&self) -> i64 {
        let words = self.text.iter().flat_map(|text| text.split_whitespace()).count();
        i64::try_from(words).unwrap_or(i64::MAX)
    }

    /// A page as a user would make one, of a title alone.
    fn titled(title: &str) -> Page {
        Page { id: 0, title: title.to_owned(), text: None, words: 0, version: 0 }
    }
}

/// The hooks that made an entry, with the page and the number of pages that each saw.
type Journal = Vec<(String, i64, i64)>;

fn journal() -> QuerySet<Entry, amphi::query::Values<(String, i64, i64)>> {
    Entry::objects().order_by(Entry::id).values((Entry::hook, Entry::page, Entry::pages))
}

fn told(lines: &[(&str, i64, i64)]) -> Journal {
    lines.iter().map(|(hook, page, pages)| ((*hook).to_owned(), *page, *pages)).collect()
}
