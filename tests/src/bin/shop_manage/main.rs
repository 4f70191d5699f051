//! The program `manage` of a shop whose models are of one version or another, as `SHOP_MODELS` says: for tests of the command line.

#![allow(dead_code, missing_docs)]

mod models;

use std::process::ExitCode;

use amphi::migrations::cli::Manage;
use amphi::{Connection, Error, Running, models};

/// Does nothing, and is run by the migrations that name it.
async fn nothing(_: &mut Running<'_, impl Connection>) -> Result<(), Error> {
    Ok(())
}

amphi::steps!(Steps: nothing);

fn main() -> ExitCode {
    let manage = Manage::new("shop", "/nowhere").steps::<Steps>();
    let version = std::env::var("SHOP_MODELS").unwrap_or_default();
    let manage = match version.as_str() {
        "first" => manage.models(models![models::first::Author, models::first::Book]),
        "second" => manage.models(models![models::second::Author, models::second::Book]),
        "retitled" => manage.models(models![models::second::Author, models::retitled::Book]),
        "required" => manage.models(models![models::second::Author, models::required::Book]),
        "without_books" => manage.models(models![models::first::Author]),
        "two_apps" => manage.models(&[models![models::first::Author, models::first::Book], &[&models::blog::POST][..]].concat()),
        "twice" => manage.models(models![models::first::Author, models::second::Author]),
        "embedded" => manage.embedded(&[("0001_initial.toml", "app = 'shop'")]).models(models![models::first::Author]),
        _ => manage,
    };
    manage.run()
}
