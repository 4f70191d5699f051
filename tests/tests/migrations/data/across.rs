//! Rows from one database to the others and back.

use amphi::migrations::data::{DumpData, LoadData};
use amphi::prelude::*;
use amphi_tests::support::{Place, Scratch};
use orm_core::schema::SchemaState;

use super::super::builders::*;
use super::kinds::{KINDS, kinds};
use super::{Create, lines};

/// All that is told of a database, as lines.
fn dump(db: &Database, state: &SchemaState) -> String {
    let mut out = Vec::new();
    DumpData::new(state.clone()).run(db, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
#[ignore = "needs servers, named by AMPHI_POSTGRES_URL and AMPHI_MYSQL_URL"]
fn the_same_rows_give_the_same_lines_on_each_database() {
    let state: SchemaState = kinds().models().chain(shop().models()).cloned().collect();
    let shop = concat!(
        r#"{"model":"shop.Author","pk":1,"fields":{"name":"Łem","born":1921}}"#,
        "\n",
        r#"{"model":"shop.Book","pk":1,"fields":{"title":"Solaris","author":1,"pages":204,"price":"12.5","sold":true}}"#,
        "\n",
        r#"{"model":"shop.Review","pk":1,"fields":{"book":1,"answer_to":2}}"#,
        "\n",
        r#"{"model":"shop.Review","pk":2,"fields":{"book":1,"answer_to":1}}"#,
        "\n"
    );
    let mut text = format!("{shop}{KINDS}");
    let mut before = None;
    for place in [Place::sqlite, Place::postgres, Place::mysql, Place::sqlite] {
        let scratch = Scratch::new(place);
        let db = Database::connect(&scratch.url()).unwrap();
        db.operate(Create(state.clone())).unwrap();
        LoadData::new(state.clone()).run(&db, lines(text.clone())).unwrap();
        text = dump(&db, &state);
        db.close();
        assert_eq!(text.lines().count(), 8);
        if let Some(before) = before.replace(text.clone()) {
            assert_eq!(text, before, "on {}", place.backend().name());
        }
    }
}
