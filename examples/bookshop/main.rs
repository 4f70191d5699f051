//! A bookshop: its migrations make the tables and fill them from a list of real books; then it answers what a bookseller would ask,
//! first in blocking code, then with the same queries in async code.
//!
//! ```text
//! cargo run --example bookshop             # the answers
//! cargo run --example bookshop -- --sql    # and the SQL of each query
//! ```

mod models;
mod orders;
mod questions;
mod show;
mod stock;

use amphi::migrations::Migrations;
use amphi::prelude::*;

use crate::models::Book;
use crate::orders::fill_orders;
use crate::show::Show;
use crate::stock::fill_stock;

type Failure = Box<dyn std::error::Error>;

amphi::steps!(Steps: fill_stock, fill_orders);

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

/// The migrations are a part of the program: it needs no file beside it.
fn migrations() -> Result<Migrations, Failure> {
    Ok(Migrations::embedded(amphi::embed_migrations!("examples/bookshop/migrations"))?)
}

fn blocking(url: &str, show: Show) -> Result<(), Failure> {
    let db = Database::connect(url)?;
    let applied = migrations()?.migrate_with::<Steps>().run(&db)?;
    for migration in &applied {
        show.line(&format!("applied {}", migration.id));
    }
    show.line(&match applied.len() {
        0 => format!("{url} holds the stock already."),
        _ => format!("{} books went into {url}.", Book::objects().count(&db)?),
    });
    questions::blocking(&db, show)?;
    Ok(())
}

async fn asynchronous(url: &str, show: Show) -> Result<(), Failure> {
    let db = AsyncDatabase::connect(url).await?;
    questions::asynchronous(&db, show).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use amphi::meta::ModelMeta;
    use amphi::migrations::detect::{ModelHints, NoAnswers, make_migrations};
    use amphi::migrations::schema::SchemaState;
    use amphi::prelude::*;

    use crate::models::{Author, Book, Country, Order, OrderLine, Review, Tag};

    #[test]
    fn the_migrations_lead_to_the_models() -> Result<(), super::Failure> {
        let models = models![Country, Author, Book, Tag, Review, Order, OrderLine];
        let app_of = |_: &'static ModelMeta| "bookshop".to_owned();
        let schema = SchemaState::of_models(models, &app_of)?;
        let graph = super::migrations()?.graph()?;
        let made = make_migrations(&graph, &schema, &ModelHints::of_models(models, &app_of), &mut NoAnswers)?;
        assert!(made.is_empty(), "{made:#?}");
        Ok(())
    }
}
