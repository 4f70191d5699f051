//! The step of the migration `0002_stock`: the books of `books.csv`.

use std::collections::{HashMap, HashSet};

use amphi::prelude::*;
use amphi::{Connection, Running};

const BOOKS: &str = include_str!("books.csv");

/// One line of the list.
struct Line {
    title: String,
    author: String,
    born: Option<i32>,
    country: String,
    year: i32,
    language: String,
    translator: Option<String>,
    pages: Option<i32>,
    price: i64,
}

/// Fills in the list. `Country`, `Author` and `Book` are here what their tables are at that point, whatever the models become.
#[amphi::migration("bookshop.0002_stock", folder = "examples/bookshop/migrations")]
pub async fn fill_stock(on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
    let wrong =
        |error: Box<dyn std::error::Error>| Error::InvalidValue { model: "Book", field: "books.csv", reason: error.to_string() };
    let lines = lines().map_err(wrong)?;
    let countries = distinct(lines.iter().map(|line| line.country.as_str()));
    let countries = Country::objects().on(on).bulk_create(countries.into_iter().map(|name| Country::create().name(name))).await?;
    let countries: HashMap<&str, &Country> = countries.iter().map(|country| (country.name.as_str(), country)).collect();

    // Whoever both wrote and translated is one person.
    let mut seen = HashSet::new();
    let mut people = Vec::new();
    for line in &lines {
        if seen.insert(line.author.as_str()) {
            let country = countries.get(line.country.as_str()).map(|country| ForeignKey::to(*country));
            people.push(Author::create().name(&*line.author).born(line.born).country(country));
        }
    }
    for translator in lines.iter().filter_map(|line| line.translator.as_deref()) {
        if seen.insert(translator) {
            people.push(Author::create().name(translator));
        }
    }
    let people = Author::objects().on(on).bulk_create(people).await?;
    let people: HashMap<&str, &Author> = people.iter().map(|author| (author.name.as_str(), author)).collect();

    let books = lines.iter().filter_map(|line| {
        let author = people.get(line.author.as_str())?;
        let translator = line.translator.as_deref().and_then(|name| people.get(name)).map(|author| ForeignKey::to(*author));
        Some(
            Book::create()
                .title(&*line.title)
                .author(*author)
                .translator(translator)
                .year(line.year)
                .language(&*line.language)
                .pages(line.pages)
                .price(line.price),
        )
    });
    Book::objects().on(on).bulk_create(books.collect::<Vec<_>>()).await?;
    Ok(())
}

/// Each name once, in the order of its first appearance.
fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    names.filter(|name| seen.insert(*name)).collect()
}

fn lines() -> Result<Vec<Line>, Box<dyn std::error::Error>> {
    let mut reader = csv::Reader::from_reader(BOOKS.as_bytes());
    let mut lines = Vec::new();
    for record in reader.records() {
        let record = record?;
        let column = |at: usize| record.get(at).unwrap_or_default();
        let optional = |at: usize| Some(column(at)).filter(|text| !text.is_empty());
        lines.push(Line {
            title: column(0).to_owned(),
            author: column(1).to_owned(),
            born: optional(2).map(str::parse).transpose()?,
            country: column(3).to_owned(),
            year: column(4).parse()?,
            language: column(5).to_owned(),
            translator: optional(6).map(str::to_owned),
            pages: optional(7).map(str::parse).transpose()?,
            // 9.99 is 999 cents.
            price: column(8).replace('.', "").parse()?,
        });
    }
    Ok(lines)
}
