//! A bookshop: reads a list of real books, fills a database file, and answers what a bookseller would ask, first in blocking code,
//! then with the same queries in async code.
//!
//! ```text
//! cargo run --example bookshop             # the answers
//! cargo run --example bookshop -- --sql    # and the SQL of each query
//! ```

mod models;
mod questions;
mod readers;
mod show;
mod stock;

use amphi::prelude::*;

use crate::show::Show;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let sql = std::env::args().any(|argument| argument == "--sql");
    let url = std::env::args().find(|argument| argument.contains(":")).unwrap_or_else(|| "sqlite://bookshop.db".to_owned());

    let show = Show { sql };
    show.title("Blocking");
    blocking(&url, show)?;
    show.title("Async: the same queries, behind `.a()`");
    tokio::runtime::Runtime::new()?.block_on(asynchronous(&url, show))?;
    Ok(())
}

fn blocking(url: &str, show: Show) -> Result<(), Failure> {
    let db = Database::connect(url)?;
    let filled = stock::fill(&db)?;
    show.line(&match filled {
        0 => format!("{url} holds the stock already."),
        books => format!("{books} books went into {url}."),
    });
    readers::fill(&db)?;
    questions::blocking(&db, show)?;
    Ok(())
}

async fn asynchronous(url: &str, show: Show) -> Result<(), Failure> {
    let db = AsyncDatabase::connect(url).await?;
    questions::asynchronous(&db, show).await?;
    Ok(())
}
